/** A planted fault, members that ignore the lease, is found by random fault schedules. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { runSchedule, schedules } from '../../properties/etcd/fault-schedules.ts';
import { whoHearsItsLeaderHelpsNoOther } from '../../properties/etcd/who-hears-its-leader-helps-no-other.ts';

vi.mock('../../models/etcd/raft/election.ts', async (original) => ({
  ...(await original<typeof import('../../models/etcd/raft/election.ts')>()),
  isInLease: () => false,
}));

test('it is found', () => {
  const found = fc.check(
    fc.property(schedules, (schedule) => {
      runSchedule(schedule);
    }),
    { seed: 1, numRuns: 100, endOnFailure: true },
  );
  expect(String(found.errorInstance)).toContain(whoHearsItsLeaderHelpsNoOther.sentence);
}, 300_000);
