/** Steps of the playhead: to events of the story, to changes of any state, to edges of outages, and so on. */
import { nextTime, previousTime, type RunView, rowAt } from '../run/run-view.ts';
import type { PageState } from './page-state.ts';

/** With what each leads to. */
export const STEPS = {
  event: 'event',
  change: 'change of any state',
  outage: 'edge of an outage',
  kind: 'event of this kind',
  stop: 'breakpoint',
} as const;
export type StepOf = keyof typeof STEPS;

export function step(state: PageState, of: StepOf, forwards: boolean): void {
  const run = state.run.get();
  if (run === undefined) return;
  state.playing.set(false);
  const times = timesOf(of, run, state);
  const atMs = state.atMs.get();
  if (times.length === 0) state.notice.set({ tone: 'plain', text: `There is no ${STEPS[of]} in this run.` });
  else state.jump(forwards ? nextTime(times, atMs, run.knownMs) : previousTime(times, atMs));
}

function timesOf(of: StepOf, run: RunView, state: PageState): readonly number[] {
  switch (of) {
    case 'event':
      return run.storyTimes;
    case 'change':
      return run.moments;
    case 'outage':
      return run.outageEdges;
    case 'kind': {
      const kind = rowAt(run.record.story, state.atMs.get())?.kind ?? run.record.story[0]?.kind;
      return run.record.story.filter((line) => line.kind === kind).map(({ at_ms }) => at_ms);
    }
    case 'stop':
      return state.stops.get();
  }
}
