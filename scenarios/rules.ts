/**
 * What a scenario must obey beyond the shape of its data: exactly one of at, between and when; moments that
 * exist; names that are not given twice; expressions that compile. What needs the topology is in compose.ts.
 */
import { nearestHint } from '../models/nearest.ts';
import type { Path } from '../models/yaml-text.ts';
import { compileCondition, type Purpose } from './conditions.ts';
import { durationUs } from './durations.ts';
import { readMoment } from './moments.ts';
import { STANDARD_SERVICES } from './observations.ts';
import { whereMistake } from './request-measures.ts';
import type {
  ClientData,
  ExpectationData,
  FaultEntryData,
  MeasureData,
  ScenarioData,
  TimelineEntryData,
} from './schema.ts';

/** Something wrong (or odd) with what stands at a path of the scenario. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
  readonly of?: 'key' | 'value';
  /** Character of the text at the path. */
  readonly offset?: number;
  readonly severity?: 'error' | 'warning' | 'note';
}

/** The name that streams and messages use for a timeline entry: its own, or its position. */
export function entryLabel(entry: TimelineEntryData, index: number): string {
  return entry.name ?? `timeline-${index}`;
}

export function isFaultEntry(entry: TimelineEntryData): entry is FaultEntryData {
  return 'do' in entry;
}

/** What a measure may be of. */
export const MEASURE_KINDS = [
  'until',
  'value',
  'count',
  'total',
  'most',
  'changes',
  'last',
  'requests',
] as const;

export const EXPECTATION_KINDS = ['eventually', 'always', 'sometimes', 'never'] as const;
export type ExpectationKind = (typeof EXPECTATION_KINDS)[number];

/** What a switch may change; one of them at least. */
const SWITCH_KEYS = ['set', 'topology', 'without', 'also', 'start', 'workloads', 'clients'] as const;

/** Every broken rule, in the order of the file. */
export function checkRules(data: ScenarioData): Complaint[] {
  const complaints: Complaint[] = [];
  const say = (path: Path, message: string, of?: 'key' | 'value') => {
    complaints.push({ path, message, ...(of === undefined ? {} : { of }) });
  };
  const untilUs = durationUs(data.until);
  if (untilUs === 0) say(['until'], 'until must be longer than 0s');
  const names = new Set<string>();
  data.timeline?.forEach((entry, index) => {
    const path = ['timeline', index];
    checkTiming(entry, path, untilUs, say);
    if (isFaultEntry(entry)) checkSides(entry, path, say);
    if (entry.name !== undefined) unique(names, entry.name, [...path, 'name'], say);
  });
  const moments = new Set([...names, 'start', 'end']);
  data.measure?.forEach((measure, index) => {
    const path = ['measure', index];
    checkMeasure(measure, path, say);
    for (const key of ['from', 'to', 'at'] as const) checkMoment(measure[key], moments, [...path, key], say);
    unique(names, measure.name, [...path, 'name'], say);
    if (measure.until !== undefined) moments.add(measure.name);
  });
  data.expect?.forEach((expectation, index) => {
    const path = ['expect', index];
    checkExpectation(expectation, path, say);
    for (const key of ['from', 'to', 'after'] as const)
      checkMoment(expectation[key], moments, [...path, key], say);
  });
  const clients = new Set<string>(STANDARD_SERVICES);
  data.clients?.forEach((client, index) => {
    checkClient(client, ['clients', index], say);
    unique(clients, client.name, ['clients', index, 'name'], say);
  });
  data.switches?.forEach((change, index) => {
    if (given(change, SWITCH_KEYS).length === 0)
      say(['switches', index], `what is switched off? one of ${SWITCH_KEYS.join(', ')} is needed`);
    change.without?.forEach((name, at) => {
      if (!names.has(name))
        say(['switches', index, 'without', at], `there is no entry ${name}${nearestHint(name, names)}`);
    });
  });
  const workloads = new Set<string>();
  data.workloads?.forEach((workload, index) => {
    const path = ['workloads', index];
    unique(workloads, workload.name, [...path, 'name'], say);
    if (workload['node-port'] !== undefined && workload.port === undefined)
      say([...path, 'node-port'], 'node-port goes with port', 'key');
    if (workload.kind === 'daemonset' && workload.replicas !== undefined)
      say([...path, 'replicas'], 'a daemonset has one pod a node', 'key');
  });
  for (const { path, text, purpose } of expressionsOf(data)) {
    const { mistake } = compileCondition(text, purpose);
    if (mistake) complaints.push({ path, message: mistake.message, offset: mistake.offset });
  }
  return complaints;
}

type Say = (path: Path, message: string, of?: 'key' | 'value') => void;

function unique(names: Set<string>, name: string, path: Path, say: Say): void {
  if (names.has(name)) say(path, `the name ${name} is given twice`);
  names.add(name);
}

function given(entry: object, keys: readonly string[]): string[] {
  return keys.filter((key) => (entry as Record<string, unknown>)[key] !== undefined);
}

