/**
 * The balancing algorithms behind one face: which server takes the next connection. Sources: src/lb_fwrr.c
 * (roundrobin), lb_map.c (static-rr, source), lb_fwlc.c (leastconn), lb_fas.c (first), lb_chash.c (random,
 * `hash-type consistent`), backend.c (backups); HAProxy 2.6 to 3.x.
 *
 * Servers are named by their index. A weight of 0 means: not usable. Not modelled: hash-balance-factor.
 */
import type { Algorithm } from './config.ts';
import { hashOfAddress, type Ring, ringOf, serverAt } from './hash-ring.ts';
import { nextServer, type RoundRobin, roundRobin, setWeight } from './round-robin.ts';
import { serverMap } from './server-map.ts';

/** What balancing knows of each server; `id` orders `first` and places it on the ring. */
export interface Weighted {
  readonly eweight: number;
  readonly backup: boolean;
  readonly id: number;
}

/** A place in the leastconn tree: key, and order of insertion among equal keys. */
interface Place {
  readonly key: number;
  readonly seq: number;
}

export type Balancer =
  | { readonly kind: 'roundrobin'; readonly active: RoundRobin; readonly backup: RoundRobin }
  | {
      readonly kind: 'map';
      readonly hashed: boolean;
      readonly map: readonly number[];
      readonly index: number;
    }
  | { readonly kind: 'leastconn'; readonly places: readonly Place[]; readonly seq: number }
  | { readonly kind: 'first' }
  | { readonly kind: 'ring'; readonly drawn: number; readonly ring: Ring };

/** What a pick may ask. */
export interface Choice {
  readonly servers: readonly Weighted[];
  readonly allbackups: boolean;
  /** The server has no free slot (maxconn), or a queue of its own. */
  readonly isFull: (server: number) => boolean;
  /** Sessions that the server serves (and has queued). */
  readonly inflight: (server: number) => number;
  readonly avoid: number | undefined;
  /** The client's address. */
  readonly from: string;
  /** A number in [0, 1), another at each call. */
  readonly draw: () => number;
}

export function makeBalancer(
  algorithm: Algorithm,
  consistent: boolean,
  draws: number,
  servers: readonly Weighted[],
  allbackups: boolean,
): Balancer {
  switch (algorithm) {
    case 'roundrobin':
      return {
        kind: 'roundrobin',
        active: roundRobin(servers.map(({ eweight, backup }) => (backup ? 0 : eweight))),
        backup: roundRobin(servers.map(({ eweight, backup }) => (backup ? eweight : 0))),
      };
    case 'leastconn':
      return { kind: 'leastconn', places: servers.map((_, seq) => ({ key: 0, seq })), seq: servers.length };
    case 'first':
      return { kind: 'first' };
    case 'random':
      return { kind: 'ring', drawn: draws, ring: ringOf(servers) };
    case 'source':
      if (consistent) return { kind: 'ring', drawn: 0, ring: ringOf(servers) };
      return { kind: 'map', hashed: true, map: serverMap(servers, allbackups), index: 0 };
    case 'static-rr':
      return { kind: 'map', hashed: false, map: serverMap(servers, allbackups), index: 0 };
  }
}

/** The weight of one server has changed; `servers` shows it already. */
export function reweigh(
  balancer: Balancer,
  server: number,
  servers: readonly Weighted[],
  allbackups: boolean,
): Balancer {
  const { eweight, backup } = servers[server]!;
  switch (balancer.kind) {
    case 'roundrobin':
      return backup
        ? { ...balancer, backup: setWeight(balancer.backup, server, eweight) }
        : { ...balancer, active: setWeight(balancer.active, server, eweight) };
    case 'map':
      // The whole map is recomputed on any change; the index stays (recalc_server_map).
      return { ...balancer, map: serverMap(servers, allbackups) };
    case 'ring':
      return { ...balancer, ring: ringOf(servers) };
    case 'leastconn':
      return requeued(balancer, server, balancer.places[server]!.key);
    case 'first':
      return balancer;
  }
}

/** A server has taken a session, or one has left it: leastconn moves it to the end of its new key. */
export function loadChanged(balancer: Balancer, server: number, inflight: number, eweight: number): Balancer {
  if (balancer.kind !== 'leastconn' || eweight === 0) return balancer;
  // fwlc_queue_srv: (inflight + 1) * SRV_EWGHT_MAX / eweight, or 0 when idle.
  const key = inflight === 0 ? 0 : Math.trunc(((inflight + 1) * 4096) / eweight);
  return key === balancer.places[server]!.key ? balancer : requeued(balancer, server, key);
}

