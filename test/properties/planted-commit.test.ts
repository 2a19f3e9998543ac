/** A planted fault, committing entries of older terms by counting (Raft, figure 8), is found by random orders of messages. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { smallRaft, walkViolation } from '../../properties/etcd/small-raft.ts';

vi.mock('../../models/etcd/raft/replication.ts', async (original) => {
  const real = await original<typeof import('../../models/etcd/raft/replication.ts')>();
  const { committedTo } = await import('../../models/etcd/raft/log.ts');
  const { jointCommitted } = await import('../../models/etcd/raft/quorum.ts');
  const { progressAt } = await import('../../models/etcd/raft/raft.ts');
  const maybeCommit: typeof real.maybeCommit = (raft) => {
    const index = jointCommitted(raft.members, (id) => raft.progress[progressAt(raft, id)]?.match);
    if (index <= raft.log.committed) return false;
    raft.log = committedTo(raft.log, index);
    return true;
  };
  return { ...real, maybeCommit };
});

test('it is found', () => {
  const world = smallRaft({
    members: 3,
    campaigns: 8,
    proposals: 0,
    crashes: 0,
    quickDisks: true,
    // A message holds one entry: only then are entries of different terms acknowledged one by one.
    config: { maxSizePerMessage: 0 },
  });
  const walks = fc.array(fc.nat(0xffff), { minLength: 60, maxLength: 60 });
  const found = fc.check(
    fc.property(walks, (walk) => walkViolation(world, walk) === undefined),
    { seed: 1, numRuns: 20_000, endOnFailure: true },
  );
  expect(found.failed).toBe(true);
});
