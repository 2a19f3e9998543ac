/**
 * A command that is typed on a host at the playhead: what it prints, and how long it takes of the cluster's time. Tried in a
 * session of its own, which goes just far enough; only if it changes something has the page to make another run of it.
 */
import { durationUs } from '../../scenarios/durations.ts';
import { Session } from '../../scenarios/session.ts';
import type { Started } from './held-runs.ts';

export interface Typing {
  readonly text: string;
  /** Undefined while it runs. */
  readonly exitCode: number | undefined;
  /** Milliseconds of the cluster's time since it was typed. */
  readonly tookMs: number;
  /** It has done something to the cluster, and not only looked. */
  readonly touched: boolean;
  /** Whoever typed it did not wait for its end. */
  readonly stopped: boolean;
}

/** Nobody waits longer for the end of a command; of the cluster's time. */
const PATIENCE_US = 600_000_000;
const SLICE_US = 250_000;
/** Real milliseconds between two pieces of news. */
const TELL_MS = 100;

/** `goesOn` says whether somebody still waits; `breathe` is waited for between slices. */
export async function typeLast(
  { composed, zero, options }: Started,
  goesOn: () => boolean,
  breathe: () => Promise<void>,
  tell: (news: Typing) => void,
): Promise<Typing> {
  const entry = composed.data.timeline?.at(-1);
  if (entry === undefined || !('run' in entry) || entry.at === undefined)
    throw new Error('Nothing is typed.');
  const atUs = durationUs(entry.at);
  const { expect: _, measure: __, ...data } = composed.data;
  const until = `${Math.max(durationUs(composed.data.until), atUs + PATIENCE_US)}us`;
  const session = new Session({ ...data, until }, composed.topology, zero, options);
  const fromUs = session.epochUs + atUs;
  await runTo(session, fromUs, goesOn, breathe);
  const typed = session.console.typed.find((one) => one.startedAtUs === fromUs && one.line === entry.run);
  if (typed === undefined) return { text: '', exitCode: undefined, tookMs: 0, touched: false, stopped: true };
  const soFar = (): Typing => ({
    text: typed.text,
    exitCode: typed.result?.exitCode,
    tookMs: (typed.result?.hungUs ?? session.nowUs - fromUs) / 1_000,
    touched: typed.touched,
    stopped: typed.result === undefined,
  });
  let toldMs = performance.now();
  while (typed.result === undefined && goesOn() && session.nowUs < fromUs + PATIENCE_US) {
    session.runUntil(session.nowUs + SLICE_US);
    if (performance.now() - toldMs < TELL_MS) continue;
    toldMs = performance.now();
    tell(soFar());
    await breathe();
  }
  return soFar();
}

/** To just after this moment, slice by slice. */
async function runTo(
  session: Session,
  atUs: number,
  goesOn: () => boolean,
  breathe: () => Promise<void>,
): Promise<void> {
  while (session.nowUs < atUs && goesOn()) {
    session.runUntil(Math.min(atUs, session.nowUs + 4 * SLICE_US));
    await breathe();
  }
}
