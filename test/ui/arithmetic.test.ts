import { expect, it } from 'vitest';
import { raftNode } from '../../models/etcd/raft-node.ts';
import type { TraceRecord } from '../../sim/trace.ts';
import { arithmeticOf } from '../../ui/engine/arithmetic.ts';

it.each([
  ['follower', ['follower in term 3; 4 of 14 drawn ticks without a word of the leader']],
  ['pre-candidate', ['pre-candidate in term 3; another try after 10 ticks without a majority']],
  ['leader', ['leader in term 3']],
])('says how long a %s of etcd has waited, and for what', (role, words) => {
  const raft = { role, term: 3, electionElapsed: 4, randomizedElectionTimeout: 14 };
  const record = { contextAfter: { raft }, event: { type: 'received' } } as unknown as TraceRecord;
  expect(arithmeticOf(raftNode.id, record)).toEqual(words);
});
