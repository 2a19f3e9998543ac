/**
 * Taking a new configuration into use: when a committed change is applied, or a snapshot brings one.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (applyConfChange, switchToConfig, appliedTo's automatic leave).
 */
import { allVoters, changeMembership, type Membership } from './conf-change.ts';
import { describeConfig, hex } from './describe.ts';
import type { ConfChange } from './entries.ts';
import { info } from './lines.ts';
import { lastIndex } from './log.ts';
import { NONE } from './messages.ts';
import { type Draft, progressAt, type Raft } from './raft.ts';
import { broadcastAppend, maybeCommit } from './replication.ts';

/** The membership after a committed change. Throws if the change is not possible: it should not have been proposed. */
export function membershipAfter(raft: Raft, change: ConfChange): Membership {
  const from = { config: raft.members, progress: raft.progress };
  const to = changeMembership(from, change, lastIndex(raft.log));
  if ('error' in to) throw new Error(to.error);
  return to;
}

/** Whether the member would be a voter no more. */
export function removesOrDemotes(raft: Raft, membership: Membership): boolean {
  const own = membership.progress.find((p) => p.id === raft.config.id);
  return own === undefined || own.isLearner;
}

/** Uses the configuration from now on; a leader sees whether it commits more, and probes who is new. */
export function switchToConfig(raft: Draft, membership: Membership): void {
  raft.members = membership.config;
  raft.progress = membership.progress;
  info(
    raft.lines,
    () => `${hex(raft.config.id)} switched to configuration ${describeConfig(membership.config)}`,
  );
  if (raft.role !== 'leader' || removesOrDemotes(raft, membership)) return;
  if (membership.config.voters.length === 0) return;
  broadcastAppend(raft, maybeCommit(raft));
  if (raft.leadTransferee !== NONE && !allVoters(raft.members).includes(raft.leadTransferee)) {
    raft.leadTransferee = NONE;
  }
}

/** Whether the member counts as a voter of either half of its own active configuration. */
export function isVoter(raft: Raft): boolean {
  return progressAt(raft, raft.config.id) >= 0 && allVoters(raft.members).includes(raft.config.id);
}
