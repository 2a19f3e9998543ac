/** Linearizable reads: etcd-io/raft v3.7.0, read_only.go, raft.go (stepLeader's MsgReadIndex), raft_test.go (expected indexes). */
import { describe, expect, it } from 'vitest';
import { normalEntry } from '../../../../models/etcd/raft/entries.ts';
import { Network, said, storageOf } from './network.ts';

const read = (network: Network, id: number, context: string): void => {
  network.tell(id, { type: 'read-index', context });
};

/** The read states of a member as `index context`. */
const answers = (network: Network, id: number): string[] =>
  network.readStates.get(id)!.map(({ index, context }) => `${index} ${context}`);

describe.each([
  { name: 'safe', options: { readOnly: 'safe' } },
  { name: 'lease-based', options: { readOnly: 'lease-based', checkQuorum: true } },
] as const)('$name reads', ({ options }) => {
  it('are served at the commit index, to whichever member asked', () => {
    const network = new Network(3, options);
    network.campaign(1);
    const expected = [11, 21, 31, 41, 51, 61];
    const asked = [1, 2, 3, 1, 2, 3];
    expected.forEach((index, i) => {
      for (let n = 0; n < 10; n++) network.propose(1);
      read(network, asked[i]!, `read ${i}`);
      expect(answers(network, asked[i]!).at(-1)).toBe(`${index} read ${i}`);
    });
    expect([1, 2, 3].map((id) => answers(network, id).length)).toEqual([2, 2, 2]);
  });

  it('wait for the first commit of a new leader, and are not lost', () => {
    const voters = [1, 2, 3];
    const network = new Network(
      [1, 2, 2].map((commit) => storageOf({ voters }, [1, 1], { term: 1, commit })),
      options,
    );
    network.loses = ({ type }) => type === 'MsgApp';
    network.campaign(1);
    expect(network.node(1).role).toBe('leader');
    read(network, 1, 'early');
    expect(answers(network, 1)).toEqual([]);
    network.heal();
    network.node(1).step({ type: 'tick' });
    network.propose(1);
    expect(network.raft(1).log.committed).toBe(4);
    read(network, 1, 'late');
    expect(answers(network, 1)).toEqual(['4 early', '4 late']);
  });

  it('are answered at once by an only voter', () => {
    const network = new Network(1, options);
    network.campaign(1);
    network.propose(1);
    read(network, 1, 'alone');
    expect(answers(network, 1)).toEqual(['2 alone']);
  });
});

