/**
 * A few members of Raft without clocks: an election timeout may pass at any moment, a message may arrive at any moment
 * and in any order or never, a write may reach the disk at any moment, a member may crash and come back on what its disk
 * has. The members are the Raft machine of the simulator in its executor.
 *
 * Bounded are only how often a member campaigns, how many entries are proposed, how often members crash. That a message
 * never arrives needs no step of its own: every state is judged, also those in which it still has not.
 */
import type { Entry } from '../../models/etcd/raft/entries.ts';
import { normalEntry } from '../../models/etcd/raft/entries.ts';
import type { RaftEvent, RaftReport } from '../../models/etcd/raft/events.ts';
import { entryAt, firstIndex, lastIndex } from '../../models/etcd/raft/log.ts';
import { type RaftContext, raftMachine } from '../../models/etcd/raft/machine.ts';
import type { RaftMessage } from '../../models/etcd/raft/messages.ts';
import { chainToArray, type Raft, type RaftConfig, raftConfig } from '../../models/etcd/raft/raft.ts';
import type { Ready } from '../../models/etcd/raft/raw-node.ts';
import { EMPTY_STORAGE, type RaftStorage } from '../../models/etcd/raft/storage.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import type { Effect } from '../../sim/effects.ts';
import type { Instance, Port } from '../../sim/machine.ts';
import { Names, type SmallWorld } from '../interleavings.ts';
import { describeEntry, sameEntry } from './watch.ts';

export interface SmallRaftOptions {
  readonly members: number;
  readonly campaigns: number;
  readonly proposals: number;
  readonly crashes: number;
  /** Writes are on the disk at once, which leaves fewer orders. */
  readonly quickDisks?: boolean;
  readonly config?: Partial<RaftConfig>;
}

interface Member {
  readonly leaf: number;
  readonly context: RaftContext;
  readonly disk: RaftStorage;
  /** A Ready on its way to the disk, and what is sent after it. */
  readonly saving: Ready | null;
}

interface Chosen {
  readonly entry: Entry;
  /** The term of the member that held it for committed first. */
  readonly term: number;
}

export interface SmallRaft {
  readonly members: readonly Member[];
  readonly messages: readonly RaftMessage[];
  readonly campaigns: number;
  readonly proposals: number;
  readonly crashes: number;
  /** By term: who led. */
  readonly leaders: readonly (number | undefined)[];
  /** By index: what somebody holds for committed. */
  readonly chosen: readonly (Chosen | undefined)[];
  readonly violation: string | undefined;
}

export type SmallRaftAction =
  | { readonly do: 'campaign' | 'propose' | 'save' | 'crash'; readonly member: number }
  /** The message at this place of those under way. */
  | { readonly do: 'deliver'; readonly at: number };

const program = compiledProgram(raftMachine);
const port: Port & { report: RaftReport | null } = {
  report: null,
  emit(effect: Effect): void {
    if (effect.type === 'tell') this.report = effect.event as RaftReport;
  },
  schedule(): void {
    throw new Error('raft counts ticks and arms no timer');
  },
  cancel(): void {},
};

function started(config: RaftConfig, disk: RaftStorage): Member {
  const instance: Instance = { leaf: 0, context: undefined };
  program.start(instance, { config, luck: config.id, storage: disk, applied: 0 }, port);
  return { leaf: instance.leaf, context: instance.context as RaftContext, disk, saving: null };
}

/** The world while one step is being made. */
interface Draft {
  members: Member[];
  messages: RaftMessage[];
}

/** One event at a member, and what its Ready makes happen, up to the next write that takes time. */
function tell(draft: Draft, at: number, event: RaftEvent): void {
  const before = draft.members[at] as Member;
  const instance: Instance = { leaf: before.leaf, context: before.context };
  port.report = null;
  program.step(instance, event, port);
  const member = { ...before, leaf: instance.leaf, context: instance.context as RaftContext };
  draft.members[at] = member;
  const ready = (port.report as RaftReport | null)?.ready ?? null;
  if (ready === null) return;
  const leads = member.context.raft.role === 'leader';
  if (leads || !ready.mustSync) draft.messages.push(...ready.messages);
  if (!ready.mustAdvance) return;
  if (ready.mustSync) draft.members[at] = { ...member, saving: leads ? { ...ready, messages: [] } : ready };
  else advance(draft, at, ready);
}

