/**
 * The raft member of the etcd family: the Raft machine (raft/machine.ts) with what etcd puts around it: the ticker,
 * the write-ahead log, and the streams to the peers.
 *
 * Sources: etcd v3.6.14 server/etcdserver/raft.go (raftNode.start: ticks and Ready handling in one goroutine, so that
 * a write that hangs stops the ticks while messages are still taken in; a leader sends before its own write is done,
 * others only after), server/etcdserver/api/rafthttp (peer.go, stream.go). Unit: microseconds.
 *
 * The transitions and rules of the roles are the Raft machine's own, unchanged. Here each role also takes a message
 * straight from its connection (`received`) and re-arms the ticker, and `report` sends: so an idle cluster costs one step a
 * message and one a tick of its leader; those of a follower that would only count are made up for (raft-ticks.ts). Whatever
 * needs the disk goes through `saveReady` and `written` (raft-saving.ts).
 *
 * Not modelled: merging of several MsgAppResp of a Ready into the last; the second stream (MsgApp v2) with a back-off of its
 * own, and the size of messages: etcd's writer of appends to a silent peer sits in a write once the socket is full, and takes no
 * new connection until the old one's next retransmission is answered by RST, so that under load a healed follower is caught
 * up later than its links stand (E10); the limit of 4096 messages a stream behind it.
 */
