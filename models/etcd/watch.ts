/**
 * Watches: one a stream, from a revision on, of a key or a range.
 *
 * Sources: etcd v3.6.14 server/etcdserver/api/v3rpc/watch.go (serverWatchStream), interceptor.go:37, :69, :336
 * (require-leader), server/storage/mvcc/watchable_store.go. Unit: microseconds.
 *
 * Not modelled: the 100 ms loop that feeds watchers which are behind (they get what they lack at once), victims
 * (slow receivers), fragments.
 */
import type { EtcdEvent, WatchRequest, WatchResponse } from './api.ts';
import { ERRORS } from './errors.ts';
import { NONE } from './raft/messages.ts';
import { answer, type Draft, header, NEVER_US, type ReplyTo } from './server-state.ts';
import { type Change, changesFrom, isInRange } from './store.ts';

/** interceptor.go:37 maxNoLeaderCnt. */
const LEADERLESS_CHECKS = 3;

export interface Watcher {
  readonly reply: ReplyTo;
  readonly key: string;
  readonly rangeEnd: string | undefined;
  readonly startRevision: number;
  readonly prevKv: boolean;
  readonly requireLeader: boolean;
  /** When the next progress notification may be due; NEVER_US without them. */
  readonly progressAtUs: number;
  /** Nothing was sent since the last such moment. */
  readonly isQuiet: boolean;
}

function keyOf({ connection, id }: ReplyTo): string {
  return `${connection}/${id}`;
}

function chunk(server: Draft, { connection, id }: ReplyTo, body: WatchResponse): void {
  server.out.push({ type: 'transmit', connection, message: { kind: 'chunk', id, body } });
}

export function openWatch(server: Draft, reply: ReplyTo, request: WatchRequest, atUs: number): void {
  if (request.requireLeader && server.lead === NONE) {
    answer(server, reply, ERRORS.noLeader);
    return;
  }
  const { key, rangeEnd, startRevision, prevKv = false, progressNotify = false, requireLeader } = request;
  const { store } = server.backend;
  const watcher: Watcher = {
    reply,
    key,
    rangeEnd,
    startRevision: startRevision === 0 ? store.revision + 1 : startRevision,
    prevKv,
    requireLeader,
    progressAtUs: progressNotify ? atUs + server.settings.progressNotifyUs : NEVER_US,
    isQuiet: true,
  };
  chunk(server, reply, { header: header(server), created: true, events: [] });
  server.watchers = server.watchers.set(keyOf(reply), watcher);
  server.progressAtUs = Math.min(server.progressAtUs, watcher.progressAtUs);
  if (watcher.startRevision <= store.revision) catchUp(server, watcher, watcher.startRevision);
}

/** Sends what a watcher lacks, or ends it if that was compacted. */
function catchUp(server: Draft, watcher: Watcher, fromRevision: number): void {
  const { store } = server.backend;
  if (fromRevision < store.compactRevision) {
    chunk(server, watcher.reply, {
      header: header(server),
      events: [],
      canceled: true,
      compactRevision: store.compactRevision,
    });
    answer(server, watcher.reply, ERRORS.compacted);
    server.watchers = server.watchers.delete(keyOf(watcher.reply));
    return;
  }
  notify(server, watcher, changesFrom(store, fromRevision));
}

function notify(server: Draft, watcher: Watcher, changes: readonly Change[]): void {
  const events: EtcdEvent[] = [];
  for (const change of changes) {
    const { type, kv, prevKv } = change;
    if (kv.modRevision < watcher.startRevision || !isInRange(kv.key, watcher.key, watcher.rangeEnd)) continue;
    events.push(watcher.prevKv && prevKv !== undefined ? { type, kv, prevKv } : { type, kv });
  }
  if (events.length === 0) return;
  chunk(server, watcher.reply, { header: header(server), events });
  if (watcher.progressAtUs !== NEVER_US && watcher.isQuiet) {
    server.watchers = server.watchers.set(keyOf(watcher.reply), { ...watcher, isQuiet: false });
  }
}

/** Tells every watcher of the changes that were just applied. */
export function notifyWatchers(server: Draft, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  server.watchers.forEach((watcher) => {
    notify(server, watcher, changes);
  });
}

/** After a snapshot replaced the store: every watcher gets what lies between. */
export function resumeWatchers(server: Draft, knownRevision: number): void {
  server.watchers.forEach((watcher) => {
    catchUp(server, watcher, Math.max(watcher.startRevision, knownRevision + 1));
  });
}

export function closeWatch(server: Draft, reply: ReplyTo): void {
  server.watchers = server.watchers.delete(keyOf(reply));
}

export function closeWatchesOf(server: Draft, connection: string): void {
  server.watchers = server.watchers.filter(({ reply }) => reply.connection !== connection);
}

// --- time

/** Notifications that are due; a watcher that was told something since the last one is only asked again. */
export function notifyProgress(server: Draft, atUs: number): void {
  if (server.progressAtUs > atUs) return;
  server.progressAtUs = NEVER_US;
  server.watchers.forEach((watcher, name) => {
    let { progressAtUs } = watcher;
    if (progressAtUs <= atUs) {
      if (watcher.isQuiet) chunk(server, watcher.reply, { header: header(server), events: [] });
      progressAtUs += server.settings.progressNotifyUs;
      server.watchers = server.watchers.set(name, { ...watcher, progressAtUs, isQuiet: true });
    }
    server.progressAtUs = Math.min(server.progressAtUs, progressAtUs);
  });
}

/** Checks for a leader, one each election timeout since the start, matter only while there is none. */
export function planLeaderCheck(server: Draft, atUs: number): void {
  if (server.lead !== NONE) {
    server.leaderlessChecks = 0;
    server.leaderCheckAtUs = NEVER_US;
  } else if (server.leaderCheckAtUs === NEVER_US) {
    const { electionUs } = server.settings;
    server.leaderCheckAtUs = atUs + electionUs - ((atUs - server.startedAtUs) % electionUs);
  }
}

/** A check that found no leader: the third in a row ends the streams that require one. */
export function checkLeader(server: Draft, atUs: number): void {
  if (server.leaderCheckAtUs > atUs) return;
  server.leaderlessChecks++;
  server.leaderCheckAtUs =
    server.leaderlessChecks < LEADERLESS_CHECKS
      ? server.leaderCheckAtUs + server.settings.electionUs
      : NEVER_US;
  if (server.leaderlessChecks !== LEADERLESS_CHECKS) return;
  server.watchers.forEach((watcher) => {
    if (watcher.requireLeader) answer(server, watcher.reply, ERRORS.noLeader);
  });
  server.watchers = server.watchers.filter(({ requireLeader }) => !requireLeader);
}
