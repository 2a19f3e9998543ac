/** A planted fault, members that ignore the lease, is found by random fault schedules and shrunk. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { runSchedule, type Schedule, schedules } from '../../properties/etcd/fault-schedules.ts';
import { whoHearsItsLeaderHelpsNoOther } from '../../properties/etcd/who-hears-its-leader-helps-no-other.ts';

vi.mock('../../models/etcd/raft/election.ts', async (original) => ({
  ...(await original<typeof import('../../models/etcd/raft/election.ts')>()),
  isInLease: () => false,
}));

test('it is found', () => {
  let runs = 0;
  const found = fc.check(
    fc.property(schedules, (schedule) => {
      // Which fault at which moment does not matter here: shrinking ends after this many runs.
      if (++runs <= 60) runSchedule(schedule);
    }),
    { seed: 1, numRuns: 100 },
  );
  expect(String(found.errorInstance)).toContain(whoHearsItsLeaderHelpsNoOther.sentence);
  const [shrunk] = found.counterexample as [Schedule];
  expect(shrunk.faults.length).toBeLessThanOrEqual(4);
}, 300_000);