import { assign, type EventObject, emit, raise, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { LINK_HEARTBEAT_US, READ_TIMEOUT_US } from './links.ts';
import { isInLease } from './raft/election.ts';
import type { RaftEvent } from './raft/events.ts';
import { heartbeatAnswer, isPlainHeartbeat } from './raft/follower.ts';
import { lastIndex } from './raft/log.ts';
import { actionOfEach, raftMachine } from './raft/machine.ts';
import type { Raft } from './raft/raft.ts';
import { settled, started, withTicks } from './raft/steps.ts';
import {
  batch,
  carryOutReport,
  draftOfNode,
  type Node,
  type NodeEvent,
  newNode,
  type Of,
  type RaftNodeContext,
  type RaftNodeInput,
  sendOnly,
  tellLead,
} from './raft-node-work.ts';
import { saveReady, written } from './raft-saving.ts';
import {
  addPeer,
  attach,
  dropSilent,
  hold,
  isForServer,
  isLinkHeartbeat,
  isUnusual,
  linkHeartbeats,
  lookForSilence,
  loseConnection,
  raftMessage,
  removePeer,
  sendOne,
  takePeerMessage,
} from './raft-streams.ts';
import { caughtUp, isTooEarly, tickerDelayUs, uncountedTicks } from './raft-ticks.ts';

interface Given {
  readonly context: RaftNodeContext;
  readonly event: NodeEvent;
}

// --- the Raft machine's states, each with the node's part

type Transition = Readonly<Record<string, unknown>> & { readonly actions?: string | readonly string[] };
type OneOrMore<T> = T | readonly T[];
type Transitions = Readonly<Record<string, OneOrMore<Transition>>>;

function transitionsOf(value: OneOrMore<Transition> | undefined): readonly Transition[] {
  return Array.isArray(value) ? (value as readonly Transition[]) : [value as Transition];
}

function actionsOf({ actions = [] }: Transition): readonly string[] {
  return typeof actions === 'string' ? [actions] : actions;
}

/** What an idle cluster says, by who hears it; looked at first, as it is nearly all that a simulation does. */
const USUAL: Readonly<Record<string, Transition>> = {
  follower: { guard: 'isPlainHeartbeat', actions: ['countAnew', 'answerHeartbeat'] },
  leader: { guard: 'isOldNews' },
};

/** With the action that sets the ticker anew, for the role that the transition leads to. */
function arming(transition: Transition, from: string): Transition {
  const arm = (transition['target'] ?? from) === 'follower' ? 'armTicker' : 'armTick';
  return { ...transition, actions: [...actionsOf(transition), arm] };
}

/** A role's own transitions; its ticks wait for the disk, its messages come from the streams. */
function around(role: string, own: Transitions): Transitions {
  const on = Object.fromEntries(
    Object.entries(own).map(([type, value]) => [
      type,
      // The drawn timeout is another after a change of role only.
      transitionsOf(value).map((each) =>
        type === 'tick' || each['target'] !== undefined ? arming(each, role) : each,
      ),
    ]),
  );
  const held = arming({ guard: 'isSaving', actions: 'holdTick' }, role);
  const tick = [held, ...transitionsOf(on['tick'])];
  return {
    ...on,
    ...(role === 'follower'
      ? {
          tick: [{ guard: 'isBehind', actions: ['catchUp', 'tickAgain'] }, ...tick],
          'election-timeout': [
            held,
            arming({ guard: 'isTooEarly', actions: 'catchUp' }, role),
            { actions: ['catchUpButOne', 'tickAgain'] },
          ],
        }
      : { tick }),
    unsteady: arming({ actions: ['catchUp', 'becomeUnsteady'] }, role),
    steady: arming({ actions: ['catchUp', 'becomeSteady'] }, role),
    received: [
      ...(USUAL[role] === undefined ? [] : [USUAL[role]]),
      { guard: 'isLinkHeartbeat' },
      { guard: 'isUnusual', actions: 'lookCloser' },
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
  Object.entries(base.states).map(([role, state]) => [role, { ...state, on: around(role, state.on) }]),
);
const own = raftMachine.implementations as unknown as {
  readonly guards: Record<string, (given: Given) => boolean>;
};

// --- the machine

/** The context, in which Raft has counted its ticks up to now. */
function counted({ node }: RaftNodeContext, raft: Raft, { atUs }: NodeEvent): RaftNodeContext {
  return { raft, report: null, node, countedAtUs: atUs };
}

/** What starts the machine has no time. */
const untilTick = ({ context, event }: { readonly context: RaftNodeContext; readonly event: EventObject }) =>
  tickerDelayUs(context, (event as { readonly atUs?: number }).atUs ?? context.node.startedAtUs);

/** An assign of all. */
const become = (work: (context: RaftNodeContext, event: NodeEvent) => RaftNodeContext) =>
  assign<RaftNodeContext, NodeEvent, undefined, NodeEvent, never>(({ context, event }) =>
    work(context, event),
  );

/** An assign of what is around Raft. */
const act = <Type extends NodeEvent['type']>(work: (context: RaftNodeContext, event: Of<Type>) => Node) =>
  assign<RaftNodeContext, NodeEvent, undefined, NodeEvent, never>({
    node: ({ context, event }) => work(context, event as Of<Type>),
  });

const node = setup({
  types: {
    context: {} as RaftNodeContext,
    events: {} as NodeEvent,
    emitted: {} as Effect,
    input: {} as RaftNodeInput,
  },
  guards: {
    ...own.guards,
    isSaving: ({ context }: Given) => context.node.saving !== null,
    isAnswered: ({ context, event }: Given) => context.node.saving?.id === (event as Of<'written'>).id,
    // --- ticks that only count (raft-ticks.ts)
    isBehind: ({ context, event }: Given) => uncountedTicks(context, event.atUs) > 0,
    isTooEarly: ({ context, event }: Given) => isTooEarly(context, event.atUs),
    isInLease: ({ context, event }: Given) => isInLease(caughtUp(context, event.atUs), raftMessage(event)),
    // --- messages
    isPlainHeartbeat: ({ context, event }: Given) => isPlainHeartbeat(context.raft, raftMessage(event)),
    // Its arrival is all that it says.
    isLinkHeartbeat: ({ event }: Given) => isLinkHeartbeat(event),
    isUnusual: ({ context, event }: Given) => isUnusual(context, event),
    isForServer: ({ event }: Given) => isForServer(event),
  },
  actions: {
    ...actionOfEach((work) =>
      become((context, event) => {
        const { raft, report } = settled(caughtUp(context, event.atUs), event as RaftEvent, work);
        return saveReady(raft, report, context.node, event);
      }),
    ),
    // --- ticks that only count
    countTick: become((context, event) => counted(context, withTicks(context.raft, 1), event)),
    catchUp: become((context, event) => counted(context, caughtUp(context, event.atUs), event)),
    catchUpButOne: become((context, event) => counted(context, caughtUp(context, event.atUs, 1), event)),
    tickAgain: raise(({ event }: Given) => ({ type: 'tick', atUs: event.atUs }) as NodeEvent),
    /** The leader is heard, and there was no tick to forget. */
    countAnew: become((context, event) => counted(context, context.raft, event)),
    answerHeartbeat: emit(({ context, event }: Given) =>
      sendOnly(context, heartbeatAnswer(context.raft, raftMessage(event))),
    ),
    becomeUnsteady: act<'unsteady'>(({ node }) => ({ ...draftOfNode(node), unsteady: true })),
    becomeSteady: act<'steady'>(({ node }) => ({ ...draftOfNode(node), unsteady: false })),
    report: emit(({ context, event }: Given) => carryOutReport(context, event)),
    carryOut: emit(({ context }: Given) => batch(context.node.out)),
    // --- time
    armTicker: raise({ type: 'election-timeout' } as NodeEvent, { id: 'tick', delay: untilTick }),
    armTick: raise({ type: 'tick' } as NodeEvent, { id: 'tick', delay: untilTick }),
    holdTick: act(({ node }) => {
      const next = draftOfNode(node);
      next.tickHeld = true;
      return next;
    }),
    armLinkBeat: raise({ type: 'link-beat' } as NodeEvent, { id: 'link-beat', delay: LINK_HEARTBEAT_US }),
    linkHeartbeats: act(linkHeartbeats),
    armSilence: raise({ type: 'check-silence' } as NodeEvent, {
      id: 'check-silence',
      delay: ({ context: { node }, event }: Given) => {
        const atUs = event.atUs ?? node.startedAtUs;
        return Math.max(1, Math.min(node.silenceAtUs, atUs + READ_TIMEOUT_US) - atUs);
      },
    }),
    lookForSilence: act(lookForSilence),
    dropSilent: act<'tcp-info'>(dropSilent),
    // --- the disk
    written: assign<RaftNodeContext, NodeEvent, undefined, NodeEvent, never>(({ context, event }) =>
      written(context, event as Of<'written'>),
    ),
    // --- streams
    attach: act<'writer' | 'reader'>(attach),
    hold: act<'hold'>(hold),
    addPeer: act<'peer-added'>(addPeer),
    removePeer: act<'peer-removed'>(removePeer),
    loseConnection: act<'closed'>(loseConnection),
    sendOne: act<'send'>(sendOne),
    lookCloser: raise(({ event }: Given) => ({ ...event, type: 'unusual' }) as NodeEvent),
    takePeerMessage: act<'unusual'>(takePeerMessage),
    panic: emit(({ context: { raft }, event }: Given) =>
      tellLead({
        type: 'fatal',
        line: `tocommit(${raftMessage(event).commit}) is out of range [lastIndex(${lastIndex(raft.log)})]. Was the raft log corrupted, truncated, or lost?`,
      }),
    ),
    describe: emit(({ context: { raft, node }, event }: Given) =>
      tellLead({
        type: 'raft-described',
        stalledUs: node.saving === null ? 0 : event.atUs - node.saving.sinceUs,
        match: raft.progress.map(({ id, match, isLearner }) => ({ id, match, isLearner })),
      }),
    ),
  },
});

const config = {
  id: 'etcd.raft-node',
  context: ({ input }: { readonly input: RaftNodeInput }): RaftNodeContext => {
    const { raft, report } = started(input);
    return saveReady(raft, report, newNode(input), input);
  },
  entry: ['armTicker', 'armLinkBeat', 'armSilence'],
  initial: base.initial,
  on: {
    ...base.on,
    hold: { actions: 'hold' },
    written: { guard: 'isAnswered', actions: ['written', 'carryOut'] },
    writer: { actions: ['attach', 'carryOut'] },
    reader: { actions: ['attach', 'carryOut', 'armSilence'] },
    'peer-added': { actions: 'addPeer' },
    'peer-removed': { actions: ['removePeer', 'carryOut'] },
    closed: { actions: ['loseConnection', 'carryOut'] },
    'check-silence': { actions: ['lookForSilence', 'carryOut'] },
    'tcp-info': { actions: ['dropSilent', 'carryOut', 'armSilence'] },
    'link-beat': { actions: ['linkHeartbeats', 'carryOut', 'armLinkBeat'] },
    unusual: [{ guard: 'isForServer', actions: ['takePeerMessage', 'carryOut'] }, { actions: 'panic' }],
    send: { actions: ['sendOne', 'carryOut'] },
    describe: { actions: 'describe' },
  },
  states,
};

export const raftNode = node.createMachine(config as unknown as Parameters<typeof node.createMachine>[0]);
