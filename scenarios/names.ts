/**
 * Every name in a scenario, looked up in its topology: targets of faults, who holds what at the start, where clients
 * are, and the keys in expressions. And faults that contradict each other.
 */
import { BACKEND } from '../models/cloud-balancer/observe.ts';
import type { ParameterValue } from '../models/cluster/parameters.ts';
import { reconfigureMistake } from '../models/cluster/reconfigure.ts';
import { hostOf, hostsWith, type ProcessName, placesOf, type Topology } from '../models/cluster/topology.ts';
import { readHaproxyCfg } from '../models/haproxy/read-cfg.ts';
import { nearestHint } from '../models/nearest.ts';
import { compileCondition, type KnownNames } from './conditions.ts';
import { findContradictions } from './contradictions.ts';
import { faultNamed } from './faults.ts';
import { candidatesFor, leaseOfVip, leasesOf, processOfLease } from './leases.ts';
import { STANDARD_SERVICES } from './observations.ts';
import { type Complaint, expressionsOf, isFaultEntry } from './rules.ts';
import type { FaultEntryData, RunEntryData, ScenarioData } from './schema.ts';
import { hostsOfGroup, readTargets, type Target } from './targets.ts';

/** Everything that is wrong between a scenario and its topology. */
export function checkNames(data: ScenarioData, topology: Topology): Complaint[] {
  const complaints: Complaint[] = [];
  checkStart(data, topology, complaints);
  checkClients(data, topology, complaints);
  data.timeline?.forEach((entry, index) => {
    if (isFaultEntry(entry)) checkAim(entry, index, topology, complaints);
    else checkOperator(entry, index, topology, complaints);
  });
  const clients = (data.clients ?? []).map(({ name }) => name);
  data.measure?.forEach(({ requests }, index) => {
    const unknown = requests?.split(',').find((name) => !clients.includes(name));
    if (unknown === undefined) return;
    const message = `there is no client ${unknown}${nearestHint(unknown, clients)}`;
    complaints.push({ path: ['measure', index, 'requests'], message });
  });
  if (complaints.length > 0) return complaints;
  complaints.push(...findContradictions(data, topology));
  const names = knownNames(data, topology);
  for (const { path, text, purpose } of expressionsOf(data)) {
    const { mistake } = compileCondition(text, purpose, names);
    if (mistake) complaints.push({ path, message: mistake.message, offset: mistake.offset });
  }
  return complaints;
}

/** The keys that the map of observations will have. Members and pods may come later: they take any name. */
export function knownNames(data: ScenarioData, topology: Topology): KnownNames {
  const all = topology.hosts.map(({ name }) => name);
  const operated = data.timeline?.some((entry) => !isFaultEntry(entry)) ?? false;
  const clients = (data.clients ?? []).map(({ name }) => name);
  const balancers = [...hostsWith(topology, 'haproxy'), ...hostsWith(topology, 'cloud-balancer')].map(
    ({ name }) => name,
  );
  const servers = Object.fromEntries(
    balancers.map((host) => [`backends.${host}`, serversOf(host, topology)]),
  );
  return {
    hosts: all,
    processes: topology.hosts.flatMap(({ name, processes }) =>
      processes.map((process) => `${name}/${process}`),
    ),
    'vip.routers': hostsWith(topology, 'keepalived').map(({ name }) => name),
    backends: balancers,
    web: hostsWith(topology, 'web').map(({ name }) => name),
    ...servers,
    ...(operated ? {} : { 'etcd.members': topology.etcd.members.map(({ name }) => name) }),
    leases: leasesOf(topology),
    endpoints: ['kubernetes'],
    nodes: placesOf(topology, 'kubelet')
      .filter(({ roles }) => roles.includes('control-plane') || roles.includes('worker'))
      .map(({ name }) => name),
    ...(operated ? {} : { workloads: (data.workloads ?? []).map(({ name }) => name) }),
    services: [...STANDARD_SERVICES, ...clients],
    clients,
    ...(operated ? {} : { steps: [] }),
  };
}

function serversOf(host: string, topology: Topology): string[] {
  if (hostOf(topology, host).processes.includes('cloud-balancer'))
    return placesOf(topology, 'kube-apiserver').map(({ name }) => `${BACKEND}/${name}`);
  const file = topology.haproxy?.[host];
  const text = file === undefined ? undefined : topology.files?.[file];
  if (file === undefined || text === undefined) return [];
  const { config } = readHaproxyCfg(text, file);
  return config.backends.flatMap(({ name, servers }) => servers.map((server) => `${name}/${server.name}`));
}

function checkStart(data: ScenarioData, topology: Topology, complaints: Complaint[]): void {
  const { start } = data;
  if (!start) return;
  const wanted = (path: string[], name: string | undefined, known: string[], what: string) => {
    if (name === undefined || known.includes(name)) return;
    complaints.push({
      path: ['start', ...path],
      message: `${name} is no ${what}; there are: ${known.slice(0, 12).join(', ')}`,
    });
  };
  if (start.vip !== undefined && topology.vip === undefined) {
    complaints.push({ path: ['start', 'vip'], message: `topology ${topology.topology} has no VIP` });
  } else {
    const [by, hosts] = vipCandidates(topology);
    wanted(['vip'], start.vip, hosts, `host with ${by}`);
  }
  const members = topology.etcd.members.map(({ name }) => name);
  wanted(['etcd-leader'], start['etcd-leader'], members, 'member of etcd');
  for (const [lease, holder] of Object.entries(start.leases ?? {})) {
    const candidates = candidatesFor(lease, topology);
    if (candidates.length > 0)
      wanted(['leases', lease], holder, candidates, `host with ${processOfLease(lease)}`);
    else
      complaints.push({
        path: ['start', 'leases', lease],
        of: 'key',
        message: `unknown lease ${lease}${nearestHint(lease, leasesOf(topology))}`,
      });
  }
}

