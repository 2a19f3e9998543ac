/** Colour on a terminal, plain text elsewhere. Colour is never the only carrier: each mark is also a different character. */

export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const paint =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string): string => text;

export const PLAIN: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
const COLOUR: Style = { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32), yellow: paint(33) };

/** NO_COLOR (no-color.org) and a stream that is no terminal switch colour off. */
export function styleOf(stream: { readonly isTTY?: boolean }): Style {
  return stream.isTTY === true && process.env['NO_COLOR'] === undefined ? COLOUR : PLAIN;
}
