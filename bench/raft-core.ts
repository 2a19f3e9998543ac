/**
 * Raft alone, through the compiled executor and without a kernel: what a step of an idle cluster costs, and what a
 * write through all members does. Storage and network cost nothing and take no time.
 */
import { normalEntry } from '../models/etcd/raft/entries.ts';
import type { RaftEvent, RaftReport } from '../models/etcd/raft/events.ts';
import { raftMachine } from '../models/etcd/raft/machine.ts';
import type { RaftMessage } from '../models/etcd/raft/messages.ts';
import { raftConfig } from '../models/etcd/raft/raft.ts';
import type { Ready } from '../models/etcd/raft/raw-node.ts';
import { EMPTY_STORAGE } from '../models/etcd/raft/storage.ts';
import { compiledProgram } from '../sim/compiled.ts';
import type { Effect } from '../sim/effects.ts';
import type { Instance, Port } from '../sim/machine.ts';
import { cpuSeconds } from './cpu.ts';

const TICK_MS = 60;
const program = compiledProgram(raftMachine);

interface Member {
  readonly instance: Instance;
  readonly port: Port;
  ready: Ready | null;
}

/** Members wired to each other. */
class WiredRaft {
  steps = 0;
  private readonly members: Member[] = [];
  private readonly queue: RaftMessage[] = [];

  constructor(size: number) {
    const confState = {
      voters: Array.from({ length: size }, (_, i) => i + 1),
      votersOutgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    };
    const storage = { ...EMPTY_STORAGE, snapshot: { index: 0, term: 0, confState, data: null } };
    for (const id of confState.voters) {
      const config = raftConfig({ id, checkQuorum: true, preVote: true });
      const member: Member = {
        instance: { leaf: 0, context: undefined },
        port: { emit: (effect) => this.take(member, effect), schedule: () => {}, cancel: () => {} },
        ready: null,
      };
      this.members.push(member);
      program.start(member.instance, { config, luck: id * 7919, storage, applied: 0 }, member.port);
    }
  }

  private take(member: Member, effect: Effect): void {
    if (effect.type !== 'tell') return;
    const { ready } = effect.event as RaftReport;
    if (ready === null) return;
    for (const message of ready.messages) this.queue.push(message);
    if (ready.mustAdvance) member.ready = ready;
  }

  private step(member: Member, event: RaftEvent): void {
    this.steps++;
    program.step(member.instance, event, member.port);
  }

  /** One event, and everything that follows from it in no time. */
  private tell(member: Member, event: RaftEvent): void {
    this.step(member, event);
    for (let { ready } = member; ready !== null; { ready } = member) {
      member.ready = null;
      const { hardState, entries, snapshot } = ready;
      this.step(member, { type: 'save', hardState, entries, snapshot });
      this.step(member, { type: 'advance' });
    }
  }

  private deliver(): void {
    for (let at = 0; at < this.queue.length; at++) {
      const message = this.queue[at]!;
      this.tell(this.members[message.to - 1]!, { type: 'message', message });
    }
    this.queue.length = 0;
  }

  tick(): void {
    for (const member of this.members) this.tell(member, { type: 'tick' });
    this.deliver();
  }

  write(): void {
    const leader = this.members.find(({ instance }) => program.leaves[instance.leaf] === 'leader');
    if (leader === undefined) throw new Error('no leader');
    this.tell(leader, { type: 'propose', entries: [normalEntry('a value', 100)] });
    this.deliver();
  }
}

export interface RaftCost {
  /** Of one step (a tick or a message) of an idle cluster of 5. */
  readonly idleStepNs: number;
  /** Simulated seconds per CPU second, 5 members, a tick each 60 ms. */
  readonly simulatedPerCpu: number;
  /** Of one write committed and applied by 3 members; with each a tick of all. */
  readonly writeUs: number;
}

export function measureRaftCore(rounds = 100_000): RaftCost {
  const idle = new WiredRaft(5);
  for (let n = 0; n < rounds; n++) idle.tick();
  const before = idle.steps;
  const quiet = cpuSeconds(() => {
    for (let n = 0; n < rounds; n++) idle.tick();
  }).seconds;
  const busy = new WiredRaft(3);
  for (let n = 0; n < 40; n++) busy.tick();
  const writes = Math.ceil(rounds / 10);
  const work = (): void => {
    for (let n = 0; n < writes; n++) {
      busy.tick();
      busy.write();
    }
  };
  work();
  const written = cpuSeconds(work).seconds;
  return {
    idleStepNs: (quiet / (idle.steps - before)) * 1e9,
    simulatedPerCpu: (rounds * TICK_MS) / 1000 / quiet,
    writeUs: (written / writes) * 1e6,
  };
}
