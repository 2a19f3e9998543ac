/**
 * What a run has shown so far, as lists of changes: who holds the VIP, who leads etcd, who holds the leases, what each balancer
 * thinks of each server, what the API says of each node, how each request ended. Fed by an observer of the world:
 * from the kernel's reports and from the notes that machines emit. Times are world microseconds.
 */
import { etcdPlaces, type Topology } from '../models/cluster/topology.ts';
import type { LogLine } from '../models/console/command.ts';
import type { Node } from '../models/kube-apiserver/api.ts';
import { nodeStatusText, type ObjectFact } from '../models/kube-apiserver/observe.ts';
import { hostOf } from '../models/leader-election/record.ts';
import { WEB_SERVER } from '../models/web-server/observe.ts';
import type { Effect } from '../sim/effects.ts';
import type { Step } from '../sim/state.ts';
import type { World } from '../sim/world.ts';
import { Changes, sameTexts } from './changes.ts';
import type { Typed } from './console.ts';
import { EtcdFacts } from './etcd-facts.ts';
import { PodFacts, workloadsSeen } from './pod-facts.ts';
import { RequestFacts, requestFact } from './request-facts.ts';

export interface BackendFact {
  /** The balancer's daemon. */
  readonly by: string;
  readonly state: string;
  readonly reason: string;
}

const CORDONED = ',SchedulingDisabled';
/** Lines of a process's log that are kept at least. */
const LOG_LINES = 1_000;

type Note = Extract<Effect, { type: 'note' }>;

/** Which parts of the map of observations a step may have changed. */
export type Root =
  | 'vip'
  | 'hosts'
  | 'processes'
  | 'backends'
  | 'web'
  | 'etcd'
  | 'leases'
  | 'nodes'
  | 'endpoints'
  | 'pods'
  | 'workloads'
  | 'services'
  | 'clients'
  | 'steps'
  | 'alarms';

export class Facts {
  vip = new Changes<readonly string[]>(sameTexts);
  etcd = new EtcdFacts();
  readonly leases = new Map<string, Changes<string | null>>();
  readonly leaseTransitions = new Map<string, number>();
  /** `m2 apiserver/m1` */
  readonly backends = new Map<string, Changes<BackendFact>>();
  readonly nodes = new Map<string, Changes<string>>();
  /** Service to the hosts that in-cluster clients are sent to. */
  readonly endpoints = new Map<string, Changes<readonly string[]>>();
  /** By process. */
  readonly logs = new Map<string, LogLine[]>();
  pods = new PodFacts();
  /** Workload to how many of its pods are ready. */
  readonly workloads = new Map<string, Changes<string>>();
  requests = new RequestFacts();
  /** Commands that were typed, in their order. */
  readonly typed: Typed[] = [];
  /** Parts that changed since they were last looked at. */
  readonly dirty = new Set<Root>([
    'vip',
    'hosts',
    'processes',
    'backends',
    'web',
    'etcd',
    'leases',
    'nodes',
    'endpoints',
    'pods',
    'workloads',
    'services',
    'clients',
  ]);
  private readonly world: World;
  private readonly topology: Topology;
  private readonly memberOfHost: ReadonlyMap<string, string>;
  private readonly address: string | undefined;
  /** Nodes of which something was told since they were last compared with what the API says. */
  private readonly retold = new Set<string>();

  constructor(world: World, topology: Topology) {
    this.world = world;
    this.topology = topology;
    this.memberOfHost = new Map(etcdPlaces(topology).map(({ name, host }) => [host, name]));
    this.address = topology.vip?.address;
  }

