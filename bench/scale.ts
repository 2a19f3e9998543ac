/**
 * Many kubelets lose a master (bench/scale.yaml): how fast the whole of it runs, and what the storm of their coming back is like
 * with the apiservers' in-flight limits and without.
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
import type { ScenarioData } from '../scenarios/schema.ts';
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
const FAULT_SECOND = 10;
const CLIENT = /^w\d+\/kubelet\/rest-client$/;

/**
 * Which master dies: the one through which every kubelet speaks and which leads etcd; or one that only leads etcd, so that
 * kubelets go on asking while etcd elects.
 */
export type Loss = 'holder' | 'leader';

export interface Storm {
  readonly simulatedPerCpu: number;
  /** CPU seconds that it took to come to the scenario's zero. */
  readonly startCpuSeconds: number;
  /** Most requests of a pool that one apiserver served at once. */
  readonly mostReading: number;
  readonly mostMutating: number;
  /** Requests answered with 429 as there were too many. */
  readonly refused: number;
  /** Most nodes that were NotReady at once, the dead master's included. */
  readonly mostNotReady: number;
  /** Kubelets whose connection ended, and of those that were answered on a new one. */
  readonly cutOff: number;
  readonly back: number;
  /** When half and when all of them were answered again, in seconds after the fault. */
  readonly halfBackSeconds: number;
  readonly allBackSeconds: number;
}

/** The scenario at its zero, and what it takes to get there. */
function settled(kubelets: number, limits: boolean, loss: Loss) {
  const file = join(packageRoot(), 'bench', 'scale.yaml');
  const { scenario, findings } = loadScenario(readFileSync(file, 'utf8'), file);
  const set = { 'cluster.workers': `w1..w${kubelets}`, ...(limits ? {} : UNLIMITED) };
  const put = scenario === undefined ? { findings } : composeScenario(scenario, new Map(), { set });
  if (!('composed' in put) || put.composed === undefined)
    throw new Error(put.findings.map(findingText).join('\n'));
  const { topology } = put.composed;
  const data = loss === 'holder' ? put.composed.data : withoutHolder(put.composed.data);
  const { spec } = prepare(data, topology, { seed: 1, withoutProbers: true });
  const { seconds, result } = cpuSeconds(() => settle(topology, spec, data.start));
  return { data, topology, from: result, seconds };
}

/** The same, but who dies leads etcd and does not hold the VIP. What is expected of the holder's death is not asked. */
function withoutHolder(data: ScenarioData): ScenarioData {
  const start = { ...data.start, 'etcd-leader': 'm2' };
  const timeline = [{ name: 'fault', at: `${FAULT_SECOND}s`, do: 'power-off', on: 'm2' }];
  return { ...data, start, timeline, expect: [] } as ScenarioData;
}

/** The nodes that are NotReady now. */
function notReady({ facts }: Session): number {
  return [...facts.nodes.values()].filter(({ last }) => last?.startsWith('NotReady') === true).length;
}

/** Counts what kubelets and apiservers go through. */
class Watcher {
  mostReading = 0;
  mostMutating = 0;
  refused = 0;
  /** By process: when its connection ended, and when it was answered again. */
  readonly cutOff = new Set<string>();
  readonly backAtUs = new Map<string, number>();

  readonly record = ({ event, who, atUs, contextAfter }: Step): void => {
    const { message } = (event ?? {}) as { readonly message?: Partial<HttpResponse> };
    // The other 429 is a watch cache that is not ready; its body is an object.
    if (message?.status === 429 && typeof message.body === 'string') this.refused++;
    if (who.endsWith('/kube-apiserver')) {
      const { inFlight } = (contextAfter ?? {}) as { readonly inFlight?: InFlight };
      this.mostReading = Math.max(this.mostReading, inFlight?.reading ?? 0);
      this.mostMutating = Math.max(this.mostMutating, inFlight?.mutating ?? 0);
    } else if (event?.type === 'closed' && CLIENT.test(who)) this.cutOff.add(who);
    else if (message?.status === 200 && this.cutOff.has(who) && !this.backAtUs.has(who))
      this.backAtUs.set(who, atUs);
  };
}

/** @param note is told how far it is */
export function measureStorm(
  kubelets: number,
  limits: boolean,
  loss: Loss,
  note: (text: string) => void = () => undefined,
): Storm {
  note(`${kubelets} kubelets start`);
  const { data, topology, from, seconds: startCpuSeconds } = settled(kubelets, limits, loss);
  const watcher = new Watcher();
  const session = new Session(data, topology, from, { record: watcher.record });
  let mostNotReady = 0;
  const { seconds } = cpuSeconds(() => {
    for (let second = 1; second <= STORM_SECONDS; second++) {
      session.runUntil(session.epochUs + second * SECOND_US);
      mostNotReady = Math.max(mostNotReady, notReady(session));
      if (second % 10 === 0)
        note(`${second} of ${STORM_SECONDS} s, ${watcher.backAtUs.size} of ${watcher.cutOff.size} are back`);
    }
  });
  const { mostReading, mostMutating, refused, cutOff, backAtUs } = watcher;
  const faultUs = session.epochUs + FAULT_SECOND * SECOND_US;
  const back = [...backAtUs.values()].map((us) => (us - faultUs) / SECOND_US).sort((a, b) => a - b);
  return {
    simulatedPerCpu: STORM_SECONDS / seconds,
    startCpuSeconds,
    mostReading,
    mostMutating,
    refused,
    mostNotReady,
    cutOff: cutOff.size,
    back: back.length,
    halfBackSeconds: back[back.length >> 1] ?? 0,
    allBackSeconds: back.at(-1) ?? 0,
  };
}
