/**
 * What the transitions of the Raft machine do: one function each, over the modules that hold the rules.
 *
 * Source: etcd-io/raft v3.7.0, raft.go and rawnode.go.
 */
import { allVoters, confStateOf, restoreMembership } from './conf-change.ts';
import { hex } from './describe.ts';
import {
  becomeFollower,
  becomeLeader,
  campaign,
  countVote,
  refuseToCampaign,
  startElection,
  stepCandidate,
  toldToCampaign,
  voteAfter,
} from './election.ts';
import { type ConfChange, normalEntry } from './entries.ts';
import type { RaftEvent, RaftInput, RaftReport } from './events.ts';
import { handleFromLeader, stepFollower } from './follower.ts';
import { stepLeader, tickLeader } from './leader.ts';
import { info, type LogLine, warn } from './lines.ts';
import { appliedTo, copyOf, lastIndex, lastTerm } from './log.ts';
import { membershipAfter, switchToConfig } from './membership.ts';
import { NONE, newMessage, type RaftMessage } from './messages.ts';
import { blankRaft, type Draft, draftOf, hardStateOf, type Raft, type Role } from './raft.ts';
import { hasReady, takeReady } from './raw-node.ts';
import { broadcastAppend } from './replication.ts';
import { answerOlderTerm, followNewerTerm, hasNewerTerm, hasOlderTerm, refusalOf, step } from './step.ts';
import { compacted, type RaftStorage, withEntries, withHardState, withSnapshot } from './storage.ts';

type Rule = (raft: Draft, message: RaftMessage) => void;
type Of<Type extends RaftEvent['type']> = Extract<RaftEvent, { type: Type }>;

const NO_LINES: readonly LogLine[] = [];

/** A committed change that the application made void still has to be applied: it changes no member. */
export const VOID_CHANGE: ConfChange = {
  transition: 'ConfChangeTransitionAuto',
  changes: [{ type: 'ConfChangeAddNode', nodeId: NONE }],
  context: null,
};

// --- the frame

interface Settled {
  readonly raft: Raft;
  readonly report: RaftReport | null;
}

/** Does the work on a draft of the next state, and takes from it what there is to report. */
export function settled(
  before: Raft,
  event: RaftEvent,
  work: (raft: Draft, event: RaftEvent) => void,
): Settled {
  const raft = draftOf(before);
  work(raft, event);
  return reported(raft, event);
}

function reported(raft: Draft, event: RaftReport['event']): Settled {
  const wanted =
    raft.config.delivery === 'push' ? !raft.awaitsAdvance && hasReady(raft) : event.type === 'take-ready';
  const ready = wanted ? takeReady(raft) : null;
  const { lines, refusal, confState } = raft;
  const hasLines = lines !== null && lines.length > 0;
  if (lines !== null) raft.lines = null;
  raft.refusal = null;
  raft.confState = null;
  if (ready === null && refusal === null && confState === null && !hasLines) return { raft, report: null };
  const report: RaftReport = {
    type: 'raft',
    event,
    ready,
    refusal,
    confState,
    lines: hasLines ? lines : NO_LINES,
  };
  return { raft, report };
}

/** A member as it comes up: a follower of nobody, with what its disk holds (upstream newRaft). */
export function started({ config, luck, storage, applied }: RaftInput): Settled {
  const raft = blankRaft(config, luck, storage);
  const { hardState, snapshot } = storage;
  if (snapshot !== null) {
    switchToConfig(raft, restoreMembership(snapshot.confState, lastIndex(raft.log)));
  } else {
    switchToConfig(raft, { config: raft.members, progress: raft.progress });
  }
  if (hardState !== null) {
    if (hardState.commit < raft.log.committed || hardState.commit > lastIndex(raft.log)) {
      throw new Error(
        `${hex(config.id)} state.commit ${hardState.commit} is out of range [${raft.log.committed}, ${lastIndex(raft.log)}]`,
      );
    }
    raft.log = { ...raft.log, committed: hardState.commit };
    raft.term = hardState.term;
    raft.vote = hardState.vote;
  }
  if (applied > 0) raft.log = appliedTo(raft.log, applied, 0, config.maxCommittedSizePerReady);
  becomeFollower(raft, raft.term, NONE);
  raft.previousHard = hardStateOf(raft);
  info(
    raft.lines,
    () =>
      `newRaft ${hex(config.id)} [peers: [${allVoters(raft.members).map(hex).join(',')}], term: ${raft.term}, commit: ${raft.log.committed}, applied: ${raft.log.applied}, lastindex: ${lastIndex(raft.log)}, lastterm: ${lastTerm(raft.log)}]`,
  );
  return reported(raft, { type: 'start' });
}

