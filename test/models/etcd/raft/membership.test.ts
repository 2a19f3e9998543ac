/** Membership changes as Raft applies them: Raft thesis chapter 4; etcd-io/raft v3.7.0, raft.go, confchange/. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeMembership, NO_MEMBERS, simple } from '../../../../models/etcd/raft/conf-change.ts';
import {
  type ConfChange,
  type ConfChangeSingle,
  confChangeEntry,
  normalEntry,
} from '../../../../models/etcd/raft/entries.ts';
import { Network, said, storageOf } from './network.ts';

const voters = [1, 2, 3];
const AUTO = 'ConfChangeTransitionAuto';
const change = (
  changes: readonly ConfChangeSingle[],
  transition: ConfChange['transition'] = AUTO,
): ConfChange => ({ transition, changes, context: null });
const voter = (nodeId: number): ConfChangeSingle => ({ type: 'ConfChangeAddNode', nodeId });
const learner = (nodeId: number): ConfChangeSingle => ({ type: 'ConfChangeAddLearnerNode', nodeId });
const removal = (nodeId: number): ConfChangeSingle => ({ type: 'ConfChangeRemoveNode', nodeId });

function propose(network: Network, id: number, what: ConfChange): string | null {
  return network.tell(id, { type: 'propose', entries: [confChangeEntry('EntryConfChangeV2', what)] });
}

describe('a committed change that is not applied', () => {
  const hard = { term: 1, commit: 1 };
  const withChange = (): Network => {
    const storage = storageOf({ voters: [1, 2] }, [1], hard);
    const entry = { ...confChangeEntry('EntryConfChangeV2', change([voter(3)])), term: 1, index: 1 };
    return new Network([{ ...storage, entries: storage.entries.set(0, entry) }]);
  };

  it('keeps a member from campaigning, by its timer, by command and by MsgTimeoutNow', () => {
    const network = withChange();
    const node = network.node(1);
    node.step({ type: 'campaign' });
    node.step({ type: 'message', message: said('MsgTimeoutNow', 2, 1, 1) });
    expect(node.role).toBe('follower');
    const timeout = node.raft.randomizedElectionTimeout;
    for (let n = 0; n < timeout; n++) node.step({ type: 'tick' });
    expect(node.role).toBe('follower');
    expect(node.raft.electionElapsed).toBe(0);
    const warning =
      'WARN 1 cannot campaign at term 1 since there are still pending configuration changes to apply';
    expect(network.lines.filter((line) => line === warning).length).toBe(3);
  });

  it('no longer does so once it is applied', () => {
    const network = withChange();
    network.settle();
    network.campaign(1);
    expect(network.node(1).role).toBe('candidate');
  });
});

describe('a change that is proposed', () => {
  it('while another is not applied yet becomes an empty entry', () => {
    const network = new Network(3);
    network.campaign(1);
    network.isolate(1);
    propose(network, 1, change([voter(4)]));
    expect(propose(network, 1, change([voter(5)]))).toBeNull();
    expect(network.lines.at(-1)).toBe(
      'INFO 1 ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:5} at config voters=(1 2 3): possible unapplied conf change at index 2 (applied to 1)',
    );
    expect(
      network
        .raft(1)
        .log.storage.entries.map(({ type }) => type)
        .toArray(),
    ).toEqual(['EntryNormal', 'EntryConfChangeV2', 'EntryNormal']);
  });

  it('to a new leader before it has applied what it found in its log becomes an empty entry', () => {
    const network = new Network(3);
    network.loses = ({ type }) => type === 'MsgApp';
    network.campaign(1);
    propose(network, 1, change([voter(4)]));
    // Everything up to the last index it found could be a change; its own empty entry is not meant.
    expect(network.raft(1).log.storage.entries.last()!.type).toBe('EntryConfChangeV2');
    const later = new Network([storageOf({ voters: [1, 2] }, [1], { term: 1 })]);
    later.campaign(1);
    later.hear(said('MsgVoteResp', 2, 1, 2));
    propose(later, 1, change([voter(3)]));
    expect(later.raft(1).log.storage.entries.last()!.type).toBe('EntryNormal');
  });

  it('takes effect when it is applied, not when it is appended', () => {
    const network = new Network(3);
    network.campaign(1);
    network.isolate(1);
    propose(network, 1, change([voter(4)]));
    expect(network.raft(1).members.voters).toEqual([1, 2, 3]);
    network.heal();
    network.tick(1);
    expect(network.raft(1).members.voters).toEqual([1, 2, 3, 4]);
  });
});

describe('a joint configuration', () => {
  it('with automatic leave is left by one proposal, also when more is applied meanwhile', () => {
    const network = new Network(3);
    network.campaign(1);
    propose(network, 1, change([removal(3), learner(4)]));
    for (let n = 0; n < 3; n++) network.propose(1);
    const leaves = network
      .raft(1)
      .log.storage.entries.filter(({ type, data }) => type === 'EntryConfChangeV2' && data === null);
    expect(leaves.size).toBe(1);
    expect(network.raft(1).members).toEqual({
      voters: [1, 2],
      outgoing: [],
      learners: [4],
      learnersNext: [],
      autoLeave: false,
    });
  });

  it('is left by one proposal although more is applied between the change and that', () => {
    const network = new Network([storageOf({ voters: [1] })], { maxCommittedSizePerReady: 1 });
    network.campaign(1);
    const entries = [confChangeEntry('EntryConfChangeV2', change([learner(2), learner(3)])), ...'abc'].map(
      (each) => (typeof each === 'string' ? normalEntry(each, 1) : each),
    );
    network.tell(1, { type: 'propose', entries });
    // The leader's empty entry, the change, three others, and one to leave.
    expect(network.raft(1).log.committed).toBe(6);
    expect(network.lines.some((line) => line.includes('ignoring conf change'))).toBe(false);
    expect(network.raft(1).members.autoLeave).toBe(false);
  });

  it('is left by the next leader if the first one is lost', () => {
    const network = new Network(3);
    network.campaign(1);
    network.loses = ({ type, entries }) =>
      type === 'MsgApp' && entries.some((entry) => entry.type === 'EntryConfChangeV2' && entry.data === null);
    propose(network, 1, change([learner(4), learner(5)]));
    expect(network.raft(2).members.outgoing).toEqual([1, 2, 3]);
    network.heal();
    network.isolate(1);
    network.campaign(2);
    expect(network.raft(3).members).toMatchObject({ voters, outgoing: [], learners: [4, 5] });
  });

  it('does not leave while a transfer is under way, and says so', () => {
    const network = new Network(3);
    network.campaign(1);
    network.loses = ({ to }) => to === 3;
    network.node(1).step({
      type: 'propose',
      entries: [confChangeEntry('EntryConfChangeV2', change([voter(4), learner(5)]))],
    });
    network.node(1).step({ type: 'transfer-leader', to: 3 });
    network.settle();
    expect(network.lines).toContain(
      'DEBUG not initiating automatic transition out of joint configuration voters=(1 2 3 4)&&(1 2 3) learners=(5) autoleave: raft proposal dropped',
    );
    expect(network.raft(1).members.autoLeave).toBe(true);
  });

  it('needs both majorities to elect and to commit', () => {
    const confState = { voters: [1, 2, 3], votersOutgoing: [3, 4, 5] };
    const network = new Network([1, 2, 3, 4, 5].map(() => storageOf(confState)));
    network.loses = ({ from, to }) => [from, to].some((id) => id >= 4);
    network.campaign(1);
    expect(network.node(1).role).toBe('candidate');
    network.heal();
    network.campaign(1);
    expect(network.node(1).role).toBe('leader');
    network.loses = ({ from, to }) => [from, to].some((id) => id >= 4);
    network.propose(1);
    expect(network.raft(1).log.committed).toBe(1);
    network.heal();
    network.tick(1);
    expect(network.raft(1).log.committed).toBe(2);
  });
});

describe('removing a member', () => {
  it('commits what the smaller configuration already has', () => {
    const network = new Network([1, 2].map(() => storageOf({ voters: [1, 2] })));
    network.campaign(1);
    // The removal itself is committed by both; what follows only the leader has.
    network.node(1).step({
      type: 'propose',
      entries: [confChangeEntry('EntryConfChangeV2', change([removal(2)]))],
    });
    network.loses = ({ type, index }) => type === 'MsgApp' && index > 1;
    network.propose(1, 'alone');
    expect(network.raft(1).log.committed).toBe(3);
    expect(network.applied.get(1)!.at(-1)!.data).toBe('alone');
  });

  it('that leads leaves it in office, but out of every count; it takes no proposals', () => {
    const network = new Network(3);
    network.campaign(1);
    propose(network, 1, change([removal(1)]));
    expect(network.node(1).role).toBe('leader');
    expect(network.propose(1)).toBe('raft proposal dropped');
  });

  it('that leads makes it step down if it is set to', () => {
    const network = new Network(3, { stepDownOnRemoval: true });
    network.campaign(1);
    propose(network, 1, change([removal(1)]));
    expect([network.node(1).role, network.raft(1).term, network.raft(1).lead]).toEqual(['follower', 1, 0]);
  });

  it('of another member, or a new voter, does not make a leader step down', () => {
    const network = new Network(3, { stepDownOnRemoval: true });
    network.campaign(1);
    propose(network, 1, change([removal(3)]));
    propose(network, 1, change([voter(4)]));
    expect(network.node(1).role).toBe('leader');
  });
});

describe('demoting the leader', () => {
  it('leaves it in office, or makes it step down if it is set to', () => {
    for (const stepDownOnRemoval of [false, true]) {
      const network = new Network(3, { stepDownOnRemoval });
      network.campaign(1);
      propose(network, 1, change([learner(1)]));
      expect(network.node(1).role).toBe(stepDownOnRemoval ? 'follower' : 'leader');
      network.tick(1, 30);
      expect(network.raft(1).term).toBe(1);
    }
  });
});

describe('a change that the application made void', () => {
  it('is applied without changing any member', () => {
    const network = new Network(3);
    const report = network.node(1).step({ type: 'apply-conf-change', change: null });
    expect(report!.confState!.voters).toEqual([1, 2, 3]);
    expect(network.lines.at(-1)).toBe('INFO 1 switched to configuration voters=(1 2 3)');
  });
});

describe('a new member', () => {
  it('is probed from the last index on, and gets a snapshot if its log is elsewhere', () => {
    const network = new Network(1);
    network.campaign(1);
    for (let n = 0; n < 5; n++) network.propose(1);
    network.node(1).step({ type: 'compact', index: 4 });
    network.start(2, storageOf({}));
    propose(network, 1, change([learner(2)]));
    expect(network.sent.find(({ to, type }) => to === 2 && type === 'MsgApp')!.index).toBe(6);
    network.tick(1);
    expect(network.raft(2).log.committed).toBe(network.raft(1).log.committed);
    expect(network.raft(2).members.learners).toEqual([2]);
    propose(network, 1, change([voter(2)]));
    expect(network.raft(2).members.voters).toEqual([1, 2]);
  });
});

describe('any sequence of changes', () => {
  const operation = fc.record({
    type: fc.constantFrom(
      'ConfChangeAddNode',
      'ConfChangeAddLearnerNode',
      'ConfChangeRemoveNode',
    ) as fc.Arbitrary<ConfChangeSingle['type']>,
    nodeId: fc.integer({ min: 1, max: 5 }),
  });

  it('keeps the invariants, and one change at a time leads where one joint change does', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 8 }), (operations) => {
        const start = simple({ config: NO_MEMBERS, progress: [] }, [voter(1)], 1);
        if ('error' in start) throw new Error(start.error);
        let single = start;
        for (const each of operations) {
          const next = simple(single, [each], 1);
          if ('error' in next) return;
          single = next;
        }
        const joint = changeMembership(start, change(operations, 'ConfChangeTransitionJointExplicit'), 1);
        if ('error' in joint) throw new Error(joint.error);
        const left = changeMembership(joint, change([]), 1);
        if ('error' in left) throw new Error(left.error);
        expect(left.config).toEqual(single.config);
        expect(left.progress).toEqual(single.progress);
      }),
      { seed: 20, numRuns: 500 },
    );
  });
});
