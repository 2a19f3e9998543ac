/** What is to be run: a scenario, a seed, and what the viewer has done to it on the page. */

/**
 * Something that the viewer did: an entry of the scenario's timeline, with its own time (`12561001us`). What it has beside `at`,
 * `do`, `on` and `links` are the fault's own parameters.
 */
export type Change = FaultChange | CommandChange;

export interface FaultChange {
  readonly at: string;
  readonly do: string;
  readonly run?: never;
  readonly on?: string;
  readonly links?: readonly [string, string];
  readonly [parameter: string]: ChangeValue | undefined;
}

/** A command that was typed on a host. */
export interface CommandChange {
  readonly at: string;
  readonly run: string;
  readonly on: string;
  readonly do?: never;
}

/** What is to be done at the playhead, whenever that is. */
export type Wish = Omit<FaultChange, 'at'> | Omit<CommandChange, 'at'>;
export type ChangeValue = string | number | boolean | readonly [string, string];

/** What is run when nobody names a seed. */
export const USUAL_SEED = 1;
export const HIGHEST_SEED = Number.MAX_SAFE_INTEGER;

/** The same words as the flags of `quorate run`. */
export interface RunRequest {
  readonly scenario: string;
  readonly seed: number;
  readonly topology?: string;
  /** `120s` */
  readonly until?: string;
  /** Each `path=value`. */
  readonly set: readonly string[];
  /** After the scenario's own timeline, in order of time. */
  readonly changes?: readonly Change[];
  /** The viewer's own files, packed into text: see bundle.ts. Then `scenario` is only a name. */
  readonly packed?: string;
}

/**
 * When a change at the playhead happens: after everything that is seen there, which is a microsecond later. Times before the
 * fork stay what they were.
 */
export function changeAt(atMs: number): string {
  return `${Math.floor(atMs * 1_000) + 1}us`;
}

/** Milliseconds of a change's own time. */
export function changeMs(change: Change): number {
  return Number.parseInt(change.at, 10) / 1_000;
}

/** A change in a few words, for the name of its branch: `power-off m1`. */
export function changeWords(change: Change): string {
  if (change.run !== undefined) return `${change.on}$ ${change.run}`;
  const { do: what, on, links } = change;
  const known = ['at', 'do', 'on', 'links'];
  const own = Object.entries(change).filter(([key]) => !known.includes(key));
  const aim = on ?? links?.join(' | ') ?? '';
  return [what, aim, ...own.map(([key, value]) => `${key} ${String(value)}`)].filter(Boolean).join(' ');
}

/** The command that does the same in a terminal. */
export function commandOf(request: RunRequest): string {
  // What was done on the page, or brought to it, is in no shipped scenario: it has to be saved as one.
  const own = request.packed !== undefined || (request.changes?.length ?? 0) > 0;
  const parts = ['quorate', 'run', own ? `${request.scenario}.yaml` : request.scenario];
  if (request.topology !== undefined) parts.push('--topology', request.topology);
  parts.push('--seed', String(request.seed));
  if (request.until !== undefined) parts.push('--until', request.until);
  for (const setting of request.set) parts.push('--set', setting);
  return parts.map(shellWord).join(' ');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
