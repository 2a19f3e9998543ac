/** What gets committed, and how logs come to agree: Raft paper section 5; etcd-io/raft v3.7.0, raft.go and its tests. */
import { describe, expect, it } from 'vitest';
import { Network, said, storageOf } from './network.ts';

const voters = [1, 2, 3];

describe('a leader', () => {
  it.each([
    { acknowledged: 1, commit: 0 },
    { acknowledged: 2, commit: 0 },
    { acknowledged: 3, commit: 3 },
  ])(
    'commits only entries of its term by counting: $acknowledged acknowledged, $commit committed',
    ({ acknowledged, commit }) => {
      const network = new Network([storageOf({ voters }, [1, 2], { term: 2 })]);
      network.campaign(1);
      network.hear(said('MsgVoteResp', 2, 1, 3));
      expect(network.node(1).role).toBe('leader');
      network.propose(1);
      network.hear(said('MsgAppResp', 2, 1, 3, { index: acknowledged }));
      expect(network.raft(1).log.committed).toBe(commit);
    },
  );

  it('commits what a majority has, its own log included only when that is on its disk', () => {
    const network = new Network([storageOf({ voters: [1, 2] })], { asyncStorageWrites: true });
    const node = network.node(1);
    node.step({ type: 'campaign' });
    const own = node.takeReady().messages.at(-1)!;
    node.step({ type: 'message', message: own.responses[0]! });
    node.step({ type: 'message', message: said('MsgVoteResp', 2, 1, 1) });
    expect(node.role).toBe('leader');
    const append = node.takeReady().messages.at(-1)!;
    expect(append.type).toBe('MsgStorageAppend');
    node.step({ type: 'message', message: said('MsgAppResp', 2, 1, 1, { index: 1 }) });
    expect(node.raft.log.committed).toBe(0);
    node.step({ type: 'save', hardState: null, entries: append.entries, snapshot: null });
    for (const message of append.responses) node.step({ type: 'message', message });
    expect(node.raft.log.committed).toBe(1);
  });

  it('does not commit with a minority of five', () => {
    const network = new Network(5);
    network.campaign(1);
    network.loses = ({ to }) => to >= 3;
    network.propose(1);
    expect(network.raft(1).log.committed).toBe(1);
    network.heal();
    network.tick(1);
    expect(network.raft(1).log.committed).toBe(2);
  });
});

/**
 * Terms of the entries from index 1 on, of the leader and of the follower; the hint of the follower's
 * rejection; what the next append follows on. Expected values of raft_test.go, TestFastLogRejection.
 */
const LOGS = [
  { leader: [1, 2, 2, 4, 4, 4, 4], follower: [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], hint: [3, 7], next: [2, 3] },
  {
    leader: [1, 2, 2, 3, 4, 4, 4, 5],
    follower: [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3],
    hint: [3, 8],
    next: [3, 4],
  },
  { leader: [1, 1, 1, 1], follower: [1, 2, 2, 4], hint: [1, 1], next: [1, 1] },
  { leader: [1, 1, 1, 1, 1, 1], follower: [1, 2, 2, 4], hint: [1, 1], next: [1, 1] },
  { leader: [1, 1, 1, 1], follower: [1, 2, 2, 4, 4, 4], hint: [1, 1], next: [1, 1] },
  { leader: [1, 1, 1, 4, 5], follower: [1, 1, 1, 4], hint: [4, 4], next: [4, 4] },
  { leader: [2, 5, 5, 5, 5, 5, 5, 5, 5], follower: [2, 4, 4, 4, 4, 4], hint: [4, 6], next: [2, 1] },
  { leader: [2, 2, 2, 2, 2], follower: [2, 4, 4, 4, 4, 4, 4, 4], hint: [2, 1], next: [2, 1] },
  { leader: [1, 1, 3], follower: [1, 1, 3, 3, 3], compact: 5, hint: [0, 3], next: [1, 2] },
];