function requeued(balancer: Extract<Balancer, { kind: 'leastconn' }>, server: number, key: number): Balancer {
  const places = balancer.places.slice();
  places[server] = { key, seq: balancer.seq };
  return { ...balancer, places, seq: balancer.seq + 1 };
}

/**
 * Picks a server; undefined when all usable ones are full. Active servers first; if there is none, the first
 * usable backup, or all of them with `option allbackups`.
 */
export function pick(balancer: Balancer, choice: Choice): readonly [Balancer, number | undefined] {
  const { servers } = choice;
  const anyActive = servers.some(({ eweight, backup }) => eweight > 0 && !backup);
  if (!anyActive && !choice.allbackups) {
    const first = servers.findIndex(({ eweight, backup }) => eweight > 0 && backup);
    return [balancer, first < 0 ? undefined : first];
  }
  const isIn = (server: number): boolean =>
    servers[server]!.eweight > 0 && servers[server]!.backup !== anyActive;
  switch (balancer.kind) {
    case 'roundrobin': {
      const [group, server] = nextServer(
        anyActive ? balancer.active : balancer.backup,
        choice.isFull,
        choice.avoid,
      );
      return [anyActive ? { ...balancer, active: group } : { ...balancer, backup: group }, server];
    }
    case 'map':
      return balancer.hashed ? [balancer, hashed(balancer.map, choice)] : walked(balancer, choice);
    case 'leastconn':
      return [balancer, leastLoaded(balancer.places, isIn, choice)];
    case 'first':
      return [balancer, firstFree(isIn, choice)];
    case 'ring':
      return [balancer, balancer.drawn === 0 ? onRing(balancer.ring, choice) : drawn(balancer, choice)];
  }
}

function hashed(map: readonly number[], choice: Choice): number | undefined {
  return map.length === 0 ? undefined : map[hashOfAddress(choice.from) % map.length];
}

function onRing(ring: Ring, choice: Choice): number | undefined {
  return serverAt(ring, hashOfAddress(choice.from), choice.avoid);
}

/** map_get_server_rr: walks on from the index; the one to avoid only if no other is free. */
function walked(
  balancer: Extract<Balancer, { kind: 'map' }>,
  choice: Choice,
): readonly [Balancer, number | undefined] {
  const { map } = balancer;
  const start = balancer.index < map.length ? balancer.index : 0;
  let avoided: number | undefined;
  for (let i = 0; i < map.length; i++) {
    const at = (start + i) % map.length;
    const server = map[at] as number;
    if (choice.isFull(server)) continue;
    if (server !== choice.avoid) return [{ ...balancer, index: at + 1 }, server];
    avoided = at;
  }
  return avoided === undefined ? [balancer, undefined] : [{ ...balancer, index: avoided + 1 }, map[avoided]];
}

/** fwlc_get_next_server: the first of the tree that is not full. */
function leastLoaded(
  places: readonly Place[],
  isIn: (server: number) => boolean,
  choice: Choice,
): number | undefined {
  const order = places
    .map((_, server) => server)
    .filter((server) => isIn(server) && !choice.isFull(server))
    .sort((a, b) => places[a]!.key - places[b]!.key || places[a]!.seq - places[b]!.seq);
  return order.find((server) => server !== choice.avoid) ?? order[0];
}

/** fas_get_next_server: the lowest id that has a free slot. */
function firstFree(isIn: (server: number) => boolean, choice: Choice): number | undefined {
  const order = choice.servers
    .map((_, server) => server)
    .filter((server) => isIn(server) && !choice.isFull(server))
    .sort((a, b) => choice.servers[a]!.id - choice.servers[b]!.id);
  return order.find((server) => server !== choice.avoid) ?? order[0];
}

/** get_server_rnd: the least loaded of some random draws; a full one counts as none. */
function drawn(balancer: Extract<Balancer, { kind: 'ring' }>, choice: Choice): number | undefined {
  let best: number | undefined;
  for (let draw = 0; draw < balancer.drawn; draw++) {
    const server = serverAt(balancer.ring, Math.floor(choice.draw() * 2 ** 32), choice.avoid);
    if (server === undefined) break;
    const weight = (one: number): number => choice.servers[one]!.eweight;
    if (
      best === undefined ||
      choice.inflight(server) * weight(best) <= choice.inflight(best) * weight(server)
    ) {
      best = server;
    }
  }
  return best !== undefined && choice.isFull(best) ? undefined : best;
}
