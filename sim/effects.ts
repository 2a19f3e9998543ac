/**
 * What a machine may ask of the world (effects) and what the world tells a machine (kernel events).
 * Effects are data, complete in themselves. Times are integer microseconds. Connections are named by
 * whoever holds the end: the name is local to the machine instance.
 */

/** An IPv4 address in dotted form. */
export type Address = string;

export type ConnectFailure = 'refused' | 'no-route' | 'timeout';
/** `timeout`: the last retransmission was given up. */
export type CloseReason = 'eof' | 'reset' | 'timeout';

export type Effect =
  /** Several, in order. A step ends in one emit; where it wants several things they travel together. */
  | { readonly type: 'batch'; readonly effects: readonly Effect[] }
  // --- datagrams (VRRP, ARP-like announcements, ICMP): unordered, may be lost
  /** To one address, or to every other host on the sender's segment with `to: 'multicast'`. */
  | {
      readonly type: 'datagram';
      readonly protocol: string;
      readonly to: Address | 'multicast';
      readonly message: unknown;
    }
  // --- TCP
  /** Accept connections to this port (on one address only, if given). */
  | { readonly type: 'listen'; readonly port: number; readonly address?: Address; readonly backlog?: number }
  | { readonly type: 'unlisten'; readonly port: number }
  /** Take connections of this port from the backlog (default), or leave them there. */
  | { readonly type: 'accept'; readonly port: number; readonly on: boolean }
  /** Open a connection, known to this machine as `connection`. */
  | { readonly type: 'connect'; readonly connection: string; readonly to: Address; readonly port: number }
  | { readonly type: 'transmit'; readonly connection: string; readonly message: unknown }
  /** Orderly end (FIN): the peer reads everything sent so far and then `closed` with `eof`. Also gives up a pending connect. */
  | { readonly type: 'close'; readonly connection: string }
  /** Abortive end (RST). */
  | { readonly type: 'reset'; readonly connection: string }
  /** Give a connection to another member of the family, which knows it under the name `as`. */
  | { readonly type: 'hand-over'; readonly connection: string; readonly to: string; readonly as: string }
  /** Answered at once by `tcp-info`: when something last arrived on each of these connections of this machine. */
  | { readonly type: 'tcp-info'; readonly connections: readonly string[] }
  // --- the host's interface
  | { readonly type: 'address-add'; readonly address: Address }
  | { readonly type: 'address-remove'; readonly address: Address }
  /** Gratuitous ARP: every host on the segment that has an entry (or not: Linux default ignores new ones) updates it. */
  | { readonly type: 'gratuitous-arp'; readonly address: Address }
  /**
   * From now on this host passes on what comes for this port, unread and by connection: each to one of these targets for as
   * long as it is among them, and so without answering for it (DNAT, IPVS, a cloud's network balancer). Replaces what was
   * there; no targets: the port is this host's own again. `masquerade`: the targets see this host's address.
   */
  | {
      readonly type: 'forward';
      readonly port: number;
      readonly targets: readonly { readonly address: Address; readonly port: number }[];
      readonly masquerade: boolean;
    }
  // --- disk
  /** Durable value of this process. Answered by `written` with the same id, if it has one, after the disk's latency; lost on power cut unless sync. */
  | {
      readonly type: 'write';
      readonly id?: string;
      readonly key: string;
      readonly value: unknown;
      readonly sync: boolean;
    }
  // --- family: the members that share this process
  | { readonly type: 'start'; readonly machine: string; readonly id: string; readonly input: unknown }
  | { readonly type: 'stop'; readonly id: string }
  /** Delivered within the family at once and in order, with the host's clock as `atUs` in it. The lead's id is `''`. */
  | { readonly type: 'tell'; readonly to: string; readonly event: { readonly type: string } }
  // --- this host
  /** Answered at once by `inspected`: is there such a process (paused ones count, as for kill -0), or such an address on this host? */
  | { readonly type: 'inspect'; readonly id: string; readonly process?: string; readonly address?: Address }
  /** What a supervisor or kubelet does to another process of this host. */
  | { readonly type: 'signal'; readonly process: string; readonly signal: 'kill' | 'term' | 'restart' }
  /** This process ends (its supervisor may restart it). */
  | { readonly type: 'exit'; readonly code: number }
  /** For people and observers: a line as the daemon logs it. */
  | { readonly type: 'log'; readonly line: string; readonly level?: string }
  /** For observers only: a fact with a name (an acknowledged write, a finished request). Nothing in the world reacts. */
  | { readonly type: 'note'; readonly name: string; readonly [key: string]: unknown }
  // --- reserved for the host machine (models/host)
  | { readonly type: 'host-off' }
  | { readonly type: 'host-up' }
  | { readonly type: 'host-stopping' };

