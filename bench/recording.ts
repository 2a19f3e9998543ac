/**
 * What it costs to record a run, on bench/full-detail.yaml. The same luck three times, side by side: nobody watching; what a
 * run that is judged needs (facts, conditions); and recorded, which is that and all that a page shows and seeks in: the
 * lanes, the story, a snapshot each second and every action, from which any step can be had again. Beside them the
 * hash of the trace, which `quorate run` makes as well.
 */
import { LaneRecorder } from '../scenarios/lane-recorder.ts';
import type { Session } from '../scenarios/session.ts';
import { Storyteller } from '../scenarios/story.ts';
import { TraceHash } from '../sim/hash.ts';
import type { Step } from '../sim/state.ts';
import { SECOND_US } from '../sim/time.ts';
import { toRecord } from '../sim/trace.ts';
import { sideBySide } from './cpu.ts';
import { fullDetailSession, fullDetailWorld } from './full-detail.ts';

/** A run of the yardstick that keeps what a recording holds. */
export function recordedSession(): Session {
  const storyteller = new Storyteller();
  const lanes = new LaneRecorder();
  let recording = false;
  const session = fullDetailSession({
    history: true,
    record: (step) => {
      if (!recording) return;
      storyteller.observe(step);
      lanes.observe(step);
    },
  });
  lanes.begin(session.world, session.epochUs);
  recording = true;
  return session;
}

function hashedSession(): Session {
  const hash = new TraceHash();
  const record = (step: Step): void => {
    hash.add(toRecord(step), 0);
  };
  return fullDetailSession({ record });
}

/** CPU seconds of a simulated second, as multiples of the run that nobody watches. */
export interface RecordingCost {
  readonly judged: number;
  readonly recorded: number;
  readonly hashed: number;
}

/** @param seconds simulated seconds a round. */
export function measureRecording(seconds = 60, rounds = 7): RecordingCost {
  const silent = fullDetailWorld();
  const judged = fullDetailSession();
  const recorded = recordedSession();
  const hashed = hashedSession();
  const on = (session: Session) => (): void => session.runUntil(session.nowUs + seconds * SECOND_US);
  const times = sideBySide(rounds, {
    silent: () => silent.runUntil(silent.nowUs + seconds * SECOND_US),
    judged: on(judged),
    recorded: on(recorded),
    hashed: on(hashed),
  });
  const ratio = (name: string): number => (times[name] as number) / (times['silent'] as number);
  return { judged: ratio('judged'), recorded: ratio('recorded'), hashed: ratio('hashed') };
}
