/** Steps of the playhead: to events of the story and to changes of any state. */
import { nextTime, previousTime } from '../run/run-view.ts';
import type { PageState } from './page-state.ts';

export type StepOf = 'event' | 'change';

export function step(state: PageState, of: StepOf, forwards: boolean): void {
  const run = state.run.get();
  if (run === undefined) return;
  state.playing.set(false);
  const times = of === 'event' ? run.storyTimes : run.moments;
  const atMs = state.atMs.get();
  state.jump(forwards ? nextTime(times, atMs, run.record.until_ms) : previousTime(times, atMs));
}
