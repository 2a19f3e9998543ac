/**
 * What is left of the API when things have failed for good: a verdict from one simulated run. The run goes on from a
 * settled world; hosts lose power and processes are stopped (systemctl stop, the manifest moved away), all at once or one
 * after the other; the last 30 s of the 150 s after the last of them decide (DESIGN section 6).
 *
 * The probers start 45 s before the end, as nothing that is judged comes earlier and each request costs as much as the rest of
 * the cluster in the same time. Unit: microseconds.
 */
import type { ClientConfig } from '../models/client/config.ts';
import { outsideHost, type Topology } from '../models/cluster/topology.ts';
import { prepare } from '../scenarios/prepare.ts';
import type { Outcome } from '../scenarios/result.ts';
import type { ScenarioData } from '../scenarios/schema.ts';
import { goOn, type Settled, settle } from '../scenarios/settled.ts';
import { SECOND_US } from '../sim/time.ts';

/** From best to worst. */
export const VERDICTS = ['write', 'degraded', 'read-only from cache', 'VIP without API', 'nothing'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  write: 'every write is served',
  degraded: 'some writes are served',
  'read-only from cache': "no write is served, some reads from an apiserver's cache are",
  'VIP without API': 'connections are taken at the endpoint, and nothing is answered well',
  nothing: 'not even a connection',
};

/** Things that fail, `m1` (power) or `m1/haproxy` (stopped), in their order. */
export interface FailureOrder {
  readonly failed: readonly string[];
  /** All at the same moment, or each after the others have had their effect. */
  readonly how: 'together' | 'in turn';
}

/** More than the slowest check of the shipped topologies takes: 10 failures at 3 s, and a VRRP election. */
export const BETWEEN_FAILURES_US = 40 * SECOND_US;
const FIRST_FAILURE_US = SECOND_US;
const AFTER_LAST_US = 150 * SECOND_US;
const PROBED_US = 45 * SECOND_US;
const JUDGED_US = 30 * SECOND_US;
/** The probers' own limit, and a little. */
const ANSWER_US = 5_100_000;

const PROBERS = { write: 'api.write', cached: 'api.cached', vip: 'vip' } as const;

/** The world that the failures of a topology begin in. */
export function settledForSurvival(topology: Topology, seed: number): Settled {
  const { address, port } = topology.controlPlaneEndpoint;
  const prober = (name: string, request: ClientConfig['request']) => ({
    name,
    from: outsideHost(topology).name,
    to: `${address}:${port}`,
    rate: '10/s',
    request,
    timeout: '5s',
  });
  const scenario: ScenarioData = {
    scenario: 'survival',
    version: 1,
    topology: topology.topology,
    until: '1s',
    clients: [
      prober(PROBERS.write, 'write'),
      prober(PROBERS.cached, 'serializable-read'),
      prober(PROBERS.vip, 'connect'),
    ],
  };
  const { spec } = prepare(scenario, topology, { seed, withoutProbers: true });
  const names: readonly string[] = Object.values(PROBERS);
  const processes = spec.processes.map((process) =>
    names.includes(process.name) ? { ...process, enabled: false } : process,
  );
  return settle(topology, { ...spec, processes });
}

/** What is served at last. */
export function verdictAfter(settled: Settled, topology: Topology, { failed, how }: FailureOrder): Verdict {
  const { world, facts, epochUs } = goOn(settled);
  let lastUs = epochUs + FIRST_FAILURE_US;
  failed.forEach((what, index) => {
    lastUs = epochUs + FIRST_FAILURE_US + (how === 'in turn' ? index * BETWEEN_FAILURES_US : 0);
    world.act(
      lastUs,
      what.includes('/')
        ? { do: 'stop', process: what }
        : { do: 'host', host: what, event: { type: 'power-off' } },
    );
  });
  const endUs = lastUs + AFTER_LAST_US;
  const outside = outsideHost(topology).name;
  for (const prober of Object.values(PROBERS))
    world.act(endUs - PROBED_US, { do: 'start', process: `${outside}/${prober}` });
  world.runUntil(endUs - PROBED_US - 1);
  world.observer = (step) => {
    facts.observe(step);
  };
  world.runUntil(endUs + ANSWER_US);
  const outcomesOf = (client: string): Outcome[] =>
    facts.requests.list
      .filter(
        (one) => one.client === client && one.startedAtUs >= endUs - JUDGED_US && one.startedAtUs < endUs,
      )
      .map(({ outcome }) => outcome);
  const writes = outcomesOf(PROBERS.write);
  if (writes.length === 0) throw new Error(`no write was tried after ${failed.join(', ')}`);
  if (writes.every((outcome) => outcome === 'ok')) return 'write';
  if (writes.includes('ok')) return 'degraded';
  if (outcomesOf(PROBERS.cached).includes('ok')) return 'read-only from cache';
  return outcomesOf(PROBERS.vip).includes('ok') ? 'VIP without API' : 'nothing';
}
