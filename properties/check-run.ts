/**
 * One run of a check: a schedule happens in a settled world of a topology, and properties are looked at when the phases end. What a
 * seed settles into is kept, so that many schedules go on from it.
 *
 * Beside the scenario's own clients there are the standard probers at a fifth of their rate (every 500 ms), and only when
 * some property asks about requests: each costs as much as the rest of the cluster in the same time.
 */
import { outsideHost, type Topology } from '../models/cluster/topology.ts';
import { advance } from '../models/console/console.ts';
import { prepare } from '../scenarios/prepare.ts';
import type { ClientData, ScenarioData, StartData } from '../scenarios/schema.ts';
import { Session } from '../scenarios/session.ts';
import { type Settled, settle } from '../scenarios/settled.ts';
import { reseed } from '../sim/reseed.ts';
import type { Step } from '../sim/state.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import type { Coverage } from './coverage.ts';
import { phasesFor } from './phases.ts';
import type { Property, Watcher } from './property.ts';
import { failedAt, type Phases, type Schedule, scenarioOf } from './schedule.ts';

/** What is checked: a topology and how it starts. Plain data. */
export interface Checked {
  readonly topology: Topology;
  readonly start?: StartData;
  readonly clients?: readonly ClientData[];
  /** First draws of streams that a stored counterexample holds. */
  readonly draws?: NonNullable<ScenarioData['vary']>['draws'];
}

export interface Violation {
  /** The property's name. */
  readonly property: string;
  readonly what: string;
}

export interface RunWish {
  /** Is told of every step. */
  readonly coverage?: Coverage;
  /** End as soon as a watcher has seen what is wrong: for shrinking, where one violation is all that is asked. */
  readonly briefly?: boolean;
  /** From this moment on everything is drawn from another seed. */
  readonly otherLuck?: { readonly atMs: number; readonly seed: string };
}

export interface CheckedRun {
  readonly violations: readonly Violation[];
  readonly session: Session;
}

const PROBE_RATE = '2/s';

/** Runs schedules on one topology for one set of properties. */
export class Checker {
  readonly checked: Checked;
  readonly properties: readonly Property[];
  readonly phases: Phases;
  private readonly spec: WorldSpec;
  private readonly clients: readonly ClientData[];
  private kept: { readonly seed: number; readonly settled: Settled } | undefined;

  constructor(checked: Checked, properties: readonly Property[]) {
    this.checked = checked;
    this.properties = properties;
    const asksRequests = properties.some(({ needs }) => needs === 'requests');
    this.clients = [...(asksRequests ? probers(checked.topology) : []), ...(checked.clients ?? [])];
    this.spec = prepare(
      this.scenario({ faults: [], seed: 0 }, { settledMs: 1, endMs: 1 }),
      checked.topology,
      {
        seed: 0,
        withoutProbers: true,
      },
    ).spec;
    this.phases = phasesFor(properties, this.spec);
  }

  private scenario(schedule: Schedule, phases: Phases): ScenarioData {
    const { topology, start, draws } = this.checked;
    const data = scenarioOf(schedule, { name: 'check', topology: topology.topology, phases });
    return {
      ...data,
      ...(start === undefined ? {} : { start }),
      ...(draws === undefined ? {} : { vary: { draws } }),
      clients: [...this.clients],
    };
  }

  /** A checker for one of the properties, which goes on from the same settled world where it has the same clients. */
  narrowedTo(property: Property): Checker {
    const one = new Checker(this.checked, [property]);
    if (one.clients.length === this.clients.length) one.kept = this.kept;
    return one;
  }

  /** The world of a seed at zero; the last one is kept. */
  private settled(seed: number): Settled {
    if (this.kept?.seed !== seed) {
      const { topology, start } = this.checked;
      this.kept = { seed, settled: settle(topology, { ...this.spec, seed }, start) };
    }
    return this.kept.settled;
  }

  /** Runs to the end of the phases, or to the first violation of a property that is looked at when all has settled. */
  run(schedule: Schedule, { coverage, otherLuck, briefly = false }: RunWish = {}): CheckedRun {
    const { topology } = this.checked;
    const { phases } = this;
    const { session, watchers } = watched(
      this.scenario(schedule, phases),
      topology,
      this.settled(schedule.seed),
      this.properties,
      coverage,
    );
    const failed = failedAt(schedule, phases);
    const judge = (when: Property['judged']): Violation[] =>
      this.properties.flatMap((property) => {
        if (property.judged !== when) return [];
        const what = watchers.get(property)?.wrong() ?? property.violation(session, failed, phases);
        return what === undefined ? [] : [{ property: property.name, what }];
      });
    const settledUs = session.epochUs + phases.settledMs * 1000 - 1;
    if (otherLuck !== undefined) {
      session.runUntil(session.epochUs + otherLuck.atMs * 1000);
      reseed(session.world, otherLuck.seed);
    }
    if (coverage !== undefined) {
      for (let atUs = session.epochUs; atUs < settledUs; atUs += COVERAGE_EVERY_US) {
        session.runUntil(atUs);
        coverage.look(session.world);
      }
    }
    if (briefly && watchers.size > 0) {
      const isWrong = (): boolean => [...watchers.values()].some((one) => one.wrong() !== undefined);
      while (session.nowUs < settledUs && !isWrong())
        session.runUntil(Math.min(settledUs, session.nowUs + LOOK_EVERY_US));
    } else session.runUntil(settledUs);
    const violations = judge('settled');
    if (violations.length === 0 && phases.endMs > phases.settledMs) {
      session.runUntil(session.untilUs);
      violations.push(...judge('healed'));
    }
    coverage?.look(session.world);
    return { violations, session };
  }
}

/** A session at its zero, with the watchers that the properties have. */
export function watched(
  scenario: ScenarioData,
  topology: Topology,
  from: Settled | WorldSpec,
  properties: readonly Property[],
  coverage?: Coverage,
): { readonly session: Session; readonly watchers: ReadonlyMap<Property, Watcher> } {
  const all: { observe(step: Step): void }[] = coverage === undefined ? [] : [coverage];
  const session = new Session(scenario, topology, from, {
    commands: advance,
    ...(coverage === undefined && properties.every(({ watch }) => watch === undefined)
      ? {}
      : {
          record: (step) => {
            for (const one of all) one.observe(step);
          },
        }),
  });
  const watchers = new Map<Property, Watcher>();
  for (const property of properties) {
    const watcher = property.watch?.(session);
    if (watcher !== undefined) watchers.set(property, watcher);
  }
  all.push(...watchers.values());
  return { session, watchers };
}

const COVERAGE_EVERY_US = 250_000;
/** Between two looks at the watchers of a run that ends with the first violation. */
const LOOK_EVERY_US = 1_000_000;

/** As the standard probers, but for their rate. */
function probers(topology: Topology): ClientData[] {
  const { address, port } = topology.controlPlaneEndpoint;
  const prober = (name: string, request: ClientData['request']): ClientData => ({
    name,
    from: outsideHost(topology).name,
    to: `${address}:${port}`,
    rate: PROBE_RATE,
    request,
    timeout: '5s',
  });
  return [prober('api.write', 'write'), prober('api.read', 'read'), prober('vip', 'connect')];
}

/** Streams whose draws are phases: all but those of packets and of disks, which a stored counterexample need not hold. */
export function isPhase(stream: string): boolean {
  return !stream.startsWith('link/') && !stream.startsWith('disk/');
}
