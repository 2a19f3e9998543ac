/**
 * How a member changes its role, asks for votes, gives and counts them.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (becomeFollower ... becomeLeader, hup, campaign, poll, Step's vote
 * case), tracker/tracker.go (RecordVote, TallyVotes). The predicates are the guards of machine.ts.
 */
import { allVoters } from './conf-change.ts';
import { hex, STATE_NAMES } from './describe.ts';
import { debug, info, warn } from './lines.ts';
import { entryAt, isUpToDate, lastIndex, lastTerm } from './log.ts';
import { NONE, newMessage, type RaftMessage } from './messages.ts';
import { becomeReplicate, withRecentActive } from './progress.ts';
import { jointVote, type VoteResult } from './quorum.ts';
import {
  type Draft,
  PROPOSAL_DROPPED,
  progressAt,
  type Raft,
  type Role,
  reset,
  send,
  setProgress,
} from './raft.ts';
import { appendProposals } from './replication.ts';

/** Context of the vote requests of a leader transfer: the lease does not stand in their way. */
const CAMPAIGN_TRANSFER = 'CampaignTransfer';

// --- predicates

/** In the configuration, no learner, and not in the middle of taking in a snapshot. */
export function isPromotable(raft: Raft): boolean {
  const own = raft.progress[progressAt(raft, raft.config.id)];
  return own !== undefined && !own.isLearner && raft.log.unstableSnapshot === null;
}

/** A committed membership change that is not applied yet: the member does not know whom it must ask. */
function hasUnappliedConfChange(raft: Raft): boolean {
  for (let index = raft.log.applied + 1; index <= raft.log.committed; index++) {
    if (entryAt(raft.log, index).type !== 'EntryNormal') return true;
  }
  return false;
}

export function mayCampaign(raft: Raft): boolean {
  return isPromotable(raft) && !hasUnappliedConfChange(raft);
}

/** With one more tick the election timeout of this reset is over. */
export function timesOut(raft: Raft): boolean {
  return raft.electionElapsed + 1 >= raft.randomizedElectionTimeout && isPromotable(raft);
}

function isVoteRequest(message: RaftMessage): boolean {
  return message.type === 'MsgVote' || message.type === 'MsgPreVote';
}

/** A vote request that comes while a leader was heard of within an election timeout (the fixed one). */
export function isInLease(raft: Raft, message: RaftMessage): boolean {
  return (
    isVoteRequest(message) &&
    message.term > raft.term &&
    message.context !== CAMPAIGN_TRANSFER &&
    raft.config.checkQuorum &&
    raft.lead !== NONE &&
    raft.electionElapsed < raft.config.electionTick
  );
}

/** The answer that a campaign waits for; null in a role that has none. */
function awaitedAnswer(role: Role): 'MsgPreVoteResp' | 'MsgVoteResp' | null {
  if (role === 'pre-candidate') return 'MsgPreVoteResp';
  return role === 'candidate' ? 'MsgVoteResp' : null;
}

/** How the election stands once this answer is counted; undefined if it is no answer to it. */
export function voteAfter(raft: Raft, message: RaftMessage): VoteResult | undefined {
  if (message.type !== awaitedAnswer(raft.role)) return undefined;
  return jointVote(raft.members, withVote(raft, message));
}

/** The first answer of a member counts. */
function withVote(raft: Raft, message: RaftMessage): ReadonlyMap<number, boolean> {
  if (raft.votes.has(message.from)) return raft.votes;
  return new Map(raft.votes).set(message.from, !message.reject);
}

// --- role changes

export function becomeFollower(raft: Draft, term: number, lead: number): void {
  reset(raft, term);
  raft.lead = lead;
  raft.role = 'follower';
  info(raft.lines, () => `${hex(raft.config.id)} became follower at term ${raft.term}`);
}

function becomeCandidate(raft: Draft): void {
  reset(raft, raft.term + 1);
  raft.vote = raft.config.id;
  raft.role = 'candidate';
  info(raft.lines, () => `${hex(raft.config.id)} became candidate at term ${raft.term}`);
}

/** Changes neither term nor vote nor timers: others must not notice that it failed. */
function becomePreCandidate(raft: Draft): void {
  raft.votes = new Map();
  raft.lead = NONE;
  raft.role = 'pre-candidate';
  info(raft.lines, () => `${hex(raft.config.id)} became pre-candidate at term ${raft.term}`);
}

/** Takes office and appends the empty entry with which older entries get committed. */
export function becomeLeader(raft: Draft): void {
  reset(raft, raft.term);
  raft.lead = raft.config.id;
  raft.role = 'leader';
  const at = progressAt(raft, raft.config.id);
  setProgress(raft, at, withRecentActive(becomeReplicate(raft.progress[at]!), true));
  // Any entry that is there could be a membership change that is not applied.
  raft.pendingConfIndex = lastIndex(raft.log);
  appendProposals(raft, [{ term: 0, index: 0, type: 'EntryNormal', data: null, bytes: 0 }]);
  info(raft.lines, () => `${hex(raft.config.id)} became leader at term ${raft.term}`);
}

// --- campaigning

/** Why a member that is told to campaign does not. */
export function refuseToCampaign(raft: Draft): void {
  const id = hex(raft.config.id);
  if (raft.role === 'leader') {
    debug(raft.lines, () => `${id} ignoring MsgHup because already leader`);
  } else if (!isPromotable(raft)) {
    warn(raft.lines, () => `${id} is unpromotable and can not campaign`);
  } else {
    warn(
      raft.lines,
      () =>
        `${id} cannot campaign at term ${raft.term} since there are still pending configuration changes to apply`,
    );
  }
}

