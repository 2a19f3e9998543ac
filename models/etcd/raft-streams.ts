/**
 * What the raft member of the etcd family does with its streams, as pure functions: taking them, losing them, noticing
 * that one is silent, and telling which messages need more than Raft's step. raft-node.ts is the machine; links.ts has the rules.
 */
import type { Effect } from '../../sim/effects.ts';
import type { StreamMessage } from './family.ts';
import {
  draftOfLink,
  effectsOfChange,
  LINK_HEARTBEAT_US,
  type Link,
  linkTo,
  newLink,
  nextSilenceUs,
  PIPELINE_BUFFER,
  READ_TIMEOUT_US,
  readersOf,
  withLink,
  withoutConnection,
  withoutSilent,
} from './links.ts';
import { lastIndex } from './raft/log.ts';
import type { RaftMessage } from './raft/messages.ts';
import {
  asking,
  type Closed,
  draftOfNode,
  NO_EFFECTS,
  type Node,
  type NodeDraft,
  type NodeEvent,
  type Of,
  type RaftNodeContext,
  type Received,
  tellLead,
  tellSelf,
} from './raft-node-work.ts';
import { caughtUp } from './raft-ticks.ts';

const LINK_BEAT: StreamMessage = { kind: 'link-heartbeat' };

function withLinks(node: Node, links: readonly Link[]): NodeDraft {
  const next = draftOfNode(node);
  next.links = links;
  next.out = effectsOfChange(node.links, links);
  return next;
}

export function attach({ node }: RaftNodeContext, event: Of<'writer' | 'reader'>): Node {
  const link = linkTo(node.links, event.id);
  if (link === undefined) return asking(node, [{ type: 'close', connection: event.connection }]);
  const attached = draftOfLink(link);
  attached.active = true;
  if (event.type === 'writer') {
    attached.waiting = [];
    attached.writer = event.connection;
  } else {
    attached.reader = event.connection;
    attached.readSinceUs = event.atUs;
  }
  const next = withLinks(node, withLink(node.links, attached));
  next.silenceAtUs = Math.min(node.silenceAtUs, event.atUs + READ_TIMEOUT_US);
  return next;
}

/** The peer is there, but its stream is not yet: etcd's pipeline would carry the message. */
export function hold({ node }: RaftNodeContext, { message }: Of<'hold'>): Node {
  const link = linkTo(node.links, message.to);
  if (link === undefined || link.waiting.length >= PIPELINE_BUFFER) return node;
  const holding = draftOfLink(link);
  holding.waiting = [...link.waiting, message];
  const next = draftOfNode(node);
  next.links = withLink(node.links, holding);
  return next;
}

export function addPeer({ node }: RaftNodeContext, { id }: Of<'peer-added'>): Node {
  const next = draftOfNode(node);
  if (linkTo(node.links, id) === undefined) next.links = [...node.links, newLink(id)];
  next.out = NO_EFFECTS;
  return next;
}

export function removePeer({ node }: RaftNodeContext, { id }: Of<'peer-removed'>): Node {
  return withLinks(
    node,
    node.links.filter((link) => link.id !== id),
  );
}

export function loseConnection({ node }: RaftNodeContext, { connection }: Closed): Node {
  return withLinks(node, withoutConnection(node.links, connection));
}

/** Asks when something last came on each stream. A reader's deadline moves with every message; this looks only when one may be over. */
export function lookForSilence({ node }: RaftNodeContext): Node {
  const connections = readersOf(node.links);
  return asking(node, [{ type: 'tcp-info', connections }]);
}

export function dropSilent({ node }: RaftNodeContext, { lastReceivedUs, atUs }: Of<'tcp-info'>): Node {
  const silenceAtUs = nextSilenceUs(node.links, lastReceivedUs);
  if (silenceAtUs > atUs) {
    const next = draftOfNode(node);
    next.silenceAtUs = silenceAtUs;
    next.out = NO_EFFECTS;
    return next;
  }
  const next = withLinks(node, withoutSilent(node.links, lastReceivedUs, atUs));
  // What is left is looked at again at once.
  next.silenceAtUs = atUs;
  return next;
}

/** Streams on which Raft itself says nothing get a link heartbeat. */
export function linkHeartbeats(context: RaftNodeContext, { atUs }: Of<'link-beat'>): Node {
  const { raft, node } = context;
  const leads = raft.role === 'leader' && node.saving === null;
  const answers = caughtUp(context, atUs).electionElapsed * node.heartbeatUs < LINK_HEARTBEAT_US;
  const out: Effect[] = [];
  for (const { id, writer } of node.links) {
    if (writer === null || leads || (answers && id === raft.lead)) continue;
    out.push({ type: 'transmit', connection: writer, message: LINK_BEAT });
  }
  return asking(node, out);
}

/** The message of a stream, if it is one of Raft's. */
export function raftMessage(event: NodeEvent): RaftMessage {
  return (event as Received).message as RaftMessage;
}

export function isLinkHeartbeat(event: NodeEvent): boolean {
  return ((event as Received).message as { readonly kind?: string }).kind === 'link-heartbeat';
}

export function isForServer(event: NodeEvent): boolean {
  return ((event as Received).message as { readonly kind?: string }).kind !== undefined;
}

/** log.go committedTo: the leader remembers more of our log than there is. */
export function panics({ raft }: RaftNodeContext, { type, term, commit }: RaftMessage): boolean {
  return (
    commit > raft.log.committed &&
    type === 'MsgHeartbeat' &&
    term >= raft.term &&
    commit > lastIndex(raft.log)
  );
}

/** Whether a received message takes more than Raft's step. One test, as nearly every message takes no more. */
export function isUnusual(context: RaftNodeContext, event: NodeEvent): boolean {
  return isForServer(event) || panics(context, raftMessage(event));
}

export function takePeerMessage({ node }: RaftNodeContext, event: Of<'unusual'>): Node {
  const link = node.links.find(({ reader }) => reader === event.connection);
  if (link === undefined) return asking(node, NO_EFFECTS);
  const message = event.message as StreamMessage;
  return asking(node, [tellLead({ type: 'from-peer', from: link.id, message })]);
}

export function sendOne({ node }: RaftNodeContext, { to, message }: Of<'send'>): Node {
  const writer = linkTo(node.links, to)?.writer;
  if (writer != null) return asking(node, [{ type: 'transmit', connection: writer, message }]);
  const isSnapshot = 'type' in message && message.type === 'MsgSnap';
  return asking(node, isSnapshot ? [tellSelf({ type: 'report-snapshot', id: to, ok: false })] : NO_EFFECTS);
}
