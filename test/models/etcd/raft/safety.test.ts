/**
 * What Raft promises, watched from outside while messages are lost, doubled and reordered and members
 * crash, restart on their disks, campaign, change the membership, compact and transfer office at random.
 *
 * Source: Raft paper, figure 3 (election safety, leader append-only, log matching, leader completeness,
 * state machine safety).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confChangeEntry, type Entry, normalEntry } from '../../../../models/etcd/raft/entries.ts';
import { entryAt, firstIndex, lastIndex } from '../../../../models/etcd/raft/log.ts';
import { raftMachine } from '../../../../models/etcd/raft/machine.ts';
import type { RaftMessage } from '../../../../models/etcd/raft/messages.ts';
import { type Raft, raftConfig } from '../../../../models/etcd/raft/raft.ts';
import { compiledProgram } from '../../../../sim/compiled.ts';
import type { Program } from '../../../../sim/machine.ts';
import { referenceProgram } from '../../../../sim/reference.ts';
import { RaftNode } from '../../../conformance/raft-node.ts';
import { storageOf } from './network.ts';

type Choice = readonly [kind: number, which: number];

interface Options {
  readonly members: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  readonly asyncStorageWrites: boolean;
}

/** Members and everything that is under way; one choice makes one thing happen. */
class Chaos {
  readonly nodes: RaftNode[] = [];
  readonly trace: string[] = [];
  messages: RaftMessage[] = [];
  private readonly leaderOf = new Map<number, number>();
  /** What has been applied anywhere, by index. */
  private readonly chosen = new Map<number, string>();
  private readonly appliedTo: number[];
  private proposals = 0;
  private readonly options: Options;
  private readonly program: Program;

  constructor(options: Options, program: Program) {
    this.options = options;
    this.program = program;
    this.appliedTo = Array.from({ length: options.members }, () => 0);
    const voters = this.appliedTo.map((_, i) => i + 1);
    for (const id of voters) this.nodes.push(this.start(id, storageOf({ voters })));
  }

  private start(id: number, storage: Raft['log']['storage']): RaftNode {
    const { members: _, ...flags } = this.options;
    const config = raftConfig({ ...flags, id, electionTick: 3, logging: true, delivery: 'pull' });
    const hear = ({ lines }: { readonly lines: readonly { readonly text: string }[] }): void => {
      for (const { text } of lines) this.trace.push(text);
    };
    return new RaftNode(this.program, config, storage, 0, hear);
  }

  choose([kind, which]: Choice): void {
    const node = this.nodes[which % this.nodes.length]!;
    const at = which % Math.max(1, this.messages.length);
    switch (kind % 16) {
      case 0:
        for (let n = 0; n < 4; n++) node.step({ type: 'tick' });
        break;
      case 1:
        for (const each of this.nodes) each.step({ type: 'tick' });
        break;
      case 2:
      case 3:
        for (const each of this.nodes) this.propose(each);
        break;
      case 4:
        this.messages.splice(at, 1);
        break;
      case 5:
        if (this.messages.length > 0) this.messages.push(this.messages[at]!);
        break;
      case 6:
        this.crash(which % this.nodes.length);
        break;
      case 7:
        node.step({ type: 'transfer-leader', to: 1 + ((which >> 3) % this.nodes.length) });
        break;
      case 8:
        this.compact(node);
        break;
      case 9:
        this.changeMembership(node, which >> 3);
        break;
      default:
        for (const each of this.nodes) this.drain(each);
        for (let n = 0; n < 8; n++) this.deliver(at + n);
    }
    // Not `node`: it may have crashed, and the dead say nothing.
    this.drain(this.nodes[which % this.nodes.length]!);
    this.check();
  }

  private deliver(at: number): void {
    const [message] = this.messages.splice(at % Math.max(1, this.messages.length), 1);
    if (message !== undefined) this.nodes[message.to - 1]!.step({ type: 'message', message });
  }

  private propose(node: RaftNode): void {
    node.step({ type: 'propose', entries: [normalEntry(`${this.proposals++}`, 1)] });
  }

  private changeMembership(node: RaftNode, which: number): void {
    const nodeId = 1 + (which % this.nodes.length);
    const types = ['ConfChangeRemoveNode', 'ConfChangeAddNode', 'ConfChangeAddLearnerNode'] as const;
    const changes = [{ type: types[(which >> 3) % 3]!, nodeId }];
    const { voters } = node.raft.members;
    if (changes[0]!.type !== 'ConfChangeAddNode' && voters.length <= 2) return;
    const transition = (which & 1) === 0 ? 'ConfChangeTransitionAuto' : 'ConfChangeTransitionJointImplicit';
    const entry = confChangeEntry('EntryConfChangeV2', { transition, changes, context: null });
    node.step({ type: 'propose', entries: [entry] });
  }

  private compact(node: RaftNode): void {
    const index = node.history.at(-1)!.index;
    if (index > node.raft.log.storage.dummyIndex) node.step({ type: 'compact', index });
  }

  /** The member ends and starts again on its disk: what it had not saved is gone. */
  private crash(at: number): void {
    const old = this.nodes[at]!;
    const { storage } = old.raft.log;
    const base = old.history.findLast(({ index }) => index <= storage.dummyIndex) ?? old.history[0]!;
    this.appliedTo[at] = storage.dummyIndex;
    this.nodes[at] = this.start(at + 1, { ...storage, snapshot: { ...base, index: storage.dummyIndex } });
  }

