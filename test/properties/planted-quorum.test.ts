/** A planted fault, a quorum that is one too small, is caught by the properties and shrunk to the fewest failures. */
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

test('a quorum that is one too small is found on four members and shrunk to two failures', () => {
  const topology = 'stacked-4';
  const masters = ['m1', 'm2', 'm3', 'm4'];
  const { topology: data } = composed(scenarioOfFailures(topology, []));
  // Which two hosts at which moment does not matter here: shrinking ends after this many runs.
  let runs = 0;
  const violates = (failed: readonly Failure[]): boolean => {
    if (++runs > 24) return false;
    const run = session(scenarioOfFailures(topology, failed), 1);
    return writesServedIffMajority.violation(run, failed) !== undefined;
  };
  const found = fc.check(
    fc.property(failures(data, 3, masters), (failed) => !violates(failed)),
    { seed: 3, numRuns: 12 },
  );
  expect(found.failed).toBe(true);
  const [shrunk] = found.counterexample as [readonly Failure[]];
  expect(shrunk).toHaveLength(2);
}, 600_000);
