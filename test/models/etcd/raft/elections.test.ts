/** Votes, timers, leases: etcd-io/raft v3.7.0, raft.go. */
import { describe, expect, it } from 'vitest';
import { Network, said, storageOf } from './network.ts';

const voters = [1, 2, 3];
/** The answer to a vote request at this member: granted, refused, or none. */
function ask(network: Network, ...request: Parameters<typeof said>): 'granted' | 'refused' | 'silence' {
  network.sent.length = 0;
  network.hear(said(...request));
  const answer = network.sent.find(({ type }) => type === 'MsgVoteResp' || type === 'MsgPreVoteResp');
  if (answer === undefined) return 'silence';
  return answer.reject ? 'refused' : 'granted';
}

describe('a vote', () => {
  it('is given once a term: a second candidate is refused, the same one again is granted', () => {
    const network = new Network([storageOf({ voters })]);
    expect(ask(network, 'MsgVote', 2, 1, 1)).toBe('granted');
    expect(ask(network, 'MsgVote', 3, 1, 1)).toBe('refused');
    expect(ask(network, 'MsgVote', 2, 1, 1)).toBe('granted');
    expect(ask(network, 'MsgVote', 3, 1, 2)).toBe('granted');
  });

  it('that was given before a restart is remembered', () => {
    const network = new Network([storageOf({ voters })]);
    ask(network, 'MsgVote', 2, 1, 1);
    network.restart(1);
    expect(network.raft(1).vote).toBe(2);
    expect(ask(network, 'MsgVote', 3, 1, 1)).toBe('refused');
    expect(ask(network, 'MsgVote', 2, 1, 1)).toBe('granted');
  });

  it.each([
    { theirs: [1, 9], ours: [1, 2], granted: false, why: 'our last term is newer' },
    { theirs: [2, 1], ours: [1, 2], granted: false, why: 'our log is longer' },
    { theirs: [2, 2], ours: [1, 2], granted: true, why: 'the logs end alike' },
    { theirs: [3, 1], ours: [1, 2], granted: true, why: 'its last term is newer' },
  ])('is $granted for a log that ends at $theirs: $why', ({ theirs, ours, granted }) => {
    const network = new Network([storageOf({ voters }, ours, { term: 5 })]);
    const [logTerm, index] = theirs as [number, number];
    expect(ask(network, 'MsgVote', 2, 1, 6, { logTerm, index })).toBe(granted ? 'granted' : 'refused');
  });

  it('is refused to a rival while a leader of the term is known, even if none was cast', () => {
    const network = new Network([storageOf({ voters })]);
    network.hear(said('MsgHeartbeat', 2, 1, 3));
    expect(network.raft(1).vote).toBe(0);
    expect(ask(network, 'MsgVote', 3, 1, 3)).toBe('refused');
  });

  it('that is granted restarts the election timer; one refused, and a trial, do not', () => {
    const network = new Network([storageOf({ voters }, [1], { term: 1 })]);
    network.tick(1, 5);
    ask(network, 'MsgPreVote', 2, 1, 2, { logTerm: 1, index: 1 });
    expect(network.raft(1).electionElapsed).toBe(5);
    ask(network, 'MsgVote', 2, 1, 1, { logTerm: 0, index: 0 });
    expect(network.raft(1).electionElapsed).toBe(5);
    ask(network, 'MsgVote', 2, 1, 1, { logTerm: 1, index: 1 });
    expect(network.raft(1).electionElapsed).toBe(0);
  });

  it('is also given by learners, which may not know yet that they are voters', () => {
    const network = new Network([storageOf({ voters: [2, 3], learners: [1] })]);
    expect(ask(network, 'MsgVote', 2, 1, 1)).toBe('granted');
  });

  it('for the candidate itself counts only once it is on disk', () => {
    const network = new Network([storageOf({ voters: [1] })]);
    const node = network.node(1);
    node.step({ type: 'campaign' });
    expect(node.role).toBe('candidate');
    node.takeReady();
    expect(node.role).toBe('candidate');
    node.step({ type: 'advance' });
    expect(node.role).toBe('leader');
  });
});

