/**
 * Raft as a machine: which role does what on which event.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (the states StateFollower, StatePreCandidate, StateCandidate,
 * StateLeader; Step, stepFollower, stepCandidate, stepLeader, tickElection, tickHeartbeat) and rawnode.go.
 * Unit of time: the tick (etcd: its heartbeat interval), counted; the owner sends `tick`.
 *
 * A role changes by a transition of this machine and in no other way; the guards are pure predicates on
 * the state and the event. Each transition computes the next state and the report of the step once, in an
 * assign (steps.ts); the emit reads the report. The transitions of a message are in upstream's order:
 * may it be heard, which term is newer, then the role's own rule; what an idle cluster sends comes first,
 * because it is nearly all that a simulation does.
 *
 * Not modelled: the channels of node.go. A proposal without a leader is refused here; that etcd lets it
 * wait is the server's business.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../../sim/effects.ts';
import { isInLease, mayCampaign, timesOut, voteAfter } from './election.ts';
import type { RaftEvent, RaftInput, RaftReport } from './events.ts';
import { isOldNews, losesQuorum } from './leader.ts';
import { membershipAfter, removesOrDemotes } from './membership.ts';
import type { RaftMessage } from './messages.ts';
import type { Draft, Raft } from './raft.ts';
import { hasNewerTerm, hasOlderTerm, isFromLeader, refusalOf } from './step.ts';
import * as steps from './steps.ts';

export interface RaftContext {
  readonly raft: Raft;
  /** What the last step reports; null if nothing. */
  readonly report: RaftReport | null;
}

interface Given {
  readonly context: RaftContext;
  readonly event: RaftEvent;
}

const NOTHING: Effect = { type: 'batch', effects: [] };

/** The message of an event that is one. */
function messageOf(event: RaftEvent): RaftMessage {
  return (event as Extract<RaftEvent, { type: 'message' }>).message;
}

/** A guard on the state and the message. */
const heard =
  (test: (raft: Raft, message: RaftMessage) => boolean) =>
  ({ context, event }: Given): boolean =>
    test(context.raft, messageOf(event));

type Work = (raft: Draft, event: RaftEvent) => void;

/** Work on the message of an event. */
const hear =
  (work: (raft: Draft, message: RaftMessage) => void): Work =>
  (raft, event) =>
    work(raft, messageOf(event));

/** What the transitions do with the state, by the name of the action. */
const WORK = {
  tickInVain: steps.tickInVain,
  tickAsLeader: steps.tickAsLeader,
  stepDownWithoutQuorum: steps.stepDownWithoutQuorum,
  startPreVote: steps.startPreVote,
  startVote: steps.startVote,
  refuseToCampaign: steps.refuseToCampaign,
  obeyTimeoutNow: hear(steps.obeyTimeoutNow),
  refuse: hear(steps.refuse),
  ignoreInLease: hear(steps.ignoreInLease),
  answerOlderTerm: hear(steps.answerOlderTerm),
  followNewerTerm: hear(steps.stepNewerTerm),
  follow: hear(steps.follow),
  followRival: hear(steps.followRival),
  stepAsFollower: hear(steps.stepAsFollower),
  stepAsCandidate: hear(steps.stepAsCandidate),
  stepAsLeader: hear(steps.stepAsLeader),
  winPreVote: hear(steps.winPreVote),
  winVote: hear(steps.winVote),
  loseElection: hear(steps.loseElection),
  requestAsFollower: steps.requestAsFollower,
  requestAsCandidate: steps.requestAsCandidate,
  requestAsLeader: steps.requestAsLeader,
  applyConfChange: steps.applyConfChange,
  leaveOffice: steps.leaveOffice,
  save: steps.save,
  compact: steps.compact,
  offerSnapshot: steps.offerSnapshot,
  advanceAsFollower: steps.advanceAsFollower,
  advanceAsCandidate: steps.advanceAsCandidate,
  advanceAsLeader: steps.advanceAsLeader,
  advanceAndVote: steps.advanceAndVote,
  advanceAndLead: steps.advanceAndLead,
  takeReady: () => {},
} satisfies Record<string, Work>;

/** An action for each of them, for this machine and for those that put something around it. */
export function actionOfEach<Action>(make: (work: Work) => Action): Record<keyof typeof WORK, Action> {
  const actions = Object.entries(WORK).map(([name, work]) => [name, make(work)] as const);
  return Object.fromEntries(actions) as Record<keyof typeof WORK, Action>;
}

