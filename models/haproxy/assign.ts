/**
 * Which server a session gets: src/backend.c assign_server, assign_server_and_queue (2.6 to 3.x). Not
 * modelled: cookies and stick tables, so nothing forces a server.
 */
import { pick } from './balancer.ts';
import { countConnecting, enqueue, isFull, takeSlot } from './queue.ts';
import { enlist, strike } from './session-book.ts';
import { countSession } from './state.ts';
import type { Turn } from './turn.ts';

export type Assignment =
  | { readonly kind: 'server'; readonly server: number }
  /** Every server is full: waits in the queue of a server, or (undefined) of the backend. */
  | { readonly kind: 'queue'; readonly server: number | undefined }
  /** No usable server (SC), or the server's queue is full too. */
  | { readonly kind: 'none' };

/**
 * Chooses a server and takes a slot there, or a place in a queue. `avoid` is the server of the last attempt:
 * it is taken again only if there is no other.
 */
export function assign(
  turn: Turn,
  id: string,
  backend: number,
  from: string,
  avoid: number | undefined,
): Assignment {
  const state = turn.backend(backend);
  if (state.act + state.bck === 0) return { kind: 'none' };
  const { servers, allbackups } = turn.backendConfig(backend);
  const [balancer, server] = pick(state.balancer, {
    servers: state.weighted,
    allbackups,
    isFull: (index) => isFull(turn, backend, index) && !hasQueueRoom(turn, backend, index),
    inflight: (index) => state.servers[index]!.load.served,
    avoid,
    from,
    draw: () => turn.draw(),
  });
  turn.changeBackend(backend, { balancer });
  if (server === undefined) {
    enqueue(turn, id, backend, undefined);
    return { kind: 'queue', server: undefined };
  }
  if (server !== avoid) countBalanced(turn, backend, server);
  if (isFull(turn, backend, server)) {
    const { maxqueue } = servers[server]!;
    if (maxqueue > 0 && turn.server(backend, server).queue.size >= maxqueue) return { kind: 'none' };
    enqueue(turn, id, backend, server);
    return { kind: 'queue', server };
  }
  takeSlot(turn, backend, server);
  countConnecting(turn, backend, server);
  enlist(turn, backend, id, server);
  return { kind: 'server', server };
}

/** leastconn may choose a full server whose queue has room (lb_fwlc.c: served + queue < maxconn + maxqueue). */
function hasQueueRoom(turn: Turn, backend: number, server: number): boolean {
  if (turn.plan.backends[backend]!.algorithm !== 'leastconn') return false;
  const { maxqueue } = turn.serverConfig(backend, server);
  return turn.server(backend, server).queue.size < maxqueue;
}

function countBalanced(turn: Turn, backend: number, server: number): void {
  turn.serverLoad(backend, server).lbtot++;
  turn.backendLoad(backend).lbtot++;
}

/** A session enters the backend (beconn). */
export function enterBackend(turn: Turn, backend: number): void {
  countSession(turn.backendLoad(backend), turn.atUs);
}

export function leaveBackend(
  turn: Turn,
  backend: number,
  id: string,
  messagesIn: number,
  messagesOut: number,
): void {
  const load = turn.backendLoad(backend);
  load.scur--;
  load.bin += messagesIn;
  load.bout += messagesOut;
  strike(turn, backend, id);
}
