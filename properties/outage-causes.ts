/**
 * What a single failure takes from those who ask at the endpoint, as chains of phases (outage-bound.ts): the configurations
 * are those that the processes of the session run with.
 */
import { hostsWith, type Topology, type TopologyHost } from '../models/cluster/topology.ts';
import { type EtcdConfig, settingsOf } from '../models/etcd/config.ts';
import type { HaproxyConfig } from '../models/haproxy/config.ts';
import type { KeepalivedConfig } from '../models/keepalived/config.ts';
import type { KubeApiserverConfig } from '../models/kube-apiserver/config.ts';
import type { KubeletConfig } from '../models/kubelet/config.ts';
import type { Session } from '../scenarios/session.ts';
import { asksForHealth, healthProbeUs, restartUs, servesOnUs } from './health-checks.ts';
import {
  type Absence,
  type CheckedServer,
  type EtcdTimes,
  electionChain,
  type OutageChain,
  restartedChain,
  serverChain,
  silentMemberChain,
  stoppedMemberChain,
  takeoverChain,
} from './outage-bound.ts';
import { type Failure, isLeft } from './schedule.ts';
import { holderAt, moves, takeoverFrom } from './takeover.ts';

/**
 * Everything that this failure breaks for a while; empty: nothing. Undefined: for something of it the configuration gives no bound,
 * as a check that does not look for it.
 */
export function chainsOf(session: Session, failure: Failure): OutageChain[] | undefined {
  const found = [
    ...doorChains(session, failure),
    ...serverChains(session, failure),
    ...etcdChains(session, failure),
  ];
  return found.includes(undefined) ? undefined : (found as OutageChain[]);
}

type Found = (OutageChain | undefined)[];

/** What a failure hits: a host as a whole, or one of its processes. */
function aimOf({ what }: Failure): { readonly host: string; readonly process: string | undefined } {
  const [host = '', process] = what.split('/');
  return { host, process };
}

function faultUs({ epochUs }: Session, { atMs }: Failure): number {
  return epochUs + atMs * 1000;
}

function doorChains(session: Session, failure: Failure): Found {
  if (session.topology.vip === undefined) return [];
  const holder = holderAt(session, faultUs(session, failure));
  if (holder === undefined) return [undefined];
  if (!moves(holder, failure.what)) return [];
  const takeover = takeoverFrom(session, holder, [failure]);
  if (takeover === undefined) return [undefined];
  const { instances } = session.world.process(`${holder}/keepalived`).spec.config as KeepalivedConfig;
  return [takeoverChain(takeover, Math.max(0, ...instances.map(({ garp }) => garp.masterDelayUs)))];
}

/** This host as a server of each balancer that is left. */
function serversOn(
  { topology, world }: Session,
  { address }: TopologyHost,
  failure: Failure,
): CheckedServer[] {
  return hostsWith(topology, 'haproxy')
    .filter(({ name }) => isLeft([failure], name, 'haproxy'))
    .flatMap(({ name }) => {
      const { backends, global } = world.process(`${name}/haproxy`).spec.config as HaproxyConfig;
      return backends.flatMap((backend) =>
        backend.servers
          .filter((server) => server.address === address && server.port === topology.apiserverPort)
          .map((server) => ({ backend, server, spread: global['spread-checks'] })),
      );
    });
}

function absenceOf(topology: Topology, process: string | undefined): Absence | undefined {
  if (process === undefined) return 'silent';
  if (process === 'kube-apiserver') return 'refused';
  return process === 'etcd' && topology.etcd.placement === 'stacked' ? 'hollow' : undefined;
}

function serverChains(session: Session, failure: Failure): Found {
  const { topology, world } = session;
  const { host, process } = aimOf(failure);
  const own = hostsWith(topology, 'kube-apiserver').find(({ name }) => name === host);
  const how = absenceOf(topology, process);
  if (own === undefined || how === undefined) return [];
  const flags = world.process(`${host}/kube-apiserver`).spec.config as KubeApiserverConfig;
  const servers = serversOn(session, own, failure);
  const probeUs = healthProbeUs(flags);
  const hollow = {
    probeUs,
    askedByOthers: servers.length > 1 || servers.some((one) => !asksReadyz(one)),
  };
  return servers.map((one) => {
    if (how !== 'hollow' || asksForHealth(one.backend)) return serverChain(one, how, hollow);
    const kubelet = world.process(`${host}/kubelet`).spec.config as KubeletConfig;
    const untilRestartUs = restartUs(kubelet, probeUs);
    return untilRestartUs === undefined ? undefined : restartedChain(one, untilRestartUs, servesOnUs(flags));
  });
}

/** Nobody but balancers asks for /readyz; the kubelet asks for the others. */
function asksReadyz({ backend }: CheckedServer): boolean {
  return backend.checks.rules.some((rule) => rule.step === 'request' && rule.uri.startsWith('/readyz'));
}

function etcdChains(session: Session, failure: Failure): Found {
  const { topology, world, facts } = session;
  const { host, process } = aimOf(failure);
  const member = topology.etcd.members.find((one) => one.host === host);
  if (member === undefined || (process !== undefined && process !== 'etcd')) return [];
  const settings = settingsOf(world.process(`${host}/etcd`).spec.config as EtcdConfig);
  const times: EtcdTimes = settings;
  const atUs = faultUs(session, failure);
  const leader = facts.etcd.leader.list.filter((one) => one.atUs < atUs).at(-1)?.value.member;
  const chains: OutageChain[] = leader === member.name ? [electionChain(times)] : [];
  if (topology.etcd.placement === 'stacked') return chains;
  if (process === 'etcd') return [...chains, stoppedMemberChain(times, leader === member.name)];
  const servers = hostsWith(topology, 'kube-apiserver').flatMap((one) => serversOn(session, one, failure));
  return [...chains, silentMemberChain(servers)];
}
