/**
 * One Raft member as the interaction suite drives it: the machine that the simulator runs (models/etcd/raft),
 * asked for a Ready when the suite wants one, with its storage work and its history of snapshots.
 */
import { confChangeOf, type Entry } from '../../models/etcd/raft/entries.ts';
import type { RaftEvent, RaftReport } from '../../models/etcd/raft/events.ts';
import type { RaftContext } from '../../models/etcd/raft/machine.ts';
import type { ConfState, RaftMessage, Snapshot } from '../../models/etcd/raft/messages.ts';
import type { Raft, RaftConfig } from '../../models/etcd/raft/raft.ts';
import { hasReady, type Ready } from '../../models/etcd/raft/raw-node.ts';
import type { RaftStorage } from '../../models/etcd/raft/storage.ts';
import type { Effect } from '../../sim/effects.ts';
import type { Instance, Port, Program } from '../../sim/machine.ts';

export const NO_CONF_STATE: ConfState = {
  voters: [],
  votersOutgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

export class RaftNode {
  readonly id: number;
  readonly config: RaftConfig;
  readonly appendWork: RaftMessage[] = [];
  readonly applyWork: RaftMessage[] = [];
  /** One snapshot for each applied entry; the last is what a lagging follower is sent. */
  readonly history: Snapshot[];
  private readonly program: Program;
  private readonly instance: Instance = { leaf: 0, context: undefined };
  private readonly port: Port;
  private readonly hear: (report: RaftReport) => void;
  private report: RaftReport | null = null;

  /** Starts the member on what its disk holds; `hear` gets what each step reports, at once. */
  constructor(
    program: Program,
    config: RaftConfig,
    storage: RaftStorage,
    applied: number,
    hear: (report: RaftReport) => void,
  ) {
    this.id = config.id;
    this.config = config;
    this.program = program;
    this.hear = hear;
    this.port = {
      emit: (effect) => this.take(effect),
      schedule: () => {
        throw new Error('raft counts ticks and arms no timer');
      },
      cancel: () => {},
    };
    const first = storage.snapshot ?? { index: 0, term: 0, confState: NO_CONF_STATE, data: '' };
    this.history = [first];
    const input = { config, luck: config.id, storage: { ...storage, offered: first }, applied };
    this.program.start(this.instance, input, this.port);
  }

  get raft(): Raft {
    return (this.instance.context as RaftContext).raft;
  }

  /** The state of the machine, which is the member's role. */
  get role(): string {
    return this.program.leaves[this.instance.leaf]!;
  }

  private take(effect: Effect): void {
    if (effect.type === 'batch' && effect.effects.length === 0) return;
    if (effect.type !== 'tell' || effect.to !== '') throw new Error(`raft emitted ${effect.type}`);
    this.report = effect.event as RaftReport;
    this.hear(this.report);
  }

  /** One step; its lines have been heard when this returns. Gives the report, null if there is none. */
  step(event: RaftEvent): RaftReport | null {
    this.report = null;
    this.program.step(this.instance, event, this.port);
    return this.report;
  }

  hasReady(): boolean {
    return hasReady(this.raft);
  }

  takeReady(): Ready {
    const ready = this.step({ type: 'take-ready' })?.ready;
    if (ready === undefined || ready === null) throw new Error('no Ready in the report');
    return ready;
  }

  /** Shortens or lengthens the election timeout until the next reset. */
  setElectionTimeout(ticks: number): void {
    const context = this.instance.context as RaftContext;
    this.instance.context = { ...context, raft: { ...context.raft, randomizedElectionTimeout: ticks } };
  }

  /** Applies committed entries to the state machine, which appends their data. */
  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const change = confChangeOf(entry);
      const last = this.history.at(-1)!;
      let confState = last.confState;
      let update = '';
      if (change === null) update = entry.data === null ? '' : String(entry.data);
      else confState = this.step({ type: 'apply-conf-change', change })?.confState ?? confState;
      const snapshot = {
        index: entry.index,
        term: entry.term,
        confState,
        data: `${String(last.data ?? '')}${update}`,
      };
      this.history.push(snapshot);
      this.step({ type: 'offer-snapshot', snapshot });
    }
  }
}
