/**
 * A design as data: a topology, parameters within the ranges that their daemons' own documents call sound, further clients, and what an
 * operator does that must hurt nobody. With a schedule of faults and a seed it is a whole scenario. Designs are drawn, and shrink to
 * what a failure needs: fewer settings, steps and clients, and the topology that was asked about.
 *
 * Sources of the ranges: etcd.io/docs/v3.6/tuning (heartbeat about the round trip, election ten times that); RFC 3768 section 5.3.7
 * (whole seconds); HAProxy configuration.txt 5.2 inter, fall, rise; client-go leaderelection.go (LeaseDuration > RenewDeadline >
 * 1.2 * RetryPeriod; the proportions are those of the defaults); kubelet and kube-controller-manager flags
 * (node-monitor-grace-period several times node-status-update-frequency).
 */
import fc from 'fast-check';
import type { ParameterMap } from '../models/cluster/parameters.ts';
import { outsideHost, type Topology } from '../models/cluster/topology.ts';
import type { ClientData, RunEntryData } from '../scenarios/schema.ts';
import { topologyNamed, withSettings } from '../scenarios/topologies.ts';
import type { Checked } from './check-run.ts';
import type { Property } from './property.ts';
import { FAULT_SPAN_MS, type Schedule } from './schedule.ts';

/** What is drawn beside the faults. */
export const DRAWABLE = ['topology', 'parameters', 'clients', 'steps'] as const;
export type Drawable = (typeof DRAWABLE)[number];

export interface Design {
  /** A reference topology's name; undefined: the one that was asked about. */
  readonly topology?: string;
  /** Each element's parameters belong together, as a heartbeat and its election time-out. */
  readonly settings: readonly ParameterMap[];
  readonly clients: readonly ClientData[];
  readonly steps: readonly RunEntryData[];
}

/** Reference topologies that are drawn: small ones, of every shape that has its own front door. */
const REFERENCE = [
  ...['stacked-1', 'stacked-2', 'stacked-3', 'stacked-5'],
  ...['external-2+3', 'external-3+3', 'stacked-3-lb1', 'stacked-3-lb2', 'external-3+3-lb2'],
];

/** Is it about one of the topologies that are drawn? */
export function isAboutDrawn({ applies }: Property): boolean {
  return applies === undefined || REFERENCE.some((name) => applies(referenceNamed(name, {})));
}

type Whole = (low: number, high: number) => number;

interface Range {
  /** The process that has to be there; undefined: always. */
  readonly of?: string;
  readonly draw: (whole: Whole) => ParameterMap;
}

const RANGES: readonly Range[] = [
  {
    of: 'etcd',
    draw: (whole) => {
      const heartbeat = 10 * whole(5, 30);
      return { 'etcd.heartbeat-interval': heartbeat, 'etcd.election-timeout': 10 * heartbeat };
    },
  },
  { of: 'etcd', draw: (whole) => ({ 'etcd.version': ['3.4', '3.5', '3.6'][whole(0, 2)] as string }) },
  { of: 'keepalived', draw: (whole) => ({ 'keepalived.advert_int': whole(1, 3) }) },
  { of: 'haproxy', draw: (whole) => ({ 'haproxy.inter': `${100 * whole(5, 50)}ms` }) },
  { of: 'haproxy', draw: (whole) => ({ 'haproxy.fall': whole(1, 5), 'haproxy.rise': whole(1, 5) }) },
  {
    draw: (whole) => {
      const leaseMs = 1_500 * whole(7, 40);
      const one = (component: string): ParameterMap => ({
        [`${component}.leader-elect-lease-duration`]: `${leaseMs}ms`,
        [`${component}.leader-elect-renew-deadline`]: `${(leaseMs * 2) / 3}ms`,
        [`${component}.leader-elect-retry-period`]: `${(leaseMs * 2) / 15}ms`,
      });
      return { ...one('kube-scheduler'), ...one('kube-controller-manager') };
    },
  },
  {
    draw: (whole) => {
      const updateS = whole(5, 15);
      return {
        'kubelet.node-status-update-frequency': `${updateS}s`,
        'kube-controller-manager.node-monitor-grace-period': `${4 * updateS}s`,
      };
    },
  },
  { draw: (whole) => ({ 'network.latency': `${50 * whole(1, 40)}us` }) },
  { draw: (whole) => ({ 'host.disk.latency': `${100 * whole(1, 100)}us` }) },
];

/** One in so many ranges is drawn from. */
const SET_ONE_IN = 3;
const MOST_STEPS = 2;

/** What an operator does on a master without harm: it looks, or moves nothing that serves. */
const STEPS: readonly { readonly of: string; readonly run: string }[] = [
  { of: 'etcd', run: 'etcdctl endpoint status' },
  { of: 'etcd', run: 'etcdctl snapshot save /backup.db' },
  { of: 'kube-apiserver', run: 'kubectl get pods -A' },
  { of: 'kube-apiserver', run: 'kubectl get nodes -o wide' },
  { of: 'kubelet', run: 'systemctl restart kubelet' },
];

class DesignArbitrary extends fc.Arbitrary<Design> {
  private readonly base: Topology;
  private readonly wanted: ReadonlySet<Drawable>;

  constructor(base: Topology, wanted: readonly Drawable[]) {
    super();
    this.base = base;
    this.wanted = new Set(wanted);
  }

