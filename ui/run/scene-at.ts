/** The cluster at one moment of a run, as the drawing wants it: hosts with their processes, who holds what. */
import type { Lane, RunRecord } from '../../scenarios/run-record.ts';
import { type RunView, rowAt, segmentAt, type Tone } from './run-view.ts';

export interface SceneState {
  readonly state: string;
  readonly tone: Tone;
}

export interface SceneProcess extends SceneState {
  readonly path: string;
  readonly name: string;
  /** The one that does the work of several: MASTER, leader, holder of a lease. */
  readonly active: boolean;
}

/** What a balancer thinks of a server. `reachable` is what is true: its host is up and its apiserver runs. */
export interface SceneBackend {
  readonly server: string;
  readonly host: string | undefined;
  readonly state: string;
  readonly tone: Tone;
  readonly reachable: boolean;
}

export interface SceneHost {
  readonly name: string;
  readonly address: string;
  readonly role: string;
  /** Empty where the cluster has none. */
  readonly zone: string;
  /** Whom it takes for the VIP's owner, by its ARP cache; undefined if it never asked. */
  readonly arp: string | undefined;
  readonly power: SceneState;
  readonly holdsVip: boolean;
  /** As kubectl shows it; undefined for what is no node. */
  readonly node: string | undefined;
  readonly processes: readonly SceneProcess[];
  readonly backends: readonly SceneBackend[];
}

export interface SceneService extends SceneState {
  readonly name: string;
}

export interface Scene {
  /** As the standard probers judge them. */
  readonly services: readonly SceneService[];
  readonly hosts: readonly SceneHost[];
  readonly vip: string | null;
  readonly vipHolders: readonly string[];
  readonly leader: string | null;
  readonly term: number | null;
}

const UNKNOWN: SceneState = { state: 'unknown', tone: 'off' };

export function sceneAt(view: RunView, atMs: number): Scene {
  const { record } = view;
  const { result } = record;
  const leader = rowAt(result.etcd_leader, atMs);
  const holders = rowAt(result.vip, atMs)?.holders ?? [];
  const leases = latestBy(result.leases, atMs, ({ lease }) => lease);
  const arp = latestBy(record.arp ?? [], atMs, ({ host }) => host);
  const nodes = latestBy(result.nodes, atMs, ({ node }) => node);
  const backends = latestBy(result.backends, atMs, (row) => `${row.balancer} ${row.server}`);
  const power = new Map(
    record.hosts.map(({ name }) => [name, segmentAt(view.lanes.get(`host:${name}`), atMs) ?? UNKNOWN]),
  );
  const hosts = record.hosts.map((host): SceneHost => {
    const hostPower = power.get(host.name)!;
    return {
      name: host.name,
      address: host.address,
      role: host.role,
      zone: host.zone,
      arp: arp.get(host.name)?.to,
      power: { state: hostPower.state, tone: hostPower.tone },
      holdsVip: holders.includes(host.name),
      node: nodes.get(host.name)?.status,
      processes: processesOf(view, host.name, atMs, leases),
      backends: [...backends.values()]
        .filter(({ balancer }) => balancer === host.name)
        .map((row) => {
          const target = hostOfServer(record, row.balancer, row.server);
          const apiserver = segmentAt(view.lanes.get(`process:${target}/kube-apiserver`), atMs);
          const lane = segmentAt(view.lanes.get(`backend:${row.balancer} ${row.server}`), atMs);
          return {
            server: row.server,
            host: target,
            state: row.state,
            tone: lane?.tone ?? (row.state.startsWith('UP') ? 'good' : 'bad'),
            reachable: apiserver === undefined || apiserver.tone !== 'off',
          };
        }),
    };
  });
  const services = record.lanes
    .filter(({ kind }) => kind === 'service')
    .map((lane): SceneService => {
      const { state, tone } = segmentAt(lane, atMs) ?? UNKNOWN;
      return { name: lane.label, state, tone };
    });
  return {
    services,
    hosts,
    vip: record.vip,
    vipHolders: holders,
    leader: leader?.member ?? null,
    term: leader?.term ?? null,
  };
}

function processesOf(
  view: RunView,
  host: string,
  atMs: number,
  leases: ReadonlyMap<string, { readonly holder: string | null }>,
): SceneProcess[] {
  return view.record.processes
    .filter((process) => process.host === host)
    .map(({ path, name }) => {
      const own = segmentAt(view.lanes.get(`process:${path}`), atMs) ?? UNKNOWN;
      // What it is among its peers says more than that its process runs.
      const role = segmentAt(roleLane(view, host, name), atMs);
      const runs = own.tone !== 'off';
      const shown = runs && role !== undefined && role.tone !== 'off' ? role : own;
      const leads = leases.get(name)?.holder === host;
      return {
        path,
        name,
        state: runs && leases.has(name) ? (leads ? 'leading' : 'standby') : shown.state,
        tone: shown.tone,
        active: runs && (leads || /(^|\.)(master|leader)$/i.test(shown.state)),
      };
    });
}

/** The lane of a member of etcd, or of a router's (first) VRRP instance. */
function roleLane(view: RunView, host: string, process: string): Lane | undefined {
  if (process === 'etcd') return view.lanes.get(`etcd:${host}`);
  if (process !== 'keepalived') return undefined;
  return view.record.lanes.find(({ id }) => id.startsWith(`vrrp:${host}/`));
}

/** The host behind a server, as the record says, else if the server is called like a host. */
function hostOfServer({ servers, hosts }: RunRecord, balancer: string, server: string): string | undefined {
  const known = servers?.find((each) => each.balancer === balancer && each.server === server);
  if (known) return known.host;
  const name = server.slice(server.lastIndexOf('/') + 1);
  return hosts.find((host) => host.name === name)?.name;
}

function latestBy<Row extends { readonly at_ms: number }>(
  rows: readonly Row[],
  atMs: number,
  key: (row: Row) => string,
): Map<string, Row> {
  const latest = new Map<string, Row>();
  for (const row of rows) {
    if (row.at_ms > atMs) break;
    latest.set(key(row), row);
  }
  return latest;
}
