/** A planted fault, a quorum that is one too small, is caught by the properties and shrunk to a single failure. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Failure, failures, scenarioOfFailures } from '../../properties/failures.ts';
import { writesServedIffMajority } from '../../properties/writes-served-iff-majority.ts';
import { composed, session } from '../scenarios/runs.ts';

vi.mock('../../models/etcd/raft/quorum.ts', async (original) => {
  const real = await original<typeof import('../../models/etcd/raft/quorum.ts')>();
  /** Half of the members are enough. */
  const quorum = (n: number): number => Math.max(1, Math.floor(n / 2));
  const majorityCommitted: typeof real.majorityCommitted = (voters, ackedOf) => {
    if (voters.length === 0) return Number.POSITIVE_INFINITY;
    const acked = voters.map((id) => ackedOf(id) ?? 0).sort((a, b) => a - b);
    return acked[voters.length - quorum(voters.length)] as number;
  };
  const majorityVote: typeof real.majorityVote = (voters, votes) => {
    const yes = voters.filter((id) => votes.get(id) === true).length;
    const unknown = voters.filter((id) => !votes.has(id)).length;
    if (yes >= quorum(voters.length)) return 'VoteWon';
    return yes + unknown >= quorum(voters.length) ? 'VotePending' : 'VoteLost';
  };
  return {
    ...real,
    quorum,
    majorityCommitted,
    majorityVote,
    jointCommitted: (
      config: Parameters<typeof real.jointCommitted>[0],
      ackedOf: Parameters<typeof real.jointCommitted>[1],
    ) => majorityCommitted(config.voters, ackedOf),
    jointVote: (config: Parameters<typeof real.jointVote>[0], votes: Parameters<typeof real.jointVote>[1]) =>
      majorityVote(config.voters, votes),
  };
});

test('a quorum that is one too small is found on stacked-2 and shrunk to one failure', () => {
  const { topology } = composed(scenarioOfFailures('stacked-2', []));
  const violates = (failed: readonly Failure[]): boolean => {
    const run = session(scenarioOfFailures('stacked-2', failed), 1);
    return writesServedIffMajority.violation(run, failed) !== undefined;
  };
  const found = fc.check(
    fc.property(failures(topology, 2), (failed) => !violates(failed)),
    { seed: 3, numRuns: 40 },
  );
  expect(found.failed).toBe(true);
  const [shrunk] = found.counterexample as [readonly Failure[]];
  expect(shrunk).toHaveLength(1);
  // One member of two is gone, and still writes are served: its host, or its etcd.
  expect(shrunk[0]?.what).toMatch(/^m[12](\/etcd)?$/);
}, 600_000);
