/**
 * Which membership changes an etcd member lets be proposed, and which have become impossible when they are applied.
 * Pure rules over the members, who has started, and who is connected.
 *
 * Sources: etcd v3.6.14 server/etcdserver/api/membership/cluster.go:716-790, :975 (IsReadyTo..., ValidateConfigurationChange),
 * server/etcdserver/server.go:1414-1656, util.go:32-44; ETCD-FACTS section 7. "Started" means: has ever published its
 * name. "Connected" means: linked without interruption for 5 s, seen from the member that is asked.
 */

import { type Backend, type MemberRecord, memberOf, votersOf } from './backend.ts';
import { ERRORS, type EtcdError } from './errors.ts';
import type { ConfChangeType } from './raft/entries.ts';

/** server.go:94 HealthInterval. */
export const HEALTH_INTERVAL_US = 5_000_000;
/** server.go:111 readyPercentThreshold: of the leader's log. */
const READY_SHARE = 0.9;

/** How the asked member sees the others. */
export interface Links {
  /** Itself, or linked for the health interval. */
  isConnected(id: number): boolean;
  /** Itself, or linked at all. */
  isActive(id: number): boolean;
  readonly self: number;
}

export interface Strictness {
  readonly strict: boolean;
  /** Up to 3.5.29 and 3.6.10 an addition needs every voter connected, since then a quorum of the larger cluster (PR 21641). */
  readonly addNeedsAll: boolean;
}

function quorum(count: number): number {
  return Math.floor(count / 2) + 1;
}

function started(members: readonly MemberRecord[]): number {
  return members.filter(({ name }) => name !== '').length;
}

function connected(members: readonly MemberRecord[], links: Links): number {
  return members.filter(({ id }) => links.isConnected(id)).length;
}

export function refusalOfAdd(
  backend: Backend,
  isLearner: boolean,
  links: Links,
  { strict, addNeedsAll }: Strictness,
): EtcdError | null {
  if (!strict) return null;
  const voters = votersOf(backend);
  const n = voters.length;
  // One member may always become two: how else would one restore a cluster?
  const isSecond = started(voters) === 1 && n === 1;
  if (!isLearner && !isSecond && started(voters) < quorum(n + 1)) return ERRORS.notEnoughStarted;
  const enough = addNeedsAll
    ? connected(voters, links) === n
    : n === 1 || connected(voters, links) >= quorum(n + 1);
  return enough ? null : ERRORS.unhealthy;
}

export function refusalOfRemove(
  backend: Backend,
  id: number,
  links: Links,
  { strict }: Strictness,
): EtcdError | null {
  const member = memberOf(backend, id);
  if (member === undefined) return ERRORS.memberNotFound;
  if (!strict || member.isLearner) return null;
  const voters = votersOf(backend);
  const others = voters.filter((other) => other.id !== id);
  if (others.length === 0 || started(others) < quorum(others.length)) return ERRORS.notEnoughStarted;
  // One that is down is no part of the active quorum.
  if (!links.isActive(id)) return null;
  const left = connected(voters, links) - 1;
  return left < 1 + Math.floor((voters.length - 1) / 2) ? ERRORS.unhealthy : null;
}

/** @param match log indexes that the leader knows its members to have */
export function refusalOfPromote(
  backend: Backend,
  id: number,
  leader: number,
  match: ReadonlyMap<number, number>,
  { strict }: Strictness,
): EtcdError | null {
  const own = match.get(id);
  if (own === undefined) return ERRORS.memberNotFound;
  if (own < (match.get(leader) ?? 0) * READY_SHARE) return ERRORS.learnerNotReady;
  const voters = votersOf(backend);
  if (strict && started(voters) + 1 < quorum(voters.length + 1)) return ERRORS.notEnoughStarted;
  return null;
}

/** What has become impossible since it was proposed: then the change changes nothing, and this is its answer. */
export function impossible(
  backend: Backend,
  type: ConfChangeType,
  id: number,
  member: MemberRecord | null,
  isPromote: boolean,
  maxLearners: number,
): EtcdError | null {
  const present = memberOf(backend, id);
  if (backend.removed.includes(id)) return ERRORS.memberNotFound;
  if (type === 'ConfChangeRemoveNode') return present === undefined ? ERRORS.memberNotFound : null;
  if (type === 'ConfChangeUpdateNode') return present === undefined ? ERRORS.memberNotFound : null;
  if (isPromote) {
    if (present === undefined) return ERRORS.memberNotFound;
    return present.isLearner ? null : ERRORS.memberNotLearner;
  }
  if (present !== undefined) return ERRORS.memberExists;
  const urls = new Set(backend.members.flatMap(({ peerUrls }) => peerUrls));
  if (member?.peerUrls.some((url) => urls.has(url)) === true) return ERRORS.peerUrlExists;
  const learners = backend.members.filter(({ isLearner }) => isLearner).length;
  if (type === 'ConfChangeAddLearnerNode' && learners + 1 > maxLearners) return ERRORS.tooManyLearners;
  return null;
}
