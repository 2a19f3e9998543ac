/**
 * The raft member of the etcd family: the Raft machine (raft/machine.ts) with what etcd puts around it: the ticker,
 * the write-ahead log, and the streams to the peers.
 *
 * Sources: etcd v3.6.14 server/etcdserver/raft.go (raftNode.start: ticks and Ready handling in one goroutine, so that
 * a write that hangs stops the ticks while messages are still taken in; a leader sends before its own write is done,
 * others only after), server/etcdserver/api/rafthttp (peer.go, stream.go). Unit: microseconds.
 *
 * The transitions and rules of the roles are the Raft machine's own, unchanged. Here each role also takes a message
 * straight from its connection (`received`) and re-arms the ticker, and `report` sends: so an idle cluster costs
 * one step a tick and one a message. Whatever needs the disk goes through `persist`, `written`, `save`, `advance`.
 *
 * Not modelled: merging of several MsgAppResp of a Ready into the last; the limit of 4096 messages a stream (the
 * kernel's TCP keeps them); the size of writes.
 */
import { assign, emit, raise, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import {
  type Fatal,
  type FromPeer,
  type LinkEvent,
  type ProposalRefused,
  RAFT,
  type RaftDescribed,
  type RaftNews,
  type SnapshotWanted,
  type StreamMessage,
} from './family.ts';
import {
  effectsOfChange,
  HEARD_GRAIN_US,
  LINK_HEARTBEAT_US,
  type Link,
  linkTo,
  newLink,
  nextSilenceUs,
  withLink,
  withoutConnection,
  withoutSilent,
} from './links.ts';
import type { RaftEvent, RaftInput, RaftReport } from './raft/events.ts';
import { lastIndex } from './raft/log.ts';
import { type RaftContext, raftMachine } from './raft/machine.ts';
import type { RaftMessage } from './raft/messages.ts';
import { progressAt } from './raft/raft.ts';
import type { Ready } from './raft/raw-node.ts';
import { started } from './raft/steps.ts';
import { type RaftStorage, withEntries, withSnapshot } from './raft/storage.ts';

export interface RaftNodeInput extends RaftInput {
  /** Ids of the other members. */
  readonly peers: readonly number[];
  /** Name of the member, for observers. */
  readonly name: string;
  readonly heartbeatUs: number;
  readonly atUs: number;
}

/** A Ready whose write is under way. */
interface Saving {
  readonly id: string;
  readonly ready: Ready;
  /** Messages that wait for the write. */
  readonly messages: readonly RaftMessage[];
  readonly sinceUs: number;
}

export interface RaftNodeContext extends RaftContext {
  readonly name: string;
  readonly heartbeatUs: number;
  /** Phase of the ticker. */
  readonly startedAtUs: number;
  readonly links: readonly Link[];
  readonly saving: Saving | null;
  /** The ticker fired during a write; a Go ticker keeps one tick. */
  readonly tickHeld: boolean;
  readonly writes: number;
  /** What the last step of the node itself asks for. */
  readonly out: readonly Effect[];
}

type Received = Extract<KernelEvent, { type: 'received' }>;
type Closed = Extract<KernelEvent, { type: 'closed' }>;
type Written = Extract<KernelEvent, { type: 'written' }>;
type Stamped<E> = E extends unknown ? E & { readonly atUs: number } : never;

type NodeEvent =
  | Stamped<RaftEvent>
  | Stamped<LinkEvent>
  | Received
  | Closed
  | Written
  /** A Ready needs the disk or an `advance`. Told to itself. */
  | { readonly type: 'persist'; readonly ready: Ready; readonly atUs: number }
  | { readonly type: 'link-beat'; readonly atUs: number }
  | { readonly type: 'check-silence'; readonly atUs: number };

interface Given {
  readonly context: RaftNodeContext;
  readonly event: NodeEvent;
}

const NOTHING: Effect = { type: 'batch', effects: [] };
const NO_EFFECTS: readonly Effect[] = [];

type RaftTell = RaftNews | ProposalRefused | SnapshotWanted | FromPeer | RaftDescribed | Fatal;
type Unstamped<E> = E extends unknown ? Omit<E, 'atUs'> : never;

function tellLead(event: Unstamped<RaftTell>): Effect {
  return { type: 'tell', to: '', event };
}

function tellSelf(event: RaftEvent | { readonly type: 'persist'; readonly ready: Ready }): Effect {
  return { type: 'tell', to: RAFT, event };
}

function batch(effects: readonly Effect[]): Effect {
  if (effects.length === 1) return effects[0]!;
  return effects.length === 0 ? NOTHING : { type: 'batch', effects };
}

// --- sending

/** Puts each message on its peer's stream. One without a stream is lost, which Raft hears if it would wait for an answer. */
function send(context: RaftNodeContext, messages: readonly RaftMessage[], effects: Effect[]): void {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    const link = linkTo(context.links, message.to);
    if (message.type === 'MsgSnap' && link !== undefined) {
      effects.push(tellLead({ type: 'snapshot-wanted', message }));
    } else if (link?.writer != null) {
      effects.push({ type: 'transmit', connection: link.writer, message });
    } else {
      const at = progressAt(context.raft, message.to);
      if (at >= 0 && context.raft.progress[at]!.state === 'StateReplicate')
        effects.push(tellSelf({ type: 'report-unreachable', id: message.to }));
    }
  }
}