describe('after a rejected append', () => {
  it.each(LOGS)(
    'logs $leader and $follower are probed next at $next',
    ({ leader, follower, compact, hint, next }) => {
      const both = { voters };
      const network = new Network([
        storageOf(both, leader, { term: 8 }),
        storageOf(both, follower, { term: follower.at(-1)! }),
      ]);
      if (compact !== undefined) network.node(2).step({ type: 'compact', index: compact });
      const one = network.node(1);
      const two = network.node(2);
      one.step({ type: 'campaign' });
      one.takeReady();
      one.step({ type: 'advance' });
      one.step({ type: 'message', message: said('MsgVoteResp', 3, 1, one.raft.term) });
      expect(one.role).toBe('leader');
      // Without what the leader appended on taking office: the first append is at its last index before that.
      const probe = one.takeReady().messages.find(({ to }) => to === 2)!;
      expect([probe.type, probe.index]).toEqual(['MsgApp', leader.length]);
      two.step({ type: 'message', message: { ...probe, entries: [] } });
      const answer = two.takeReady().messages.find(({ type }) => type === 'MsgAppResp')!;
      expect(answer.reject).toBe(true);
      expect([answer.logTerm, answer.rejectHint]).toEqual(hint);
      one.step({ type: 'advance' });
      one.step({ type: 'message', message: answer });
      const again = one.takeReady().messages.find(({ to }) => to === 2)!;
      expect([again.logTerm, again.index]).toEqual(next);
    },
  );

  it('the logs are alike in the end, and what only the follower had is gone', () => {
    const network = new Network([
      storageOf({ voters }, [1, 4], { term: 4 }),
      storageOf({ voters }, [1, 2, 2, 2, 3], { term: 3 }),
      storageOf({ voters }, [1, 4], { term: 4 }),
    ]);
    network.campaign(1);
    network.propose(1, 'x');
    const terms = (id: number): number[] =>
      network
        .raft(id)
        .log.storage.entries.map(({ term }) => term)
        .toArray();
    expect(terms(1)).toEqual([1, 4, 5, 5]);
    expect(terms(2)).toEqual(terms(1));
    expect(network.lines).toContain('INFO found conflict at index 2 [existing term: 2, conflicting term: 4]');
  });
});

describe('a follower', () => {
  const follower = (): Network => {
    const network = new Network([storageOf({ voters }, [1, 1, 1], { term: 1, commit: 2 })]);
    network.sent.length = 0;
    return network;
  };

  it('answers an append below its commit index with that index and changes nothing', () => {
    const network = follower();
    const entries = [{ term: 9, index: 2, type: 'EntryNormal', data: 'evil', bytes: 4 }] as const;
    network.hear(said('MsgApp', 2, 1, 1, { index: 1, logTerm: 1, entries, commit: 2 }));
    const answer = network.sent.at(-1)!;
    expect([answer.type, answer.index, answer.reject]).toEqual(['MsgAppResp', 2, false]);
    expect(
      network
        .raft(1)
        .log.storage.entries.map(({ term }) => term)
        .toArray(),
    ).toEqual([1, 1, 1]);
  });

  it('never cuts its log for an append that it already has', () => {
    const network = follower();
    network.hear(said('MsgApp', 2, 1, 1, { index: 2, logTerm: 1, commit: 2 }));
    expect(network.raft(1).log.storage.entries.size).toBe(3);
    expect(network.sent.at(-1)!.index).toBe(2);
  });

  it('commits no further than what the append covered, whatever the leader has', () => {
    const network = follower();
    network.hear(said('MsgApp', 2, 1, 1, { index: 2, logTerm: 1, commit: 3 }));
    expect(network.raft(1).log.committed).toBe(2);
    network.hear(said('MsgApp', 2, 1, 1, { index: 3, logTerm: 1, commit: 9 }));
    expect(network.raft(1).log.committed).toBe(3);
  });

  it('takes the same append twice', () => {
    const network = new Network(3);
    network.campaign(1);
    network.propose(1, 'once');
    const append = network.sent.findLast(
      ({ type, to, entries }) => type === 'MsgApp' && to === 2 && entries.length > 0,
    )!;
    network.hear(append);
    network.hear(append);
    expect(network.raft(2).log.storage.entries.size).toBe(2);
    expect(network.applied.get(2)!.map(({ data }) => data)).toEqual([null, 'once']);
  });

  it('that lacks what the leader believes committed has lost its disk: an error with the index', () => {
    const network = new Network([storageOf({ voters })]);
    expect(() => network.hear(said('MsgHeartbeat', 2, 1, 1, { commit: 6 }))).toThrow(
      'tocommit(6) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?',
    );
  });
});

