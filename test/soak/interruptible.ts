/** Work on a pool that Ctrl-C ends early, and that may end itself so. */
class Interrupted extends Error {}

/** @returns whether it was ended early: by Ctrl-C, or by `end` that the work is given */
export async function isEndedEarly(
  work: (signal: AbortSignal, end: () => void) => Promise<unknown>,
): Promise<boolean> {
  const stop = new AbortController();
  const end = (): void => stop.abort(new Interrupted());
  process.once('SIGINT', end);
  try {
    await work(stop.signal, end);
    return false;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return true;
  } finally {
    process.removeListener('SIGINT', end);
  }
}
