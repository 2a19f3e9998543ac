/**
 * `npm run soak -- raft`: random fault schedules on three and five members of etcd, all promises watched, on all cores.
 * Ctrl-C ends it with what was done so far. A schedule that breaks a promise is shrunk and printed as JSON, which
 * `--schedule JSON` replays.
 */
import { runOnPool } from '../../plan/runners/pool.ts';
import { runSchedule, type Schedule } from '../../properties/etcd/fault-schedules.ts';
import { isEndedEarly } from './interruptible.ts';
import { addTo, NO_TOTALS, type RaftAnswer, type RaftTask } from './raft-worker.ts';

/** Schedules a task: some seconds, so that an interruption loses little. */
const CHUNK = 100;
const PROGRESS_MS = 2_000;

/** @returns the exit code: 0, 1 where a promise is broken, 130 after Ctrl-C */
export async function soakRaft(count: number, seed: number, threads: number): Promise<number> {
  const tasks = Array.from(
    { length: Math.ceil(count / CHUNK) },
    (_, i): RaftTask => ({
      seed: seed * 1_000_000 + i,
      count: Math.min(CHUNK, count - i * CHUNK),
    }),
  );
  const seen = { ...NO_TOTALS };
  const startedMs = performance.now();
  let done = 0;
  let toldMs = 0;
  let broken: RaftAnswer['broken'];
  const answered = (answer: RaftAnswer, end: () => void): void => {
    done += answer.schedules;
    addTo(seen, answer.seen);
    if (answer.broken !== undefined) {
      broken = answer.broken;
      end();
    }
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs - toldMs < PROGRESS_MS) return;
    toldMs = elapsedMs;
    const perSecond = (1000 * done) / elapsedMs;
    const leftS = Math.round((count - done) / perSecond);
    process.stderr.write(
      `soak: raft, ${text(done)} of ${text(count)} schedules, ${perSecond.toFixed(0)} a second, ${leftS} s left\n`,
    );
  };
  await isEndedEarly((signal, end) =>
    runOnPool<RaftTask, RaftAnswer>('../../test/soak/raft-worker', undefined, tasks, {
      answered: (_, answer) => answered(answer, end),
      signal,
      threads,
    }),
  );
  process.stdout.write(
    `soak: raft, ${text(done)} schedules with ${text(seen.elections)} elections, ${text(seen.puts)} puts and ${text(seen.gets)} gets answered, ` +
      `${text(seen.unanswered)} not; in ${text(seen.judged)} a leader said at the end what was committed; ` +
      `${broken === undefined ? 'no promise was broken' : 'a promise was broken'}\n`,
  );
  if (broken === undefined) return done < count ? 130 : 0;
  process.stdout.write(
    `${broken.why}\nreplay: npm run soak -- raft --schedule '${JSON.stringify(broken.schedule)}'\n`,
  );
  return 1;
}

/** Runs one schedule that was printed. */
export function replayRaft(schedule: Schedule): number {
  try {
    process.stdout.write(`${JSON.stringify(runSchedule(schedule))}\n`);
    return 0;
  } catch (error) {
    process.stdout.write(`${String(error)}\n`);
    return 1;
  }
}

function text(count: number): string {
  return count.toLocaleString('en-US');
}