  private drain(node: RaftNode): void {
    while (node.hasReady()) {
      const ready = node.takeReady();
      const { hardState, entries, snapshot, messages } = ready;
      if (this.options.asyncStorageWrites) {
        for (const message of messages) this.store(node, message);
        continue;
      }
      node.step({ type: 'save', hardState, entries, snapshot });
      if (snapshot !== null) this.restore(node, snapshot);
      this.apply(node, ready.committedEntries);
      this.messages.push(...messages);
      node.step({ type: 'advance' });
    }
  }

  private store(node: RaftNode, message: RaftMessage): void {
    const { type, term, vote, commit, entries, snapshot } = message;
    if (type === 'MsgStorageAppend') {
      const hardState = term + vote + commit === 0 ? null : { term, vote, commit };
      node.step({ type: 'save', hardState, entries, snapshot });
      if (snapshot !== null) this.restore(node, snapshot);
    } else if (type === 'MsgStorageApply') {
      this.apply(node, entries);
    } else {
      this.messages.push(message);
      return;
    }
    // A node's own answers are lost with it, not on the way.
    for (const response of message.responses) {
      if (response.to === node.id) node.step({ type: 'message', message: response });
      else this.messages.push(response);
    }
  }

  private restore(node: RaftNode, snapshot: RaftNode['history'][number]): void {
    node.history.push(snapshot);
    node.step({ type: 'offer-snapshot', snapshot });
    this.appliedTo[node.id - 1] = snapshot.index;
  }

  /** State machine safety: no index is applied twice with different entries, none is left out. */
  private apply(node: RaftNode, entries: readonly Entry[]): void {
    for (const entry of entries) {
      expect(entry.index).toBe(this.appliedTo[node.id - 1]! + 1);
      this.appliedTo[node.id - 1] = entry.index;
      const what = `${entry.term} ${JSON.stringify(entry.data)}`;
      expect(this.chosen.get(entry.index) ?? what).toBe(what);
      this.chosen.set(entry.index, what);
    }
    node.apply(entries);
  }

  private check(): void {
    for (const node of this.nodes) {
      const { raft } = node;
      // The machine and what Raft believes to be.
      expect(raft.role).toBe(node.role);
      if (node.role !== 'leader') continue;
      // Election safety.
      expect(this.leaderOf.get(raft.term) ?? node.id).toBe(node.id);
      if (this.leaderOf.has(raft.term)) continue;
      this.leaderOf.set(raft.term, node.id);
      // Leader completeness.
      for (const [index, what] of this.chosen) {
        if (index < firstIndex(raft.log)) continue;
        const { term, data } = entryAt(raft.log, index);
        expect(`${term} ${JSON.stringify(data)}`).toBe(what);
      }
    }
    this.checkLogs();
  }

  /** Log matching: where two logs have the same term at an index they are alike up to it. */
  private checkLogs(): void {
    const [one, other] = this.nodes as [RaftNode, RaftNode];
    const logs = [one.raft.log, other.raft.log] as const;
    let same = false;
    for (let index = Math.min(...logs.map(lastIndex)); index >= Math.max(...logs.map(firstIndex)); index--) {
      const [a, b] = logs.map((log) => entryAt(log, index)) as [Entry, Entry];
      if (a.term === b.term) same = true;
      if (same) expect(`${a.term} ${JSON.stringify(a.data)}`).toBe(`${b.term} ${JSON.stringify(b.data)}`);
    }
  }

  get summary(): { readonly leaders: number; readonly applied: number } {
    return { leaders: this.leaderOf.size, applied: this.chosen.size };
  }
}

const compiled = compiledProgram(raftMachine);
const options = fc.record({
  members: fc.constantFrom(3, 5),
  preVote: fc.boolean(),
  checkQuorum: fc.boolean(),
  asyncStorageWrites: fc.boolean(),
});
const choices = (length: number): fc.Arbitrary<Choice[]> =>
  fc.array(fc.tuple(fc.nat(255), fc.nat(0xffff)), { minLength: length, maxLength: length });

describe('whatever is lost, doubled, reordered or crashes', () => {
  it('there is one leader a term, and all apply the same entries in the same order', () => {
    let leaders = 0;
    let applied = 0;
    fc.assert(
      fc.property(options, choices(300), (chosen, list) => {
        const chaos = new Chaos(chosen, compiled);
        for (const choice of list) chaos.choose(choice);
        leaders += chaos.summary.leaders;
        applied += chaos.summary.applied;
      }),
      { seed: 7, numRuns: 120 },
    );
    // The runs were not empty.
    expect(leaders).toBeGreaterThan(300);
    expect(applied).toBeGreaterThan(2000);
  });

  it('both executors give the same trace', () => {
    const reference = referenceProgram(raftMachine);
    fc.assert(
      fc.property(options, choices(60), (chosen, list) => {
        const runs = [compiled, reference].map((program) => {
          const chaos = new Chaos(chosen, program);
          for (const choice of list) chaos.choose(choice);
          return { trace: chaos.trace, states: chaos.nodes.map(({ raft }) => raft) };
        });
        expect(runs[1]).toEqual(runs[0]);
      }),
      { seed: 8, numRuns: 12 },
    );
  });
});