describe('a trial vote', () => {
  it('changes neither term nor vote of anybody', () => {
    const network = new Network(3, { preVote: true });
    network.loses = ({ type }) => type === 'MsgPreVoteResp';
    network.campaign(1);
    expect([1, 2, 3].map((id) => [network.raft(id).term, network.raft(id).vote])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(network.node(1).role).toBe('pre-candidate');
  });

  it('that is lost makes a follower of nobody at the same term', () => {
    const network = new Network(
      [storageOf({ voters }), storageOf({ voters }, [1]), storageOf({ voters }, [1])],
      { preVote: true },
    );
    network.campaign(1);
    expect([network.node(1).role, network.raft(1).term, network.raft(1).lead]).toEqual(['follower', 0, 0]);
  });

  it('with a candidate of one voter goes through to leadership at once', () => {
    const network = new Network(1, { preVote: true });
    network.campaign(1);
    expect([network.node(1).role, network.raft(1).term]).toEqual(['leader', 1]);
  });
});

describe('the election timeout', () => {
  it('is drawn at every reset, from the election tick to twice that less one, about evenly', () => {
    const network = new Network([storageOf({ voters })]);
    const counts = new Map<number, number>();
    for (let term = 1; term <= 5000; term++) {
      network.node(1).step({ type: 'message', message: said('MsgHeartbeat', 2, 1, term) });
      const timeout = network.raft(1).randomizedElectionTimeout;
      counts.set(timeout, (counts.get(timeout) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it('differs between members with other luck', () => {
    const network = new Network(5);
    const timeouts = [1, 2, 3, 4, 5].map((id) => network.raft(id).randomizedElectionTimeout);
    expect(new Set(timeouts).size).toBeGreaterThan(1);
  });

  it('makes a follower campaign exactly when it is over', () => {
    const network = new Network([storageOf({ voters })]);
    network.tick(1, network.raft(1).randomizedElectionTimeout - 1);
    expect(network.node(1).role).toBe('follower');
    network.tick(1);
    expect(network.node(1).role).toBe('candidate');
  });

  it('starts again when the leader is heard of', () => {
    const network = new Network([storageOf({ voters })]);
    network.hear(said('MsgHeartbeat', 2, 1, 1));
    network.tick(1, network.raft(1).randomizedElectionTimeout - 1);
    network.hear(said('MsgHeartbeat', 2, 1, 1));
    network.tick(1);
    expect(network.node(1).role).toBe('follower');
  });

  it('makes a candidate that hears nothing campaign again, in the next term', () => {
    const network = new Network([storageOf({ voters })]);
    network.campaign(1);
    network.tick(1, network.raft(1).randomizedElectionTimeout);
    expect([network.node(1).role, network.raft(1).term]).toEqual(['candidate', 2]);
  });

  it('makes a pre-candidate try again, in the same term', () => {
    const network = new Network([storageOf({ voters })], { preVote: true });
    network.tick(1, network.raft(1).randomizedElectionTimeout);
    network.sent.length = 0;
    network.tick(1, network.raft(1).randomizedElectionTimeout);
    expect([network.node(1).role, network.raft(1).term]).toEqual(['pre-candidate', 0]);
    expect(network.sent.length).toBe(2);
  });

  it('lets no learner campaign', () => {
    const network = new Network([storageOf({ voters: [2, 3], learners: [1] })]);
    network.tick(1, 100);
    expect(network.node(1).role).toBe('follower');
    expect(network.raft(1).term).toBe(0);
  });
});

describe('a candidate', () => {
  it('whose votes are lost is no leader, and wins in a later term', () => {
    const network = new Network(3);
    network.loses = ({ type }) => type === 'MsgVoteResp';
    network.campaign(1);
    expect(network.node(1).role).toBe('candidate');
    network.heal();
    network.campaign(1);
    expect([network.node(1).role, network.raft(1).term]).toEqual(['leader', 2]);
  });

  it('counts each member once', () => {
    const network = new Network([storageOf({ voters: [1, 2, 3, 4, 5] })]);
    network.campaign(1);
    network.hear(said('MsgVoteResp', 2, 1, 1));
    network.hear(said('MsgVoteResp', 2, 1, 1));
    expect(network.node(1).role).toBe('candidate');
    network.hear(said('MsgVoteResp', 2, 1, 1, { reject: true }));
    network.hear(said('MsgVoteResp', 3, 1, 1));
    expect(network.node(1).role).toBe('leader');
  });

  it('ignores answers to an earlier campaign and to a trial', () => {
    const network = new Network([storageOf({ voters })]);
    network.campaign(1);
    network.campaign(1);
    network.hear(said('MsgVoteResp', 2, 1, 1));
    network.hear(said('MsgPreVoteResp', 2, 1, 2));
    expect(network.node(1).role).toBe('candidate');
  });

  it('gives way to a leader of its own term', () => {
    const network = new Network([storageOf({ voters })]);
    network.campaign(1);
    network.hear(said('MsgHeartbeat', 3, 1, 1));
    expect([network.node(1).role, network.raft(1).lead]).toEqual(['follower', 3]);
  });
});

describe('with check-quorum', () => {
  const cluster = (options = {}): Network => {
    const network = new Network(3, { checkQuorum: true, ...options });
    network.campaign(1);
    return network;
  };

  it('voters in their lease do not answer a candidate, and keep their term', () => {
    const network = cluster();
    network.tick(2, 9);
    network.loses = ({ to }) => to === 1;
    network.campaign(3);
    expect(network.node(3).role).toBe('candidate');
    expect(network.raft(2).term).toBe(1);
  });

  it('the lease is the fixed election tick, not the drawn timeout', () => {
    const network = cluster();
    network.loses = ({ to }) => to === 1;
    network.node(2).setElectionTimeout(19);
    network.tick(2, 10);
    network.campaign(3);
    expect(network.raft(2).vote).toBe(3);
    expect(network.node(3).role).toBe('leader');
  });

  it('a leader hears itself and ignores candidates, too', () => {
    const network = cluster();
    expect(ask(network, 'MsgVote', 2, 1, 5, { logTerm: 9, index: 9 })).toBe('silence');
    expect(network.node(1).role).toBe('leader');
  });

  it('a leader without a quorum steps down after one to two election timeouts', () => {
    const network = cluster();
    network.isolate(1);
    network.tick(1, 10);
    expect(network.node(1).role).toBe('leader');
    network.tick(1, 9);
    expect(network.node(1).role).toBe('leader');
    network.tick(1);
    expect([network.node(1).role, network.raft(1).term]).toEqual(['follower', 1]);
  });

  it('a leader with a quorum stays', () => {
    const network = cluster();
    network.loses = ({ from, to }) => from === 3 || to === 3;
    network.tick(1, 100);
    expect(network.node(1).role).toBe('leader');
  });

  it('what learners answer does not count', () => {
    const confState = { voters: [1, 2], learners: [3, 4] };
    const network = new Network(
      [1, 2, 3, 4].map(() => storageOf(confState)),
      { checkQuorum: true },
    );
    network.campaign(1);
    network.loses = ({ from, to }) => from === 2 || to === 2;
    network.tick(1, 20);
    expect(network.node(1).role).toBe('follower');
  });

  it('a member that was cut off deposes the leader when it returns (the disruptive rejoin)', () => {
    const network = cluster();
    network.isolate(3);
    network.tick(3, 60);
    const { term } = network.raft(3);
    expect(term).toBeGreaterThan(1);
    network.heal();
    // Its lease-bound peers ignore its requests; the leader's heartbeat it answers with its higher term.
    network.tick(1);
    expect(network.node(1).role).toBe('follower');
    expect(network.raft(1).term).toBe(term);
  });

  it('with pre-vote, too, the one that was cut off burns no term and deposes nobody', () => {
    const network = cluster({ preVote: true });
    network.isolate(3);
    network.tick(3, 60);
    expect(network.raft(3).term).toBe(1);
    network.heal();
    network.tick(1);
    expect(network.node(1).role).toBe('leader');
    expect(network.node(3).role).toBe('follower');
  });
});

describe('without check-quorum and pre-vote', () => {
  it('messages of an older term are ignored without an answer', () => {
    const network = new Network([storageOf({ voters }, [], { term: 5 })]);
    network.hear(said('MsgHeartbeat', 2, 1, 4));
    expect(network.sent).toEqual([]);
    expect(network.lines.at(-1)).toBe(
      'INFO 1 [term: 5] ignored a MsgHeartbeat message with lower term from 2 [term: 4]',
    );
  });

  it('any member that campaigns at a higher term deposes the leader', () => {
    const network = new Network(3);
    network.campaign(1);
    network.campaign(2);
    expect(network.leaders).toEqual([2]);
    expect(network.raft(1).lead).toBe(2);
  });
});

describe('from outside', () => {
  it.each(['MsgHup', 'MsgBeat', 'MsgUnreachable', 'MsgSnapStatus', 'MsgCheckQuorum'] as const)(
    '%s is refused: it is local',
    (type) => {
      const network = new Network(3);
      network.campaign(1);
      expect(network.hear(said(type, 2, 1, 1))).toBe('raft: cannot step raft local message');
    },
  );

  it.each(['MsgAppResp', 'MsgVoteResp', 'MsgHeartbeatResp', 'MsgReadIndexResp', 'MsgPreVoteResp'] as const)(
    '%s of a stranger is refused, even at a higher term',
    (type) => {
      const network = new Network(3);
      network.campaign(1);
      expect(network.hear(said(type, 9, 1, 7))).toBe('raft: cannot step as peer not found');
      expect(network.raft(1).term).toBe(1);
    },
  );
});

describe('forgetting the leader', () => {
  it('lets the member vote, and leaves its timers alone', () => {
    const network = new Network(3);
    network.campaign(1);
    network.tick(2, 4);
    network.tell(2, { type: 'forget-leader' });
    expect([network.raft(2).lead, network.raft(2).electionElapsed, network.raft(2).term]).toEqual([0, 4, 1]);
  });

  it('is refused with lease-based reads, and does nothing on leaders and candidates', () => {
    const network = new Network(3, { readOnly: 'lease-based', checkQuorum: true });
    network.campaign(1);
    network.tell(2, { type: 'forget-leader' });
    expect(network.lines.at(-1)).toBe('ERROR ignoring MsgForgetLeader due to ReadOnlyLeaseBased');
    network.tell(1, { type: 'forget-leader' });
    expect([network.raft(1).lead, network.raft(2).lead]).toEqual([1, 1]);
  });
});
