/**
 * Which server a session gets: src/backend.c assign_server, assign_server_and_queue (2.6 to 3.x). Not
 * modelled: cookies and stick tables, so nothing forces a server.
 */
import { pick } from './balancer.ts';
import { countConnecting, enqueue, isFull, takeSlot } from './queue.ts';
import { enlist, strike } from './session-book.ts';
import { counted } from './state.ts';
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
    servers: servers.map(({ backup, id: puid }, index) => ({
      backup,
      id: puid,
      eweight: state.servers[index]!.eweight,
    })),
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
  const { load } = turn.server(backend, server);
  turn.changeServer(backend, server, { load: { ...load, lbtot: load.lbtot + 1 } });
  const all = turn.backend(backend).load;
  turn.changeBackend(backend, { load: { ...all, lbtot: all.lbtot + 1 } });
}

/** A session enters the backend (beconn). */
export function enterBackend(turn: Turn, backend: number): void {
  const { load } = turn.backend(backend);
  const scur = load.scur + 1;
  turn.changeBackend(backend, {
    load: {
      ...load,
      scur,
      smax: Math.max(load.smax, scur),
      stot: load.stot + 1,
      rate: counted(load.rate, turn.atUs),
      lastSessionUs: turn.atUs,
    },
  });
}

export function leaveBackend(
  turn: Turn,
  backend: number,
  id: string,
  messagesIn: number,
  messagesOut: number,
): void {
  const { load } = turn.backend(backend);
  const scur = Math.max(0, load.scur - 1);
  turn.changeBackend(backend, {
    load: { ...load, scur, bin: load.bin + messagesIn, bout: load.bout + messagesOut },
  });
  strike(turn, backend, id);
}