function advance(draft: Draft, at: number, { hardState, entries, snapshot }: Ready): void {
  tell(draft, at, { type: 'save', hardState, entries, snapshot });
  const member = draft.members[at] as Member;
  draft.members[at] = { ...member, disk: member.context.raft.log.storage, saving: null };
  tell(draft, at, { type: 'advance' });
}

/** What the step has changed about who leads and what is committed, and whether that may be. */
function judged(state: SmallRaft, draft: Draft, rest: Partial<SmallRaft>): SmallRaft {
  let { leaders, chosen, violation } = state;
  for (const [i, { context }] of draft.members.entries()) {
    if (context === state.members[i]?.context) continue;
    const { raft } = context;
    const { log, term } = raft;
    if (raft.role === 'leader') {
      const known = leaders[term];
      if (known === undefined) leaders = replaced(leaders, term, i);
      else if (known !== i) violation ??= `${known + 1} and ${i + 1} both led in term ${term}`;
    }
    for (let index = firstIndex(log); index <= log.committed; index++) {
      const entry = entryAt(log, index);
      const known = chosen[index]?.entry;
      if (known === undefined) chosen = replaced(chosen, index, { entry, term });
      else if (!sameEntry(known, entry))
        violation ??= `${describeEntry(known)} and ${describeEntry(entry)} are both committed`;
    }
  }
  if (leaders !== state.leaders || chosen !== state.chosen)
    for (const { context } of draft.members) violation ??= lacks(context.raft, chosen);
  return { ...state, ...rest, ...draft, leaders, chosen, violation };
}

/** The log of a leader holds what was committed in earlier terms. */
function lacks(
  { role, log, term, config }: Raft,
  chosen: readonly (Chosen | undefined)[],
): string | undefined {
  if (role !== 'leader') return undefined;
  for (const each of chosen) {
    if (each === undefined || each.term >= term || each.entry.index < firstIndex(log)) continue;
    const { entry } = each;
    if (entry.index > lastIndex(log) || !sameEntry(entryAt(log, entry.index), entry))
      return `${config.id} leads in term ${term} without ${describeEntry(entry)}, which was committed in term ${each.term}`;
  }
  return undefined;
}

function replaced<T>(list: readonly (T | undefined)[], at: number, item: T): readonly (T | undefined)[] {
  const copy = list.slice();
  while (copy.length < at) copy.push(undefined);
  copy[at] = item;
  return copy;
}

