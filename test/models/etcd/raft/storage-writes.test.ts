/** Ready and Advance, and asynchronous storage writes: etcd-io/raft v3.7.0, rawnode.go, doc.go. */
import { describe, expect, it } from 'vitest';
import { entriesBytes, normalEntry } from '../../../../models/etcd/raft/entries.ts';
import type { RaftReport } from '../../../../models/etcd/raft/events.ts';
import type { RaftContext } from '../../../../models/etcd/raft/machine.ts';
import { raftConfig } from '../../../../models/etcd/raft/raft.ts';
import type { Effect } from '../../../../sim/effects.ts';
import { Network, program, said, storageOf } from './network.ts';

describe('asynchronous storage writes', () => {
  it('hand out nothing for applying that is not on the local disk', () => {
    const network = new Network([storageOf({ voters: [1, 2, 3] })], { asyncStorageWrites: true });
    const node = network.node(1);
    const entries = [{ ...normalEntry('x', 1), term: 1, index: 1 }];
    node.step({ type: 'message', message: said('MsgApp', 2, 1, 1, { entries, commit: 1 }) });
    const first = node.takeReady();
    expect(first.hardState!.commit).toBe(1);
    expect(first.committedEntries).toEqual([]);
    const append = first.messages.find(({ type }) => type === 'MsgStorageAppend')!;
    expect(append.responses.map(({ type }) => type)).toEqual(['MsgAppResp', 'MsgStorageAppendResp']);
    node.step({ type: 'save', hardState: first.hardState, entries: append.entries, snapshot: null });
    for (const message of append.responses.filter(({ to }) => to === 1))
      node.step({ type: 'message', message });
    expect(node.takeReady().committedEntries.map(({ index }) => index)).toEqual([1]);
  });

  it('do not let an old write attest an entry that has taken its place since', () => {
    const network = new Network([storageOf({ voters: [1, 2, 3] })], { asyncStorageWrites: true });
    const node = network.node(1);
    const append = (from: number, term: number, entry: number) => {
      const entries = [{ ...normalEntry('x', 1), term: entry, index: 1 }];
      node.step({ type: 'message', message: said('MsgApp', from, 1, term, { entries }) });
      return node.takeReady().messages.at(-1)!.responses.at(-1)!;
    };
    append(2, 1, 1);
    // At term 2 the entry of term 1 is still unstable: the next write's answer names it with the new term.
    node.step({ type: 'message', message: said('MsgHeartbeat', 3, 1, 2) });
    const old = node.takeReady().messages.at(-1)!.responses.at(-1)!;
    expect([old.term, old.logTerm, old.index]).toEqual([2, 1, 1]);
    const own = append(3, 2, 2);
    node.step({ type: 'message', message: old });
    expect(node.raft.log.unstable.size).toBe(1);
    expect(network.lines.at(-1)).toBe(
      'INFO entry at (index,term)=(1,1) mismatched with entry at (1,2) in unstable log; ignoring',
    );
    node.step({ type: 'save', hardState: null, entries: node.raft.log.unstable.toArray(), snapshot: null });
    node.step({ type: 'message', message: own });
    expect(node.raft.log.unstable.size).toBe(0);
  });

  it('make the same decisions as synchronous ones', () => {
    const run = (asyncStorageWrites: boolean) => {
      const network = new Network(3, { asyncStorageWrites, preVote: true, checkQuorum: true });
      network.campaign(1);
      for (let n = 0; n < 5; n++) network.propose(1 + (n % 3), `entry ${n}`);
      network.isolate(1);
      network.tickAll(21);
      network.heal();
      network.tickAll(3);
      return [1, 2, 3].map((id) =>
        network.applied.get(id)!.map(({ term, index, data }) => [term, index, data]),
      );
    };
    const sync = run(false);
    expect(run(true)).toEqual(sync);
    expect(sync[0]!.length).toBeGreaterThan(5);
  });
});

