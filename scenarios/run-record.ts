/**
 * A run as it is kept, sent from a worker to the page, and stored by `quorate run --save FILE`: what a person would
 * look at, as lanes over time, and the story. Times are scenario milliseconds with at most three decimals.
 */
import type { RunResult } from './result.ts';

/** Something that has one state at a time. A segment lasts until the next one, the last until the end. */
export interface Lane {
  /** Unique, e.g. `process:m1/haproxy`, `host:m1`, `vip:m1`, `etcd:m1`, `lease:kube-scheduler`, `backend:m2 apiserver/m1`, `node:m1`, `service:api.write`. */
  readonly id: string;
  readonly label: string;
  /** The host it belongs to, or `cluster`. */
  readonly group: string;
  readonly kind: 'host' | 'process' | 'vip' | 'etcd' | 'lease' | 'backend' | 'node' | 'service' | 'watch';
  /** `good`, `bad`, `changing`, `off`: how the state is to be coloured; the state's own word says which it is. */
  readonly segments: readonly {
    readonly from_ms: number;
    readonly state: string;
    readonly tone: 'good' | 'bad' | 'changing' | 'off';
    /** Id of the kernel step that began it, for `explain`; absent for what was so at the start, or what requests say. */
    readonly step?: number;
  }[];
}

export interface StoryLine {
  readonly at_ms: number;
  /** Milliseconds since the last fault, null before the first. */
  readonly since_fault_ms: number | null;
  readonly kind:
    | 'fault'
    | 'vip'
    | 'election'
    | 'lease'
    | 'backend'
    | 'node'
    | 'client'
    | 'process'
    | 'host'
    | 'operator'
    | 'log';
  readonly who: string;
  readonly text: string;
  /** Id of the kernel step, for `explain`. */
  readonly step: number;
}

export interface RunRecord {
  readonly format: 'quorate-run';
  readonly version: 1;
  /** Name and text of the scenario, and of the topology as data, so that the run can be repeated from this file alone. */
  readonly scenario: string;
  readonly scenario_text: string;
  /** The scenario's own sentence. */
  readonly about?: string;
  /** The command that repeats the run, with topology and settings if they were not the scenario's own. */
  readonly command?: string;
  readonly topology: string;
  readonly seed: number;
  readonly until_ms: number;
  /** Present while the run goes on: what comes later is not known yet. */
  readonly known_ms?: number;
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly zone: string;
    readonly role: string;
  }[];
  readonly processes: readonly { readonly path: string; readonly host: string; readonly name: string }[];
  /** Servers of the balancers' configurations and the hosts that they are on, by `result.backends`' names. */
  readonly servers?: readonly { readonly balancer: string; readonly server: string; readonly host: string }[];
  /** Whom each host takes for the VIP's owner at first, and when it learned by gratuitous ARP that it is with another one. */
  readonly arp?: readonly { readonly at_ms: number; readonly host: string; readonly to: string }[];
  readonly vip: string | null;
  readonly lanes: readonly Lane[];
  readonly story: readonly StoryLine[];
  readonly result: RunResult;
}
