/**
 * Measures of single requests: how many there were, how long they took, when the last bad one began. Which of a client's requests
 * count is said in CEL over the request.
 *
 * Unit: milliseconds in expressions and results, since the measure's `from`.
 */

import { celRequestEnvironment } from './observation-types.ts';
import type { RequestFact } from './request-facts.ts';
import type { MeasureValue } from './result.ts';

/** What an expression of `where` may look at. */
export interface RequestView {
  readonly outcome: string;
  /** Who answered, where that is known; else empty. */
  readonly server: string;
  readonly detail: string;
  readonly started_ms: number;
  readonly ended_ms: number;
  readonly latency_ms: number;
}

export const REQUEST_GIVES = [
  'count',
  'latency',
  'end',
  'how',
  'server',
  'servers',
  'first-end',
  'last-start',
  'last-end',
  'span',
  'outage',
  'gap',
  'least-gap',
] as const;
export type RequestGive = (typeof REQUEST_GIVES)[number];

const checking = celRequestEnvironment('check');
const evaluating = celRequestEnvironment('evaluate');

/** What is wrong with an expression of `where`; undefined if it can be used. */
export function whereMistake(text: string): string | undefined {
  try {
    const { valid, type, error } = checking.parse(text).check();
    if (!valid) return error?.message.split('\n')[0] ?? 'it cannot be used';
    return type === 'bool' ? undefined : `this is ${type ?? 'unknown'}; true or false is needed`;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

export interface RequestMeasure {
  /** One client, or several joined by commas. */
  readonly client: string;
  readonly where: string | undefined;
  readonly give: RequestGive;
}

/** Takes the measure from the requests that were under way at some moment of the span, in the order of their starts. */
export function takeRequests(
  { client, where, give }: RequestMeasure,
  requests: readonly RequestFact[],
  fromUs: number,
  toUs: number,
): MeasureValue {
  const run = where === undefined ? undefined : evaluating.parse(where);
  const viewed = (one: RequestFact): RequestView => ({
    outcome: one.outcome,
    server: one.server ?? '',
    detail: one.detail ?? '',
    started_ms: (one.startedAtUs - fromUs) / 1000,
    ended_ms: (one.endedAtUs - fromUs) / 1000,
    latency_ms: (one.endedAtUs - one.startedAtUs) / 1000,
  });
  const clients = client.split(',');
  if (give === 'gap' || give === 'least-gap') {
    const gaps = clients.map((name) => {
      const own = requests.filter((one) => one.client === name && one.endedAtUs <= toUs).map(viewed);
      return longestGap(run === undefined ? own : own.filter((one) => run({ ...one }) === true));
    });
    const known = gaps.filter((gap) => gap !== null);
    // The worst has no gap if one client never came back; the best only if none did.
    if (known.length === 0 || (give === 'gap' && known.length < gaps.length)) return null;
    return give === 'gap' ? Math.max(...known) : Math.min(...known);
  }
  const all = requests
    .filter((one) => clients.includes(one.client) && one.startedAtUs <= toUs && one.endedAtUs >= fromUs)
    .map(viewed)
    .sort((a, b) => a.started_ms - b.started_ms);
  const wanted = run === undefined ? all : all.filter((one) => run({ ...one }) === true);
  const starts = wanted.map(({ started_ms }) => started_ms);
  const ends = wanted.map(({ ended_ms }) => ended_ms);
  const last = (list: readonly number[]): number | null => (list.length === 0 ? null : Math.max(...list));
  const after = (ms: number) => all.find(({ started_ms }) => started_ms > ms)?.started_ms;
  switch (give) {
    case 'count':
      return wanted.length;
    case 'latency':
      return wanted.map(({ latency_ms }) => latency_ms);
    case 'end':
      return ends;
    case 'how':
      return wanted.map(({ outcome }) => outcome);
    case 'server':
      return wanted.map(({ server }) => server);
    case 'servers':
      return wanted.map(({ server, outcome }) => server || outcome).join(' ');
    case 'first-end':
      return ends.length === 0 ? null : Math.min(...ends);
    case 'last-start':
      return last(starts);
    case 'last-end':
      return last(ends);
    case 'span':
      if (starts.length === 0) return null;
      return between(starts[0] as number, (after(last(starts) as number) ?? last(starts)) as number);
    case 'outage': {
      const [first] = starts;
      if (first === undefined) return null;
      const again = all.find((one) => one.started_ms > first && !wanted.includes(one));
      return again === undefined ? null : between(first, again.started_ms);
    }
  }
}

/** The longest time between two successive ends, of which the second is in the span; null if none is. */
function longestGap(requests: readonly RequestView[]): number | null {
  const ends = requests.map(({ ended_ms }) => ended_ms).sort((a, b) => a - b);
  let most: number | null = null;
  for (let i = 1; i < ends.length; i++) {
    if ((ends[i] as number) < 0) continue;
    most = Math.max(most ?? 0, between(ends[i - 1] as number, ends[i] as number));
  }
  return most;
}

/** Whole microseconds again: a difference of two numbers with decimals has more of them. */
function between(fromMs: number, toMs: number): number {
  return Math.round((toMs - fromMs) * 1000) / 1000;
}
