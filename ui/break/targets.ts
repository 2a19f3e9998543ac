/** What can be broken: whoever does the work at this moment, hosts, zones, processes, links, everything. */

import type { RunRecord } from '../../scenarios/run-record.ts';
import type { FaultForm } from '../engine/fault-forms.ts';
import type { Scene } from '../run/scene-at.ts';

export type TargetKind = 'host' | 'process' | 'link' | 'groups' | 'all';

export interface Target {
  /** Unique among the targets. */
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly kind: TargetKind;
  /** `on` of the change: a host, a zone, HOST/PROCESS; of a link its two ends. */
  readonly on: string | readonly [string, string] | undefined;
}

/** Of a custom partition: the viewer names both sides. */
export const TWO_GROUPS = 'groups';

export function targetsOf(record: RunRecord, scene: Scene): Target[] {
  const hosts = record.hosts.map(({ name }) => name);
  const zones = [...new Set(record.hosts.map(({ zone }) => zone))].filter((zone) => zone !== '');
  const inside = record.hosts.filter(({ role }) => !/client/.test(role)).map(({ name }) => name);
  const links = inside.flatMap((a, index) => inside.slice(index + 1).map((b) => [a, b] as const));
  return [
    ...roles(record, scene),
    ...hosts.map((host): Target => ({ id: host, label: host, group: 'Hosts', kind: 'host', on: host })),
    ...zones.map(
      (zone): Target => ({
        id: `zone:${zone}`,
        label: `zone ${zone}`,
        group: 'Zones',
        kind: 'host',
        on: zone,
      }),
    ),
    ...record.processes
      .filter(({ host }) => inside.includes(host))
      .map(({ path }): Target => ({ id: path, label: path, group: 'Processes', kind: 'process', on: path })),
    ...links.map(
      ([a, b]): Target => ({
        id: `${a}|${b}`,
        label: `${a} – ${b}`,
        group: 'Links',
        kind: 'link',
        on: [a, b],
      }),
    ),
    { id: TWO_GROUPS, label: 'between two groups of hosts', group: 'Links', kind: 'groups', on: ['', ''] },
    { id: 'all', label: 'the whole network', group: 'Everything', kind: 'all', on: undefined },
  ];
}

/** Whoever does the work now, as hosts and processes. */
function roles(record: RunRecord, scene: Scene): Target[] {
  const group = 'Who does the work now';
  const targets: Target[] = [];
  const host = (id: string, label: string, on: string | null | undefined) => {
    if (on) targets.push({ id, label: `${label}: ${on}`, group, kind: 'host', on });
  };
  const [holder] = scene.vipHolders;
  host('vip-holder', 'VIP holder', holder);
  host('etcd-leader', 'etcd leader', scene.leader);
  for (const name of ['haproxy', 'keepalived', 'kube-apiserver']) {
    const path = `${holder}/${name}`;
    if (record.processes.some((process) => process.path === path))
      targets.push({
        id: `${name} of the VIP holder`,
        label: `${name} of the VIP holder: ${path}`,
        group,
        kind: 'process',
        on: path,
      });
  }
  for (const { name, hosts } of leadersIn(scene)) host(`lease:${name}`, `leading ${name}`, hosts[0]);
  return targets;
}

function leadersIn(scene: Scene): { name: string; hosts: string[] }[] {
  const names = ['kube-scheduler', 'kube-controller-manager'];
  return names.map((name) => ({
    name,
    hosts: scene.hosts
      .filter(({ processes }) => processes.some((one) => one.name === name && one.state === 'leading'))
      .map((each) => each.name),
  }));
}

/** The faults that make sense for a target. A host's network faults are those of all its links. */
export function faultsFor(kind: TargetKind, faults: readonly FaultForm[]): FaultForm[] {
  const aims = {
    host: ['host', 'network'],
    process: ['process'],
    link: ['network'],
    groups: ['network'],
    all: ['none'],
  }[kind];
  return faults.filter(({ aim }) => aims.includes(aim));
}

/** The target that a selected lane stands for, if it is one. */
export function targetOfLane(lane: string | undefined): string | undefined {
  const [kind, rest = ''] = lane === undefined ? [] : (/^(\w+):(.*)$/.exec(lane)?.slice(1) ?? []);
  switch (kind) {
    case 'host':
    case 'process':
      return rest;
    case 'node':
      return rest;
    case 'etcd':
      return `${rest}/etcd`;
    case 'vrrp':
      return `${rest.split('/')[0]}/keepalived`;
    case 'vip':
      return rest;
    case 'backend':
      return `${rest.split(' ')[0]}/haproxy`;
    default:
      return undefined;
  }
}