/** What the report of a step of the Raft machine makes happen. */
function carryOutReport(context: RaftNodeContext): Effect {
  const { report } = context;
  if (report === null) return NOTHING;
  const effects: Effect[] = [];
  for (const { level, text } of report.lines) effects.push({ type: 'log', line: text, level });
  const { ready } = report;
  if (ready !== null) {
    if (ready.mustAdvance) effects.push(tellSelf({ type: 'persist', ready }));
    else send(context, ready.messages, effects);
  }
  tellNews(context, report, effects);
  return batch(effects);
}

function tellNews(context: RaftNodeContext, report: RaftReport, effects: Effect[]): void {
  const { ready, event, refusal, confState } = report;
  const { raft } = context;
  if (refusal !== null && event.type === 'propose') {
    effects.push(tellLead({ type: 'proposal-refused', entries: event.entries, reason: refusal }));
  }
  const isNews =
    confState !== null ||
    (ready !== null &&
      (ready.softState !== null ||
        ready.hardState !== null ||
        ready.committedEntries.length > 0 ||
        ready.snapshot !== null ||
        ready.readStates.length > 0));
  if (!isNews) return;
  if (ready !== null && (ready.softState !== null || ready.hardState !== null)) {
    effects.push({
      type: 'note',
      name: 'raft-role',
      member: context.name,
      role: raft.role,
      term: raft.term,
      lead: raft.lead,
    });
  }
  effects.push(
    tellLead({
      type: 'raft-news',
      role: raft.role,
      term: raft.term,
      lead: raft.lead,
      commit: raft.log.committed,
      committedEntries: ready?.committedEntries ?? [],
      snapshot: ready?.snapshot ?? null,
      readStates: ready?.readStates ?? [],
      confState,
    }),
  );
}

// --- the disk

/** What the disk holds once this Ready is saved. */
function storageAfter(storage: RaftStorage, ready: Ready): RaftStorage {
  const { hardState, snapshot, entries } = ready;
  const next = hardState === null ? storage : { ...storage, hardState };
  if (snapshot === null) return withEntries(next, entries);
  const replaced = withSnapshot(next, snapshot);
  return typeof replaced === 'string' ? next : replaced;
}

/** What a start finds: the newest snapshot that was made or received, and the log. */
function onDisk(storage: RaftStorage): RaftStorage {
  const { offered, snapshot } = storage;
  return offered !== null && offered.index > (snapshot?.index ?? 0)
    ? { ...storage, snapshot: offered }
    : storage;
}