/** What the world tells a machine. Each carries `atUs`, this host's monotonic clock in microseconds. */
export type KernelEvent =
  | {
      readonly type: 'datagram';
      readonly protocol: string;
      readonly from: Address;
      readonly multicast: boolean;
      readonly message: unknown;
      readonly atUs: number;
    }
  | { readonly type: 'listening'; readonly port: number; readonly atUs: number }
  | {
      readonly type: 'listen-failed';
      readonly port: number;
      readonly reason: 'in-use' | 'no-such-address';
      readonly atUs: number;
    }
  /** To the machine that listens. `connection` is a fresh name; `from` the peer's address. */
  | {
      readonly type: 'accepted';
      readonly connection: string;
      readonly port: number;
      readonly from: Address;
      readonly atUs: number;
    }
  | { readonly type: 'connected'; readonly connection: string; readonly atUs: number }
  | {
      readonly type: 'connect-failed';
      readonly connection: string;
      readonly reason: ConnectFailure;
      readonly atUs: number;
    }
  | {
      readonly type: 'received';
      readonly connection: string;
      readonly message: unknown;
      readonly atUs: number;
    }
  | { readonly type: 'closed'; readonly connection: string; readonly how: CloseReason; readonly atUs: number }
  /** In the order of the question: the local time of the last arrival (tcp(7), tcpi_last_data_recv); 0 for none. */
  | { readonly type: 'tcp-info'; readonly lastReceivedUs: readonly number[]; readonly atUs: number }
  | { readonly type: 'written'; readonly id: string; readonly ok: boolean; readonly atUs: number }
  | { readonly type: 'inspected'; readonly id: string; readonly ok: boolean; readonly atUs: number }
  /** A member of the family ended (its machine emitted exit, or it was stopped). To the lead. */
  | { readonly type: 'member-exited'; readonly id: string; readonly code: number; readonly atUs: number }
  /**
   * From now on the process may be kept from running (paused, starved), until `steady`; both at once when its clock begins to run at
   * another pace. To the member that its type names in `countsTime`. No daemon hears of this: it lets a machine leave out timers
   * that would only count.
   */
  | { readonly type: 'unsteady' | 'steady'; readonly atUs: number }
  /** The carrier of the host's interface (netlink); to processes that declared `watchesLink`. */
  | { readonly type: 'link'; readonly up: boolean; readonly atUs: number }
  /** An address of this host's interface came or went, by whoever's hand (netlink); to processes that declared `watchesLink`. */
  | { readonly type: 'address'; readonly address: Address; readonly present: boolean; readonly atUs: number }
  /** A static pod of this host started or ended, or its manifest is gone; to the process that keeps it, if it declared `watchesContainers`. */
  | {
      readonly type: 'container';
      readonly process: string;
      readonly running: boolean;
      readonly removed: boolean;
      /** After an end: how long it waits for its restart because it ended too often. */
      readonly backoffUs: number;
      readonly atUs: number;
    }
  /** The container runtime of this host stopped, or runs again; to the process that keeps static pods, if it declared `watchesContainers`. */
  | {
      readonly type: 'runtime';
      readonly running: boolean;
      /** Its containers end with it (docker). */
      readonly containersEnd: boolean;
      readonly atUs: number;
    }
  /** SIGTERM: end in good order, then emit `exit`. A process that does not handle it is ended at once. */
  | { readonly type: 'terminate'; readonly atUs: number };

/**
 * What the kernel adds to the input of the lead machine of a process.
 * Members get exactly the input that `start` names (leads pass on what members need).
 */
export interface ProcessInput<Config> {
  readonly config: Config;
  /** The process's number from its named stream, for `uniform(luck, purpose, count)`. A new one at each start of the process. */
  readonly luck: number;
  /** Durable values that survived, by key. */
  readonly disk: Readonly<Record<string, unknown>>;
  /** How often this process has been started before (0 at first). */
  readonly starts: number;
  readonly host: string;
  readonly address: Address;
  /** The host's monotonic clock at the start. */
  readonly atUs: number;
}
