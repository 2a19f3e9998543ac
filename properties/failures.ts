/**
 * Sets of failures as data: which hosts lose power and which processes are stopped (systemctl stop, or the manifest
 * moved away), and when. They become the timeline of a scenario, so that they shrink, print and replay like any other.
 *
 * Fault classes: host power, process stop.
 */
import fc from 'fast-check';
import type { Topology } from '../models/cluster/topology.ts';
import type { ScenarioData } from '../scenarios/schema.ts';

export interface Failure {
  /** `m1` loses power, `m1/haproxy` is stopped. */
  readonly what: string;
  /** Milliseconds after the scenario's zero. */
  readonly atMs: number;
}

/** What may fail: the hosts of the cluster itself, and on them what serves the API. */
export function failable(topology: Topology): string[] {
  const serving: readonly string[] = ['keepalived', 'haproxy', 'etcd', 'kube-apiserver'];
  return topology.hosts
    .filter(({ roles }) => !roles.includes('client') && !roles.includes('worker'))
    .flatMap(({ name, processes }) => [
      name,
      ...processes.filter((process) => serving.includes(process)).map((process) => `${name}/${process}`),
    ]);
}

/** Failures happen within this span. */
export const FAULT_SPAN_MS = 10_000;
/** After the last failure everything that can settle has: checks, VIP, elections, connections of 30 s time-outs. */
export const SETTLE_MS = 75_000;

/** Up to `most` different things of `what` fail, each at its own moment. Shrinks to fewer and earlier ones. */
export function failures(
  topology: Topology,
  most: number,
  what: readonly string[] = failable(topology),
): fc.Arbitrary<readonly Failure[]> {
  const one = fc.record({
    what: fc.constantFrom(...what),
    atMs: fc.integer({ min: 1, max: FAULT_SPAN_MS }),
  });
  return fc.uniqueArray(one, { selector: ({ what }) => what, maxLength: most });
}

/** The scenario in which they happen. */
export function scenarioOfFailures(topology: string, failed: readonly Failure[]): ScenarioData {
  return {
    scenario: 'failures',
    version: 1,
    topology,
    until: `${FAULT_SPAN_MS + SETTLE_MS}ms`,
    timeline: failed.map(({ what, atMs }) => ({
      at: `${atMs}ms`,
      do: what.includes('/') ? 'stop' : 'power-off',
      on: what,
    })),
  };
}

/** Is a process still there after these failures? */
export function isLeft(failed: readonly Failure[], host: string, process: string): boolean {
  return !failed.some(({ what }) => what === host || what === `${host}/${process}`);
}
