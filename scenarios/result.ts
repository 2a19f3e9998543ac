/** What `quorate run --json` prints. These keys stay: scripts of others depend on them. */

export type Outcome = 'ok' | 'refused' | 'timeout' | 'eof' | 'reset' | 'error';

export interface RunResult {
  readonly scenario: string;
  readonly topology: string;
  readonly seed: number;
  readonly until_ms: number;
  /** Kernel events from time 0 of the scenario to its end. */
  readonly events: number;
  /** 16 hex digits over the trace's NDJSON lines. */
  readonly trace_hash: string;
  readonly vip: readonly { readonly at_ms: number; readonly holders: readonly string[] }[];
  readonly etcd_leader: readonly {
    readonly at_ms: number;
    readonly member: string | null;
    readonly term: number;
  }[];
  readonly leases: readonly {
    readonly at_ms: number;
    readonly lease: string;
    readonly holder: string | null;
  }[];
  readonly backends: readonly {
    readonly at_ms: number;
    readonly balancer: string;
    readonly server: string;
    readonly state: string;
    readonly reason: string;
  }[];
  readonly nodes: readonly { readonly at_ms: number; readonly node: string; readonly status: string }[];
  readonly outages: readonly Outage[];
  readonly requests: Readonly<Record<Outcome, number>>;
  readonly expectations: readonly {
    readonly text: string;
    readonly ok: boolean;
    readonly at_ms: number | null;
  }[];
  /** What `measure` entries gave. */
  readonly measures: Readonly<Record<string, MeasureValue>>;
  /** Commands that were typed on hosts, in their order. Runs that were stored by earlier versions have none. */
  readonly operator?: readonly TypedCommand[];
}

export interface TypedCommand {
  readonly at_ms: number;
  /** The timeline's entry. */
  readonly name: string;
  readonly host: string;
  readonly command: string;
  /** null: it had not ended at the end of the run. */
  readonly exit_code: number | null;
  /** From typing it to its end, or to the run's. */
  readonly hung_ms: number;
  /** What it printed, errors included. */
  readonly text: string;
}

/** Milliseconds, a word or a count; null when the moment never came; of requests also one value for each. */
export type MeasureValue = number | string | null | readonly number[] | readonly string[];

/** A service was down, or for a while only partly served, as DESIGN section 6 judges it. */
export interface Outage {
  readonly service: string;
  readonly from_ms: number;
  readonly to_ms: number | null;
  readonly degraded_from_ms: number | null;
  readonly share_ok: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
}