// --- time

/** After so many ticks in which nothing fell due. */
export function withTicks(before: Raft, ticks: number): Raft {
  const raft = draftOf(before);
  raft.electionElapsed += ticks;
  raft.lines = null;
  return raft;
}

/** The election timeout is over, but a membership change that is not applied keeps us from campaigning. */
export function tickInVain(raft: Draft): void {
  raft.electionElapsed = 0;
  refuseToCampaign(raft);
}

export function tickAsLeader(raft: Draft): void {
  tickLeader(raft);
}

export function stepDownWithoutQuorum(raft: Draft): void {
  warn(raft.lines, () => `${hex(raft.config.id)} stepped down to follower since quorum is not active`);
  becomeFollower(raft, raft.term, NONE);
}

// --- elections

export function startPreVote(raft: Draft, event: RaftEvent): void {
  // A trial leaves the timers alone, so that nothing else would restart the one that has run out.
  if (event.type === 'tick') raft.electionElapsed = 0;
  startElection(raft, 'pre-vote');
}

export function startVote(raft: Draft): void {
  startElection(raft, 'vote');
}

/** A transfer of office: no trial, and the others' lease does not hold us back. */
export function obeyTimeoutNow(raft: Draft, message: RaftMessage): void {
  if (hasNewerTerm(raft, message)) followNewerTerm(raft, message);
  toldToCampaign(raft, message);
  startElection(raft, 'transfer');
}

export function winPreVote(raft: Draft, message: RaftMessage): void {
  countVote(raft, message);
  campaign(raft, 'vote');
}

export function winVote(raft: Draft, message: RaftMessage): void {
  countVote(raft, message);
  becomeLeader(raft);
  broadcastAppend(raft);
}

export function loseElection(raft: Draft, message: RaftMessage): void {
  countVote(raft, message);
  becomeFollower(raft, raft.term, NONE);
}

// --- messages

export { ignoreInLease, refuseToCampaign } from './election.ts';
export { answerOlderTerm, stepNewerTerm } from './step.ts';

export function refuse(raft: Draft, message: RaftMessage): void {
  raft.refusal = refusalOf(raft, message);
}

/** A follower hears its leader. */
export const follow: Rule = stepFollower;

/** A candidate hears that another has won its term. */
export function followRival(raft: Draft, message: RaftMessage): void {
  becomeFollower(raft, message.term, message.from);
  handleFromLeader(raft, message);
}

export const stepAsFollower: Rule = (raft, message) => step(raft, message, stepFollower);
export const stepAsCandidate: Rule = (raft, message) => step(raft, message, stepCandidate);
export const stepAsLeader: Rule = (raft, message) => step(raft, message, stepLeader);

// --- requests of the application

/** The message as which upstream steps a request. */
function requestMessage(raft: Raft, event: RaftEvent): RaftMessage {
  switch (event.type) {
    case 'propose': {
      const message = newMessage('MsgProp', raft.config.id, NONE, 0);
      message.entries = event.entries;
      return message;
    }
    case 'read-index': {
      const message = newMessage('MsgReadIndex', NONE, NONE, 0);
      message.entries = [normalEntry(event.context, 0)];
      return message;
    }
    case 'transfer-leader':
      return newMessage('MsgTransferLeader', event.to, NONE, 0);
    case 'report-unreachable':
      return newMessage('MsgUnreachable', event.id, NONE, 0);
    case 'report-snapshot': {
      const message = newMessage('MsgSnapStatus', event.id, NONE, 0);
      message.reject = !event.ok;
      return message;
    }
    case 'forget-leader':
      return newMessage('MsgForgetLeader', NONE, NONE, 0);
    default:
      throw new Error(`${event.type} is no request`);
  }
}

