/**
 * The lines Raft writes to its log, as data. Nobody may want them (a simulation runs millions of steps),
 * so a line is given as a function that is only called when somebody listens.
 */

export type LineLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

export interface LogLine {
  readonly level: LineLevel;
  readonly text: string;
}

/** Where the lines of one step go; null when nobody listens. */
export type LineSink = LogLine[] | null;

export function debug(lines: LineSink, text: () => string): void {
  lines?.push({ level: 'DEBUG', text: text() });
}

export function info(lines: LineSink, text: () => string): void {
  lines?.push({ level: 'INFO', text: text() });
}

export function warn(lines: LineSink, text: () => string): void {
  lines?.push({ level: 'WARN', text: text() });
}

export function error(lines: LineSink, text: () => string): void {
  lines?.push({ level: 'ERROR', text: text() });
}
