/**
 * One run of a check: a schedule happens in a settled world of a topology, and properties are looked at when the phases end. What a
 * seed settles into is kept, so that many schedules go on from it.

 */
import type { Topology } from '../models/cluster/topology.ts';
import { advance } from '../models/console/console.ts';
import { prepare } from '../scenarios/prepare.ts';
import type { ClientData, RunEntryData, ScenarioData, StartData, WorkloadData } from '../scenarios/schema.ts';
import { Session } from '../scenarios/session.ts';
import { type Settled, settle } from '../scenarios/settled.ts';
import { reseed } from '../sim/reseed.ts';
import type { Step } from '../sim/state.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import type { Coverage } from './coverage.ts';
import { NEEDS, type NeedRow } from './needs.ts';
import { phasesFor } from './phases.ts';
import type { Property, Watcher } from './property.ts';
import { failedAt, type Phases, type Schedule, scenarioOf } from './schedule.ts';

/** What is checked: a topology and how it starts. Plain data. */
export interface Checked {
  readonly topology: Topology;
  readonly start?: StartData;
  readonly clients?: readonly ClientData[];
  readonly workloads?: readonly WorkloadData[];
  /** What an operator does meanwhile, at fixed times. */
  readonly steps?: readonly RunEntryData[];
  /** First draws of streams that a stored counterexample holds. */
  readonly draws?: NonNullable<ScenarioData['vary']>['draws'];
}

export interface Violation {
  /** The property's name. */
  readonly property: string;
  readonly what: string;
}

/** A property about which a run says nothing. */
export interface Unjudged {
  readonly property: string;
  readonly why: string;
  /** Scenario time that was simulated for it in vain. */
  readonly ms: number;
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
  readonly unjudged: readonly Unjudged[];
  readonly session: Session;
}

/** Runs schedules on one topology for one set of properties. */
export class Checker {
  readonly checked: Checked;
  readonly properties: readonly Property[];
  readonly phases: Phases;
  readonly spec: WorldSpec;
  private readonly beside: readonly NeedRow[];
  private kept: { readonly seed: number; readonly settled: Settled } | undefined;

  constructor(checked: Checked, properties: readonly Property[]) {
    this.checked = checked;
    this.properties = properties;
    this.beside = [...new Set(properties.map(({ needs }) => NEEDS[needs]))];
    // How long the phases are is a matter of the daemons' configurations; what an operator does is a matter of the phases.
    const specOf = (phases: Phases): WorldSpec =>
      prepare(this.scenario({ faults: [], seed: 0 }, phases), checked.topology, {
        seed: 0,
        withoutProbers: true,
      }).spec;
    const first = specOf({ settledMs: 1, endMs: 1 });
    this.phases = phasesFor(properties, first);
    this.spec = this.beside.some(({ drill }) => drill !== undefined) ? specOf(this.phases) : first;
  }

  private scenario(schedule: Schedule, phases: Phases): ScenarioData {
    const { topology, start, draws } = this.checked;
    const data = scenarioOf(schedule, { name: 'check', topology: topology.topology, phases });
    return {
      ...withNeeds(data, this.checked, this.beside, phases),
      ...(start === undefined ? {} : { start }),
      ...(draws === undefined ? {} : { vary: { draws } }),
    };
  }

  /** A checker for one of the properties, which goes on from the same settled world where it has the same clients. */
  narrowedTo(property: Property): Checker {
    const one = new Checker(this.checked, [property]);
    if (isSame(one.beside, this.beside)) one.kept = this.kept;
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
    const failed = failedAt(schedule, phases, this.spec);
    const unjudged: Unjudged[] = [];
    const judge = (when: Property['judged']): Violation[] =>
      this.properties.flatMap((property) => {
        if (property.judged !== when) return [];
        const why = property.unjudged?.(session, failed, phases);
        if (why !== undefined) {
          const ms = when === 'settled' ? phases.settledMs : phases.endMs;
          unjudged.push({ property: property.name, why, ms });
          return [];
        }
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
    const stepwise = briefly ? [...watchers.values()].filter(({ whole }) => whole !== true) : [];
    if (stepwise.length > 0) {
      const isWrong = (): boolean => stepwise.some((one) => one.wrong() !== undefined);
      while (session.nowUs < settledUs && !isWrong())
        session.runUntil(Math.min(settledUs, session.nowUs + LOOK_EVERY_US));
    } else session.runUntil(settledUs);
    const violations = judge('settled');
    if (violations.length === 0 && phases.endMs > phases.settledMs) {
      session.runUntil(session.untilUs);
      violations.push(...judge('healed'));
    }
    coverage?.look(session.world);
    return { violations, unjudged, session };
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

/**
 * The scenario with what its properties need beside the cluster. What a stored counterexample brings along under the same name
 * stands for it.
 */
export function withNeeds(
  data: ScenarioData,
  { topology, clients = [], workloads = [], steps = [] }: Checked,
  beside: readonly NeedRow[],
  phases: Phases,
): ScenarioData {
  const own = <T extends { readonly name: string }>(given: readonly T[], needed: readonly T[]): T[] => [
    ...needed.filter(({ name }) => !given.some((one) => one.name === name)),
    ...given,
  ];
  const drill = beside.flatMap((row) => row.drill?.(topology, phases) ?? []);
  const allWorkloads = own(
    workloads,
    beside.flatMap((row) => row.workloads ?? []),
  );
  return {
    ...data,
    clients: own(
      clients,
      beside.flatMap((row) => row.clients?.(topology, phases) ?? []),
    ),
    ...(allWorkloads.length === 0 ? {} : { workloads: allWorkloads }),
    timeline: [...(data.timeline ?? []), ...steps, ...drill],
  };
}

function isSame(a: readonly NeedRow[], b: readonly NeedRow[]): boolean {
  return a.length === b.length && a.every((row) => b.includes(row));
}

/** Streams whose draws are phases: all but those of packets and of disks, which a stored counterexample need not hold. */
export function isPhase(stream: string): boolean {
  return !stream.startsWith('link/') && !stream.startsWith('disk/');
}
