/**
 * The links of a member to its peers, as the raft member holds them: one stream for each direction, and whether
 * the peer counts as active.
 *
 * Sources: etcd v3.6.14 server/etcdserver/api/rafthttp/peer.go, peer_status.go, stream.go. Unit: microseconds.
 */
import type { Effect } from '../../sim/effects.ts';
import { peerMemberId } from './family.ts';
import { hexId } from './ids.ts';

/** rafthttp/peer.go ConnReadTimeout: a stream on which nothing comes for this long is closed. */
export const READ_TIMEOUT_US = 5_000_000;
/** rafthttp/stream.go: a link heartbeat each third of it. */
export const LINK_HEARTBEAT_US = Math.round(READ_TIMEOUT_US / 3);
export interface Link {
  readonly id: number;
  /** What we send; null: no stream. */
  readonly writer: string | null;
  /** What we receive; null: the peer-stream member dials. */
  readonly reader: string | null;
  /** When the reader was attached. */
  readonly readSinceUs: number;
  readonly active: boolean;
  /** What was sent while the peer is known to be there but has not asked for its stream yet. */
  readonly waiting: readonly unknown[];
}

/** rafthttp/pipeline.go pipelineBufSize: messages that wait while there is no stream; more are dropped. */
export const PIPELINE_BUFFER = 64;

export function newLink(id: number): Link {
  return { id, writer: null, reader: null, readSinceUs: 0, active: false, waiting: [] };
}

/** A draft of the next link, field by field, so that all links keep one shape (raft/raft.ts draftOf). */
export function draftOfLink(link: Link): { -readonly [K in keyof Link]: Link[K] } {
  const { id, writer, reader, readSinceUs, active, waiting } = link;
  return { id, writer, reader, readSinceUs, active, waiting };
}

export function linkTo(links: readonly Link[], id: number): Link | undefined {
  for (let i = 0; i < links.length; i++) if (links[i]!.id === id) return links[i];
  return undefined;
}

export function withLink(links: readonly Link[], link: Link): readonly Link[] {
  return links.map((other) => (other.id === link.id ? link : other));
}

/** A line as etcd 3.4 writes it (ground-truth/logs/election-after-leader-kill9.log). */
function streamLine(what: 'established' | 'lost', id: number, side: 'reader' | 'writer'): Effect {
  const line = `${what} ${what === 'lost' ? 'the' : 'a'} TCP streaming connection with peer ${hexId(id)} (stream Message ${side})`;
  return { type: 'log', line, level: what === 'lost' ? 'W' : 'I' };
}

/** What a change of the links asks for: old connections closed, streams dialled anew, the lead told who is active. */
export function effectsOfChange(before: readonly Link[], after: readonly Link[]): Effect[] {
  const effects: Effect[] = [];
  for (const now of after) {
    const was = linkTo(before, now.id) ?? newLink(now.id);
    if (was !== now) addChange(effects, was, now);
  }
  for (const was of before) {
    if (linkTo(after, was.id) !== undefined) continue;
    if (was.writer !== null) effects.push({ type: 'close', connection: was.writer });
    if (was.reader !== null) effects.push({ type: 'close', connection: was.reader });
  }
  return effects;
}

function addChange(effects: Effect[], was: Link, now: Link): void {
  for (const side of ['writer', 'reader'] as const) {
    if (was[side] === now[side]) continue;
    if (was[side] !== null) effects.push({ type: 'close', connection: was[side] });
    effects.push(streamLine(now[side] === null ? 'lost' : 'established', now.id, side));
  }
  if (now.writer !== null) {
    for (const message of was.waiting) effects.push({ type: 'transmit', connection: now.writer, message });
  }
  if (was.reader !== null && now.reader === null) {
    effects.push({ type: 'tell', to: peerMemberId(now.id), event: { type: 'stream-lost' } });
  }
  if (was.active !== now.active) {
    const event = { type: 'peer-active', id: now.id, active: now.active };
    effects.push({ type: 'tell', to: '', event });
  }
}

/** The links after a connection ended; the peer is inactive until a stream stands again (peerStatus.deactivate). */
export function withoutConnection(links: readonly Link[], connection: string): readonly Link[] {
  const link = links.find((other) => other.writer === connection || other.reader === connection);
  if (link === undefined) return links;
  const next = draftOfLink(link);
  next.active = false;
  next.waiting = [];
  if (link.writer === connection) next.writer = null;
  if (link.reader === connection) next.reader = null;
  return withLink(links, next);
}

/** The streams from which something should come, in the order of the links. */
export function readersOf(links: readonly Link[]): readonly string[] {
  const readers: string[] = [];
  for (const { reader } of links) if (reader !== null) readers.push(reader);
  return readers;
}

/**
 * When the next stream has been silent for the read timeout; Infinity without streams.
 * @param lastReceivedUs when something last came, in the order of readersOf
 */
export function nextSilenceUs(links: readonly Link[], lastReceivedUs: readonly number[]): number {
  let next = Number.POSITIVE_INFINITY;
  let at = 0;
  for (const { reader, readSinceUs } of links) {
    if (reader === null) continue;
    next = Math.min(next, Math.max(readSinceUs, lastReceivedUs[at++] ?? 0) + READ_TIMEOUT_US);
  }
  return next;
}

/** The links after those that have been silent for the read timeout were given up. */
export function withoutSilent(
  links: readonly Link[],
  lastReceivedUs: readonly number[],
  atUs: number,
): readonly Link[] {
  let at = 0;
  return links.map((link) => {
    if (link.reader === null) return link;
    const heardUs = Math.max(link.readSinceUs, lastReceivedUs[at++] ?? 0);
    if (heardUs + READ_TIMEOUT_US > atUs) return link;
    const next = draftOfLink(link);
    next.reader = null;
    next.active = false;
    next.waiting = [];
    return next;
  });
}
