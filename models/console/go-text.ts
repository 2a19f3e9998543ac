/**
 * How Go programs print: durations, sizes, JSON with base64, and the tables of tablewriter.
 *
 * Sources: Go time.Duration.String; dustin/go-humanize Bytes; olekukonko/tablewriter (header centred in capitals, cells to the
 * right with SetAlignment(ALIGN_RIGHT), as etcdctl sets it: printer_table.go).
 */
import { stringify } from 'yaml';

/** `15.571627ms`, `1.5s`, `2m3.5s`; whole microseconds have at most three decimals in milliseconds. */
export function goDuration(us: number): string {
  if (us === 0) return '0s';
  if (us < 1000) return `${us}µs`;
  const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (us < 1_000_000) return `${trimmed((us / 1000).toFixed(3))}ms`;
  const seconds = us / 1e6;
  if (seconds < 60) return `${trimmed(seconds.toFixed(6))}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${trimmed((seconds - minutes * 60).toFixed(6))}s`;
  return minutes < 60 ? `${minutes}m${rest}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}`;
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** `25 kB`, `2.1 MB`: powers of 1000. */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const power = Math.floor(Math.log(bytes) / Math.log(1000) + 1e-9);
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${SIZES[power]}`;
}

/**
 * Columns as text/tabwriter lays them out, with the last newline: each as wide as its longest cell and `padding`, or `least`; the
 * last one as it is. There are as many as the first row has.
 */
export function columns(rows: readonly (readonly string[])[], padding: number, least = 0): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(least, ...rows.map((row) => (row[i] ?? '').length + padding)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] as number))).join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** As sigs.k8s.io/yaml writes it: lists are no deeper than their key. */
export function yamlText(value: unknown): string {
  // What YAML 1.1 would take for a time or a truth value stands in quotes, as go-yaml has it.
  return stringify(value, { indentSeq: false, compat: 'yaml-1.1' });
}

/** A table as etcdctl -w table prints it, with its last newline. */
export function goTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const cells = (texts: readonly string[]): string => `|${texts.map((text) => ` ${text} `).join('|')}|\n`;
  const centred = header.map((title, i) => {
    const gap = (widths[i] as number) - title.length;
    const left = Math.floor(gap / 2);
    return `${' '.repeat(left)}${title.toUpperCase()}${' '.repeat(gap - left)}`;
  });
  const body = rows.map((row) => cells(row.map((text, i) => text.padStart(widths[i] as number))));
  return `${line}${cells(centred)}${line}${body.join('')}${rows.length > 0 ? line : ''}`;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of the text's UTF-8. */
export function base64(text: string): string {
  const bytes = [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/gs)].map(([char, hex]) =>
    hex === undefined ? char.charCodeAt(0) : Number.parseInt(hex, 16),
  );
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.slice(i, i + 3);
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    out += BASE64.charAt(word >> 18) + BASE64.charAt((word >> 12) & 63);
    out += b === undefined ? '=' : BASE64.charAt((word >> 6) & 63);
    out += c === undefined ? '=' : BASE64.charAt(word & 63);
  }
  return out;
}

/** Go's omitempty: without zeros, empty texts, false and empty lists. */
export function omitEmpty(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(
      ([, value]) =>
        value !== undefined &&
        value !== 0 &&
        value !== '' &&
        value !== false &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}
