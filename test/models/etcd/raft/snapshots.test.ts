/** Snapshots, compaction, restarts: etcd-io/raft v3.7.0, raft.go (handleSnapshot, restore, maybeSendSnapshot, MsgSnapStatus). */
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../models/etcd/raft/messages.ts';
import { NO_CONF_STATE } from '../../../conformance/raft-node.ts';
import { Network, said, storageOf } from './network.ts';

const voters = [1, 2, 3];
const snapshotAt = (index: number, term: number, confState = { ...NO_CONF_STATE, voters }): Snapshot => ({
  index,
  term,
  confState,
  data: 'state',
});

describe('a follower that is sent a snapshot', () => {
  it('replaces its log by it and answers with its index', () => {
    const network = new Network([storageOf({ voters }, [1, 1], { term: 1 })]);
    network.hear(said('MsgSnap', 2, 1, 2, { snapshot: snapshotAt(11, 2) }));
    const { log } = network.raft(1);
    expect([log.committed, log.applied, log.storage.dummyIndex, log.storage.entries.size]).toEqual([
      11, 11, 11, 0,
    ]);
    expect(network.sent.at(-1)!).toMatchObject({ type: 'MsgAppResp', index: 11, reject: false });
  });

  it('ignores one that is not ahead of its commit index, and answers with that', () => {
    const network = new Network([storageOf({ voters }, [1, 1], { term: 1, commit: 2 })]);
    network.hear(said('MsgSnap', 2, 1, 1, { snapshot: snapshotAt(2, 1) }));
    expect(network.lines.at(-1)).toBe('INFO 1 [commit: 2] ignored snapshot [index: 2, term: 1]');
    expect(network.lines.some((line) => line.includes('fast-forwarded'))).toBe(false);
    expect(network.sent.at(-1)!.index).toBe(2);
  });

  it('never goes back to one from before what it has compacted', () => {
    const network = new Network([storageOf({ voters }, [1, 1, 1, 1, 1, 1], { term: 1, commit: 6 })]);
    network.settle();
    network.tell(1, { type: 'compact', index: 5 });
    network.hear(said('MsgSnap', 2, 1, 1, { snapshot: snapshotAt(3, 1) }));
    const { log } = network.raft(1);
    expect([log.committed, log.storage.dummyIndex, log.unstableSnapshot]).toEqual([6, 5, null]);
  });

  it('only commits up to one that its log already holds', () => {
    const network = new Network([storageOf({ voters }, [1, 1, 1], { term: 1, commit: 1 })]);
    network.hear(said('MsgSnap', 2, 1, 1, { snapshot: snapshotAt(2, 1) }));
    const { log } = network.raft(1);
    expect([log.committed, log.storage.entries.size]).toEqual([2, 3]);
    expect(network.lines.slice(-2)).toEqual([
      'INFO 1 [commit: 1, lastindex: 3, lastterm: 1] fast-forwarded commit to snapshot [index: 2, term: 1]',
      'INFO 1 [commit: 2] ignored snapshot [index: 2, term: 1]',
    ]);
  });

  it('refuses one of a configuration that does not know it', () => {
    const network = new Network([storageOf({ voters })]);
    const stranger = { ...NO_CONF_STATE, voters: [2, 3] };
    network.hear(said('MsgSnap', 2, 1, 1, { snapshot: snapshotAt(11, 1, stranger) }));
    expect(network.raft(1).log.committed).toBe(0);
    expect(network.lines.some((line) => line.includes('it is not in the ConfState'))).toBe(true);
  });

  it('may be one of the outgoing voters, or a learner', () => {
    for (const confState of [
      { ...NO_CONF_STATE, voters: [2, 3], votersOutgoing: [1, 2] },
      { ...NO_CONF_STATE, voters: [2, 3], learners: [1] },
    ]) {
      const network = new Network([storageOf({ voters })]);
      network.hear(said('MsgSnap', 2, 1, 1, { snapshot: snapshotAt(11, 1, confState) }));
      expect(network.raft(1).log.committed).toBe(11);
    }
  });

  it('does not campaign before it has taken it in', () => {
    const network = new Network([storageOf({ voters })]);
    const node = network.node(1);
    node.step({ type: 'message', message: said('MsgSnap', 2, 1, 1, { snapshot: snapshotAt(11, 1) }) });
    node.step({ type: 'campaign' });
    expect(network.lines.at(-1)).toBe('WARN 1 is unpromotable and can not campaign');
    node.takeReady();
    node.step({ type: 'campaign' });
    expect(node.role).toBe('follower');
    node.step({ type: 'save', hardState: null, entries: [], snapshot: snapshotAt(11, 1) });
    node.step({ type: 'advance' });
    node.step({ type: 'campaign' });
    expect(node.role).toBe('candidate');
  });
});

