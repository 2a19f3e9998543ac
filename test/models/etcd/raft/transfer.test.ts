/** Leader transfer: Raft thesis section 3.10; etcd-io/raft v3.7.0, raft.go (MsgTransferLeader, MsgTimeoutNow). */
import { describe, expect, it } from 'vitest';
import { Network, said, storageOf } from './network.ts';

const cluster = (options = {}): Network => {
  const network = new Network(3, options);
  network.campaign(1);
  return network;
};
const transfer = (network: Network, at: number, to: number): void => {
  network.tell(at, { type: 'transfer-leader', to });
};

describe('a transfer', () => {
  it('to a member with the whole log takes effect at once', () => {
    const network = cluster();
    transfer(network, 1, 2);
    expect(network.leaders).toEqual([2]);
    expect(network.raft(1).lead).toBe(2);
  });

  it('asked of a follower is passed on to the leader', () => {
    const network = cluster();
    transfer(network, 2, 3);
    expect(network.leaders).toEqual([3]);
  });

  it('asked of a follower without a leader is dropped', () => {
    const network = new Network(3);
    transfer(network, 2, 3);
    expect(network.lines.at(-1)).toBe('INFO 2 no leader at term 0; dropping leader transfer msg');
  });

  it('overrides the lease of the others', () => {
    const network = cluster({ checkQuorum: true });
    transfer(network, 1, 2);
    expect(network.leaders).toEqual([2]);
  });

  it('makes no trial vote, even where pre-vote is on', () => {
    const network = cluster({ preVote: true, checkQuorum: true });
    network.sent.length = 0;
    transfer(network, 1, 2);
    expect(network.sent.some(({ type }) => type === 'MsgPreVote')).toBe(false);
    expect(network.leaders).toEqual([2]);
  });

  it('to a member that lags waits until it has caught up', () => {
    const network = cluster();
    network.isolate(3);
    network.propose(1);
    network.propose(1);
    network.heal();
    transfer(network, 1, 3);
    expect(network.leaders).toEqual([3]);
    expect(network.raft(3).log.committed).toBe(4);
  });

  it('to a member that needs a snapshot waits for that, too', () => {
    const network = cluster();
    network.isolate(3);
    network.propose(1);
    network.propose(1);
    network.node(1).step({ type: 'compact', index: 3 });
    network.heal();
    network.tick(1);
    transfer(network, 1, 3);
    expect(network.leaders).toEqual([3]);
  });

  it('to the leader itself, to a learner or to a stranger does nothing', () => {
    const confState = { voters: [1, 2], learners: [3] };
    const network = new Network([1, 2, 3].map(() => storageOf(confState)));
    network.campaign(1);
    for (const to of [1, 3, 9]) transfer(network, 1, to);
    expect(network.lines.slice(-3)).toEqual([
      'DEBUG 1 is already leader. Ignored transferring leadership to self',
      'DEBUG 1 is learner. Ignored transferring leadership',
      'DEBUG 1 no progress available for 9',
    ]);
    expect(network.leaders).toEqual([1]);
    expect(network.raft(1).leadTransferee).toBe(0);
  });

  it('drops proposals while it lasts', () => {
    const network = cluster();
    network.isolate(3);
    transfer(network, 1, 3);
    expect(network.propose(1)).toBe('raft proposal dropped');
    expect(network.lines.at(-1)).toBe(
      'DEBUG 1 [term 1] transfer leadership to 3 is in progress; dropping proposal',
    );
  });

  it('is given up after an election timeout, and the leader goes on', () => {
    const network = cluster();
    network.tick(1, 7);
    network.isolate(3);
    transfer(network, 1, 3);
    // The leader's own timer started again with the transfer.
    network.tick(1, 9);
    expect(network.raft(1).leadTransferee).toBe(3);
    network.tick(1);
    expect(network.raft(1).leadTransferee).toBe(0);
    expect(network.propose(1)).toBeNull();
  });

  it('to the same member again is ignored and does not restart the timer, to another replaces it', () => {
    const network = cluster();
    network.isolate(3);
    transfer(network, 1, 3);
    network.tick(1, 5);
    transfer(network, 1, 3);
    expect(network.raft(1).electionElapsed).toBe(5);
    expect(network.lines.at(-1)).toBe(
      'INFO 1 [term 1] transfer leadership to 3 is in progress, ignores request to same node 3',
    );
    transfer(network, 1, 2);
    expect(network.leaders).toEqual([2]);
  });

  it('is aborted when the leader hears a higher term', () => {
    const network = cluster();
    network.isolate(3);
    transfer(network, 1, 3);
    network.hear(said('MsgHeartbeat', 2, 1, 4));
    expect(network.raft(1).leadTransferee).toBe(0);
  });

  it('is aborted when its target is removed', () => {
    const network = cluster();
    network.isolate(3);
    transfer(network, 1, 3);
    const changes = [{ type: 'ConfChangeRemoveNode', nodeId: 3 }] as const;
    const change = { transition: 'ConfChangeTransitionAuto', changes, context: null } as const;
    network.tell(1, { type: 'apply-conf-change', change });
    expect(network.raft(1).leadTransferee).toBe(0);
  });
});

describe('MsgTimeoutNow', () => {
  it('that comes late, to a member that was removed since, starts no election', () => {
    const network = cluster();
    const changes = [{ type: 'ConfChangeRemoveNode', nodeId: 2 }] as const;
    const change = { transition: 'ConfChangeTransitionAuto', changes, context: null } as const;
    network.tell(2, { type: 'apply-conf-change', change });
    network.hear(said('MsgTimeoutNow', 1, 2, 1));
    expect(network.node(2).role).toBe('follower');
    expect(network.lines.slice(-2)).toEqual([
      'INFO 2 [term 1] received MsgTimeoutNow from 1 and starts an election to get leadership.',
      'WARN 2 is unpromotable and can not campaign',
    ]);
  });

  it('of an older term is ignored', () => {
    const network = cluster();
    network.campaign(3);
    network.hear(said('MsgTimeoutNow', 1, 2, 1));
    expect(network.leaders).toEqual([3]);
  });

  it('of our own term is ignored by candidates and leaders', () => {
    const network = cluster();
    network.hear(said('MsgTimeoutNow', 2, 1, 1));
    expect([network.node(1).role, network.raft(1).term]).toEqual(['leader', 1]);
    network.isolate(2);
    network.campaign(2);
    network.hear(said('MsgTimeoutNow', 1, 2, 2));
    expect([network.node(2).role, network.raft(2).term]).toEqual(['candidate', 2]);
    expect(network.lines.at(-1)).toBe('DEBUG 2 [term 2 state StateCandidate] ignored MsgTimeoutNow from 1');
  });

  it('of a newer term makes even a leader campaign, one term further', () => {
    const network = new Network([storageOf({ voters: [1, 2, 3] })]);
    network.hear(said('MsgTimeoutNow', 2, 1, 5));
    expect([network.node(1).role, network.raft(1).term]).toEqual(['candidate', 6]);
  });
});
