/**
 * What the raft member of the etcd family is around Raft, and how it sends, as pure functions. raft-node.ts is the
 * machine; its header names the sources. Streams: raft-streams.ts, the write-ahead log: raft-saving.ts.
 */
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import {
  type Fatal,
  type FromPeer,
  type LinkEvent,
  type ProposalRefused,
  RAFT,
  type RaftDescribed,
  type RaftNews,
  type SnapshotWanted,
} from './family.ts';
import { type Link, linkTo, newLink } from './links.ts';
import type { RaftEvent, RaftInput, RaftReport } from './raft/events.ts';
import type { RaftContext } from './raft/machine.ts';
import type { RaftMessage } from './raft/messages.ts';
import { progressAt } from './raft/raft.ts';
import type { Ready } from './raft/raw-node.ts';
import type { RaftStorage } from './raft/storage.ts';

export interface RaftNodeInput extends RaftInput {
  /** Ids of the other members. */
  readonly peers: readonly number[];
  /** Name of the member, for observers. */
  readonly name: string;
  readonly heartbeatUs: number;
  /** When the ticker began to run, at the latest now. */
  readonly tickerSinceUs: number;
  readonly atUs: number;
}

/** A Ready whose write is under way. */
export interface Saving {
  readonly id: string;
  readonly ready: Ready;
  /** Messages that wait for the write. */
  readonly messages: readonly RaftMessage[];
  /** What Raft read when the write began, and what it reads once it is done. */
  readonly before: RaftStorage;
  readonly after: RaftStorage;
  readonly sinceUs: number;
}

/** What is around Raft. One object, so that a step of Raft alone copies one reference to it. */
export interface Node {
  readonly name: string;
  readonly heartbeatUs: number;
  /** Phase of the ticker. */
  readonly tickerSinceUs: number;
  readonly startedAtUs: number;
  readonly links: readonly Link[];
  readonly saving: Saving | null;
  /** When a stream may have been silent for the read timeout; Infinity without streams. */
  readonly silenceAtUs: number;
  /** The ticker fired during a write; a Go ticker keeps one tick. */
  readonly tickHeld: boolean;
  /** The kernel may take time from the process: ticks are not made up for (raft-ticks.ts). */
  readonly unsteady: boolean;
  readonly writes: number;
  /** What the last step of the node itself asks for. */
  readonly out: readonly Effect[];
}

/** The node while a step is building the next one. */
export type NodeDraft = { -readonly [K in keyof Node]: Node[K] };

/** A draft of the next node, field by field: all nodes keep one shape, whatever has changed in them (raft/raft.ts draftOf). */
export function draftOfNode(node: Node): NodeDraft {
  return {
    name: node.name,
    heartbeatUs: node.heartbeatUs,
    tickerSinceUs: node.tickerSinceUs,
    startedAtUs: node.startedAtUs,
    links: node.links,
    saving: node.saving,
    silenceAtUs: node.silenceAtUs,
    tickHeld: node.tickHeld,
    unsteady: node.unsteady,
    writes: node.writes,
    out: node.out,
  };
}

/** The node, which asks for this. */
export function asking(node: Node, out: readonly Effect[]): Node {
  const next = draftOfNode(node);
  next.out = out;
  return next;
}

export interface RaftNodeContext extends RaftContext {
  readonly node: Node;
  /** Up to when Raft has counted its ticks (raft-ticks.ts). */
  readonly countedAtUs: number;
}

export type Received = Extract<KernelEvent, { type: 'received' }>;
export type Closed = Extract<KernelEvent, { type: 'closed' }>;
export type Written = Extract<KernelEvent, { type: 'written' }>;
type TcpInfo = Extract<KernelEvent, { type: 'tcp-info' }>;
type Steadiness = Extract<KernelEvent, { type: 'unsteady' | 'steady' }>;
type Stamped<E> = E extends unknown ? E & { readonly atUs: number } : never;

export type NodeEvent =
  | Stamped<RaftEvent>
  | Stamped<LinkEvent>
  | Received
  | Closed
  | Written
  | TcpInfo
  | Steadiness
  /** A follower's tick at which its election timeout may be over. */
  | { readonly type: 'election-timeout'; readonly atUs: number }
  /** A received message that needs more than Raft's step. Raised by the machine itself. */
  | (Omit<Received, 'type'> & { readonly type: 'unusual' })
  /** A message for a peer whose stream is not there yet. Told to itself. */
  | { readonly type: 'hold'; readonly message: RaftMessage; readonly atUs: number }
  | { readonly type: 'link-beat'; readonly atUs: number }
  | { readonly type: 'check-silence'; readonly atUs: number };
export type Of<Type extends NodeEvent['type']> = Extract<NodeEvent, { type: Type }>;

export const NOTHING: Effect = { type: 'batch', effects: [] };
export const NO_EFFECTS: readonly Effect[] = [];