/** Begins the write of a Ready; a leader's messages go out beside it, others' only if nothing is to be synced. */
function persist(context: RaftNodeContext, ready: Ready, atUs: number): Partial<RaftNodeContext> {
  const effects: Effect[] = [];
  const { hardState, entries, snapshot } = ready;
  const sync = ready.mustSync || snapshot !== null;
  const leads = context.raft.role === 'leader';
  if (leads || !sync) send(context, ready.messages, effects);
  if (hardState === null && entries.length === 0 && snapshot === null) {
    effects.push(tellSelf({ type: 'advance' }));
    return { out: effects };
  }
  const id = String(context.writes + 1);
  const value = onDisk(storageAfter(context.raft.log.storage, ready));
  effects.push({ type: 'write', id, key: RAFT_KEY, value, sync });
  if (sync) {
    const saving = { id, ready, messages: leads ? [] : ready.messages, sinceUs: atUs };
    return { out: effects, saving, writes: context.writes + 1 };
  }
  effects.push(tellSelf({ type: 'save', hardState, entries, snapshot }), tellSelf({ type: 'advance' }));
  return { out: effects, writes: context.writes + 1 };
}

function written(context: RaftNodeContext, ok: boolean): Partial<RaftNodeContext> {
  const saving = context.saving as Saving;
  if (!ok) {
    return {
      out: [
        tellLead({
          type: 'fatal',
          line: 'failed to save Raft hard state and entries: no space left on device',
        }),
      ],
    };
  }
  const { hardState, entries, snapshot } = saving.ready;
  const effects: Effect[] = [];
  send(context, saving.messages, effects);
  effects.push(tellSelf({ type: 'save', hardState, entries, snapshot }), tellSelf({ type: 'advance' }));
  if (context.tickHeld) effects.push(tellSelf({ type: 'tick' }));
  return { out: effects, saving: null, tickHeld: false };
}

/** Key under which the write-ahead log and the last snapshot are on disk. The value is a RaftStorage. */
export const RAFT_KEY = 'raft';

// --- links

function changed(context: RaftNodeContext, links: readonly Link[]): Partial<RaftNodeContext> {
  return { links, out: effectsOfChange(context.links, links) };
}

function attach(context: RaftNodeContext, event: NodeEvent): Partial<RaftNodeContext> {
  if (event.type !== 'writer' && event.type !== 'reader') return {};
  const link = linkTo(context.links, event.id);
  if (link === undefined) return { out: [{ type: 'close', connection: event.connection }] };
  const next =
    event.type === 'writer'
      ? { ...link, active: true, writer: event.connection }
      : { ...link, active: true, reader: event.connection, heardAtUs: event.atUs };
  return changed(context, withLink(context.links, next));
}

/** Streams on which Raft itself says nothing get a link heartbeat. */
function linkHeartbeats(context: RaftNodeContext): readonly Effect[] {
  const { raft, links, saving, heartbeatUs } = context;
  const leads = raft.role === 'leader' && saving === null;
  const answers = raft.electionElapsed * heartbeatUs < LINK_HEARTBEAT_US;
  const effects: Effect[] = [];
  for (const link of links) {
    if (link.writer === null || leads || (answers && link.id === raft.lead)) continue;
    effects.push({ type: 'transmit', connection: link.writer, message: LINK_BEAT });
  }
  return effects;
}

const LINK_BEAT: StreamMessage = { kind: 'link-heartbeat' };

/** The message of a stream, if it is one of Raft's. */
function raftMessage(event: NodeEvent): RaftMessage {
  return (event as Received).message as RaftMessage;
}

function isForServer(event: NodeEvent): boolean {
  return ((event as Received).message as { kind?: string }).kind !== undefined;
}

// --- the Raft machine with this around it

type Transition = Readonly<Record<string, unknown>> & { readonly actions?: string | readonly string[] };
type OneOrMore<T> = T | readonly T[];
type Transitions = Readonly<Record<string, OneOrMore<Transition>>>;

function transitionsOf(value: OneOrMore<Transition> | undefined): readonly Transition[] {
  return Array.isArray(value) ? (value as readonly Transition[]) : [value as Transition];
}

function actionsOf({ actions = [] }: Transition): readonly string[] {
  return typeof actions === 'string' ? [actions] : actions;
}

