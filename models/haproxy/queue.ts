/**
 * Slots and queues: src/queue.c and backend.c (2.6 to 3.x). A server with `maxconn` has so many slots; who
 * finds none waits in the server's queue (if a server was chosen) or in the backend's, and is served in the
 * order of arrival when a slot is free.
 */
import type { List } from 'immutable';
import { loadChanged } from './balancer.ts';
import { enlist } from './session-book.ts';
import { countSession, type LoadDraft, type Pending } from './state.ts';
import type { Turn } from './turn.ts';

/** srv_dynamic_maxconn: between minconn and maxconn with the backend's load, less while warming up. */
export function dynamicMaxconn(turn: Turn, backend: number, server: number): number {
  const config = turn.serverConfig(backend, server);
  const state = turn.server(backend, server);
  if (state.maxconn === 0) return Number.POSITIVE_INFINITY;
  const { fullconn } = turn.plan.backends[backend]!;
  const { served } = turn.backend(backend).load;
  let most = state.maxconn;
  if (config.minconn !== config.maxconn && served < fullconn) {
    most = Math.max(config.minconn, Math.trunc((served * state.maxconn) / fullconn));
  }
  if (state.operational === 'STARTING' && config.slowstart > 0) {
    const upSeconds = Math.floor((turn.atUs - state.lastChangeUs) / 1_000_000);
    const ratio = Math.trunc((100 * upSeconds) / Math.max(1, Math.ceil(config.slowstart / 1000)));
    most = Math.max(1, Math.trunc((most * Math.min(100, ratio)) / 100));
  }
  return most;
}

export function isFull(turn: Turn, backend: number, server: number): boolean {
  const { maxconn, queue, load } = turn.server(backend, server);
  if (maxconn === 0) return false;
  return queue.size > 0 || load.served >= dynamicMaxconn(turn, backend, server);
}

/** The session gets one of the server's slots (sess_change_server). */
export function takeSlot(turn: Turn, backend: number, server: number): void {
  turn.serverLoad(backend, server).served++;
  turn.backendLoad(backend).served++;
  reposition(turn, backend, server);
}

/** The session gives its slot back; whoever waits may have it. */
export function releaseSlot(turn: Turn, backend: number, server: number): void {
  turn.serverLoad(backend, server).served--;
  turn.backendLoad(backend).served--;
  reposition(turn, backend, server);
  serveQueue(turn, backend, server);
}

/** leastconn orders servers by what they serve. */
function reposition(turn: Turn, backend: number, server: number): void {
  const { balancer } = turn.backend(backend);
  if (balancer.kind !== 'leastconn') return;
  const { load, queue, eweight } = turn.server(backend, server);
  turn.changeBackend(backend, { balancer: loadChanged(balancer, server, load.served + queue.size, eweight) });
}

/** A connection to the server is tried (cur_sess, cum_sess, sessions per second). */
export function countConnecting(turn: Turn, backend: number, server: number): void {
  countSession(turn.serverLoad(backend, server), turn.atUs);
}

export function countDisconnected(turn: Turn, backend: number, server: number): void {
  turn.serverLoad(backend, server).scur--;
}

/** Waits for the server's slot, or (undefined) for the first that any server has. */
export function enqueue(turn: Turn, id: string, backend: number, server: number | undefined): void {
  const waiting: Pending = { id, sinceUs: turn.atUs };
  if (server === undefined) {
    const queue = turn.backend(backend).queue.push(waiting);
    turn.changeBackend(backend, { queue });
    noteLongest(turn.backendLoad(backend), queue.size);
  } else {
    const queue = turn.server(backend, server).queue.push(waiting);
    turn.changeServer(backend, server, { queue });
    noteLongest(turn.serverLoad(backend, server), queue.size);
  }
}

function noteLongest(load: LoadDraft, length: number): void {
  load.qmax = Math.max(load.qmax, length);
}

/** The session waits no longer: it gave up, or its time is over. */
export function leaveQueue(turn: Turn, id: string, backend: number, server: number | undefined): void {
  const without = (queue: List<Pending>): List<Pending> => queue.filter((each) => each.id !== id);
  if (server === undefined) turn.changeBackend(backend, { queue: without(turn.backend(backend).queue) });
  else turn.changeServer(backend, server, { queue: without(turn.server(backend, server).queue) });
}

/** Gives the server's free slots to those who wait, the oldest first (process_srv_queue). */
export function serveQueue(turn: Turn, backend: number, server: number): void {
  for (;;) {
    if (turn.backend(backend).queue.size === 0 && turn.server(backend, server).queue.size === 0) return;
    const all = turn.backend(backend);
    const state = all.servers[server]!;
    const own = state.queue.first();
    const common = mayTakeCommon(turn, backend, server) ? all.queue.first() : undefined;
    if (own === undefined && common === undefined) return;
    if (state.maxconn > 0 && state.load.served >= dynamicMaxconn(turn, backend, server)) return;
    const fromCommon = own === undefined || (common !== undefined && common.sinceUs < own.sinceUs);
    const next = (fromCommon ? common : own) as Pending;
    if (fromCommon) turn.changeBackend(backend, { queue: all.queue.shift() });
    else turn.changeServer(backend, server, { queue: state.queue.shift() });
    takeSlot(turn, backend, server);
    countConnecting(turn, backend, server);
    enlist(turn, backend, next.id, server);
    turn.tell(next.id, { type: 'connect-to', ...target(turn, backend, server) });
  }
}

/** The backend's queue is for usable servers; for a backup only while it is in charge. */
function mayTakeCommon(turn: Turn, backend: number, server: number): boolean {
  const all = turn.backend(backend);
  if (all.servers[server]!.eweight === 0) return false;
  const { servers, allbackups } = turn.backendConfig(backend);
  if (!servers[server]!.backup) return true;
  if (all.act > 0) return false;
  const first = servers.findIndex((each, index) => each.backup && all.servers[index]!.eweight > 0);
  return allbackups || first === server;
}

/** Where a session shall connect to. Port 0: the port that its client asked for. */
export interface Target {
  readonly server: number;
  readonly address: string;
  readonly port: number;
}

export function target(turn: Turn, backend: number, server: number): Target {
  const { address, port } = turn.serverConfig(backend, server);
  return { server, address, port };
}
