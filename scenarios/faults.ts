/**
 * The fault palette: every name that `do` may have, and what an entry becomes for the kernel. The order is
 * that of `quorate faults` and of the page.
 */
import { reconfigured } from '../models/cluster/reconfigure.ts';
import type { Topology } from '../models/cluster/topology.ts';
import type { Action } from '../sim/faults.ts';
import type { World } from '../sim/world.ts';
import type { Aim, Fault, FaultContext } from './fault.ts';
import { DISK_FAULTS } from './faults-disk.ts';
import { HOST_FAULTS } from './faults-host.ts';
import { NETWORK_FAULTS } from './faults-network.ts';
import { PROCESS_FAULTS } from './faults-process.ts';
import type { Target } from './targets.ts';

export const FAULTS: readonly Fault[] = [
  ...HOST_FAULTS,
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
];

const byName = new Map(FAULTS.map((fault) => [fault.name, fault]));

export function faultNamed(name: string): Fault | undefined {
  return byName.get(name);
}

/** A side of `links`, resolved. */
export interface Sides {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly direction: 'both' | 'to' | 'from';
}

/** What resolved targets and sides amount to. */
export function aimAt(
  targets: readonly Exclude<Target, { kind: 'role' }>[],
  sides: Sides | undefined,
  topology: Topology,
): Aim {
  const named = targets.filter((target) => target.kind === 'host');
  const hosts = [...new Set(named.flatMap((target) => target.hosts))];
  const processes = named.flatMap(({ hosts: of, process }) =>
    process === undefined ? [] : of.map((host) => `${host}/${process}`),
  );
  const links = targets.flatMap((target) => {
    if (target.kind !== 'link') return [];
    const there = { from: target.from, to: target.to };
    return target.both ? [there, { from: target.to, to: target.from }] : [there];
  });
  if (sides) {
    if (sides.direction !== 'from') links.push({ from: sides.from, to: sides.to });
    if (sides.direction !== 'to') links.push({ from: sides.to, to: sides.from });
  }
  if (hosts.length > 0 && links.length === 0) {
    const others = topology.hosts.map(({ name }) => name).filter((name) => !hosts.includes(name));
    links.push({ from: hosts, to: others }, { from: others, to: hosts });
  }
  return { hosts, processes: [...new Set(processes)], links };
}

/** What a fault needs to know of this world. */
export function faultContext(world: World, topology: Topology, entry: string): FaultContext {
  const configOf = (process: string) => world.process(process).spec.config;
  return {
    entry,
    hosts: world.hosts.map(({ name }) => name),
    indexOf: (host) => world.host(host).index,
    rules: world.network.rules.map(({ id }) => id),
    diskOf: (host) => {
      const { latencyUs, jitterUs } = world.host(host).disk;
      return { latencyUs, jitterUs };
    },
    driftPpmOf: (host) => world.host(host).clock.driftPpm,
    configOf,
    reconfigured: (change) => reconfigured(topology, change, configOf(change.process)),
  };
}

/** The actions that begin a fault now, and those that undo it later. */
export function faultActions(
  fault: Fault,
  aim: Aim,
  parameters: Record<string, unknown>,
  context: FaultContext,
): { begin: Action[]; end: Action[] } {
  return { end: fault.end(aim, parameters, context), begin: fault.begin(aim, parameters, context) };
}
