/**
 * What the Raft machine is told and what it reports: the methods of upstream's RawNode, as events.
 *
 * Source: etcd-io/raft v3.7.0, rawnode.go. The kernel adds `atUs` to each event; Raft counts ticks and does not read it.
 */
import type { ConfChange, Entry } from './entries.ts';
import type { LogLine } from './lines.ts';
import type { ConfState, HardState, RaftMessage, Snapshot } from './messages.ts';
import type { RaftConfig } from './raft.ts';
import type { Ready } from './raw-node.ts';
import type { RaftStorage } from './storage.ts';

/** What the member starts with. */
export interface RaftInput {
  readonly config: RaftConfig;
  readonly luck: number;
  /** What survived on disk; EMPTY_STORAGE for a new member. */
  readonly storage: RaftStorage;
  /** The application's state already contains everything up to here; 0: what the storage's snapshot holds. */
  readonly applied: number;
}

export type RaftEvent =
  /** A heartbeat interval has passed. */
  | { readonly type: 'tick' }
  /** From a peer or from a storage thread. */
  | { readonly type: 'message'; readonly message: RaftMessage }
  /** Do not wait for the election timeout. */
  | { readonly type: 'campaign' }
  | { readonly type: 'propose'; readonly entries: readonly Entry[] }
  /** Asks for the index at which a read is linearizable; `context` comes back with the read state. */
  | { readonly type: 'read-index'; readonly context: unknown }
  | { readonly type: 'transfer-leader'; readonly to: number }
  | { readonly type: 'forget-leader' }
  /** The transport could not deliver to this member. */
  | { readonly type: 'report-unreachable'; readonly id: number }
  /** A snapshot to this member was taken over by the transport, or failed. */
  | { readonly type: 'report-snapshot'; readonly id: number; readonly ok: boolean }
  /** A committed membership change is being applied (null: one that the application made void). */
  | { readonly type: 'apply-conf-change'; readonly change: ConfChange | null }
  /** These parts of a Ready are saved; storage holds them from now on. */
  | {
      readonly type: 'save';
      readonly hardState: HardState | null;
      readonly entries: readonly Entry[];
      readonly snapshot: Snapshot | null;
    }
  /** Storage forgets its entries up to here. */
  | { readonly type: 'compact'; readonly index: number }
  /** A snapshot of the state machine for members that lag too far behind. */
  | { readonly type: 'offer-snapshot'; readonly snapshot: Snapshot }
  /** The last Ready is dealt with. */
  | { readonly type: 'advance' }
  /** With delivery `pull`: report what has come up. */
  | { readonly type: 'take-ready' };

/**
 * The one effect of a step, told to the lead of the family; nothing is told if there is nothing in it.
 * `refusal` says why the event `event` was not obeyed. `confState` answers apply-conf-change.
 */
export interface RaftReport {
  readonly type: 'raft';
  /** `start` for the lines and the Ready of the start itself. */
  readonly event: RaftEvent | { readonly type: 'start' };
  readonly ready: Ready | null;
  readonly refusal: string | null;
  readonly confState: ConfState | null;
  readonly lines: readonly LogLine[];
}
