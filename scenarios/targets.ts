/**
 * What faults and operator steps are aimed at: a host, HOST/PROCESS, a zone, a link, or a role that is resolved at
 * that moment (`vip-holder`, `etcd-leader`, `etcd-follower`, `lease:kube-scheduler`, `backup:1`). Several are
 * joined by commas. A link is `m1->m2`, or `m1<->m2` for both directions.
 */
import { hostOf, type Topology } from '../models/cluster/topology.ts';
import { nearestHint } from '../models/nearest.ts';
import type { Observations } from './observations.ts';

export type Role =
  | { readonly role: 'vip-holder' | 'etcd-leader' | 'etcd-follower' }
  | { readonly role: 'lease'; readonly lease: string }
  /** The nth router in state BACKUP, by falling priority, counted from 1. */
  | { readonly role: 'backup'; readonly nth: number };

/** One thing a text names, before roles are resolved. */
export type Target =
  | { readonly kind: 'host'; readonly hosts: readonly string[]; readonly process?: string }
  | { readonly kind: 'role'; readonly role: Role; readonly process?: string; readonly text: string }
  | {
      readonly kind: 'link';
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly both: boolean;
    };

const PLAIN_ROLES = ['vip-holder', 'etcd-leader', 'etcd-follower'] as const;
const ROLE_HINTS = [...PLAIN_ROLES, 'lease:kube-scheduler', 'lease:kube-controller-manager', 'backup:1'];

/** Reads `m1`, `m1/haproxy`, `zone-a`, `vip-holder`, `m1->m2`, or several joined by commas; or says what is wrong. */
export function readTargets(text: string, topology: Topology): Target[] | string {
  const targets: Target[] = [];
  for (const item of text.split(',').map((part) => part.trim())) {
    const target = readTarget(item, topology);
    if (typeof target === 'string') return target;
    targets.push(target);
  }
  return targets;
}

function readTarget(text: string, topology: Topology): Target | string {
  const link = /^(\S+?)\s*(<->|->)\s*(\S+)$/.exec(text);
  if (link) {
    const from = hostsNamed(link[1]!, topology);
    const to = hostsNamed(link[3]!, topology);
    if (typeof from === 'string') return from;
    if (typeof to === 'string') return to;
    return { kind: 'link', from, to, both: link[2] === '<->' };
  }
  const [name = '', process, ...rest] = text.split('/');
  if (rest.length > 0 || process === '') return `${text} is no target: write HOST, HOST/PROCESS or a role`;
  const role = readRole(name);
  if (typeof role === 'string') return role;
  if (role) return { kind: 'role', role, text, ...(process === undefined ? {} : { process }) };
  const hosts = hostsNamed(name, topology);
  if (typeof hosts === 'string') return hosts;
  if (process === undefined) return { kind: 'host', hosts };
  for (const host of hosts) {
    const known: readonly string[] = hostOf(topology, host).processes;
    if (!known.includes(process))
      return `there is no process ${process} on ${host}${nearestHint(process, known)}`;
  }
  return { kind: 'host', hosts, process };
}

function readRole(name: string): Role | string | undefined {
  const plain = PLAIN_ROLES.find((role) => role === name);
  if (plain) return { role: plain };
  if (name.startsWith('lease:')) {
    const lease = name.slice('lease:'.length);
    return lease === '' ? 'lease: needs the name of a lease, lease:kube-scheduler' : { role: 'lease', lease };
  }
  if (name.startsWith('backup:')) {
    const nth = name.slice('backup:'.length);
    return /^[1-9]\d?$/.test(nth)
      ? { role: 'backup', nth: Number(nth) }
      : `${name}: write backup:1, backup:2, ...`;
  }
  return undefined;
}

/** The hosts that a host's or zone's name stands for, or a complaint with the nearest names. */
export function hostsNamed(name: string, topology: Topology): string[] | string {
  if (topology.hosts.some((host) => host.name === name)) return [name];
  const inZone = topology.hosts.filter(({ zone }) => zone === name).map((host) => host.name);
  if (inZone.length > 0) return inZone;
  const zones = topology.hosts.flatMap(({ zone }) => zone ?? []);
  const known = [...topology.hosts.map((host) => host.name), ...zones];
  const hint = nearestHint(name, [...known, ...ROLE_HINTS]);
  return `there is no host or zone ${name.slice(0, 60)}${hint === '' ? `; there are: ${known.slice(0, 12).join(', ')}` : hint}`;
}

/** A side of `links`: hosts, zones or lists of them. Roles are not resolved here. */
export function hostsOfGroup(text: string, topology: Topology): string[] | string {
  const hosts: string[] = [];
  for (const item of text.split(',').map((part) => part.trim())) {
    const named = hostsNamed(item, topology);
    if (typeof named === 'string') return named;
    hosts.push(...named);
  }
  return [...new Set(hosts)];
}

/** The host that has a role now; undefined if nobody has it. */
export function resolveRole(role: Role, observations: Observations, topology: Topology): string | undefined {
  const { vip, etcd, leases } = observations;
  const hostOfMember = (name: string) => topology.etcd.members.find((member) => member.name === name)?.host;
  switch (role.role) {
    case 'vip-holder':
      return [...vip.holders].sort()[0];
    case 'etcd-leader':
      return etcd.leader === '' ? undefined : hostOfMember(etcd.leader);
    case 'etcd-follower': {
      const followers = topology.etcd.members.filter(({ name }) => {
        const member = etcd.members[name];
        return member?.alive === true && name !== etcd.leader && member.role !== 'learner';
      });
      return followers[0]?.host;
    }
    case 'lease': {
      const holder = leases[role.lease]?.holder;
      return holder === '' ? undefined : holder;
    }
    case 'backup': {
      const routers = Object.entries(vip.routers).filter(([, { state }]) => state === 'BACKUP');
      routers.sort(([a, x], [b, y]) => y.priority - x.priority || (a < b ? -1 : 1));
      return routers[role.nth - 1]?.[0];
    }
  }
}

/** A target with its role resolved; undefined if nobody has the role now. */
export function resolveTarget(
  target: Target,
  observations: Observations,
  topology: Topology,
): Exclude<Target, { kind: 'role' }> | undefined {
  if (target.kind !== 'role') return target;
  const host = resolveRole(target.role, observations, topology);
  if (host === undefined) return undefined;
  return {
    kind: 'host',
    hosts: [host],
    ...(target.process === undefined ? {} : { process: target.process }),
  };
}