/** Each role's own transitions; its ticks re-arm the ticker and wait for the disk, its messages come from the streams. */
function around(on: Transitions): Transitions {
  const ticks = transitionsOf(on['tick']).map((transition) => ({
    ...transition,
    actions: [...actionsOf(transition), 'armTicker'],
  }));
  return {
    ...on,
    tick: [{ guard: 'isSaving', actions: ['holdTick', 'armTicker'] }, ...ticks],
    received: [
      { guard: 'isForServer', actions: ['takePeerMessage', 'carryOut'] },
      { guard: 'isFirstForLong', actions: ['noteHeard', 'stepMessage'] },
      { guard: 'panics', actions: 'panic' },
      ...transitionsOf(on['message']),
    ],
  };
}

const base = raftMachine.config as unknown as {
  readonly initial: unknown;
  readonly on: Transitions;
  readonly states: Readonly<Record<string, { readonly on: Transitions }>>;
};
const states = Object.fromEntries(
  Object.entries(base.states).map(([role, state]) => [role, { ...state, on: around(state.on) }]),
);
const own = raftMachine.implementations as unknown as {
  readonly guards: Record<string, (given: Given) => boolean>;
  readonly actions: Record<string, ReturnType<typeof assign>>;
};

const nodeAct = (work: (context: RaftNodeContext, event: NodeEvent) => Partial<RaftNodeContext>) =>
  assign<RaftNodeContext, NodeEvent, undefined, NodeEvent, never>(({ context, event }) =>
    work(context, event),
  );

