/**
 * The map of observations of a world at this moment, made from the facts so far and from the world's own records. Parts
 * that have not changed since they were last asked for are kept.
 */
import { observeTargets } from '../models/cloud-balancer/observe.ts';
import { etcdPlaces, type Topology } from '../models/cluster/topology.ts';
import { SHELL } from '../models/console/shell-process.ts';
import { observeRaft } from '../models/etcd/observe.ts';
import { observeBackends } from '../models/haproxy/observe.ts';
import { observeInstance } from '../models/keepalived/observe.ts';
import { observeWeb } from '../models/web-server/observe.ts';
import { wallUs } from '../sim/clock.ts';
import type { Cell, Host, Process } from '../sim/state.ts';
import type { World } from '../sim/world.ts';
import type { Facts, Root } from './facts.ts';
import type { Observations } from './observations.ts';
import { podsSeen, workloadsSeen } from './pod-facts.ts';

/** Balancers, and how their leads' contexts are read. */
const BALANCERS: readonly [daemon: string, observe: (context: unknown) => Record<string, SeenServer>][] = [
  ['haproxy', observeBackends],
  ['cloud-balancer', observeTargets],
];

type SeenServer = Omit<Observations['backends'][string][string], 'reason'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Observer {
  private readonly world: World;
  private readonly topology: Topology;
  private readonly facts: Facts;
  private readonly epochUs: number;
  private readonly seen: Mutable<Observations>;
  /** Name to the indexes of the processes that are called so; a world gets no others later. */
  private readonly byName: ReadonlyMap<string, readonly number[]>;

  constructor(world: World, topology: Topology, facts: Facts, epochUs: number) {
    this.world = world;
    this.topology = topology;
    this.facts = facts;
    this.epochUs = epochUs;
    const byName = new Map<string, number[]>();
    for (const { spec, index } of world.processes) {
      const others = byName.get(spec.name);
      if (others === undefined) byName.set(spec.name, [index]);
      else others.push(index);
    }
    this.byName = byName;
    this.seen = {
      now_ms: 0,
      vip: { holders: [], routers: {} },
      hosts: {},
      processes: {},
      backends: {},
      web: {},
      etcd: {
        leader: '',
        term: 0,
        leaders_in_term: 0,
        elections: 0,
        candidacies: 0,
        quorum: false,
        members: {},
      },
      leases: {},
      nodes: {},
      pods: {},
      workloads: {},
      endpoints: {},
      services: {},
      clients: {},
      steps: {},
      alarms: [],
    };
  }

  /** The map now. Valid until the world goes on. */
  look(): Observations {
    const { dirty } = this.facts;
    this.seen.now_ms = (this.world.nowUs - this.epochUs) / 1000;
    for (const root of dirty) this.refresh(root);
    dirty.clear();
    return this.seen;
  }

  private refresh(root: Root): void {
    const { seen } = this;
    switch (root) {
      case 'vip':
        seen.vip = { holders: [...(this.facts.vip.last ?? [])], routers: this.routers() };
        break;
      case 'hosts':
        seen.hosts = this.hosts();
        break;
      case 'processes':
        seen.processes = this.processes();
        seen.etcd = this.etcd();
        break;
      case 'backends':
        seen.backends = this.backends();
        break;
      case 'web':
        seen.web = {};
        for (const { host, lead } of this.each('web')) {
          if (lead.leaf >= 0) seen.web[host.name] = observeWeb(lead.context);
        }
        break;
      case 'etcd':
        seen.etcd = this.etcd();
        break;
      case 'leases':
        seen.leases = {};
        for (const [lease, changes] of this.facts.leases) {
          seen.leases[lease] = {
            holder: changes.last ?? '',
            transitions: this.facts.leaseTransitions.get(lease) ?? 0,
          };
        }
        break;
      case 'nodes':
        seen.nodes = {};
        for (const [node, changes] of this.facts.nodes)
          seen.nodes[node] = { status: changes.last as Observations['nodes'][string]['status'] };
        break;
      case 'pods':
        seen.pods = podsSeen(this.facts.pods);
        break;
      case 'endpoints':
        seen.endpoints = {};
        for (const [service, changes] of this.facts.endpoints)
          seen.endpoints[service] = [...(changes.last ?? [])];
        break;
      case 'workloads':
        seen.workloads = workloadsSeen(this.facts.pods);
        break;
      case 'steps':
        seen.steps = {};
        for (const { label, text, result } of this.facts.typed) {
          if (label === '') continue;
          seen.steps[label] = {
            done: result !== undefined,
            exit_code: result?.exitCode ?? -1,
            took_ms: (result?.hungUs ?? 0) / 1000,
            text,
          };
        }
        break;
      case 'services':
        seen.services = {};
        for (const [name, judge] of this.facts.requests.judges)
          seen.services[name] = { state: judge.state, share_ok: judge.shareOk };
        break;
      case 'clients':
        seen.clients = {};
        for (const [name, counts] of this.facts.requests.counts) {
          const { ok, ...bad } = counts;
          seen.clients[name] = {
            ok,
            failed: Object.values(bad).reduce((sum, count) => sum + count, 0),
            ...bad,
          };
        }
        break;
    }
  }

  private each(name: string): { host: Host; process: Process; lead: Cell }[] {
    const found: { host: Host; process: Process; lead: Cell }[] = [];
    for (const index of this.byName.get(name) ?? []) {
      const process = this.world.processes[index] as Process;
      const lead = this.world.lead(process);
      if (lead !== undefined) found.push({ host: this.world.hosts[process.host] as Host, process, lead });
    }
    return found;
  }

  private routers(): Observations['vip']['routers'] {
    const routers: Observations['vip']['routers'] = {};
    for (const { host, process } of this.each('keepalived')) {
      for (const index of process.members.values()) {
        const cell = this.world.cells[index];
        const router =
          cell === undefined || cell.leaf < 0
            ? undefined
            : observeInstance(cell.program.id, cell.program.leaves[cell.leaf] ?? '', cell.context);
        if (router !== undefined) routers[host.name] = router;
      }
    }
    return routers;
  }

  private hosts(): Observations['hosts'] {
    const hosts: Observations['hosts'] = {};
    for (const host of this.world.hosts) {
      const cell = this.world.cells[host.cell] as Cell;
      const state = cell.program.leaves[cell.leaf];
      hosts[host.name] = {
        power: state === 'booting' ? 'booting' : host.up ? 'up' : 'off',
        link: !host.carrier ? 'down' : host.attached ? 'up' : 'detached',
        skew_ms: (wallUs(host.clock, this.world.nowUs) - this.world.nowUs) / 1000,
      };
    }
    return hosts;
  }

  private processes(): Observations['processes'] {
    const processes: Observations['processes'] = {};
    for (const process of this.world.processes) {
      if (process.spec.name === SHELL) continue;
      const lead = this.world.lead(process);
      const path = `${(this.world.hosts[process.host] as Host).name}/${process.spec.name}`;
      processes[path] = {
        state: lead === undefined ? '' : (lead.program.leaves[lead.leaf] ?? ''),
        up: process.state === 'running',
      };
    }
    return processes;
  }

  private backends(): Observations['backends'] {
    const backends: Observations['backends'] = {};
    for (const [daemon, observe] of BALANCERS) {
      for (const { host, lead } of this.each(daemon)) {
        if (lead.leaf < 0) continue;
        const servers: Observations['backends'][string] = {};
        for (const [name, seen] of Object.entries(observe(lead.context))) {
          const reason = this.facts.backends.get(`${host.name} ${name}`)?.last?.reason ?? '';
          servers[name] = { ...seen, reason };
        }
        backends[host.name] = servers;
      }
    }
    return backends;
  }

  private etcd(): Observations['etcd'] {
    const members: Observations['etcd']['members'] = {};
    let term = 0;
    /** Leader and term to the members that hear it. */
    const heard = new Map<string, readonly number[]>();
    /** Of the member that has applied most. */
    let newest = -1;
    let voters: readonly number[] = [];
    const etcds = new Map(this.each('etcd').map((one) => [one.host.name, one]));
    for (const { name, host } of etcdPlaces(this.topology)) {
      const one = etcds.get(host);
      const cell = one === undefined ? undefined : this.world.member(one.process, 'raft');
      if (one === undefined || cell === undefined || cell.leaf < 0) {
        members[name] = { role: 'follower', term: 0, applied: 0, alive: false };
        continue;
      }
      const raft = observeRaft(cell.program.leaves[cell.leaf] ?? '', cell.context);
      if (one.process.state === 'running' && raft.applied > newest) {
        newest = raft.applied;
        voters = raft.voters;
      }
      const isLearner = raft.voters.length > 0 && !raft.voters.includes(raft.id);
      members[name] = {
        role: isLearner ? 'learner' : raft.role,
        term: raft.term,
        applied: raft.applied,
        alive: one.process.state === 'running',
      };
      term = Math.max(term, raft.term);
      if (raft.leader !== '' && one.process.state === 'running') {
        const key = `${raft.leader} ${raft.term}`;
        heard.set(key, [...(heard.get(key) ?? []), raft.id]);
      }
    }
    return {
      leader: this.facts.etcd.leader.last?.member ?? '',
      term,
      leaders_in_term: this.facts.etcd.leadersOfTerm.get(term)?.size ?? 0,
      elections: this.facts.etcd.elections,
      candidacies: this.facts.etcd.candidacies,
      quorum: [...heard.values()].some(
        (ids) => 2 * ids.filter((id) => voters.includes(id)).length > voters.length,
      ),
      members,
    };
  }
}
