/**
 * What the lead of the etcd family does on each event, as functions on a draft of its state; server.ts is the machine.
 *
 * Sources: as server.ts. Unit: microseconds.
 */
import type { KernelEvent } from '../../sim/effects.ts';
import type { WireMessage } from '../wire.ts';
import { PEER_PORT } from './config.ts';
import type {
  Fatal,
  FromPeer,
  Gone,
  PeerActive,
  PeerMessage,
  PeersAsked,
  ProposalRefused,
  RaftDescribed,
  RaftNews,
  SnapshotWanted,
} from './family.ts';
import { forwardsDue, nextForwardUs, retryForward, takeForward } from './forwarding.ts';
import { checkExpiries, revokeOverdue } from './lease-requests.ts';
import { expireRequests, hearPeer, pollPeers } from './life.ts';
import { endDefragmentation } from './maintenance.ts';
import { decidePromotions, movesDue, nextMoveUs } from './membership.ts';
import { applyEntries, noteActive, noteInactive } from './news.ts';
import { NONE } from './raft/messages.ts';
import { nextReadUs, readsDue, serveHeldReads } from './reads.ts';
import { hearClient, serveAsLeader } from './requests.ts';
import { answer, answerTo, type Draft, isLeader, log, NEVER_US, type Server } from './server-state.ts';
import { checkLeader, closeWatchesOf, notifyProgress } from './watch.ts';

export type ServerEvent =
  | Extract<
      KernelEvent,
      {
        type:
          | 'accepted'
          | 'received'
          | 'closed'
          | 'listen-failed'
          | 'terminate'
          | 'written'
          | 'member-exited';
      }
    >
  | RaftNews
  | ProposalRefused
  | SnapshotWanted
  | PeerActive
  | FromPeer
  | RaftDescribed
  | Fatal
  | Gone
  | PeersAsked
  | { readonly type: 'wake'; readonly atUs: number };
export type Of<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>;

export function accepted(server: Draft, { connection, port }: Of<'accepted'>): void {
  const ready = port !== server.settings.clientPort || !server.settings.tls;
  server.clients = server.clients.set(connection, { port, ready });
}

export function received(server: Draft, { connection, message, atUs }: Of<'received'>): void {
  const client = server.clients.get(connection);
  if (client === undefined) return;
  if (client.port === PEER_PORT) hearPeer(server, connection, message as PeerMessage);
  else hearClient(server, connection, client, message as WireMessage, atUs);
}

export function closed(server: Draft, { connection }: Of<'closed'>): void {
  server.clients = server.clients.delete(connection);
  closeWatchesOf(server, connection);
}

export function hearStream(server: Draft, { from, message, atUs }: FromPeer): void {
  if (message.kind === 'forwarded') {
    const reply = { peer: from, request: message.request };
    if (isLeader(server) && serveAsLeader(server, reply, message.what, atUs)) return;
    answerTo(server, reply, null);
  } else if (message.kind === 'forward-answer') {
    if (message.body === null) retryForward(server, message.request, atUs);
    else answer(server, takeForward(server, message.request)?.reply ?? null, message.body);
  }
}

export function raftDescribed(server: Draft, { stalledUs, match, atUs }: RaftDescribed): void {
  revokeOverdue(server, stalledUs, atUs);
  decidePromotions(server, match);
}

/** The file is written anew: what could not be applied and read meanwhile is. */
function unblock(server: Draft, atUs: number): void {
  if (server.blockedUntilUs === 0 || server.blockedUntilUs > atUs) return;
  endDefragmentation(server);
  const entries = server.heldEntries;
  server.heldEntries = entries.clear();
  applyEntries(server, entries, atUs);
  serveHeldReads(server, atUs);
}

export function peerActive(server: Draft, { id, active, atUs }: PeerActive): void {
  if (active) noteActive(server, id, atUs);
  else noteInactive(server, id, atUs);
}

export function fail(server: Draft, line: string, code = 1): void {
  log(server, line, 'C');
  server.out.push({ type: 'exit', code });
}

/** A removed member ends in good order: exit code 0, as recorded (E15a). */
export function endRemoved(server: Draft): void {
  fail(server, 'the member has been permanently removed from the cluster', 0);
}

/** Everything that time brings. Each part looks whether it is due. */
export function wake(server: Draft, atUs: number): void {
  pollPeers(server, atUs);
  unblock(server, atUs);
  expireRequests(server, atUs);
  readsDue(server, atUs);
  forwardsDue(server, atUs, serveAsLeader);
  movesDue(server, atUs);
  checkExpiries(server, atUs);
  checkLeader(server, atUs);
  notifyProgress(server, atUs);
  if (server.readyAtUs <= atUs) {
    server.readyAtUs = NEVER_US;
    server.isReady = true;
  }
  if (server.stopAtUs <= atUs) endRemoved(server);
}

export function nextWakeUs(server: Server): number {
  return Math.min(
    server.pending.first()?.deadlineUs ?? NEVER_US,
    nextReadUs(server),
    server.forwards.isEmpty() ? NEVER_US : nextForwardUs(server),
    nextMoveUs(server),
    server.blockedUntilUs === 0 ? NEVER_US : server.blockedUntilUs,
    server.nextExpiryCheckUs,
    server.leaderCheckAtUs,
    server.progressAtUs,
    server.pollPeersAtUs,
    server.readyAtUs,
    server.stopAtUs,
    // A transfer of the office looks at its limit with each poll.
    server.transferee === NONE ? server.drainUntilUs : NEVER_US,
  );
}