const requestAs = (rule: Rule) => (raft: Draft, event: RaftEvent) => rule(raft, requestMessage(raft, event));
export const requestAsFollower = requestAs(stepFollower);
export const requestAsCandidate = requestAs(stepCandidate);
export const requestAsLeader = requestAs(stepLeader);

export function applyConfChange(raft: Draft, event: RaftEvent): void {
  const { change } = event as Of<'apply-conf-change'>;
  switchToConfig(raft, membershipAfter(raft, change ?? VOID_CHANGE));
  raft.confState = confStateOf(raft.members);
}

/** The change removes or demotes the leader, which is set to step down then. */
export function leaveOffice(raft: Draft, event: RaftEvent): void {
  applyConfChange(raft, event);
  becomeFollower(raft, raft.term, NONE);
}

// --- storage

function setStorage(raft: Draft, storage: RaftStorage): void {
  const log = copyOf(raft.log);
  log.storage = storage;
  raft.log = log;
}

export function save(raft: Draft, event: RaftEvent): void {
  const { hardState, entries, snapshot } = event as Of<'save'>;
  let { storage } = raft.log;
  if (hardState !== null) storage = withHardState(storage, hardState);
  if (snapshot !== null) {
    const replaced = withSnapshot(storage, snapshot);
    if (typeof replaced === 'string') raft.refusal = replaced;
    else storage = replaced;
  } else {
    storage = withEntries(storage, entries);
  }
  setStorage(raft, storage);
}

export function compact(raft: Draft, event: RaftEvent): void {
  const storage = compacted(raft.log.storage, (event as Of<'compact'>).index);
  if (typeof storage === 'string') raft.refusal = storage;
  else setStorage(raft, storage);
}

export function offerSnapshot(raft: Draft, event: RaftEvent): void {
  const { snapshot } = event as Of<'offer-snapshot'>;
  setStorage(raft, { ...raft.log.storage, offered: snapshot });
}

// --- Advance

/** Whether the own vote, on disk now, decides the election. */
export function winsByOwnVote(raft: Raft): boolean {
  return raft.stepsOnAdvance.some((m) => !hasOlderTerm(raft, m) && voteAfter(raft, m) === 'VoteWon');
}

/** Steps what was waiting for the disk, each message by the rule of the role. */
const advanceAs = (rule: Rule) => (raft: Draft) => {
  const steps = raft.stepsOnAdvance;
  raft.stepsOnAdvance = [];
  raft.awaitsAdvance = false;
  for (const message of steps) {
    if (hasOlderTerm(raft, message)) answerOlderTerm(raft, message);
    else step(raft, message, rule);
  }
};

/** The rule of a candidate until its own vote wins; what comes after it is the storage's, alike in all roles. */
const winning =
  (win: Rule): Rule =>
  (raft, message) => {
    if (voteAfter(raft, message) === 'VoteWon') win(raft, message);
    else stepCandidate(raft, message);
  };

/** `save` and `advance` in one step, for an owner that has saved the last Ready already. For roles that stay what they are. */
export function advanced(before: Raft, storage: RaftStorage): Settled {
  return settled(before, ADVANCE, (raft) => {
    if (storage !== raft.log.storage) setStorage(raft, storage);
    ADVANCES[raft.role](raft);
  });
}

export const advanceAsFollower = advanceAs(stepFollower);
export const advanceAsCandidate = advanceAs(stepCandidate);
export const advanceAsLeader = advanceAs(stepLeader);
const ADVANCE: RaftEvent = { type: 'advance' };
const ADVANCES: Readonly<Record<Role, (raft: Draft) => void>> = {
  follower: advanceAsFollower,
  'pre-candidate': advanceAsCandidate,
  candidate: advanceAsCandidate,
  leader: advanceAsLeader,
};
export const advanceAndVote = advanceAs(winning(winPreVote));
export const advanceAndLead = advanceAs(winning(winVote));
