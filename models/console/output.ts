/** What commands of the console have written, for whoever shows it. Apart from the commands, which not every run needs. */

/** A piece of what the terminal shows, in the order in which it was written. */
export interface Output {
  readonly to: 'stdout' | 'stderr';
  readonly text: string;
}

/** What the terminal shows. */
export function textOf(output: readonly Output[]): string {
  return output.map(({ text }) => text).join('');
}