function checkTiming(entry: TimelineEntryData, path: Path, untilUs: number, say: Say): void {
  const ways = given(entry, ['at', 'between', 'when']);
  if (ways.length !== 1) {
    const found = ways.length === 0 ? 'none is given' : `${ways.join(' and ')} are given`;
    say(path, `when does it happen? exactly one of at, between and when is needed; ${found}`);
  }
  if (entry.within !== undefined && entry.when === undefined)
    say([...path, 'within'], 'within goes with when', 'key');
  if (entry.between) {
    const [from, to] = entry.between.map((text) => durationUs(text));
    if (from! > to!) say([...path, 'between'], `${entry.between[0]} is later than ${entry.between[1]}`);
  }
  if (typeof entry.after === 'object' && durationUs(entry.after[0]) > durationUs(entry.after[1]))
    say([...path, 'after'], `${entry.after[0]} is longer than ${entry.after[1]}`);
  const earliest = entry.at ?? entry.between?.[0];
  if (earliest !== undefined && durationUs(earliest) + leastAfterUs(entry) > untilUs) {
    say([...path, entry.at === undefined ? 'between' : 'at'], `${earliest} is after the end of the run`);
  }
}

/** The least that `after` adds. */
export function leastAfterUs({ after }: TimelineEntryData): number {
  return after === undefined ? 0 : durationUs(typeof after === 'string' ? after : after[0]);
}

/** Faults of the network take `links` or `on`; a direction belongs to links. */
function checkSides(entry: FaultEntryData, path: Path, say: Say): void {
  if (entry.links !== undefined && entry.on !== undefined)
    say([...path, 'on'], 'on and links exclude each other', 'key');
  if (entry.direction !== undefined && entry.links === undefined) {
    say([...path, 'direction'], 'direction goes with links', 'key');
  }
  if (entry.do === 'firewall' && entry.direction === 'from') {
    say([...path, 'direction'], 'a firewall that drops only what comes is one-way', 'key');
  }
  if (entry.do === 'one-way' && entry.direction !== undefined) {
    say([...path, 'direction'], 'one-way is from the first group to the second already', 'key');
  }
}

function checkMeasure(measure: MeasureData, path: Path, say: Say): void {
  const kinds = given(measure, MEASURE_KINDS);
  if (kinds.length !== 1)
    say(
      path,
      `exactly one of ${MEASURE_KINDS.slice(0, -1).join(', ')} and ${MEASURE_KINDS.at(-1)} is needed`,
    );
  const [kind] = kinds;
  const needed = kind === 'until' || kind === 'last' ? 'from' : kind === 'value' ? 'at' : undefined;
  if (needed !== undefined && measure[needed] === undefined) say(path, `${kind} needs ${needed}`);
  const useless = kind === 'until' ? ['at'] : kind === 'value' ? ['from', 'to'] : ['at'];
  if (kind !== 'requests') useless.push('where', 'give');
  for (const key of given(measure, useless)) say([...path, key], `${key} does not go with ${kind}`, 'key');
  if (measure.where !== undefined) {
    const mistake = whereMistake(measure.where);
    if (mistake !== undefined) say([...path, 'where'], mistake);
  }
}

/** Keys that belong to some kinds of requests only. */
function checkClient(client: ClientData, path: Path, say: Say): void {
  const { request } = client;
  const plain = request === 'http' || request === 'hold';
  const useless = [
    ...(plain ? [] : ['connect-timeout']),
    ...(request === 'hold' ? [] : ['talk']),
    ...(plain && client.connection === 'keep' ? ['connection'] : []),
  ];
  for (const key of given(client, useless)) say([...path, key], `${key} does not go with ${request}`, 'key');
}

function checkExpectation(expectation: ExpectationData, path: Path, say: Say): void {
  const kinds = given(expectation, EXPECTATION_KINDS);
  if (kinds.length !== 1) say(path, `exactly one of ${EXPECTATION_KINDS.join(', ')} is needed`);
  if (expectation.after !== undefined && expectation.from !== undefined) {
    say([...path, 'from'], 'after and from are the same: give one', 'key');
  }
  if (expectation.within !== undefined && expectation.to !== undefined) {
    say([...path, 'to'], 'within and to are both the end of the span: give one', 'key');
  }
}

function checkMoment(text: string | undefined, known: ReadonlySet<string>, path: Path, say: Say): void {
  if (text === undefined) return;
  const moment = readMoment(text);
  if (typeof moment === 'string') say(path, moment);
  else if (!known.has(moment.base)) {
    say(path, `there is no moment ${moment.base}${nearestHint(moment.base, known)}`);
  }
}

/** Every expression of a scenario, where it stands and what it has to yield. */
export function expressionsOf(data: ScenarioData): { path: Path; text: string; purpose: Purpose }[] {
  const found: { path: Path; text: string; purpose: Purpose }[] = [];
  const add = (path: Path, text: string | undefined, purpose: Purpose) => {
    if (text !== undefined) found.push({ path, text, purpose });
  };
  data.timeline?.forEach((entry, index) => {
    add(['timeline', index, 'when'], entry.when, 'condition');
  });
  data.expect?.forEach((expectation, index) => {
    for (const kind of EXPECTATION_KINDS) add(['expect', index, kind], expectation[kind], 'condition');
  });
  data.measure?.forEach((measure, index) => {
    add(['measure', index, 'until'], measure.until, 'condition');
    add(['measure', index, 'value'], measure.value, 'value');
    add(['measure', index, 'count'], measure.count, 'count');
    add(['measure', index, 'total'], measure.total, 'condition');
    add(['measure', index, 'most'], measure.most, 'count');
    add(['measure', index, 'changes'], measure.changes, 'value');
    add(['measure', index, 'last'], measure.last, 'value');
  });
  return found;
}
