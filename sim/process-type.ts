/**
 * What a model hands the kernel: a daemon as a family of machines that share one process (one kill, one
 * stop, one boot). The lead starts with the process; members are started by its `start` effects.
 */
import type { AnyStateMachine } from 'xstate';

export interface ProcessType {
  /** The daemon's own name, as in `ps`: keepalived, haproxy, etcd, kube-apiserver, ... */
  readonly name: string;
  readonly lead: AnyStateMachine;
  /** Kinds of member, by the name that `start {machine}` uses. */
  readonly members?: Readonly<Record<string, AnyStateMachine>>;
  /** Protocols whose datagrams the lead receives, e.g. `vrrp`. */
  readonly datagrams?: readonly string[];
  /** The lead is told of carrier and address changes of the host's interface (netlink). */
  readonly watchesLink?: boolean;
  /** The lead is told of the containers that wait for this process (static pods): started, ended, removed; and of their runtime. */
  readonly watchesContainers?: boolean;
  /** This member counts time that passes without an event, so it is told of `unsteady` and `steady` times. */
  readonly countsTime?: string;
  /** SIGTERM is delivered as `terminate` and the process ends when it emits `exit`. Otherwise it ends at once. */
  readonly handlesTerminate?: boolean;
}