/** What is told; the kernel adds the time where it is not said. */
type Unstamped<E> = E extends unknown ? Omit<E, 'atUs'> & { readonly atUs?: number } : never;

export function tellLead(
  event: Unstamped<RaftNews | ProposalRefused | SnapshotWanted | FromPeer | RaftDescribed | Fatal>,
): Effect {
  return { type: 'tell', to: '', event };
}

export function tellSelf(event: RaftEvent): Effect {
  return { type: 'tell', to: RAFT, event };
}

export function batch(effects: readonly Effect[]): Effect {
  if (effects.length === 1) return effects[0]!;
  return effects.length === 0 ? NOTHING : { type: 'batch', effects };
}

export function newNode({ name, heartbeatUs, tickerSinceUs, atUs, peers }: RaftNodeInput): Node {
  return {
    name,
    heartbeatUs,
    tickerSinceUs,
    startedAtUs: atUs,
    links: peers.map(newLink),
    saving: null,
    silenceAtUs: Number.POSITIVE_INFINITY,
    tickHeld: false,
    unsteady: false,
    writes: 0,
    out: NO_EFFECTS,
  };
}

// --- sending

/** Puts each message on its peer's stream. One without a stream is lost, which Raft hears if it would wait for an answer. */
export function send(
  { raft, node }: Pick<RaftNodeContext, 'raft' | 'node'>,
  messages: readonly RaftMessage[],
  effects: Effect[],
): void {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    const link = linkTo(node.links, message.to);
    if (message.type === 'MsgSnap' && link !== undefined) {
      effects.push(tellLead({ type: 'snapshot-wanted', message }));
    } else if (link !== undefined && link.writer !== null) {
      effects.push({ type: 'transmit', connection: link.writer, message });
    } else if (link?.active === true) {
      effects.push({ type: 'tell', to: RAFT, event: { type: 'hold', message } as { type: string } });
    } else {
      const at = progressAt(raft, message.to);
      if (at >= 0 && raft.progress[at]!.state === 'StateReplicate')
        effects.push(tellSelf({ type: 'report-unreachable', id: message.to }));
    }
  }
}

/** What sends a single message: most of what a cluster says. */
export function sendOnly(context: Pick<RaftNodeContext, 'raft' | 'node'>, message: RaftMessage): Effect {
  const writer = linkTo(context.node.links, message.to)?.writer;
  if (writer != null && message.type !== 'MsgSnap') return { type: 'transmit', connection: writer, message };
  const effects: Effect[] = [];
  send(context, [message], effects);
  return batch(effects);
}

/** What the report of a step of the Raft machine makes happen. What needs the disk or an `advance` is in `out` already (raft-saving.ts). */
export function carryOutReport(context: RaftNodeContext, event: { readonly atUs?: number }): Effect {
  const { report, node } = context;
  if (report === null) return NOTHING;
  const { ready, lines, refusal } = report;
  if (ready?.mustAdvance === true) return batch(node.out);
  const effects: Effect[] = [];
  const tells = refusal !== null || isNews(report);
  if (ready !== null && lines.length === 0 && !tells && ready.messages.length === 1) {
    return sendOnly(context, ready.messages[0]!);
  }
  logLines(report, effects);
  if (ready !== null) send(context, ready.messages, effects);
  if (tells) tellNews(context, report, event.atUs ?? node.startedAtUs, effects);
  return batch(effects);
}

export function logLines({ lines }: RaftReport, effects: Effect[]): void {
  for (let i = 0; i < lines.length; i++)
    effects.push({ type: 'log', line: lines[i]!.text, level: lines[i]!.level });
}

function isNews({ confState, ready }: RaftReport): boolean {
  if (confState !== null) return true;
  return (
    ready !== null &&
    (ready.softState !== null ||
      ready.hardState !== null ||
      ready.committedEntries.length > 0 ||
      ready.snapshot !== null ||
      ready.readStates.length > 0)
  );
}

export function tellNews(
  { raft, node }: Pick<RaftNodeContext, 'raft' | 'node'>,
  report: RaftReport,
  atUs: number,
  effects: Effect[],
): void {
  const { ready, event, refusal, confState } = report;
  if (refusal !== null && event.type === 'propose') {
    effects.push(
      tellLead({ type: 'proposal-refused', entries: event.entries, reason: refusal, lead: raft.lead }),
    );
  }
  if (!isNews(report)) return;
  const { role, term, lead, log } = raft;
  if (ready !== null && (ready.softState !== null || ready.hardState !== null)) {
    effects.push({ type: 'note', name: 'raft-role', member: node.name, role, term, lead });
  }
  effects.push(
    tellLead({
      type: 'raft-news',
      role,
      term,
      lead,
      commit: log.committed,
      committedEntries: ready?.committedEntries ?? [],
      snapshot: ready?.snapshot ?? null,
      readStates: ready?.readStates ?? [],
      confState,
      atUs,
    }),
  );
}
