/** Work on the pool with a progress line, which Ctrl-C ends with exit code 130. */
import type { PoolOptions } from '../plan/runners/pool.ts';
import { EXIT_INTERRUPTED, Failure } from './failure.ts';
import { Progress } from './progress.ts';

/** @param count tasks in all; @param work is given what the pool is to be told */
export async function onAllCores<Answer, Result>(
  what: string,
  count: number,
  work: (options: PoolOptions<Answer>) => Promise<Result>,
): Promise<Result> {
  const progress = new Progress(what);
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort(new Failure('interrupted', EXIT_INTERRUPTED));
  process.once('SIGINT', onInterrupt);
  try {
    return await work({ signal: abort.signal, answered: (_, __, done) => progress.show(done / count) });
  } finally {
    progress.done();
    process.removeListener('SIGINT', onInterrupt);
  }
}
