/**
 * Many tasks on all cores of this machine: one pool of worker threads for one piece of work, ended with it.
 *
 * A worker is a file of this folder that exports its function as default; workers run from dist, whoever asks (Node before
 * 22 reads no TypeScript). What every task needs is handed to each worker once, as its workerData.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';

export interface PoolOptions<Answer> {
  /** Told of each answer as it comes, in no order: the task's index, what came, how many are done. */
  readonly answered?: (index: number, answer: Answer, done: number) => void;
  /** Ends the work: running tasks are broken off and the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default: as many as there are cores. */
  readonly threads?: number;
}

/** Answers in the order of the tasks. Everything crosses by structured clone. Rejects at the first task that throws. */
export async function runOnPool<Task, Answer>(
  worker: string,
  shared: unknown,
  tasks: readonly Task[],
  options: PoolOptions<Answer> = {},
): Promise<Answer[]> {
  const { signal, answered } = options;
  signal?.throwIfAborted();
  if (tasks.length === 0) return [];
  const threads = Math.min(options.threads ?? availableParallelism(), tasks.length);
  const pool = new Piscina<Task, Answer>({
    filename: workerFile(worker),
    workerData: shared,
    minThreads: threads,
    maxThreads: threads,
    recordTiming: false,
  });
  // Aborting waits for nobody: a run inside a worker cannot hear a signal.
  let stop: (reason: unknown) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  const onAbort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const answers: Answer[] = new Array(tasks.length);
  let next = 0;
  let done = 0;
  /** Each lane keeps one task running and one waiting, so that a thread is never idle and an error ends all soon. */
  const lane = async (): Promise<void> => {
    while (next < tasks.length) {
      const index = next++;
      const answer = await pool.run(tasks[index] as Task);
      answers[index] = answer;
      done++;
      answered?.(index, answer, done);
    }
  };
  try {
    const lanes = Promise.all(Array.from({ length: 2 * threads }, lane));
    // What is broken off by the pool's end is nobody's complaint.
    lanes.catch(() => {});
    await Promise.race([lanes, stopped]);
    return answers;
  } finally {
    stopped.catch(() => {});
    signal?.removeEventListener('abort', onAbort);
    await pool.destroy();
  }
}

function workerFile(name: string): string {
  const here = fileURLToPath(import.meta.url);
  const folder = here.endsWith('.ts') ? join(dirname(here), '../../dist/plan/runners') : dirname(here);
  const file = join(folder, `${name}.js`);
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run build makes it`);
  return file;
}