  /** What has been shown so far, for a world that goes on from here by itself. */
  copyFor(world: World): Facts {
    const copy = new Facts(world, this.topology);
    copy.vip = this.vip.copy();
    copy.etcd = this.etcd.copy();
    for (const [lease, changes] of this.leases) copy.leases.set(lease, changes.copy());
    for (const [lease, count] of this.leaseTransitions) copy.leaseTransitions.set(lease, count);
    for (const [key, changes] of this.backends) copy.backends.set(key, changes.copy());
    for (const [node, changes] of this.nodes) copy.nodes.set(node, changes.copy());
    for (const node of this.retold) copy.retold.add(node);
    for (const [path, lines] of this.logs) copy.logs.set(path, [...lines]);
    copy.pods = this.pods.copy();
    for (const [service, changes] of this.endpoints) copy.endpoints.set(service, changes.copy());
    for (const [workload, changes] of this.workloads) copy.workloads.set(workload, changes.copy());
    copy.requests = this.requests.copy();
    return copy;
  }

  /** True if something that conditions can see may have changed. */
  observe(step: Step): boolean {
    const before = this.dirty.size;
    if (step.cell === undefined) this.report(step);
    else {
      if (step.leafBefore !== step.leafAfter) this.moved(step);
      // HAProxy's count of good and bad checks; the word for the server's state is told by a note.
      if (step.event?.type === 'check-ended') this.dirty.add('backends');
      if (step.event?.type === 'accepted' && step.cell.program.id === WEB_SERVER) this.dirty.add('web');
      for (const effect of step.effects) this.take(effect, step);
    }
    return this.dirty.size > before || this.dirty.size > 0;
  }

  /** A command was typed, or has ended. */
  noteTyped(typed: Typed): void {
    if (!this.typed.includes(typed)) this.typed.push(typed);
    this.dirty.add('steps');
  }

  private report(step: Step): void {
    switch (step.kind) {
      case 'address':
        this.holders(step);
        break;
      case 'host-down':
        this.holders(step);
        this.podsChanged(this.pods.hostDown(step.who), step);
        this.dirty.add('hosts').add('processes');
        this.memberGone(this.memberOfHost.get(step.who), step);
        break;
      case 'host-up':
        this.holders(step);
        this.dirty.add('hosts');
        break;
      case 'process-exit': {
        this.dirty.add('processes').add('vip');
        const [host = '', process] = step.who.split('/');
        if (process === 'etcd') this.memberGone(this.memberOfHost.get(host), step);
        break;
      }
      case 'process-start':
        this.dirty.add('processes');
        break;
      case 'fault':
        this.dirty.add('hosts').add('processes');
        break;
    }
  }

  private moved(step: Step): void {
    const cell = step.cell;
    if (cell === undefined) return;
    if (cell.member === '') this.dirty.add(cell.process < 0 ? 'hosts' : 'processes');
    if (cell.program.id.startsWith('keepalived')) this.dirty.add('vip');
  }

  private take(effect: Effect, step: Step): void {
    if (effect.type === 'note') this.note(effect, step);
    else if (effect.type === 'log') this.log(effect, step);
    else if (effect.type === 'batch') for (const part of effect.effects) this.take(part, step);
  }

  /** The last lines of each process, for those who look into logs. */
  private log({ line, level = 'info' }: Extract<Effect, { type: 'log' }>, step: Step): void {
    const process = this.world.processes[step.cell?.process ?? -1];
    if (process === undefined) return;
    const path = `${hostName(step)}/${process.spec.name}`;
    const lines = this.logs.get(path) ?? [];
    this.logs.set(path, lines);
    lines.push({ atUs: step.atUs, starts: process.incarnation, level, line });
    if (lines.length > 2 * LOG_LINES) lines.splice(0, LOG_LINES);
  }

  private holders(step: Step): void {
    const address = this.address;
    if (address === undefined) return;
    const holders = this.world.hosts
      .filter((host) => host.up && host.addresses.includes(address))
      .map((host) => host.name)
      .sort();
    if (this.vip.set(step.atUs, step.id, holders)) this.dirty.add('vip');
  }

