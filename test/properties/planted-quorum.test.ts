/** A planted fault, a quorum that is one too small, is caught by the properties and shrunk to the fewest failures. */
import { expect, test, vi } from 'vitest';
import { Checker } from '../../properties/check-run.ts';
import { candidates } from '../../properties/fault-classes.ts';
import { oneLeaderATerm } from '../../properties/one-leader-a-term.ts';
import { shrink } from '../../properties/shrink.ts';
import { writesServedIffMajority } from '../../properties/writes-served-iff-majority.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { check, fault } from './checks.ts';

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
  const topology = topologyNamed('stacked-4', LIBRARY)!.topology!;
  const checker = new Checker({ topology }, [writesServedIffMajority]);
  const all = candidates(topology, ['host power', 'process stop']);
  const wanted = ['m3/haproxy', 'm1', 'm2'].flatMap((on) => all.find(({ entry }) => entry.on === on) ?? []);
  const found = { seed: 1, faults: wanted.map((one, index) => ({ ...one, atMs: 1_234 + 900 * index })) };
  const { schedule, what, runs } = shrink(checker, found);
  expect(schedule.faults).toHaveLength(2);
  expect(what).toContain('although too little is left');
  expect(runs).toBeLessThan(12);
}, 600_000);

test('a quorum that is one too small: two that do not hear each other lead in one term', () => {
  const cut = ['m1', 'm2', 'm3'].flatMap((a, index, all) =>
    all.slice(index + 1).map((b) => fault(1_000, { do: 'partition', links: [a, b] })),
  );
  const [what] = check(oneLeaderATerm, 'etcd-3', cut);
  expect(what).toMatch(/^m\d and m\d both led in term \d+$/);
}, 600_000);
