/**
 * Raft members on a network that the test rules over: every Ready is dealt with at once, messages travel in
 * order, and whatever the test names is lost.
 */
import type { Entry } from '../../../../models/etcd/raft/entries.ts';
import { normalEntry } from '../../../../models/etcd/raft/entries.ts';
import type { RaftEvent, RaftReport } from '../../../../models/etcd/raft/events.ts';
import { raftMachine } from '../../../../models/etcd/raft/machine.ts';
import {
  APPEND_THREAD,
  type ConfState,
  isStorageThread,
  type MessageDraft,
  type MessageType,
  newMessage,
  type RaftMessage,
} from '../../../../models/etcd/raft/messages.ts';
import { type Raft, type RaftConfig, type ReadState, raftConfig } from '../../../../models/etcd/raft/raft.ts';
import { EMPTY_STORAGE, type RaftStorage, withEntries } from '../../../../models/etcd/raft/storage.ts';
import { compiledProgram } from '../../../../sim/compiled.ts';
import { NO_CONF_STATE, RaftNode } from '../../../conformance/raft-node.ts';

export const program = compiledProgram(raftMachine);

/** A disk that knows the members and holds entries of these terms from index 1 on. */
export function storageOf(
  confState: Partial<ConfState>,
  terms: readonly number[] = [],
  hard?: { readonly term: number; readonly vote?: number; readonly commit?: number },
): RaftStorage {
  const snapshot = { index: 0, term: 0, confState: { ...NO_CONF_STATE, ...confState }, data: '' };
  const entries = terms.map(
    (term, i): Entry => ({ term, index: i + 1, type: 'EntryNormal', data: '', bytes: 0 }),
  );
  const storage = withEntries({ ...EMPTY_STORAGE, snapshot }, entries);
  return hard === undefined ? storage : { ...storage, hardState: { vote: 0, commit: 0, ...hard } };
}

/** A message with some of its fields set. */
export function said(
  type: MessageType,
  from: number,
  to: number,
  term: number,
  rest: Partial<MessageDraft> = {},
): RaftMessage {
  return { ...newMessage(type, from, to, term), ...rest };
}

export class Network {
  readonly nodes = new Map<number, RaftNode>();
  /** Answers `true` for a message that is lost. */
  loses: (message: RaftMessage) => boolean = () => false;
  /** What has been lost since the start, for a look at what was sent. */
  readonly lost: RaftMessage[] = [];
  readonly sent: RaftMessage[] = [];
  readonly lines: string[] = [];
  readonly applied = new Map<number, Entry[]>();
  readonly readStates = new Map<number, ReadState[]>();
  private readonly queue: RaftMessage[] = [];

  /** `n` voters with ids from 1, or one member for each disk. */
  constructor(disks: number | readonly RaftStorage[], config: Partial<RaftConfig> = {}) {
    const voters = typeof disks === 'number' ? Array.from({ length: disks }, (_, i) => i + 1) : [];
    const list = typeof disks === 'number' ? voters.map(() => storageOf({ voters })) : disks;
    list.forEach((storage, i) => {
      this.start(i + 1, storage, config);
    });
  }

  start(id: number, storage: RaftStorage, config: Partial<RaftConfig> = {}, applied = 0): RaftNode {
    const whole = raftConfig({ ...config, id, logging: true, delivery: 'pull' });
    const hear = (report: RaftReport): void => {
      this.lines.push(...report.lines.map(({ level, text }) => `${level} ${text}`));
    };
    const node = new RaftNode(program, whole, storage, applied, hear);
    this.nodes.set(id, node);
    this.applied.set(id, []);
    this.readStates.set(id, []);
    return node;
  }

  /** Ends a member and starts it again on its disk. */
  restart(id: number, config: Partial<RaftConfig> = {}): RaftNode {
    const { log, config: old } = this.raft(id);
    return this.start(id, { ...log.storage, offered: null }, { ...old, ...config });
  }

  node(id: number): RaftNode {
    return this.nodes.get(id)!;
  }

  raft(id: number): Raft {
    return this.node(id).raft;
  }

  get leaders(): number[] {
    return [...this.nodes.values()].filter((node) => node.role === 'leader').map((node) => node.id);
  }

  /** One event at one member, and everything that follows from it. Gives why it was refused. */
  tell(id: number, event: RaftEvent): string | null {
    const report = this.node(id).step(event);
    this.settle();
    return report?.refusal ?? null;
  }

  /** A message that the test made itself. */
  hear(message: RaftMessage): string | null {
    return this.tell(message.to, { type: 'message', message });
  }

  campaign(id: number): void {
    this.tell(id, { type: 'campaign' });
  }

  propose(id: number, data = 'data'): string | null {
    return this.tell(id, { type: 'propose', entries: [normalEntry(data, data.length)] });
  }

  tick(id: number, count = 1): void {
    for (let n = 0; n < count; n++) this.tell(id, { type: 'tick' });
  }

  tickAll(count = 1): void {
    for (let n = 0; n < count; n++) for (const id of this.nodes.keys()) this.tick(id);
  }

  /** Cuts a member off in both directions. */
  isolate(id: number): void {
    const before = this.loses;
    this.loses = (message) => message.from === id || message.to === id || before(message);
  }

  heal(): void {
    this.loses = () => false;
  }

  /** Until nothing is left to do. */
  settle(): void {
    for (let busy = true; busy; ) {
      busy = false;
      for (const node of this.nodes.values()) {
        while (node.hasReady()) {
          busy = true;
          this.handle(node);
        }
      }
      for (let message = this.queue.shift(); message !== undefined; message = this.queue.shift()) {
        busy = true;
        if (message.from !== message.to && !isStorageThread(message.from) && this.loses(message)) {
          this.lost.push(message);
        } else {
          this.nodes.get(message.to)?.step({ type: 'message', message });
        }
      }
    }
  }

  private handle(node: RaftNode): void {
    const ready = node.takeReady();
    this.readStates.get(node.id)!.push(...ready.readStates);
    if (!node.config.asyncStorageWrites) {
      const { hardState, entries, snapshot } = ready;
      node.step({ type: 'save', hardState, entries, snapshot });
      this.apply(node, ready.committedEntries);
    }
    for (const message of ready.messages) this.route(node, message);
    if (!node.config.asyncStorageWrites) node.step({ type: 'advance' });
  }

  private apply(node: RaftNode, entries: readonly Entry[]): void {
    node.apply(entries);
    this.applied.get(node.id)!.push(...entries);
  }

  private route(node: RaftNode, message: RaftMessage): void {
    if (!isStorageThread(message.to)) {
      this.sent.push(message);
      this.queue.push(message);
      return;
    }
    if (message.to === APPEND_THREAD) {
      const { term, vote, commit, entries, snapshot } = message;
      const hardState = term + vote + commit === 0 ? null : { term, vote, commit };
      node.step({ type: 'save', hardState, entries, snapshot });
    } else {
      this.apply(node, message.entries);
    }
    this.queue.push(...message.responses);
  }
}