/** The application's requests, each role with its own answer. */
const requests = <Action extends string>(action: Action) => {
  const transition = { actions: [action, 'report' as const] };
  return {
    propose: transition,
    'read-index': transition,
    'transfer-leader': transition,
    'forget-leader': transition,
    'report-unreachable': transition,
    'report-snapshot': transition,
  };
};

export const raftMachine = setup({
  types: {
    context: {} as RaftContext,
    events: {} as RaftEvent,
    emitted: {} as Effect,
    input: {} as RaftInput,
  },
  guards: {
    // --- time
    timesOutForPreVote: ({ context: { raft } }) => timesOut(raft) && raft.config.preVote && mayCampaign(raft),
    timesOutForVote: ({ context: { raft } }) => timesOut(raft) && !raft.config.preVote && mayCampaign(raft),
    timesOutInVain: ({ context: { raft } }) => timesOut(raft),
    losesQuorum: ({ context: { raft } }) => losesQuorum(raft),
    // --- told to
    mayPreVote: ({ context: { raft } }) => raft.config.preVote && mayCampaign(raft),
    mayVote: ({ context: { raft } }) => !raft.config.preVote && mayCampaign(raft),
    isToldToCampaign: heard((raft, message) => message.type === 'MsgTimeoutNow' && mayCampaign(raft)),
    isToldToCampaignAnew: heard(
      (raft, message) => message.type === 'MsgTimeoutNow' && message.term > raft.term && mayCampaign(raft),
    ),
    // --- who speaks
    isOwnLeader: heard((raft, message) => message.term === raft.term && isFromLeader(message)),
    isOldNews: heard(isOldNews),
    isRefused: heard((raft, message) => refusalOf(raft, message) !== null),
    isInLease: heard(isInLease),
    hasOlderTerm: heard(hasOlderTerm),
    hasNewerTerm: heard(hasNewerTerm),
    // --- elections
    wins: heard((raft, message) => voteAfter(raft, message) === 'VoteWon'),
    loses: heard((raft, message) => voteAfter(raft, message) === 'VoteLost'),
    winsByOwnVote: ({ context: { raft } }) => steps.winsByOwnVote(raft),
    // --- membership
    leavesOffice: ({ context: { raft }, event }) =>
      raft.config.stepDownOnRemoval &&
      event.type === 'apply-conf-change' &&
      removesOrDemotes(raft, membershipAfter(raft, event.change ?? steps.VOID_CHANGE)),
  },
  actions: {
    report: emit(({ context }): Effect => {
      const { report } = context;
      return report === null ? NOTHING : { type: 'tell', to: '', event: report };
    }),
    countTick: assign(({ context: { raft } }) => ({ raft: steps.withTicks(raft, 1), report: null })),
    ...actionOfEach((work) =>
      assign<RaftContext, RaftEvent, undefined, RaftEvent, never>(({ context, event }) =>
        steps.settled(context.raft, event, work),
      ),
    ),
  },
}).createMachine({
  id: 'etcd.raft',
  context: ({ input }) => steps.started(input),
  initial: { target: 'follower', actions: 'report' },
  // What every role does alike.
  on: {
    'apply-conf-change': { actions: ['applyConfChange', 'report'] },
    save: { actions: ['save', 'report'] },
    compact: { actions: ['compact', 'report'] },
    'offer-snapshot': { actions: ['offerSnapshot', 'report'] },
    'take-ready': { actions: ['takeReady', 'report'] },
  },
  states: {
    follower: {
      on: {
        ...requests('requestAsFollower'),
        advance: { actions: ['advanceAsFollower', 'report'] },
        tick: [
          { guard: 'timesOutForPreVote', target: 'pre-candidate', actions: ['startPreVote', 'report'] },
          { guard: 'timesOutForVote', target: 'candidate', actions: ['startVote', 'report'] },
          { guard: 'timesOutInVain', actions: ['tickInVain', 'report'] },
          { actions: 'countTick' },
        ],
        campaign: [
          { guard: 'mayPreVote', target: 'pre-candidate', actions: ['startPreVote', 'report'] },
          { guard: 'mayVote', target: 'candidate', actions: ['startVote', 'report'] },
          { actions: ['refuseToCampaign', 'report'] },
        ],
        message: [
          { guard: 'isOwnLeader', actions: ['follow', 'report'] },
          { guard: 'isRefused', actions: ['refuse', 'report'] },
          { guard: 'isInLease', actions: ['ignoreInLease', 'report'] },
          { guard: 'hasOlderTerm', actions: ['answerOlderTerm', 'report'] },
          { guard: 'isToldToCampaign', target: 'candidate', actions: ['obeyTimeoutNow', 'report'] },
          { guard: 'hasNewerTerm', target: 'follower', actions: ['followNewerTerm', 'report'] },
          { actions: ['stepAsFollower', 'report'] },
        ],
      },
    },
    'pre-candidate': {
      on: {
        ...requests('requestAsCandidate'),
        tick: [
          { guard: 'timesOutForPreVote', target: 'pre-candidate', actions: ['startPreVote', 'report'] },
          { guard: 'timesOutInVain', actions: ['tickInVain', 'report'] },
          { actions: 'countTick' },
        ],
        campaign: [
          { guard: 'mayPreVote', target: 'pre-candidate', actions: ['startPreVote', 'report'] },
          { actions: ['refuseToCampaign', 'report'] },
        ],
        message: [
          { guard: 'isRefused', actions: ['refuse', 'report'] },
          { guard: 'hasOlderTerm', actions: ['answerOlderTerm', 'report'] },
          { guard: 'isToldToCampaignAnew', target: 'candidate', actions: ['obeyTimeoutNow', 'report'] },
          { guard: 'hasNewerTerm', target: 'follower', actions: ['followNewerTerm', 'report'] },
          { guard: 'wins', target: 'candidate', actions: ['winPreVote', 'report'] },
          { guard: 'loses', target: 'follower', actions: ['loseElection', 'report'] },
          { guard: 'isOwnLeader', target: 'follower', actions: ['followRival', 'report'] },
          { actions: ['stepAsCandidate', 'report'] },
        ],
        advance: [
          { guard: 'winsByOwnVote', target: 'candidate', actions: ['advanceAndVote', 'report'] },
          { actions: ['advanceAsCandidate', 'report'] },
        ],
      },
    },
    candidate: {
      on: {
        ...requests('requestAsCandidate'),
        tick: [
          { guard: 'timesOutForPreVote', target: 'pre-candidate', actions: ['startPreVote', 'report'] },
          { guard: 'timesOutForVote', target: 'candidate', actions: ['startVote', 'report'] },
          { guard: 'timesOutInVain', actions: ['tickInVain', 'report'] },
          { actions: 'countTick' },
        ],
        campaign: [
          { guard: 'mayPreVote', target: 'pre-candidate', actions: ['startPreVote', 'report'] },
          { guard: 'mayVote', target: 'candidate', actions: ['startVote', 'report'] },
          { actions: ['refuseToCampaign', 'report'] },
        ],
        message: [
          { guard: 'isRefused', actions: ['refuse', 'report'] },
          { guard: 'hasOlderTerm', actions: ['answerOlderTerm', 'report'] },
          { guard: 'isToldToCampaignAnew', target: 'candidate', actions: ['obeyTimeoutNow', 'report'] },
          { guard: 'hasNewerTerm', target: 'follower', actions: ['followNewerTerm', 'report'] },
          { guard: 'wins', target: 'leader', actions: ['winVote', 'report'] },
          { guard: 'loses', target: 'follower', actions: ['loseElection', 'report'] },
          { guard: 'isOwnLeader', target: 'follower', actions: ['followRival', 'report'] },
          { actions: ['stepAsCandidate', 'report'] },
        ],
        advance: [
          { guard: 'winsByOwnVote', target: 'leader', actions: ['advanceAndLead', 'report'] },
          { actions: ['advanceAsCandidate', 'report'] },
        ],
      },
    },
    leader: {
      on: {
        ...requests('requestAsLeader'),
        advance: { actions: ['advanceAsLeader', 'report'] },
        tick: [
          { guard: 'losesQuorum', target: 'follower', actions: ['stepDownWithoutQuorum', 'report'] },
          { actions: ['tickAsLeader', 'report'] },
        ],
        campaign: { actions: ['refuseToCampaign', 'report'] },
        message: [
          { guard: 'isOldNews' },
          { guard: 'isRefused', actions: ['refuse', 'report'] },
          { guard: 'isInLease', actions: ['ignoreInLease', 'report'] },
          { guard: 'hasOlderTerm', actions: ['answerOlderTerm', 'report'] },
          { guard: 'isToldToCampaignAnew', target: 'candidate', actions: ['obeyTimeoutNow', 'report'] },
          { guard: 'hasNewerTerm', target: 'follower', actions: ['followNewerTerm', 'report'] },
          { actions: ['stepAsLeader', 'report'] },
        ],
        'apply-conf-change': [
          { guard: 'leavesOffice', target: 'follower', actions: ['leaveOffice', 'report'] },
          { actions: ['applyConfChange', 'report'] },
        ],
      },
    },
  },
});
