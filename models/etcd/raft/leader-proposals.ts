/**
 * How a leader takes proposals, and which membership changes it lets into the log.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (stepLeader's MsgProp).
 */
import { isJoint } from './conf-change.ts';
import { describeConfChange, describeConfig, hex } from './describe.ts';
import { confChangeOf, type Entry } from './entries.ts';
import { debug, info } from './lines.ts';
import { lastIndex } from './log.ts';
import { NONE } from './messages.ts';
import { type Draft, PROPOSAL_DROPPED, progressAt } from './raft.ts';
import { appendProposals, broadcastAppend } from './replication.ts';

/** Checks membership changes, appends, and sends. */
export function propose(raft: Draft, proposals: readonly Entry[]): void {
  if (progressAt(raft, raft.config.id) < 0) {
    raft.refusal = PROPOSAL_DROPPED;
    return;
  }
  if (raft.leadTransferee !== NONE) {
    debug(
      raft.lines,
      () =>
        `${hex(raft.config.id)} [term ${raft.term}] transfer leadership to ${hex(raft.leadTransferee)} is in progress; dropping proposal`,
    );
    raft.refusal = PROPOSAL_DROPPED;
    return;
  }
  const last = lastIndex(raft.log);
  const entries = proposals.map((entry, i) => admitConfChange(raft, entry, last + 1 + i));
  if (appendProposals(raft, entries)) broadcastAppend(raft);
  else raft.refusal = PROPOSAL_DROPPED;
}

/** A membership change that may not be made now becomes an empty entry, which the proposer's log still holds. */
function admitConfChange(raft: Draft, entry: Entry, index: number): Entry {
  const change = confChangeOf(entry);
  if (change === null) return entry;
  const leaves = change.changes.length === 0;
  let failed = '';
  if (raft.pendingConfIndex > raft.log.applied) {
    failed = `possible unapplied conf change at index ${raft.pendingConfIndex} (applied to ${raft.log.applied})`;
  } else if (isJoint(raft.members) && !leaves) {
    failed = 'must transition out of joint config first';
  } else if (!isJoint(raft.members) && leaves) {
    failed = 'not in joint state; refusing empty conf change';
  }
  if (failed === '' || raft.config.disableConfChangeValidation) {
    raft.pendingConfIndex = index;
    return entry;
  }
  info(
    raft.lines,
    () =>
      `${hex(raft.config.id)} ignoring conf change ${describeConfChange(change)} at config ${describeConfig(raft.members)}: ${failed}`,
  );
  return { term: 0, index: 0, type: 'EntryNormal', data: null, bytes: 0 };
}
