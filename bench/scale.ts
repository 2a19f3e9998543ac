/**
 * Many kubelets lose the master through which they speak (bench/scale.yaml): how fast the whole of it runs, and what the storm of
 * their coming back is like with the apiservers' in-flight limits and without.
 *
 * Each kubelet is a process with its lease, its status and its pods' informer, since a sum of them would not come back as they
 * do: every one finds out by itself, by its own time-outs, that its connection is dead.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../cli/shared.ts';
import { findingText } from '../models/finding.ts';
import type { InFlight } from '../models/kube-apiserver/in-flight.ts';
import type { HttpResponse } from '../models/wire.ts';
import { composeScenario } from '../scenarios/compose.ts';
import { loadScenario } from '../scenarios/load.ts';
import { prepare } from '../scenarios/prepare.ts';
import { Session } from '../scenarios/session.ts';
import { settle } from '../scenarios/settled.ts';
import type { Step } from '../sim/state.ts';
import { SECOND_US } from '../sim/time.ts';
import { cpuSeconds } from './cpu.ts';

/** With 0 the apiservers refuse nobody (maxinflight.go: a limit of 0 is none). */
const UNLIMITED = {
  'kube-apiserver.max-requests-inflight': 0,
  'kube-apiserver.max-mutating-requests-inflight': 0,
};

/** The master dies after ten seconds; everybody is to be back before this. */
const STORM_SECONDS = 100;

export interface Storm {
  readonly simulatedPerCpu: number;
  /** Most requests of a pool that one apiserver served at once. */
  readonly mostReading: number;
  readonly mostMutating: number;
  /** Requests answered with 429 as there were too many. */
  readonly refused: number;
  /** Most nodes that were NotReady at once, the dead master's included. */
  readonly mostNotReady: number;
}

/** The scenario at its zero, and what it takes to get there. */
function settled(kubelets: number, limits: boolean) {
  const file = join(packageRoot(), 'bench', 'scale.yaml');
  const { scenario, findings } = loadScenario(readFileSync(file, 'utf8'), file);
  const set = { 'cluster.workers': `w1..w${kubelets}`, ...(limits ? {} : UNLIMITED) };
  const put = scenario === undefined ? { findings } : composeScenario(scenario, new Map(), { set });
  if (!('composed' in put) || put.composed === undefined)
    throw new Error(put.findings.map(findingText).join('\n'));
  const { data, topology } = put.composed;
  const { spec } = prepare(data, topology, { seed: 1, withoutProbers: true });
  return { data, topology, from: settle(topology, spec, data.start) };
}

/** The nodes that are NotReady now. */
function notReady({ facts }: Session): number {
  return [...facts.nodes.values()].filter(({ last }) => last?.startsWith('NotReady') === true).length;
}

function measureStorm(kubelets: number, limits: boolean): Storm {
  const { data, topology, from } = settled(kubelets, limits);
  const counts = { mostReading: 0, mostMutating: 0, refused: 0, mostNotReady: 0 };
  const record = ({ event, who, contextAfter }: Step): void => {
    const { message } = (event ?? {}) as { readonly message?: Partial<HttpResponse> };
    // The other 429 is a watch cache that is not ready; its body is an object.
    if (message?.status === 429 && typeof message.body === 'string') counts.refused++;
    if (!who.endsWith('/kube-apiserver')) return;
    const { inFlight } = (contextAfter ?? {}) as { readonly inFlight?: InFlight };
    counts.mostReading = Math.max(counts.mostReading, inFlight?.reading ?? 0);
    counts.mostMutating = Math.max(counts.mostMutating, inFlight?.mutating ?? 0);
  };
  const session = new Session(data, topology, from, { record });
  const { seconds } = cpuSeconds(() => {
    for (let second = 1; second <= STORM_SECONDS; second++) {
      session.runUntil(session.epochUs + second * SECOND_US);
      counts.mostNotReady = Math.max(counts.mostNotReady, notReady(session));
    }
  });
  return { simulatedPerCpu: STORM_SECONDS / seconds, ...counts };
}

/** @param kubelets of workers, beside those of the masters */
export function measureScale(kubelets = 5_000): { readonly limited: Storm; readonly unlimited: Storm } {
  return { limited: measureStorm(kubelets, true), unlimited: measureStorm(kubelets, false) };
}