/** What moves the VIP, and the hosts that it may move to. */
function vipCandidates(topology: Topology): [by: string, hosts: string[]] {
  const by = leaseOfVip(topology) === undefined ? 'keepalived' : 'kube-vip';
  return [by, hostsWith(topology, by).map(({ name }) => name)];
}

function checkClients(data: ScenarioData, topology: Topology, complaints: Complaint[]): void {
  const hosts = topology.hosts.map(({ name }) => name);
  data.clients?.forEach(({ from, to }, index) => {
    if (!hosts.includes(from) && from !== 'outside') {
      const message = `there is no host ${from}${nearestHint(from, [...hosts, 'outside'])}`;
      complaints.push({ path: ['clients', index, 'from'], message });
    }
    const say = (message: string) => complaints.push({ path: ['clients', index, 'to'], message });
    if (to === 'endpoint') return;
    if (to === 'vip') {
      if (!topology.vip) say(`topology ${topology.topology} has no VIP`);
      return;
    }
    const [host = '', port, ...rest] = to.split(':');
    if (!hosts.includes(host))
      say(`there is no host ${host}${nearestHint(host, [...hosts, 'endpoint', 'vip'])}`);
    else if (rest.length > 0 || (port !== undefined && !isPort(port)))
      say(`${to}: the port is not in 1..65535`);
  });
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function checkAim(entry: FaultEntryData, index: number, topology: Topology, complaints: Complaint[]): void {
  const aim = faultNamed(entry.do)!.aim;
  const say = (key: string, message: string) => complaints.push({ path: ['timeline', index, key], message });
  if (aim === 'network' && entry.on === undefined && entry.links === undefined) {
    complaints.push({ path: ['timeline', index], message: `${entry.do} needs links or on` });
  }
  if (entry.links) {
    const sides = entry.links.map((group, side) => {
      const hosts = hostsOfGroup(group, topology);
      if (typeof hosts !== 'string') return hosts;
      complaints.push({ path: ['timeline', index, 'links', side], message: hosts });
      return [];
    });
    const both = sides[0]?.find((host) => sides[1]?.includes(host));
    if (both !== undefined) say('links', `${both} is on both sides`);
  }
  if (entry.on === undefined) return;
  const targets = readTargets(entry.on, topology);
  if (typeof targets === 'string') return void say('on', targets);
  for (const target of targets) {
    const none = roleMistake(target, topology);
    if (none !== undefined) return void say('on', none);
    const managed =
      target.kind === 'host' && aim !== 'network' ? target.hosts.find(isManaged(topology)) : undefined;
    if (managed !== undefined)
      return void say('on', `${managed} is run by the provider: only its links can fail`);
    const process = target.kind === 'link' ? undefined : target.process;
    if (target.kind === 'link' && aim !== 'network') say('on', `${entry.do} is no fault of a link`);
    else if (aim === 'process' && process === undefined)
      say('on', `${entry.do} needs a process: HOST/PROCESS`);
    else if (aim !== 'process' && process !== undefined) say('on', `${entry.do} is no fault of a process`);
    else if (entry.do === 'answer' && process !== 'web')
      say('on', 'answer is for a plain web server: HOST/web');
    else if (entry['part'] !== undefined && process !== 'keepalived') {
      say('part', 'only keepalived has a parent and a child');
    } else if (entry.do === 'set') {
      const mistake = parameterMistake(entry, target, topology);
      if (mistake !== undefined) return void say('value', mistake);
    } else if (entry.do === 'one-way' && target.kind !== 'link')
      say('on', 'one-way needs two sides: links, or on: A->B');
  }
}

/** What is wrong with the value of `do: set`, on some host that may be hit. */
function parameterMistake(entry: FaultEntryData, target: Target, topology: Topology): string | undefined {
  if (target.kind === 'link' || target.process === undefined) return undefined;
  const { parameter, value } = entry as unknown as {
    parameter: string;
    value: ParameterValue;
  };
  const of = target.process;
  const hosts =
    target.kind === 'host' ? target.hosts : placesOf(topology, of as ProcessName).map(({ name }) => name);
  for (const host of hosts) {
    const mistake = reconfigureMistake(topology, { process: `${host}/${of}`, key: parameter, value });
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function isManaged(topology: Topology): (host: string) => boolean {
  return (host) => hostOf(topology, host).managed === true;
}

/** A role that nobody in this topology can have. */
function roleMistake(target: Target, topology: Topology): string | undefined {
  if (target.kind !== 'role') return undefined;
  const { role } = target.role;
  if (role === 'vip-holder' && topology.vip === undefined) return `topology ${topology.topology} has no VIP`;
  if (role === 'backup' && hostsWith(topology, 'keepalived').length === 0)
    return `topology ${topology.topology} has no keepalived`;
  return undefined;
}

function checkOperator(
  entry: RunEntryData,
  index: number,
  topology: Topology,
  complaints: Complaint[],
): void {
  const targets = readTargets(entry.on, topology);
  const path = ['timeline', index, 'on'];
  if (typeof targets === 'string') complaints.push({ path, message: targets });
  else if (
    targets.length !== 1 ||
    targets.some((target) => target.kind === 'link' || target.process !== undefined)
  ) {
    complaints.push({ path, message: 'a command runs on one host' });
  }
}