describe('sending', () => {
  it('goes on after one acknowledgement as long as the window is open: more than one append', () => {
    // Entries of 8 bytes of payload measure 14: one a message.
    const network = new Network(2, { maxSizePerMessage: 14 });
    network.campaign(1);
    network.isolate(2);
    for (let n = 0; n < 4; n++) network.propose(1, `entry  ${n}`);
    network.tell(1, { type: 'report-unreachable', id: 2 });
    expect(network.raft(1).progress[1]!.state).toBe('StateProbe');
    network.sent.length = 0;
    network.hear(said('MsgAppResp', 2, 1, 1, { index: 1 }));
    const appends = network.sent.filter(({ type }) => type === 'MsgApp');
    expect(appends.map(({ index, entries }) => [index, entries.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
  });

  it('stops when the window is full and goes on as it is freed', () => {
    const network = new Network(2, { maxSizePerMessage: 14, maxInflightMessages: 2 });
    network.campaign(1);
    network.isolate(2);
    network.sent.length = 0;
    for (let n = 0; n < 4; n++) network.propose(1, `entry  ${n}`);
    expect(network.sent.map(({ index }) => index)).toEqual([1, 2]);
    network.hear(said('MsgAppResp', 2, 1, 1, { index: 2 }));
    expect(network.sent.map(({ index }) => index)).toEqual([1, 2, 3]);
  });

  it('takes a peer that cannot be reached back to probing, one append at a time', () => {
    const network = new Network(2);
    network.campaign(1);
    network.isolate(2);
    network.tell(1, { type: 'report-unreachable', id: 2 });
    network.sent.length = 0;
    network.propose(1);
    network.propose(1);
    expect(network.sent.length).toBe(1);
    network.heal();
    network.tick(1);
    expect(network.raft(1).progress[1]!.match).toBe(3);
  });
});

describe('proposals', () => {
  it('are forwarded by a follower to its leader', () => {
    const network = new Network(3);
    network.campaign(1);
    expect(network.propose(2, 'from two')).toBeNull();
    expect(network.applied.get(3)!.at(-1)!.data).toBe('from two');
  });

  it('are dropped where no leader is known, and by candidates', () => {
    const network = new Network(3);
    expect(network.propose(2)).toBe('raft proposal dropped');
    network.isolate(2);
    network.campaign(2);
    expect(network.propose(2)).toBe('raft proposal dropped');
  });

  it('are not forwarded if that is switched off', () => {
    const network = new Network(3, { disableProposalForwarding: true });
    network.campaign(1);
    expect(network.propose(2)).toBe('raft proposal dropped');
    expect(network.lines.at(-1)).toBe('INFO 2 not forwarding to leader 1 at term 1; dropping proposal');
  });

  it('beyond the limit on uncommitted entries are dropped, one is always let through', () => {
    const network = new Network(3, { maxUncommittedSize: 10 });
    network.campaign(1);
    network.isolate(1);
    expect(network.propose(1, 'more than ten bytes')).toBeNull();
    expect(network.propose(1, 'x')).toBe('raft proposal dropped');
    expect(network.lines.at(-1)).toBe(
      'WARN 1 appending new entries to log would exceed uncommitted entry size limit; dropping proposal',
    );
    expect(network.propose(1, '')).toBeNull();
    network.heal();
    network.tick(1);
    expect(network.propose(1, 'x')).toBeNull();
  });
});
