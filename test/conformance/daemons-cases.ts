/**
 * Cases: ordinary scenario files that do what was done when a recording was made, with measures named as in the recording.
 * `A1c_link_down.yaml` belongs to the recording A1c_link_down; a recording of several parts has one case for each,
 * `Bi1_sessions_on_down.link.yaml`. What is known to differ, and what cannot be replayed, stands in `notes.yaml`
 * and `notes-etcd.yaml` beside them.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { filesBelow, libraryTexts, readText } from '../../cli/shared.ts';
import { findingText } from '../../models/finding.ts';
import type { ScenarioJob } from '../../plan/runners/scenario-runs.ts';
import { pathsWanted } from '../../scenarios/compose.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { MeasureData, ScenarioData } from '../../scenarios/schema.ts';

export interface Case {
  readonly recording: string;
  readonly data: ScenarioData;
  readonly job: ScenarioJob;
}

export interface Notes {
  /** Recording to measure to the cause of a deviation; `*` stands for every measure of it. */
  readonly deviations: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Recording to measure to the reason why it is not replayed; `*` stands for the whole recording, or for every recording. */
  readonly uncovered: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** `notes.yaml`, `notes-etcd.yaml`. */
const NOTES = /^notes(?:-\w+)?\.yaml$/;

/** What cannot be used, in one paragraph. */
export class CaseError extends Error {}

/** The cases of a folder that belong to one of these recordings. */
export function readCases(folder: string, ids: readonly string[]): Case[] {
  const library = libraryTexts();
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !NOTES.test(name));
  return names.sort().flatMap((name): Case[] => {
    const base = name.slice(0, -'.yaml'.length);
    // The longest id wins: ids may have dots of their own.
    const recording = ids
      .filter((id) => base === id || base.startsWith(`${id}.`))
      .sort((a, b) => b.length - a.length)[0];
    if (recording === undefined) return [];
    const text = readText(join(folder, name));
    const { scenario, findings } = loadScenario(text, name);
    if (scenario === undefined) throw new CaseError(findings.map(findingText).join('\n'));
    const texts = new Map<string, string>();
    for (const path of pathsWanted(scenario.data, library)) addTexts(texts, path, join(folder, path));
    return [{ recording, data: scenario.data, job: { file: name, text, options: { texts } } }];
  });
}

function addTexts(texts: Map<string, string>, name: string, path: string): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) texts.set(name, readText(path));
  else for (const file of filesBelow(path)) texts.set(join(name, file), readText(join(path, file)));
}

export function readNotes(folder: string): Notes {
  const names = readdirSync(folder).filter((name) => NOTES.test(name));
  const read = names.map((name) => parse(readFileSync(join(folder, name), 'utf8')) as Partial<Notes> | null);
  return {
    deviations: Object.assign({}, ...read.map((one) => one?.deviations ?? {})),
    uncovered: Object.assign({}, ...read.map((one) => one?.uncovered ?? {})),
  };
}

export function noteOf(of: Notes['deviations'], recording: string, measure: string): string | undefined {
  return of[recording]?.[measure] ?? of[recording]?.['*'] ?? of['*']?.[measure];
}

/**
 * How a measure is judged. Times are compared as distributions or by their medians, counts of requests likewise; everything
 * else is a word, for which only counts what can occur.
 */
export type MeasureKind = 'time' | 'count' | 'word';

export function kindOf(measure: MeasureData): MeasureKind {
  const { until, last, total, count, requests, value, give = 'count' } = measure;
  // Values that are times are called so.
  if (value?.endsWith('_ms') === true) return 'time';
  if (until !== undefined || last !== undefined || total !== undefined) return 'time';
  if (count !== undefined || (requests !== undefined && give === 'count')) return 'count';
  if (requests !== undefined)
    return give === 'how' || give === 'server' || give === 'servers' ? 'word' : 'time';
  return 'word';
}

/** Does it give a sample for each request, so that a run gives many? */
export function givesEach({ requests, give = 'count' }: MeasureData): boolean {
  return requests !== undefined && ['latency', 'end', 'how', 'server'].includes(give);
}

const STARTS = new Set(['start', 'restart', 'power-on', 'reboot', 'reset']);

/** Does the time that is measured begin with the start of a process? */
export function holdsStart({ from }: MeasureData, { timeline = [] }: ScenarioData): boolean {
  const base = from?.split('+')[0];
  return timeline.some((entry) => entry.name === base && 'do' in entry && STARTS.has(entry.do as string));
}