/** The leader wants us in its place. */
export function toldToCampaign(raft: Draft, message: RaftMessage): void {
  info(
    raft.lines,
    () =>
      `${hex(raft.config.id)} [term ${raft.term}] received MsgTimeoutNow from ${hex(message.from)} and starts an election to get leadership.`,
  );
}

/** Starts an election: a trial (pre-vote) or a real one; `transfer` marks one that the leader asked for. */
export function startElection(raft: Draft, kind: 'pre-vote' | 'vote' | 'transfer'): void {
  info(raft.lines, () => `${hex(raft.config.id)} is starting a new election at term ${raft.term}`);
  campaign(raft, kind);
}

/** Upstream campaign: asks every voter of both halves, itself by way of the disk. */
export function campaign(raft: Draft, kind: 'pre-vote' | 'vote' | 'transfer'): void {
  if (kind === 'pre-vote') becomePreCandidate(raft);
  else becomeCandidate(raft);
  const type = kind === 'pre-vote' ? 'MsgPreVote' : 'MsgVote';
  const term = kind === 'pre-vote' ? raft.term + 1 : raft.term;
  const self = raft.config.id;
  for (const id of allVoters(raft.members)) {
    if (id === self) {
      send(raft, newMessage(type === 'MsgPreVote' ? 'MsgPreVoteResp' : 'MsgVoteResp', self, self, term));
      continue;
    }
    const request = newMessage(type, self, id, term);
    request.index = lastIndex(raft.log);
    request.logTerm = lastTerm(raft.log);
    if (kind === 'transfer') request.context = CAMPAIGN_TRANSFER;
    info(
      raft.lines,
      () =>
        `${hex(self)} [logterm: ${request.logTerm}, index: ${request.index}] sent ${type} request to ${hex(id)} at term ${raft.term}`,
    );
    send(raft, request);
  }
}

/** Counts an answer to our campaign. */
export function countVote(raft: Draft, message: RaftMessage): void {
  const id = hex(raft.config.id);
  const what = message.reject ? `${message.type} rejection` : message.type;
  info(raft.lines, () => `${id} received ${what} from ${hex(message.from)} at term ${raft.term}`);
  raft.votes = withVote(raft, message);
  if (raft.lines === null) return;
  // Learners and members that are gone do not show in the counts.
  const answers = raft.progress.filter((p) => !p.isLearner).map((p) => raft.votes.get(p.id));
  const granted = answers.filter((vote) => vote === true).length;
  const rejected = answers.filter((vote) => vote === false).length;
  info(
    raft.lines,
    () => `${id} has received ${granted} ${message.type} votes and ${rejected} vote rejections`,
  );
}

// --- being asked

function describeRequest(raft: Raft, verb: string, message: RaftMessage, preposition: string): string {
  const own = `[logterm: ${lastTerm(raft.log)}, index: ${lastIndex(raft.log)}, vote: ${hex(raft.vote)}]`;
  const theirs = `[logterm: ${message.logTerm}, index: ${message.index}]`;
  return `${hex(raft.config.id)} ${own} ${verb} ${message.type} ${preposition} ${hex(message.from)} ${theirs} at term ${raft.term}`;
}

/** A member in its leader's lease does not even answer. */
export function ignoreInLease(raft: Draft, message: RaftMessage): void {
  const remaining = raft.config.electionTick - raft.electionElapsed;
  info(
    raft.lines,
    () =>
      `${describeRequest(raft, 'ignored', message, 'from')}: lease is not expired (remaining ticks: ${remaining})`,
  );
}

/** Whether this member gives its vote, by Raft's two conditions: none given in the term, and a log at least as complete. */
export function grantsVote(raft: Raft, message: RaftMessage): boolean {
  const mayVote =
    raft.vote === message.from ||
    (raft.vote === NONE && raft.lead === NONE) ||
    (message.type === 'MsgPreVote' && message.term > raft.term);
  return mayVote && isUpToDate(raft.log, message.logTerm, message.index);
}

/** Answers a vote request, whatever the role. A real vote restarts the election timer; a trial promises nothing. */
export function answerVoteRequest(raft: Draft, message: RaftMessage): void {
  if (!grantsVote(raft, message)) {
    rejectVoteRequest(raft, message);
    return;
  }
  info(raft.lines, () => describeRequest(raft, 'cast', message, 'for'));
  const type = message.type === 'MsgVote' ? 'MsgVoteResp' : 'MsgPreVoteResp';
  send(raft, newMessage(type, raft.config.id, message.from, message.term));
  if (message.type === 'MsgVote') {
    raft.electionElapsed = 0;
    raft.vote = message.from;
  }
}

export function rejectVoteRequest(raft: Draft, message: RaftMessage): void {
  info(raft.lines, () => describeRequest(raft, 'rejected', message, 'from'));
  const type = message.type === 'MsgVote' ? 'MsgVoteResp' : 'MsgPreVoteResp';
  const answer = newMessage(type, raft.config.id, message.from, raft.term);
  answer.reject = true;
  send(raft, answer);
}

/** A candidate's reaction to what is no answer to its campaign. */
export function stepCandidate(raft: Draft, message: RaftMessage): void {
  if (message.type === 'MsgProp') {
    info(raft.lines, () => `${hex(raft.config.id)} no leader at term ${raft.term}; dropping proposal`);
    raft.refusal = PROPOSAL_DROPPED;
  } else if (message.type === 'MsgTimeoutNow') {
    debug(
      raft.lines,
      () =>
        `${hex(raft.config.id)} [term ${raft.term} state ${STATE_NAMES[raft.role]}] ignored MsgTimeoutNow from ${hex(message.from)}`,
    );
  } else if (voteAfter(raft, message) !== undefined) {
    countVote(raft, message);
  }
}