describe('a safe read', () => {
  const cluster = (): Network => {
    const network = new Network(3);
    network.campaign(1);
    network.propose(1);
    return network;
  };

  it('is not answered by a leader without a quorum', () => {
    const network = cluster();
    network.isolate(1);
    read(network, 1, 'cut off');
    network.tick(1, 5);
    expect(answers(network, 1)).toEqual([]);
    network.heal();
    network.tick(1);
    expect(answers(network, 1)).toEqual(['2 cut off']);
  });

  it('is not answered once the leader has heard of a newer term, whatever its old heartbeats bring back', () => {
    const network = cluster();
    network.isolate(1);
    read(network, 1, 'stale');
    network.campaign(2);
    network.propose(2);
    expect(network.node(2).role).toBe('leader');
    network.hear(said('MsgHeartbeat', 2, 1, network.raft(2).term));
    network.hear(said('MsgHeartbeatResp', 2, 1, 1, { context: 1 }));
    network.hear(said('MsgHeartbeatResp', 3, 1, 1, { context: 1 }));
    expect(answers(network, 1)).toEqual([]);
  });

  it('needs answers to a heartbeat sent after it came: older ones do not count', () => {
    const network = cluster();
    network.isolate(1);
    read(network, 1, 'first');
    read(network, 1, 'second');
    network.hear(said('MsgHeartbeatResp', 2, 1, 1));
    expect(answers(network, 1)).toEqual([]);
    network.hear(said('MsgHeartbeatResp', 2, 1, 1, { context: 1 }));
    expect(answers(network, 1)).toEqual(['2 first']);
    network.hear(said('MsgHeartbeatResp', 3, 1, 1, { context: 2 }));
    expect(answers(network, 1)).toEqual(['2 first', '2 second']);
  });

  it('with a context that was used before is not confirmed by answers to the earlier one', () => {
    const network = cluster();
    read(network, 1, 'same');
    expect(answers(network, 1)).toEqual(['2 same']);
    network.isolate(1);
    read(network, 1, 'same');
    network.hear(said('MsgHeartbeatResp', 2, 1, 1, { context: 1 }));
    network.hear(said('MsgHeartbeatResp', 3, 1, 1, { context: 1 }));
    expect(answers(network, 1)).toEqual(['2 same']);
    network.hear(said('MsgHeartbeatResp', 3, 1, 1, { context: 2 }));
    expect(answers(network, 1)).toEqual(['2 same', '2 same']);
  });

  it('is confirmed together with all that came before it', () => {
    const network = cluster();
    network.isolate(1);
    for (const context of ['a', 'b', 'c']) read(network, 1, context);
    network.hear(said('MsgHeartbeatResp', 3, 1, 1, { context: 3 }));
    expect(answers(network, 1)).toEqual(['2 a', '2 b', '2 c']);
  });

  it('goes on waiting on the heartbeats that follow', () => {
    const network = cluster();
    network.isolate(1);
    read(network, 1, 'x');
    network.lost.length = 0;
    network.tick(1);
    expect(network.lost.map(({ type, context }) => [type, context])).toEqual([
      ['MsgHeartbeat', 1],
      ['MsgHeartbeat', 1],
    ]);
  });

  it('is not confirmed by learners', () => {
    const confState = { voters: [1, 2], learners: [3] };
    const network = new Network([1, 2, 3].map(() => storageOf(confState)));
    network.campaign(1);
    network.loses = ({ from, to }) => from === 2 || to === 2;
    read(network, 1, 'x');
    expect(answers(network, 1)).toEqual([]);
    expect(network.raft(1).reads.acks.get(3)).toBe(1);
  });

  it('needs both majorities of a joint configuration', () => {
    const confState = { voters: [1, 2, 3], votersOutgoing: [1, 4, 5] };
    const network = new Network([1, 2, 3, 4, 5].map(() => storageOf(confState)));
    network.campaign(1);
    expect(network.node(1).role).toBe('leader');
    network.loses = ({ from, to }) => [from, to].some((id) => id === 4 || id === 5);
    read(network, 1, 'x');
    expect(answers(network, 1)).toEqual([]);
    network.heal();
    network.tick(1);
    expect(answers(network, 1).length).toBe(1);
  });

  it('is not answered at once by the only incoming voter of a joint configuration', () => {
    const confState = { voters: [1], votersOutgoing: [1, 2, 3] };
    const network = new Network([1, 2, 3].map(() => storageOf(confState)));
    network.campaign(1);
    network.isolate(1);
    read(network, 1, 'x');
    expect(answers(network, 1)).toEqual([]);
    network.heal();
    network.tick(1);
    expect(answers(network, 1)).toEqual(['1 x']);
  });

  it('that waits is dropped without an answer when the term changes', () => {
    const network = cluster();
    network.isolate(1);
    read(network, 1, 'x');
    network.hear(said('MsgHeartbeat', 2, 1, 9));
    network.heal();
    network.campaign(1);
    network.propose(1);
    network.tick(1);
    expect(network.node(1).role).toBe('leader');
    expect(answers(network, 1)).toEqual([]);
  });

  it('that waits for the first commit of a term survives the loss of office', () => {
    const network = new Network(3);
    network.loses = ({ type }) => type === 'MsgApp';
    network.campaign(1);
    read(network, 1, 'kept');
    network.hear(said('MsgHeartbeat', 2, 1, 5));
    network.heal();
    network.campaign(1);
    expect(answers(network, 1)).toEqual(['2 kept']);
  });
});

describe('a lease-based read', () => {
  it('is answered without asking anybody', () => {
    const network = new Network(3, { readOnly: 'lease-based', checkQuorum: true });
    network.campaign(1);
    network.isolate(1);
    read(network, 1, 'x');
    expect(answers(network, 1)).toEqual(['1 x']);
  });
});

describe('a read at a member that is no leader', () => {
  it('is dropped with a line by a follower that knows none', () => {
    const network = new Network(3);
    read(network, 2, 'x');
    expect(network.lines.at(-1)).toBe('INFO 2 no leader at term 0; dropping index reading msg');
  });

  it('is dropped without a line by a candidate', () => {
    const network = new Network(3);
    network.isolate(2);
    network.campaign(2);
    const before = network.lines.length;
    read(network, 2, 'x');
    network.heal();
    network.tick(2);
    expect(network.lines.length).toBe(before);
    expect(answers(network, 2)).toEqual([]);
  });

  it('comes back as MsgReadIndexResp with the index and the same entry', () => {
    const network = new Network(3);
    network.campaign(1);
    read(network, 3, 'x');
    const answer = network.sent.find(({ type }) => type === 'MsgReadIndexResp')!;
    expect([answer.from, answer.to, answer.index, answer.entries]).toEqual([1, 3, 1, [normalEntry('x', 0)]]);
  });
});
