/**
 * The membership that Raft counts with, and how it may change: one voter at a time, or through a joint
 * configuration in which both the old and the new majority must agree.
 *
 * Source: etcd-io/raft v3.7.0, tracker/tracker.go (Config), confchange/confchange.go, confchange/restore.go.
 * Id lists are sorted. A refused change is a value, {error}, not an exception.
 */
import type { ConfChange, ConfChangeSingle } from './entries.ts';
import type { ConfState } from './messages.ts';
import { newProgress, type Progress } from './progress.ts';

export interface MemberConfig {
  readonly voters: readonly number[];
  /** The old voters, while the configuration is joint; else empty. */
  readonly outgoing: readonly number[];
  readonly learners: readonly number[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  readonly learnersNext: readonly number[];
  /** The leader proposes to leave the joint configuration by itself. */
  readonly autoLeave: boolean;
}

/** A configuration with what is known of each member, sorted by id. */
export interface Membership {
  readonly config: MemberConfig;
  readonly progress: readonly Progress[];
}

export type Changed = Membership | { readonly error: string };

export const NO_MEMBERS: MemberConfig = {
  voters: [],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

const byNumber = (a: number, b: number): number => a - b;

function add(ids: readonly number[], id: number): readonly number[] {
  return ids.includes(id) ? ids : [...ids, id].sort(byNumber);
}

function remove(ids: readonly number[], id: number): readonly number[] {
  return ids.includes(id) ? ids.filter((other) => other !== id) : ids;
}

/** Voters of both halves, sorted. */
export function allVoters(config: MemberConfig): readonly number[] {
  if (config.outgoing.length === 0) return config.voters;
  return [...new Set([...config.voters, ...config.outgoing])].sort(byNumber);
}

export function isJoint(config: MemberConfig): boolean {
  return config.outgoing.length > 0;
}

export function confStateOf(config: MemberConfig): ConfState {
  return {
    voters: config.voters,
    votersOutgoing: config.outgoing,
    learners: config.learners,
    learnersNext: config.learnersNext,
    autoLeave: config.autoLeave,
  };
}

/** What a change asks for: to leave a joint configuration, to enter one, or a simple step. */
function changeKind(change: ConfChange): 'leave-joint' | 'enter-joint' | 'simple' {
  if (change.transition !== 'ConfChangeTransitionAuto' || change.changes.length > 1) return 'enter-joint';
  return change.changes.length === 0 ? 'leave-joint' : 'simple';
}

/** Upstream: an explicit transition stays joint until somebody proposes to leave. */
function leavesByItself(change: ConfChange): boolean {
  return change.transition !== 'ConfChangeTransitionJointExplicit';
}

/** Applies a committed change of any kind. `lastIndex` is where the probing of new members starts. */
export function changeMembership(from: Membership, change: ConfChange, lastIndex: number): Changed {
  switch (changeKind(change)) {
    case 'leave-joint':
      return leaveJoint(from);
    case 'enter-joint':
      return enterJoint(from, leavesByItself(change), change.changes, lastIndex);
    case 'simple':
      return simple(from, change.changes, lastIndex);
  }
}

/** Changes at most one voter, and any number of learners. */
export function simple(from: Membership, changes: readonly ConfChangeSingle[], lastIndex: number): Changed {
  if (isJoint(from.config)) return { error: "can't apply simple config change in joint config" };
  const to = operate({ ...from, config: { ...from.config, autoLeave: false } }, changes, lastIndex);
  if ('error' in to) return to;
  const before = from.config.voters;
  const after = to.config.voters;
  const changed =
    after.filter((id) => !before.includes(id)).length + before.filter((id) => !after.includes(id)).length;
  if (changed > 1) return { error: 'more than one voter changed without entering joint config' };
  return checked(to);
}

export function enterJoint(
  from: Membership,
  autoLeave: boolean,
  changes: readonly ConfChangeSingle[],
  lastIndex: number,
): Changed {
  if (isJoint(from.config)) return { error: 'config is already joint' };
  if (from.config.voters.length === 0) return { error: "can't make a zero-voter config joint" };
  const start = { ...from, config: { ...from.config, outgoing: from.config.voters, autoLeave: false } };
  const to = operate(start, changes, lastIndex);
  if ('error' in to) return to;
  return checked({ ...to, config: { ...to.config, autoLeave } });
}

export function leaveJoint(from: Membership): Changed {
  const { config } = from;
  if (!isJoint(config)) return { error: "can't leave a non-joint config" };
  const learners = config.learnersNext.reduce(add, config.learners);
  const gone = config.outgoing.filter((id) => !config.voters.includes(id) && !learners.includes(id));
  return checked({
    config: { voters: config.voters, outgoing: [], learners, learnersNext: [], autoLeave: false },
    progress: from.progress
      .filter((p) => !gone.includes(p.id))
      .map((p) => (config.learnersNext.includes(p.id) ? { ...p, isLearner: true } : p)),
  });
}

function operate(from: Membership, changes: readonly ConfChangeSingle[], lastIndex: number): Changed {
  let to = from;
  for (const { type, nodeId } of changes) {
    if (nodeId === 0) continue;
    switch (type) {
      case 'ConfChangeAddNode':
        to = makeVoter(to, nodeId, lastIndex);
        break;
      case 'ConfChangeAddLearnerNode':
        to = makeLearner(to, nodeId, lastIndex);
        break;
      case 'ConfChangeRemoveNode':
        to = removeMember(to, nodeId);
        break;
      case 'ConfChangeUpdateNode':
        break;
    }
  }
  return to.config.voters.length === 0 ? { error: 'removed all voters' } : to;
}

/** A member counts as active when it is added, so that a quorum check does not fail before it was heard. */
function withNewMember(from: Membership, id: number, isLearner: boolean, lastIndex: number): Membership {
  const { config } = from;
  const fresh = { ...newProgress(id, 0, Math.max(lastIndex, 1), isLearner), recentActive: true };
  return {
    config: isLearner
      ? { ...config, learners: add(config.learners, id) }
      : { ...config, voters: add(config.voters, id) },
    progress: [...from.progress, fresh].sort((a, b) => a.id - b.id),
  };
}

function withProgress(from: Membership, changed: Progress): readonly Progress[] {
  return from.progress.map((p) => (p.id === changed.id ? changed : p));
}

function makeVoter(from: Membership, id: number, lastIndex: number): Membership {
  const known = from.progress.find((p) => p.id === id);
  if (known === undefined) return withNewMember(from, id, false, lastIndex);
  const { config } = from;
  return {
    config: {
      ...config,
      voters: add(config.voters, id),
      learners: remove(config.learners, id),
      learnersNext: remove(config.learnersNext, id),
    },
    progress: withProgress(from, { ...known, isLearner: false }),
  };
}

function makeLearner(from: Membership, id: number, lastIndex: number): Membership {
  const known = from.progress.find((p) => p.id === id);
  if (known === undefined) return withNewMember(from, id, true, lastIndex);
  if (known.isLearner) return from;
  const { config } = from;
  const voters = remove(config.voters, id);
  // Still a voter of the outgoing half: it stays one until the joint configuration is left.
  if (config.outgoing.includes(id)) {
    return { ...from, config: { ...config, voters, learnersNext: add(config.learnersNext, id) } };
  }
  return {
    config: { ...config, voters, learners: add(config.learners, id) },
    progress: withProgress(from, { ...known, isLearner: true }),
  };
}

function removeMember(from: Membership, id: number): Membership {
  if (!from.progress.some((p) => p.id === id)) return from;
  const { config } = from;
  return {
    config: {
      ...config,
      voters: remove(config.voters, id),
      learners: remove(config.learners, id),
      learnersNext: remove(config.learnersNext, id),
    },
    progress: config.outgoing.includes(id) ? from.progress : from.progress.filter((p) => p.id !== id),
  };
}

/** The invariants of confchange.go, checkInvariants; a violation is a programming error. */
function checked(membership: Membership): Membership {
  const { config, progress } = membership;
  const of = (id: number): Progress | undefined => progress.find((p) => p.id === id);
  for (const id of [...allVoters(config), ...config.learners, ...config.learnersNext]) {
    if (of(id) === undefined) throw new Error(`no progress for ${id}`);
  }
  for (const id of config.learnersNext) {
    if (!config.outgoing.includes(id)) throw new Error(`${id} is in LearnersNext, but not Voters[1]`);
    if (of(id)!.isLearner) throw new Error(`${id} is in LearnersNext, but is already marked as learner`);
  }
  for (const id of config.learners) {
    if (config.outgoing.includes(id)) throw new Error(`${id} is in Learners and Voters[1]`);
    if (config.voters.includes(id)) throw new Error(`${id} is in Learners and Voters[0]`);
    if (!of(id)!.isLearner) throw new Error(`${id} is in Learners, but is not marked as learner`);
  }
  if (!isJoint(config)) {
    if (config.learnersNext.length > 0) throw new Error('cfg.LearnersNext must be nil when not joint');
    if (config.autoLeave) throw new Error('AutoLeave must be false when not joint');
  }
  return membership;
}

/** The membership that a snapshot's ConfState describes, replayed as a sequence of changes (restore.go). */
export function restoreMembership(state: ConfState, lastIndex: number): Membership {
  const as = (type: ConfChangeSingle['type'], ids: readonly number[]): ConfChangeSingle[] =>
    ids.map((nodeId) => ({ type, nodeId }));
  const outgoing = as('ConfChangeAddNode', state.votersOutgoing);
  const incoming = [
    ...as('ConfChangeRemoveNode', state.votersOutgoing),
    ...as('ConfChangeAddNode', state.voters),
    ...as('ConfChangeAddLearnerNode', state.learners),
    ...as('ConfChangeAddLearnerNode', state.learnersNext),
  ];
  let membership: Membership = { config: NO_MEMBERS, progress: [] };
  const must = (changed: Changed): Membership => {
    if ('error' in changed) throw new Error(changed.error);
    return changed;
  };
  for (const single of outgoing.length > 0 ? outgoing : incoming) {
    membership = must(simple(membership, [single], lastIndex));
  }
  if (outgoing.length > 0) {
    membership = must(enterJoint(membership, state.autoLeave, incoming, lastIndex));
  }
  return membership;
}
