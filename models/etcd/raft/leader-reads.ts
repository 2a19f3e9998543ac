/**
 * How a leader finds the index at which a read is linearizable, and proves that it may say so.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (stepLeader's MsgReadIndex, sendMsgReadIndexResponse,
 * releasePendingReadIndexMessages, responseToReadIndexReq); Raft thesis section 6.4.
 */
import { termAt } from './log.ts';
import { NONE, newMessage, type RaftMessage } from './messages.ts';
import { type Draft, send } from './raft.ts';
import { takeConfirmed, withAck, withRead } from './read-only.ts';
import { broadcastHeartbeat } from './replication.ts';

/** A request for the index at which a read is linearizable. */
export function readIndex(raft: Draft, request: RaftMessage): void {
  const { voters, outgoing } = raft.members;
  if (voters.length === 1 && outgoing.length === 0) {
    answerRead(raft, request, raft.log.committed);
  } else if (termAt(raft.log, raft.log.committed) !== raft.term) {
    // What this leader has committed so far may be less than what its predecessor had.
    raft.postponedReads = [...raft.postponedReads, request];
  } else {
    confirmRead(raft, request);
  }
}

function confirmRead(raft: Draft, request: RaftMessage): void {
  if (raft.config.readOnly === 'lease-based') {
    answerRead(raft, request, raft.log.committed);
    return;
  }
  raft.reads = withRead(raft.reads, { request, index: raft.log.committed }, raft.config.id);
  broadcastHeartbeat(raft);
}

/** The first commit of the term: what the leader has committed is now no less than any predecessor's. */
export function servePostponedReads(raft: Draft): void {
  const postponed = raft.postponedReads;
  if (postponed.length === 0 || termAt(raft.log, raft.log.committed) !== raft.term) return;
  raft.postponedReads = [];
  for (const request of postponed) confirmRead(raft, request);
}

/** A member has answered the heartbeat of this position: everything up to what a quorum has answered is proven. */
export function acknowledgeReads(raft: Draft, message: RaftMessage): void {
  const acked = withAck(raft.reads, message.from, message.context as number);
  const { confirmed, reads } = takeConfirmed(acked, raft.members);
  raft.reads = reads;
  for (const { request, index } of confirmed) answerRead(raft, request, index);
}

/** To our own application as a read state, to another member as a message. */
function answerRead(raft: Draft, request: RaftMessage, index: number): void {
  if (request.from === NONE || request.from === raft.config.id) {
    raft.readStates = [...raft.readStates, { index, context: request.entries[0]?.data ?? null }];
    return;
  }
  const answer = newMessage('MsgReadIndexResp', raft.config.id, request.from, raft.term);
  answer.index = index;
  answer.entries = request.entries;
  send(raft, answer);
}
