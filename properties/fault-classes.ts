/**
 * Classes of faults, under which properties are claimed and which a search draws from, and the single faults of each that a
 * topology allows.
 */
import type { Topology, TopologyHost } from '../models/cluster/topology.ts';
import type { FaultEntryData } from '../scenarios/schema.ts';

/** Kinds of fault under which a property is claimed. */
export type FaultClass =
  | 'host power'
  | 'link'
  | 'process stop'
  | 'kill with restart'
  | 'kill without restart'
  | 'pause'
  | 'partition'
  | 'loss'
  | 'disk'
  | 'clock';

interface ClassRow {
  readonly class: FaultClass;
  /** As `--faults` and schedules call it. */
  readonly word: string;
  readonly about: string;
}

export const FAULT_CLASSES: readonly ClassRow[] = [
  { class: 'host power', word: 'power', about: 'a host loses its power' },
  { class: 'process stop', word: 'stop', about: 'systemctl stop, or the manifest moved away' },
  { class: 'link', word: 'link', about: "a host's cable is out, and it sees that" },
  { class: 'kill with restart', word: 'kill', about: 'kill -9; the supervisor starts it again' },
  { class: 'kill without restart', word: 'kill-for-good', about: 'kill -9, and nobody starts it again' },
  { class: 'pause', word: 'pause', about: 'SIGSTOP: it keeps its ports and its addresses' },
  { class: 'partition', word: 'partition', about: 'hosts are cut off from each other and do not see it' },
  { class: 'loss', word: 'loss', about: 'packets of a host are lost' },
  { class: 'disk', word: 'disk', about: 'fsync is slow, or never ends' },
  { class: 'clock', word: 'clock', about: 'a clock runs wrong, or jumps' },
];

/** What people mean most by failing. */
export const DEFAULT_CLASSES: readonly FaultClass[] = ['host power', 'process stop', 'link'];

/** The class of a word of `--faults`; its own name will do, too. */
export function faultClassOf(word: string): FaultClass | undefined {
  return FAULT_CLASSES.find((row) => row.word === word || row.class === word)?.class;
}

export function wordOf(of: FaultClass): string {
  return FAULT_CLASSES.find((row) => row.class === of)?.word ?? of;
}

/** A fault without its time. */
export interface Candidate {
  readonly class: FaultClass;
  /** The timeline's entry: do, on or links, parameters. */
  readonly entry: FaultEntryData;
  /** The host (`m1`) or process (`m1/haproxy`) that serves nobody meanwhile; empty if none is quite gone. */
  readonly takesOut: string;
}

/** What serves the API, and what else runs on a master. */
export const SERVING: readonly string[] = ['keepalived', 'haproxy', 'kube-vip', 'etcd', 'kube-apiserver'];

/** The hosts of the cluster itself: not the workers, not those outside, not what a cloud provider runs. */
export function ownHosts(topology: Topology): TopologyHost[] {
  const others = ['client', 'worker', 'server'] as const;
  return topology.hosts.filter(
    ({ roles, managed }) => managed !== true && !others.some((role) => roles.includes(role)),
  );
}

/** Every single fault of these classes. */
export function candidates(topology: Topology, classes: readonly FaultClass[]): Candidate[] {
  return classes.flatMap((of) => BY_CLASS[of](topology));
}

function ofHosts(of: FaultClass, entries: readonly FaultEntryData[], takesOut: boolean) {
  return (topology: Topology): Candidate[] =>
    ownHosts(topology).flatMap(({ name }) =>
      entries.map((entry) => ({
        class: of,
        entry: { ...entry, on: name },
        takesOut: takesOut ? name : '',
      })),
    );
}

function ofProcesses(of: FaultClass, entry: FaultEntryData, wanted: (process: string) => boolean) {
  return (topology: Topology): Candidate[] =>
    ownHosts(topology).flatMap(({ name, processes }) =>
      processes.filter(wanted).map((process) => ({
        class: of,
        entry: { ...entry, on: `${name}/${process}` },
        takesOut: of === 'kill with restart' ? '' : `${name}/${process}`,
      })),
    );
}

const any = (): boolean => true;

const BY_CLASS: Readonly<Record<FaultClass, (topology: Topology) => Candidate[]>> = {
  'host power': ofHosts('host power', [{ do: 'power-off' }], true),
  link: ofHosts('link', [{ do: 'link-down' }], true),
  'process stop': ofProcesses('process stop', { do: 'stop' }, any),
  // keepalived.service has no Restart=: a kill of it is one without restart.
  'kill with restart': ofProcesses(
    'kill with restart',
    { do: 'kill' },
    (process) => process !== 'keepalived',
  ),
  'kill without restart': ofProcesses('kill without restart', { do: 'kill', restart: false }, any),
  pause: ofProcesses('pause', { do: 'pause' }, any),
  partition: (topology) => [
    ...ofHosts('partition', [{ do: 'port-detach' }], false)(topology),
    ...pairs(ownHosts(topology)).map(
      ([a, b]): Candidate => ({
        class: 'partition',
        entry: { do: 'partition', links: [a.name, b.name] },
        takesOut: '',
      }),
    ),
  ],
  loss: ofHosts(
    'loss',
    [
      { do: 'loss', share: '10%' },
      { do: 'loss', share: '40%' },
    ],
    false,
  ),
  disk: ofHosts('disk', [{ do: 'disk-slow', latency: '300ms' }, { do: 'disk-hang' }], false),
  clock: ofHosts(
    'clock',
    [
      { do: 'clock-drift', ppm: 100_000 },
      { do: 'clock-drift', ppm: -100_000 },
      { do: 'clock-offset', by: '1h' },
    ],
    false,
  ),
};

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((a, index) => all.slice(index + 1).map((b): [T, T] => [a, b]));
}