describe('a leader whose log is compacted', () => {
  const cluster = (): Network => {
    const network = new Network(3);
    network.campaign(1);
    network.isolate(3);
    for (let n = 0; n < 5; n++) network.propose(1);
    network.node(1).step({ type: 'compact', index: 6 });
    return network;
  };

  it('sends a snapshot to a follower that lags, and goes on with appends', () => {
    const network = cluster();
    network.heal();
    network.tick(1);
    expect(network.raft(3).log.committed).toBe(6);
    expect(network.raft(1).progress[2]).toMatchObject({ state: 'StateReplicate', match: 6 });
    network.propose(1, 'after');
    expect(network.applied.get(3)!.at(-1)!.data).toBe('after');
  });

  it('sends none to a follower that it has not heard of', () => {
    const network = new Network(3, { checkQuorum: true });
    network.campaign(1);
    network.isolate(3);
    for (let n = 0; n < 5; n++) network.propose(1);
    network.tick(1, 20);
    network.node(1).step({ type: 'compact', index: 6 });
    network.sent.length = 0;
    network.tell(1, { type: 'report-unreachable', id: 3 });
    network.propose(1);
    expect(network.sent.some(({ type }) => type === 'MsgSnap')).toBe(false);
    expect(network.lines).toContain('DEBUG ignore sending snapshot to 3 since it is not recently active');
  });

  const sending = (): Network => {
    const network = cluster();
    network.loses = ({ type }) => type === 'MsgSnap';
    network.tick(1);
    expect(network.raft(1).progress[2]).toMatchObject({ state: 'StateSnapshot', pendingSnapshot: 6 });
    return network;
  };

  it('sends nothing while a snapshot is under way', () => {
    const network = sending();
    network.sent.length = 0;
    network.propose(1);
    expect(network.sent.some(({ to, type }) => to === 3 && type === 'MsgApp')).toBe(false);
  });

  it('told that the snapshot arrived, probes behind it after the next answer', () => {
    const network = sending();
    network.tell(1, { type: 'report-snapshot', id: 3, ok: true });
    expect(network.raft(1).progress[2]).toMatchObject({ state: 'StateProbe', next: 7, flowPaused: true });
    expect(network.lines).toContain(
      'DEBUG 1 snapshot succeeded, resumed sending replication messages to 3 [StateProbe match=1 next=7]',
    );
  });

  it('told that the snapshot was lost, probes from where the follower was', () => {
    const network = sending();
    network.tell(1, { type: 'report-snapshot', id: 3, ok: false });
    expect(network.raft(1).progress[2]).toMatchObject({ state: 'StateProbe', next: 2, pendingSnapshot: 0 });
    network.heal();
    network.tick(1);
    expect(network.raft(3).log.committed).toBe(6);
  });

  it('ignores a report on a follower that waits for none', () => {
    const network = cluster();
    const before = network.raft(1).progress[1];
    network.tell(1, { type: 'report-snapshot', id: 2, ok: false });
    expect(network.raft(1).progress[1]).toEqual(before);
  });
});

describe('compaction', () => {
  it('refuses an index that is gone already, and keeps the term of the last one that went', () => {
    const network = new Network(1);
    network.campaign(1);
    for (let n = 0; n < 5; n++) network.propose(1);
    expect(network.tell(1, { type: 'compact', index: 3 })).toBeNull();
    expect(network.tell(1, { type: 'compact', index: 3 })).toBe(
      'requested index is unavailable due to compaction',
    );
    const { storage } = network.raft(1).log;
    expect([storage.dummyIndex, storage.dummyTerm, storage.entries.size]).toEqual([3, 1, 3]);
  });
});

describe('a restart', () => {
  it('finds term, vote, commit index and log on disk, and hands out again what was committed', () => {
    const network = new Network(3);
    network.campaign(1);
    network.propose(1, 'kept');
    network.restart(2);
    expect(network.raft(2)).toMatchObject({ term: 1, vote: 1, role: 'follower', lead: 0 });
    network.settle();
    expect(network.applied.get(2)!.map(({ data }) => data)).toEqual([null, 'kept']);
  });

  it('after a snapshot starts from that', () => {
    const network = new Network(3);
    network.campaign(1);
    network.isolate(3);
    for (let n = 0; n < 5; n++) network.propose(1);
    network.node(1).step({ type: 'compact', index: 6 });
    network.heal();
    network.tick(1);
    network.propose(1, 'later');
    network.restart(3);
    network.settle();
    expect(network.raft(3).members.voters).toEqual([1, 2, 3]);
    expect(network.applied.get(3)!.map(({ index }) => index)).toEqual([7]);
  });

  it('refuses a commit index that the log does not reach', () => {
    expect(() => new Network([storageOf({ voters }, [1], { term: 1, commit: 5 })])).toThrow(
      '1 state.commit 5 is out of range [0, 1]',
    );
  });
});
