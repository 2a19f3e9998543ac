/**
 * How a world comes to the scenario's zero. Everything is started cold: hosts are powered on and processes started
 * at drawn moments, and then it runs for a while, so that etcd has a leader, the VIP a holder, the leases holders, nodes are
 * registered, and each periodic thing has its own phase. Who is to hold what is arranged by the means that the real
 * components have: the host that is to hold the VIP and the processes that are to hold leases come first; etcd's leadership is
 * moved (as `etcdctl move-leader` does).
 *
 * Unit: microseconds. `from: cold` begins at the moment when the power comes on everywhere.
 */
import type { Topology } from '../models/cluster/topology.ts';
import { observeRaft } from '../models/etcd/observe.ts';
import { SECOND_US } from '../sim/time.ts';
import type { World } from '../sim/world.ts';
import type { Facts } from './facts.ts';
import { candidatesFor, leaseOfVip, processOfLease } from './leases.ts';
import { workloadsSeen } from './pod-facts.ts';
import type { StartData } from './schema.ts';

/** Hosts come on within this span; more than the longest period of a check, so that phases differ. */
const POWER_SPAN_US = 8 * SECOND_US;
/** Whatever is not to hold a lease at first starts when what is has got it, or at this moment at the latest. */
const LEASES_BY_US = 100 * SECOND_US;
/** From power-on to the scenario's zero: boot, start, registration, leases, and some quiet. */
const WARM_UP_US = 130 * SECOND_US;
/** The same where no Kubernetes has to come up. */
const SHORT_WARM_UP_US = 70 * SECOND_US;
/** The end of the warm-up is drawn from this span, so that phases relative to the scenario's zero differ between seeds. */
const ZERO_SPAN_US = 10 * SECOND_US;
/** When etcd's leadership is moved, before the scenario's zero. */
const MOVE_LEADER_US = 20 * SECOND_US;

/** What could not be arranged: exit 2. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Runs the world to the scenario's zero and returns its world time. */
export function startSettled(world: World, topology: Topology, asked: StartData, facts: Facts): number {
  const start = withVipLease(topology, asked);
  const cold = start.from === 'cold';
  holdBack(world, topology, start);
  for (const host of world.hosts) {
    const first =
      cold ||
      host.name === start.vip ||
      !topology.hosts.some(({ name, processes }) => name === host.name && processes.includes('keepalived'));
    const atUs = cold
      ? 0
      : first
        ? 0
        : Math.floor(POWER_SPAN_US * 0.5 + world.streams.next(`start/${host.name}`) * POWER_SPAN_US);
    world.act(atUs, { do: 'host', host: host.name, event: { type: 'power-on' } });
  }
  if (cold) return 0;
  const isKubernetes = topology.hosts.some(({ processes }) => processes.includes('kube-apiserver'));
  const warmUpUs = isKubernetes ? WARM_UP_US : SHORT_WARM_UP_US;
  const zeroUs = warmUpUs + Math.floor(world.streams.next('start/zero') * ZERO_SPAN_US);
  if (start.leases !== undefined) grantLeases(world, topology, start, facts);
  world.runUntil(zeroUs - MOVE_LEADER_US);
  moveLeader(world, topology, start, facts);
  world.runUntil(zeroUs);
  check(topology, start, facts);
  return zeroUs;
}

/** Where the VIP is held by a lease, who is to hold it is to have the lease. */
function withVipLease(topology: Topology, start: StartData): StartData {
  const lease = leaseOfVip(topology);
  if (lease === undefined || start.vip === undefined) return start;
  return { ...start, leases: { [lease]: start.vip, ...start.leases } };
}

/** Leaves out at first the processes that would take a lease which somebody else is to hold. */
function holdBack(world: World, topology: Topology, start: StartData): void {
  for (const [lease, holder] of Object.entries(start.leases ?? {})) {
    for (const path of rivals(lease, holder, topology)) world.process(path).wanted = false;
  }
}

/** Lets the holders get their leases, then starts the others. */
function grantLeases(world: World, topology: Topology, start: StartData, facts: Facts): void {
  const leases = Object.entries(start.leases ?? {});
  for (let atUs = SECOND_US; atUs <= LEASES_BY_US; atUs += SECOND_US) {
    world.runUntil(atUs);
    if (leases.every(([lease, holder]) => facts.leases.get(lease)?.last === holder)) break;
  }
  for (const [lease, holder] of leases) {
    for (const process of rivals(lease, holder, topology)) world.act(world.nowUs, { do: 'start', process });
  }
}

/** The other processes that stand for a lease. */
function rivals(lease: string, holder: string, topology: Topology): string[] {
  return candidatesFor(lease, topology)
    .filter((host) => host !== holder)
    .map((host) => `${host}/${processOfLease(lease)}`);
}

function moveLeader(world: World, topology: Topology, start: StartData, facts: Facts): void {
  const wanted = start['etcd-leader'];
  const leader = facts.etcd.leader.last?.member;
  if (wanted === undefined || leader === undefined || leader === null) return;
  const member = memberNamed(topology, wanted);
  if (leader === member.name) return;
  const raftOf = (host: string) => world.member(world.process(`${host}/etcd`), 'raft');
  const target = raftOf(member.host);
  if (target === undefined) return;
  const { id } = observeRaft(target.program.leaves[target.leaf] ?? '', target.context);
  const event = { type: 'transfer-leader', to: id } as { type: string };
  world.act(world.nowUs, {
    do: 'send',
    process: `${memberNamed(topology, leader).host}/etcd`,
    member: 'raft',
    event,
  });
}

/** A member by its own name or by its host's. */
function memberNamed(topology: Topology, name: string): { readonly name: string; readonly host: string } {
  const member = topology.etcd.members.find((one) => one.name === name || one.host === name);
  if (member === undefined) throw new StartError(`start: there is no etcd member ${name}`);
  return member;
}

/** Is everything as the scenario says it starts? */
function check(topology: Topology, start: StartData, facts: Facts): void {
  for (const [name, { ready, desired }] of Object.entries(workloadsSeen(facts.pods))) {
    if (ready !== desired)
      throw new StartError(`start: ${ready} of ${desired} pods of ${name} are ready when all has settled`);
  }
  const holders = facts.vip.last ?? [];
  if (start.vip !== undefined && !(holders.length === 1 && holders[0] === start.vip)) {
    const found =
      holders.length === 0
        ? 'nobody holds it'
        : `${holders.join(' and ')} hold${holders.length === 1 ? 's' : ''} it`;
    throw new StartError(
      `start: with this configuration ${start.vip} does not hold the VIP when all has settled; ${found}`,
    );
  }
  const leader = facts.etcd.leader.last?.member ?? null;
  const wanted = start['etcd-leader'];
  if (wanted !== undefined && leader !== memberNamed(topology, wanted).name) {
    throw new StartError(
      `start: etcd is led by ${leader ?? 'nobody'} and not by ${wanted} when all has settled`,
    );
  }
  for (const [lease, holder] of Object.entries(start.leases ?? {})) {
    const found = facts.leases.get(lease)?.last ?? null;
    if (found !== holder)
      throw new StartError(
        `start: ${lease} is held by ${found ?? 'nobody'} and not by ${holder} when all has settled`,
      );
  }
}
