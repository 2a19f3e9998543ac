/**
 * Recordings of real daemons: one JSON file a scenario, with every sample that was taken. Samples stand either by measure
 * (a list each) or by repeat (a map each); sequences and cases of one recording become measures of their own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Sample = number | string;

export interface Recording {
  readonly id: string;
  readonly title: string;
  /** Measure to what was measured, in the order of the repeats; empty: it never happened. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
  /** How often it was done, as far as the file tells: of a measure, else of the whole. */
  readonly repeatsOf: (measure: string) => number;
}

/** What the file of a recording may hold, as far as it is read. */
interface RecordingFile {
  readonly id: string;
  readonly title?: string;
  readonly samples?:
    | Readonly<Record<string, readonly unknown[]>>
    | readonly Readonly<Record<string, unknown>>[];
  /** Name of a sequence to its words in order. */
  readonly sequences?: Readonly<Record<string, unknown>>;
  /** Part of the recording to what was done in it. */
  readonly cases?: Readonly<Record<string, PartFile>>;
}

interface PartFile {
  /** One for each repeat. */
  readonly runs?: readonly unknown[];
  readonly outcomes?: Readonly<Record<string, number>>;
  /** Start, time to connect, time in all, outcome, server of each connection. */
  readonly 'conns_[t,connect_ms,total_ms,outcome,server]'?: readonly (readonly [
    number,
    number,
    number,
    string,
    string,
  ])[];
}

/** Every recording of a folder, sorted by file name. Throws with the file's name if one cannot be read. */
export function readRecordings(folder: string): Recording[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      try {
        return recordingOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordingFile);
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`);
      }
    });
}

export function recordingOf(file: RecordingFile): Recording {
  if (typeof file.id !== 'string') throw new Error('it has no id');
  const samples: Record<string, Sample[]> = {};
  const add = (measure: string, values: readonly unknown[]): void => {
    samples[measure] = [...(samples[measure] ?? []), ...values.flatMap(sampleOf)];
  };
  let repeats = 0;
  if (Array.isArray(file.samples)) {
    const each = file.samples as readonly Readonly<Record<string, unknown>>[];
    repeats = each.length;
    for (const one of each) {
      for (const [measure, value] of Object.entries(one))
        add(measure, Array.isArray(value) ? value : [value]);
    }
  } else {
    for (const [measure, values] of Object.entries(file.samples ?? {})) {
      if (Array.isArray(values)) add(measure, values);
    }
  }
  for (const [name, words] of Object.entries(file.sequences ?? {})) {
    if (Array.isArray(words) && words.every((word) => typeof word === 'string'))
      add(name, [words.map((word) => WORDS[word] ?? word).join(' ')]);
  }
  for (const [part, one] of Object.entries(file.cases ?? {})) {
    for (const [outcome, count] of Object.entries(one.outcomes ?? {})) add(`${part}_${outcome}`, [count]);
    for (const [, , total, outcome] of one['conns_[t,connect_ms,total_ms,outcome,server]'] ?? [])
      add(`${part}_${outcome}_latency`, [total]);
  }
  // What has one value a repeat comes first: where it was (or was not) and when.
  const single = ['fault_to_vip_on_new', 'fault_to_DOWN', 'heal_to_UP', 'vip_moved', 'conns_fault_to_DOWN'];
  for (const name of single) repeats = Math.max(repeats, samples[name]?.length ?? 0);
  const most = Math.max(1, ...Object.values(samples).map(({ length }) => length));
  const repeatsOf = (measure: string): number =>
    file.cases?.[measure]?.runs?.length ?? (repeats === 0 ? most : repeats);
  return { id: file.id, title: file.title ?? '', samples, repeatsOf };
}

/** What the recorder's language calls things that have a name here; nothing is what did not happen. */
const WORDS: Readonly<Record<string, string | undefined>> = {
  ConnectionResetError: 'reset',
  EOF: 'eof',
  None: undefined,
};

/** Nothing for what was not measured; what is neither number nor text is no sample. */
function sampleOf(value: unknown): Sample[] {
  if (typeof value === 'boolean') return [String(value)];
  if (typeof value === 'number') return [value];
  if (typeof value !== 'string') return [];
  const word = Object.hasOwn(WORDS, value) ? WORDS[value] : value;
  return word === undefined ? [] : [word];
}