  override generate(random: fc.Random): fc.Value<Design> {
    const whole: Whole = (low, high) => random.nextInt(low, high);
    const name = this.wanted.has('topology')
      ? (REFERENCE[whole(0, REFERENCE.length - 1)] as string)
      : undefined;
    const topology = name === undefined ? this.base : referenceNamed(name, {});
    const isThere = (process: string): boolean =>
      topology.hosts.some(({ processes }) => (processes as readonly string[]).includes(process));
    const settings = this.wanted.has('parameters')
      ? RANGES.filter(({ of }) => of === undefined || isThere(of))
          .filter(() => whole(1, SET_ONE_IN) === 1)
          .map(({ draw }) => draw(whole))
      : [];
    const clients = this.wanted.has('clients') && whole(0, 1) === 1 ? [clientOf(topology, whole)] : [];
    const steps = this.wanted.has('steps') ? stepsOf(topology, whole) : [];
    return new fc.Value(
      { ...(name === undefined ? {} : { topology: name }), settings, clients, steps },
      undefined,
    );
  }

  override canShrinkWithoutContext(value: unknown): value is Design {
    return typeof value === 'object' && value !== null && 'settings' in value;
  }

  override shrink(value: Design): fc.Stream<fc.Value<Design>> {
    return fc.stream(simpler(value)).map((design) => new fc.Value(design, undefined));
  }
}

/** @param base the topology that was asked about, which is kept where none is drawn */
export function designs(base: Topology, wanted: readonly Drawable[]): fc.Arbitrary<Design> {
  return new DesignArbitrary(base, wanted);
}

/** The design of a seed. */
export function designAt(base: Topology, wanted: readonly Drawable[], seed: number): Design {
  const [design] = fc.sample(designs(base, wanted), { seed, numRuns: 1 });
  return design as Design;
}

function clientOf(topology: Topology, whole: Whole): ClientData {
  const { address, port } = topology.controlPlaneEndpoint;
  return {
    name: 'load',
    from: outsideHost(topology).name,
    to: `${address}:${port}`,
    rate: `${whole(1, 10)}/s`,
    request: whole(0, 1) === 0 ? 'write' : 'read',
    timeout: '5s',
  };
}

function stepsOf(topology: Topology, whole: Whole): RunEntryData[] {
  return Array.from({ length: whole(0, MOST_STEPS) }, (_, index) => {
    const { of, run } = STEPS[whole(0, STEPS.length - 1)] as (typeof STEPS)[number];
    const hosts = topology.hosts.filter(
      ({ roles, processes }) => !roles.includes('worker') && (processes as readonly string[]).includes(of),
    );
    const host = hosts[whole(0, Math.max(0, hosts.length - 1))];
    return { name: `step-${index + 1}`, at: `${whole(1, FAULT_SPAN_MS)}ms`, run, on: host?.name ?? '' };
  }).filter(({ on }) => on !== '');
}

function* simpler(design: Design): Generator<Design> {
  const { settings, clients, steps } = design;
  if (settings.length + clients.length + steps.length > 1)
    yield { ...design, settings: [], clients: [], steps: [] };
  const { topology, ...asGiven } = design;
  if (topology !== undefined) yield asGiven;
  const without = <T>(all: readonly T[], index: number): T[] => all.filter((_, other) => other !== index);
  for (let i = 0; i < settings.length; i++) yield { ...design, settings: without(settings, i) };
  for (let i = 0; i < steps.length; i++) yield { ...design, steps: without(steps, i) };
  if (clients.length > 0) yield { ...design, clients: [] };
}

export function parametersOf({ settings }: Design): ParameterMap {
  return Object.assign({}, ...settings) as ParameterMap;
}

/** In words: what is not as in the topology that was asked about. */
export function designText(design: Design): string {
  const { topology, clients, steps } = design;
  const parts = [
    ...(topology === undefined ? [] : [topology]),
    ...Object.entries(parametersOf(design)).map(([path, value]) => `${path} ${value}`),
    ...clients.map(({ request, rate }) => `${rate} of ${request} beside`),
    ...steps.map(({ run, on, at }) => `\`${run}\` on ${on} at ${at}`),
  ];
  return parts.length === 0 ? 'as it was given' : parts.join(', ');
}

/** Has it every host that the schedule and its own steps name? */
export function fits({ topology, steps = [] }: Checked, { faults }: Schedule): boolean {
  const hosts = new Set(topology.hosts.map(({ name }) => name));
  const named = [
    ...steps.map(({ on }) => on),
    ...faults.flatMap(({ entry }) => [...(entry.on === undefined ? [] : [entry.on]), ...(entry.links ?? [])]),
  ];
  return named.every((name) => hosts.has(name.split('/')[0] as string));
}

/** What is checked, of this design. */
export function checkedOf(design: Design, checked: Checked): Checked {
  const { topology, clients, steps } = design;
  const parameters = parametersOf(design);
  const own =
    topology === undefined
      ? withSettings({ topology: checked.topology, findings: [] }, parameters).topology
      : referenceNamed(topology, parameters);
  return {
    ...checked,
    topology: own ?? checked.topology,
    clients: [...(checked.clients ?? []), ...clients],
    steps: [...(checked.steps ?? []), ...steps],
  };
}

function referenceNamed(name: string, parameters: ParameterMap): Topology {
  const topology = topologyNamed(name, new Map(), parameters)?.topology;
  if (topology === undefined) throw new Error(`${name} is not a reference topology`);
  return topology;
}
