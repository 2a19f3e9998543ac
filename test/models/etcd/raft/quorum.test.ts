/** Majorities: etcd-io/raft v3.7.0, quorum/; each function against one that says the definition. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  jointCommitted,
  jointVote,
  majorityCommitted,
  majorityVote,
  quorum,
} from '../../../../models/etcd/raft/quorum.ts';

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 7 });
const acks = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.nat(20));
const votes = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.boolean());
const settings = { seed: 3, numRuns: 1000 };

describe('the committed index', () => {
  it('is the largest that a majority has acknowledged', () => {
    fc.assert(
      fc.property(ids, acks, (voters, known) => {
        fc.pre(voters.length > 0);
        const result = majorityCommitted(voters, (id) => known[id]);
        const have = (index: number): number => voters.filter((id) => (known[id] ?? 0) >= index).length;
        expect(have(result)).toBeGreaterThanOrEqual(quorum(voters.length));
        expect(have(result + 1)).toBeLessThan(quorum(voters.length));
      }),
      settings,
    );
  });

  it('of two majorities is the smaller one, an empty half holds nothing back', () => {
    fc.assert(
      fc.property(ids, ids, acks, (voters, outgoing, known) => {
        const of = (id: number): number | undefined => known[id];
        const result = jointCommitted({ voters, outgoing }, of);
        expect(result).toBe(Math.min(majorityCommitted(voters, of), majorityCommitted(outgoing, of)));
        expect(jointCommitted({ voters: outgoing, outgoing: voters }, of)).toBe(result);
      }),
      settings,
    );
  });
});

describe('a vote', () => {
  it('is won or lost when no outstanding answer can change that, and pending otherwise', () => {
    fc.assert(
      fc.property(ids, ids, votes, (voters, outgoing, known) => {
        const given = new Map(Object.entries(known).map(([id, vote]) => [Number(id), vote]));
        const ifAll = (rest: boolean): boolean =>
          [voters, outgoing].every((half) => {
            const yes = half.filter((id) => given.get(id) ?? rest).length;
            return half.length === 0 || yes >= quorum(half.length);
          });
        const expected = ifAll(false) ? 'VoteWon' : ifAll(true) ? 'VotePending' : 'VoteLost';
        expect(jointVote({ voters, outgoing }, given)).toBe(expected);
        if (outgoing.length === 0) expect(majorityVote(voters, given)).toBe(expected);
      }),
      settings,
    );
  });
});
