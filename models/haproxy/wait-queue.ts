/**
 * Why `timeout check` may be noticed late. A task sits in the wait queue under the time it had when it was
 * queued. Up to 3.2.0 (2.8.15) the answer timeout of a check, set while it handles I/O, does not move it: it
 * stays under its connect limit. The scheduler (src/task.c wake_expired_tasks) looks at the first entry
 * only: an expired one is woken, one under a wrong time is queued again, at one that is right it stops. So a
 * 1 s timeout fires when the entries of the other checks have gone by, after 1.0 to 2.0 s. The recording
 * Bb3 shows it (1000 to 1852 ms).
 *
 * Unit: microseconds. Not modelled: timers of sessions in the same queue (they are later, as a rule), and the
 * separate queues of several threads.
 */

/** When each check's task is due as far as the queue knows; and which of them really expire earlier. */
export interface WaitQueue {
  readonly keys: Readonly<Record<string, number>>;
  readonly stale: Readonly<Record<string, number>>;
}

export const EMPTY_QUEUE: WaitQueue = { keys: {}, stale: {} };

/** A check's task was queued, rightly, for keyUs. */
export function queued(queue: WaitQueue, id: string, keyUs: number): WaitQueue {
  const { [id]: _, ...stale } = queue.stale;
  return { keys: { ...queue.keys, [id]: keyUs }, stale };
}

/** A check's task expires earlier than the queue knows. */
export function expiresEarlier(queue: WaitQueue, id: string, expireUs: number): WaitQueue {
  return { ...queue, stale: { ...queue.stale, [id]: expireUs } };
}

/** The checks whose true time the scheduler notices now: those under a wrong time in front of all right ones. */
export function noticed(queue: WaitQueue): readonly string[] {
  let firstRight = Number.POSITIVE_INFINITY;
  for (const [id, key] of Object.entries(queue.keys)) {
    if (queue.stale[id] === undefined && key < firstRight) firstRight = key;
  }
  return Object.keys(queue.stale).filter((id) => (queue.keys[id] ?? 0) <= firstRight);
}