const nodeSetup = setup({
  types: {
    context: {} as RaftNodeContext,
    events: {} as NodeEvent,
    emitted: {} as Effect,
    input: {} as RaftNodeInput,
  },
  guards: {
    ...own.guards,
    isSaving: ({ context }: Given) => context.saving !== null,
    isAnswered: ({ context, event }: Given) => context.saving?.id === (event as Written).id,
    isForServer: ({ event }: Given) => isForServer(event),
    isFirstForLong: ({ context, event }: Given) => {
      const link = linkTo(context.links, raftMessage(event).from);
      return link !== undefined && link.heardAtUs + HEARD_GRAIN_US < (event as Received).atUs;
    },
    // log.go committedTo: the leader remembers more of our log than there is.
    panics: ({ context: { raft }, event }: Given) => {
      const { type, term, commit } = raftMessage(event);
      return type === 'MsgHeartbeat' && term >= raft.term && commit > lastIndex(raft.log);
    },
  },
  actions: {
    ...(own.actions as object),
    report: emit(({ context }: Given) => carryOutReport(context)),
    armTicker: raise({ type: 'tick' } as NodeEvent, {
      id: 'tick',
      delay: ({ context, event }: Given) =>
        context.heartbeatUs -
        (((event.atUs ?? context.startedAtUs) - context.startedAtUs) % context.heartbeatUs),
    }),
    holdTick: assign({ tickHeld: true }),
    carryOut: emit(({ context }: Given) => batch(context.out)),
    persist: nodeAct((context, event) =>
      persist(context, (event as Extract<NodeEvent, { type: 'persist' }>).ready, event.atUs),
    ),
    written: nodeAct((context, event) => written(context, (event as Written).ok)),
    attach: nodeAct(attach),
    addPeer: nodeAct((context, event) => {
      const { id } = event as Extract<NodeEvent, { type: 'peer-added' }>;
      if (linkTo(context.links, id) !== undefined) return { out: NO_EFFECTS };
      return { links: [...context.links, newLink(id)], out: NO_EFFECTS };
    }),
    removePeer: nodeAct((context, event) => {
      const { id } = event as Extract<NodeEvent, { type: 'peer-removed' }>;
      return changed(
        context,
        context.links.filter((link) => link.id !== id),
      );
    }),
    loseConnection: nodeAct((context, event) =>
      changed(context, withoutConnection(context.links, (event as Closed).connection)),
    ),
    dropSilent: nodeAct((context, event) => changed(context, withoutSilent(context.links, event.atUs))),
    armSilence: raise({ type: 'check-silence' } as NodeEvent, {
      id: 'check-silence',
      delay: ({ context, event }: Given) => {
        const atUs = event.atUs ?? context.startedAtUs;
        return Math.max(1, Math.min(nextSilenceUs(context.links), atUs + 60_000_000) - atUs);
      },
    }),
    armLinkBeat: raise({ type: 'link-beat' } as NodeEvent, { id: 'link-beat', delay: LINK_HEARTBEAT_US }),
    linkHeartbeats: nodeAct((context) => ({ out: linkHeartbeats(context) })),
    noteHeard: nodeAct((context, event) => {
      const link = linkTo(context.links, raftMessage(event).from) as Link;
      return { links: withLink(context.links, { ...link, heardAtUs: event.atUs }) };
    }),
    stepMessage: raise(
      ({ event }: Given) => ({ type: 'message', message: raftMessage(event), atUs: event.atUs }) as NodeEvent,
    ),
    takePeerMessage: nodeAct((context, event) => {
      const { connection, message, atUs } = event as Received;
      const link = context.links.find((other) => other.reader === connection);
      if (link === undefined) return { out: NO_EFFECTS };
      const links = withLink(context.links, { ...link, heardAtUs: atUs });
      const said = message as StreamMessage;
      if (said.kind === 'link-heartbeat') return { links, out: NO_EFFECTS };
      return { links, out: [tellLead({ type: 'from-peer', from: link.id, message: said })] };
    }),
    panic: emit(({ context: { raft }, event }: Given) =>
      tellLead({
        type: 'fatal',
        line: `tocommit(${raftMessage(event).commit}) is out of range [lastIndex(${lastIndex(raft.log)})]. Was the raft log corrupted, truncated, or lost?`,
      }),
    ),
    sendOne: nodeAct((context, event) => {
      const { to, message } = event as Extract<NodeEvent, { type: 'send' }>;
      const writer = linkTo(context.links, to)?.writer;
      if (writer != null) return { out: [{ type: 'transmit', connection: writer, message }] };
      const isSnapshot = (message as RaftMessage).type === 'MsgSnap';
      return { out: isSnapshot ? [tellSelf({ type: 'report-snapshot', id: to, ok: false })] : NO_EFFECTS };
    }),
    describe: emit(({ context: { raft, saving }, event }: Given) =>
      tellLead({
        type: 'raft-described',
        stalledUs: saving === null ? 0 : event.atUs - saving.sinceUs,
        match: raft.progress.map(({ id, match, isLearner }) => ({ id, match, isLearner })),
      }),
    ),
  },
});

const config = {
  id: 'etcd.raft-node',
  context: ({ input }: { input: RaftNodeInput }): RaftNodeContext => ({
    ...started(input),
    name: input.name,
    heartbeatUs: input.heartbeatUs,
    startedAtUs: input.atUs,
    links: input.peers.map(newLink),
    saving: null,
    tickHeld: false,
    writes: 0,
    out: NO_EFFECTS,
  }),
  entry: ['armTicker', 'armLinkBeat', 'armSilence'],
  initial: base.initial,
  on: {
    ...base.on,
    persist: { actions: ['persist', 'carryOut'] },
    written: { guard: 'isAnswered', actions: ['written', 'carryOut'] },
    writer: { actions: ['attach', 'carryOut'] },
    reader: { actions: ['attach', 'carryOut', 'armSilence'] },
    'peer-added': { actions: 'addPeer' },
    'peer-removed': { actions: ['removePeer', 'carryOut'] },
    closed: { actions: ['loseConnection', 'carryOut'] },
    'check-silence': { actions: ['dropSilent', 'carryOut', 'armSilence'] },
    'link-beat': { actions: ['linkHeartbeats', 'carryOut', 'armLinkBeat'] },
    send: { actions: ['sendOne', 'carryOut'] },
    describe: { actions: 'describe' },
  },
  states,
};

export const raftNode = nodeSetup.createMachine(
  config as unknown as Parameters<typeof nodeSetup.createMachine>[0],
);