export function smallRaft(options: SmallRaftOptions): SmallWorld<SmallRaft, SmallRaftAction> {
  const ids = Array.from({ length: options.members }, (_, i) => i + 1);
  const confState = { voters: ids, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const disk: RaftStorage = { ...EMPTY_STORAGE, snapshot: { index: 0, term: 0, confState, data: null } };
  const configs = ids.map((id) => raftConfig({ ...options.config, id }));
  const members = configs.map((config) => started(config, disk));
  const keys = new Keys();
  return {
    initial: {
      members,
      messages: [],
      campaigns: 0,
      proposals: 0,
      crashes: 0,
      leaders: [],
      chosen: [],
      violation: undefined,
    },
    actions: (state) => actionsOf(state, options),
    after: (state, action) => after(state, action, configs, options.quickDisks === true),
    key: (state) => keys.of(state),
    violation: ({ violation }) => violation,
  };
}

function actionsOf(state: SmallRaft, options: SmallRaftOptions): SmallRaftAction[] {
  const actions: SmallRaftAction[] = [];
  const { members, messages } = state;
  for (const [member, { saving, context, disk }] of members.entries()) {
    if (saving !== null) actions.push({ do: 'save', member });
    const leads = context.raft.role === 'leader';
    if (!leads && state.campaigns < options.campaigns) actions.push({ do: 'campaign', member });
    if (leads && state.proposals < options.proposals) actions.push({ do: 'propose', member });
    // Before it has anything to lose a crash changes nothing.
    if (state.crashes < options.crashes && (disk.hardState !== null || saving !== null))
      actions.push({ do: 'crash', member });
  }
  for (let at = 0; at < messages.length; at++) actions.push({ do: 'deliver', at });
  return actions;
}

function after(
  state: SmallRaft,
  action: SmallRaftAction,
  configs: readonly RaftConfig[],
  quickDisks: boolean,
): SmallRaft {
  const draft: Draft = { members: state.members.slice(), messages: state.messages.slice() };
  const counted = take(state, draft, action, configs);
  for (let at = 0; quickDisks && at < draft.members.length; at++)
    while (draft.members[at]?.saving != null) save(draft, at);
  if (draft.messages.some((message) => isVain(draft, message, configs)))
    draft.messages = draft.messages.filter((message) => !isVain(draft, message, configs));
  return judged(state, draft, counted);
}

/**
 * A message of a term that its receiver has left for good (a newer one is on its disk) changes nothing whenever it arrives,
 * unless old leaders are told of it (step.ts answerOlderTerm). So it need not be under way.
 */
function isVain(draft: Draft, { to, term }: RaftMessage, configs: readonly RaftConfig[]): boolean {
  const { checkQuorum, preVote } = configs[to - 1] as RaftConfig;
  const saved = (draft.members[to - 1] as Member).disk.hardState?.term ?? 0;
  return !checkQuorum && !preVote && term !== 0 && term < saved;
}

function save(draft: Draft, at: number): void {
  const saving = (draft.members[at] as Member).saving as Ready;
  draft.messages.push(...saving.messages);
  advance(draft, at, saving);
}

/** Takes the step; gives what is counted anew. */
function take(
  state: SmallRaft,
  draft: Draft,
  action: SmallRaftAction,
  configs: readonly RaftConfig[],
): Partial<SmallRaft> {
  switch (action.do) {
    case 'campaign':
      tell(draft, action.member, { type: 'campaign' });
      return { campaigns: state.campaigns + 1 };
    case 'propose': {
      const entries = [normalEntry(state.proposals, 1)];
      tell(draft, action.member, { type: 'propose', entries });
      return { proposals: state.proposals + 1 };
    }
    case 'save':
      save(draft, action.member);
      return {};
    case 'crash': {
      const { disk } = draft.members[action.member] as Member;
      draft.members[action.member] = started(configs[action.member] as RaftConfig, disk);
      return { crashes: state.crashes + 1 };
    }
    case 'deliver': {
      const [message] = draft.messages.splice(action.at, 1) as [RaftMessage];
      tell(draft, message.to - 1, { type: 'message', message });
      return {};
    }
  }
}

/** Makes keys; what one step leaves as it was is written once. */
class Keys {
  private readonly names = new Names();
  private readonly members = new WeakMap<Member, number>();
  private readonly messages = new WeakMap<RaftMessage, number>();

  /** Messages under way have no order. */
  of(state: SmallRaft): string {
    const { campaigns, proposals, crashes, leaders, chosen } = state;
    const members = state.members.map((member) => this.memberOf(member));
    const messages = state.messages.map((message) => this.messageOf(message)).sort((a, b) => a - b);
    const told = this.names.numberOf(JSON.stringify([leaders, chosen]));
    return `${members} ${messages} ${campaigns} ${proposals} ${crashes} ${told}`;
  }

  private messageOf(message: RaftMessage): number {
    let known = this.messages.get(message);
    if (known === undefined) {
      known = this.names.numberOf(JSON.stringify(message));
      this.messages.set(message, known);
    }
    return known;
  }

  /** What only counts draws of timeouts is left out: there are no timeouts. */
  private memberOf(member: Member): number {
    let known = this.members.get(member);
    if (known !== undefined) return known;
    const { leaf, disk, saving, context } = member;
    const { config: _, luck: __, draws: ___, randomizedElectionTimeout: ____, ...raft } = context.raft;
    const waiting = [chainToArray(raft.messages), chainToArray(raft.messagesAfterAppend)];
    const maps = [[...raft.votes], [...raft.reads.acks]];
    const rest = { ...raft, messages: null, messagesAfterAppend: null };
    known = this.names.numberOf(JSON.stringify([leaf, rest, waiting, maps, disk, saving]));
    this.members.set(member, known);
    return known;
  }
}

/** Steps of a walk: each number chooses among what can happen. Deliveries and writes are likelier than what is bounded. */
export type Walk = readonly number[];

const LIKELIER = 3;

/** Walks from the initial state; gives the violation at which it ended, if any. */
export function walkViolation(world: SmallWorld<SmallRaft, SmallRaftAction>, walk: Walk): string | undefined {
  let state = world.initial;
  for (const number of walk) {
    const actions = world.actions(state);
    const weights = actions.map((action) => (action.do === 'deliver' || action.do === 'save' ? LIKELIER : 1));
    let left =
      number %
      Math.max(
        1,
        weights.reduce((sum, weight) => sum + weight, 0),
      );
    const at = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    const action = actions[at];
    if (action === undefined) return undefined;
    state = world.after(state, action);
    const violation = world.violation(state);
    if (violation !== undefined) return violation;
  }
  return undefined;
}