describe('a Ready', () => {
  it('needs the disk itself for entries, terms and votes, and not for a commit index or a snapshot', () => {
    const network = new Network([storageOf({ voters: [1, 2] })]);
    const node = network.node(1);
    const sync = (): boolean => {
      const ready = node.takeReady();
      node.step({
        type: 'save',
        hardState: ready.hardState,
        entries: ready.entries,
        snapshot: ready.snapshot,
      });
      node.step({ type: 'advance' });
      return ready.mustSync;
    };
    node.step({ type: 'message', message: said('MsgHeartbeat', 2, 1, 1) });
    expect(sync()).toBe(true);
    const entries = [{ ...normalEntry('x', 1), term: 1, index: 1 }];
    node.step({ type: 'message', message: said('MsgApp', 2, 1, 1, { entries }) });
    expect(sync()).toBe(true);
    node.step({ type: 'message', message: said('MsgHeartbeat', 2, 1, 1, { commit: 1 }) });
    expect(sync()).toBe(false);
  });

  it('hands out committed entries up to the size limit and the rest after they are applied', () => {
    const network = new Network([storageOf({ voters: [1] })], { maxCommittedSizePerReady: 40 });
    const node = network.node(1);
    network.campaign(1);
    for (let n = 0; n < 6; n++) {
      node.step({ type: 'propose', entries: [normalEntry(`entry ${n}`, 10)] });
    }
    const batches: number[] = [];
    while (node.hasReady()) {
      const ready = node.takeReady();
      batches.push(ready.committedEntries.length);
      expect(entriesBytes(ready.committedEntries)).toBeLessThanOrEqual(40);
      node.step({ type: 'save', hardState: ready.hardState, entries: ready.entries, snapshot: null });
      node.step({ type: 'advance' });
    }
    // The first saves what is then committed by one member.
    expect(batches).toEqual([0, 2, 2, 2]);
  });

  it('may not be taken before the last one is advanced', () => {
    const network = new Network([storageOf({ voters: [1] })]);
    const node = network.node(1);
    node.step({ type: 'campaign' });
    node.takeReady();
    expect(() => node.takeReady()).toThrow('two accepted Ready structs without call to Advance');
  });
});

describe('delivery by push', () => {
  /** What the machine tells its family, one list for each event. */
  const start = (voters: readonly number[]) => {
    const instance = { leaf: 0, context: undefined as unknown };
    const told: RaftReport[] = [];
    const port = {
      emit: (effect: Effect) => {
        if (effect.type === 'tell') told.push(effect.event as RaftReport);
      },
      schedule: () => {},
      cancel: () => {},
    };
    const config = raftConfig({ id: 1 });
    program.start(instance, { config, luck: 1, storage: storageOf({ voters }), applied: 0 }, port);
    return {
      step: (event: { readonly type: string; readonly [key: string]: unknown }) => {
        told.length = 0;
        program.step(instance, event, port);
        return told.map(({ ready }) => ready);
      },
      raft: () => (instance.context as RaftContext).raft,
    };
  };

  it('reports a Ready with the step that made it, and the next one with the advance of the last', () => {
    const member = start([1]);
    const [vote] = member.step({ type: 'campaign' });
    expect(vote!.hardState).toEqual({ term: 1, vote: 1, commit: 0 });
    expect(member.step({ type: 'tick' })).toEqual([]);
    const [lead] = member.step({ type: 'advance' });
    expect(lead!.softState).toEqual({ lead: 1, role: 'leader' });
    expect(lead!.entries.length).toBe(1);
    expect(member.step({ type: 'save', hardState: null, entries: lead!.entries, snapshot: null })).toEqual(
      [],
    );
    const [committed] = member.step({ type: 'advance' });
    expect(committed!.committedEntries.length).toBe(1);
    expect(committed!.mustAdvance).toBe(true);
    expect(member.step({ type: 'advance' })).toEqual([]);
  });

  it('needs no advance for what is only to be sent', () => {
    const member = start([1, 2]);
    const [ready] = member.step({ type: 'message', message: said('MsgHeartbeat', 2, 1, 1) });
    expect(ready!.mustAdvance).toBe(true);
    member.step({ type: 'advance' });
    const [answer] = member.step({ type: 'message', message: said('MsgHeartbeat', 2, 1, 1) });
    expect([answer!.mustAdvance, answer!.messages.length]).toEqual([false, 1]);
    expect(member.step({ type: 'message', message: said('MsgHeartbeat', 2, 1, 1) }).length).toBe(1);
  });

  it('tells nothing where there is nothing: a tick of a follower, an answer that is no news', () => {
    const member = start([1, 2]);
    expect(member.step({ type: 'tick' })).toEqual([]);
  });
});
