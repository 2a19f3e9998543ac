/**
 * Switches of a scenario: changes without which an expectation would prove nothing. With a switch the scenario is another one, in
 * which the behaviour that some expectations are about is off; an expectation that holds with every switch is empty.
 *
 * What does not count as a failure: an expectation about the output of a command that the switch leaves out, and one whose span
 * never came. Both fail for no reason of the cluster's.
 */
import type { ParameterMap } from '../models/cluster/parameters.ts';
import { judgeExpectation, type Moments, spanOf, type Watchlist } from './expectations.ts';
import { EXPECTATION_KINDS, entryLabel, isFaultEntry } from './rules.ts';
import type { ExpectationData, ScenarioData, SwitchData, TimelineEntryData } from './schema.ts';

export interface Switched {
  /** With the switch's own timeline, start, workloads and clients. */
  readonly data: ScenarioData;
  /** As --topology and --set. */
  readonly topology?: string;
  readonly set: ParameterMap;
}

/** The scenario with one of its switches. */
export function switched(data: ScenarioData, change: SwitchData): Switched {
  const { set = {}, topology, without = [], also = [], start, workloads, clients } = change;
  const timeline = (data.timeline ?? []).map((entry, index) =>
    without.includes(entryLabel(entry, index)) ? emptied(entry) : entry,
  );
  return {
    data: {
      ...data,
      timeline: [...timeline, ...also],
      ...(start === undefined ? {} : { start }),
      ...(workloads === undefined ? {} : { workloads }),
      ...(clients === undefined ? {} : { clients }),
    },
    ...(topology === undefined ? {} : { topology }),
    set,
  };
}

/** The same moment, at which nothing happens, or a command is typed that does nothing. */
function emptied(entry: TimelineEntryData): TimelineEntryData {
  const { name, at, between, when, within, after } = entry;
  const moment = { name, at, between, when, within, after };
  return isFaultEntry(entry) ? { ...moment, do: 'mark' } : { ...moment, run: 'true', on: entry.on };
}

/** Whether the switch makes the expectation fail, for a reason that counts. */
export function failsWith(
  change: SwitchData,
  expectation: ExpectationData,
  watchlist: Watchlist,
  moments: Moments,
): boolean {
  const text = EXPECTATION_KINDS.map((kind) => expectation[kind] ?? '').join('');
  if (change.without?.some((name) => text.includes(`steps['${name}']`)) === true) return false;
  if (spanOf(expectation, moments) === undefined) return false;
  return !judgeExpectation(expectation, watchlist, moments).ok;
}