  private note(note: Note, step: Step): void {
    switch (note.name) {
      case 'request':
        if (this.requests.add(requestFact(note, step.id))) this.dirty.add('services');
        this.dirty.add('clients');
        break;
      case 'raft-role':
        this.etcd.is(String(note['member']), String(note['role']), Number(note['term']), step.atUs, step.id);
        this.dirty.add('etcd');
        break;
      case 'server-state': {
        const key = `${hostName(step)} ${note['backend']}/${note['server']}`;
        const by = step.who.split('/')[1] ?? '';
        const fact = { by, state: String(note['state']), reason: String(note['reason'] ?? '') };
        if (changesOf(this.backends, key, sameBackend).set(step.atUs, step.id, fact))
          this.dirty.add('backends');
        break;
      }
      case 'lease-acquired': {
        const lease = String(note['lease']);
        const holder = hostOf(String(note['holder']));
        if (changesOf(this.leases, lease).set(step.atUs, step.id, holder)) {
          this.leaseTransitions.set(lease, (this.leaseTransitions.get(lease) ?? -1) + 1);
          this.dirty.add('leases');
        }
        break;
      }
      case 'lease-released':
        if (changesOf(this.leases, String(note['lease'])).set(step.atUs, step.id, null))
          this.dirty.add('leases');
        break;
      case 'endpoints': {
        const hosts = (note['addresses'] as readonly string[]).map((address) => this.hostAt(address)).sort();
        if (changesOf(this.endpoints, String(note['service']), sameTexts).set(step.atUs, step.id, hosts))
          this.dirty.add('endpoints');
        break;
      }
      case 'node-status': {
        const node = String(note['node']);
        this.retold.add(node);
        if (changesOf(this.nodes, node).set(step.atUs, step.id, String(note['status'])))
          this.dirty.add('nodes');
        break;
      }
      case 'objects': {
        const isNews = this.pods.learn(note);
        if (note['plural'] === 'nodes') this.nodesChanged(note, step);
        else this.podsChanged(isNews, step);
        break;
      }
      case 'containers':
        this.podsChanged(
          this.pods.runs(hostName(step), note['running'] as Parameters<PodFacts['runs']>[1]),
          step,
        );
        break;
    }
  }

  /** Nodes that somebody cordoned or took away the cordon of; the rest is told by who writes it. */
  private nodesChanged(note: Note, step: Step): void {
    for (const { key } of note['objects'] as readonly ObjectFact[]) this.retold.add(key);
    for (const name of this.retold) {
      const node = this.pods.object<Node>('nodes', name);
      if (node === undefined) continue;
      const before = this.nodes.get(name)?.last ?? '';
      const now = nodeStatusText(node);
      if (before.endsWith(CORDONED) === now.endsWith(CORDONED)) continue;
      if (changesOf(this.nodes, name).set(step.atUs, step.id, now)) this.dirty.add('nodes');
    }
    this.retold.clear();
  }

  private podsChanged(changed: boolean, step: Step): void {
    if (!changed) return;
    this.dirty.add('pods').add('workloads');
    for (const [name, { ready, desired }] of Object.entries(workloadsSeen(this.pods)))
      changesOf(this.workloads, name).set(step.atUs, step.id, `${ready} of ${desired}`);
  }

  private hostAt(address: string): string {
    return this.topology.hosts.find((host) => host.address === address)?.name ?? address;
  }

  private memberGone(member: string | undefined, step: Step): void {
    if (member !== undefined && this.etcd.gone(member, step.atUs, step.id)) this.dirty.add('etcd');
  }
}

function hostName(step: Step): string {
  return step.who.split('/')[0] as string;
}

function sameBackend(a: BackendFact, b: BackendFact): boolean {
  return a.state === b.state;
}

export function changesOf<T>(
  map: Map<string, Changes<T>>,
  key: string,
  same?: (a: T, b: T) => boolean,
): Changes<T> {
  let changes = map.get(key);
  if (changes === undefined) {
    changes = new Changes<T>(same);
    map.set(key, changes);
  }
  return changes;
}
