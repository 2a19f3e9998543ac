/** Connections and their two ends: what the parts of TCP (tcp-listen, tcp-connect, tcp-stream, tcp-end) share. */
import type { Address } from './effects.ts';
import type { Cell, Connection, End, Host, Listener } from './state.ts';
import type { World } from './world.ts';

/** TCP_RTO_MIN: the first retransmission timer. */
export const RTO_MIN_US = 200_000;

/** In the stream: the client's last word of the handshake, and a sender's FIN. */
export const HANDSHAKE_DONE = Symbol('handshake done');
export const FIN = Symbol('fin');

/**
 * Of a time that nothing has set. No 0: V8 keeps a field that begins with a small whole number in another form, and times pass 2^31 us
 * after 36 minutes; each end made after that would be converted where it is read.
 */
export const NOT_YET_US = Number.NEGATIVE_INFINITY;

/** The host that an end is on. */
export function hostOf(world: World, end: End): Host {
  return world.hosts[end.host] as Host;
}

/** Side 0 is the client, 1 the server. */
export function endOf(connection: Connection, side: number): End {
  return side === 0 ? connection.client : (connection.server as End);
}

/** A fresh end on a host; held by nobody yet when there is no cell. */
export function makeEnd(host: Host, cell: Cell | undefined, name: string, address: string): End {
  return {
    cell: cell?.index ?? -1,
    serial: cell?.serial ?? 0,
    name,
    host: host.index,
    life: host.life,
    address,
    open: true,
    nextArrivalUs: NOT_YET_US,
    backlog: [],
    refused: false,
    rtoUs: RTO_MIN_US,
    retries: 0,
    retrying: false,
    unackedSinceUs: NOT_YET_US,
    early: [],
  };
}

/** Is a packet to this address for this host? */
export function owns(host: Host, address: string): boolean {
  return address.startsWith('127.') || address === 'localhost' || host.addresses.includes(address);
}

/** Where its packets end: the address that the client asked for, or what a forwarding host has put in its place ... */
export function destinationAddress({ forwarded, to }: Connection): Address {
  return forwarded === undefined ? to : forwarded.address;
}
/** ... and the port. */
export function destinationPort({ forwarded, port }: Connection): number {
  return forwarded === undefined ? port : forwarded.port;
}

/** The listener on its server's host that would take it. */
export function listenerOf(host: Host, connection: Connection): Listener | undefined {
  const address = destinationAddress(connection);
  const port = destinationPort(connection);
  return host.listeners.find(
    (one) => one.port === port && (one.address === undefined || one.address === address),
  );
}

/** The machine knows this end of a connection (id * 2 + side) under this name. */
export function hold(cell: Cell, name: string, ref: number): void {
  if (cell.ends === undefined) cell.ends = new Map();
  cell.ends.set(name, ref);
}
