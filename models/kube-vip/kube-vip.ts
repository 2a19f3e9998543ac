/**
 * kube-vip in ARP mode, as a static pod of each control plane: whoever holds Lease kube-system/plndr-cp-lock puts the VIP on
 * its interface and announces it. The lease lives in the API that the VIP leads to, asked through the host's own apiserver:
 * without a working one, and so without quorum of etcd, nobody keeps the VIP.
 *
 * Sources: kube-vip pkg/cluster/clusterLeaderElection.go (StartCluster: the VIP is deleted first; onStartedLeading;
 * onStoppedLeading deletes it and panics), pkg/cluster/service.go (vipService), pkg/arp/arp.go (the address is put back if it is
 * gone, and announced, each ArpBroadcastRate), pkg/election/election.go (ReleaseOnCancel), pkg/k8s/client.go (time-out of a
 * call 10 s). Unit: microseconds.
 *
 * Not modelled: BGP, routing table and WireGuard modes, services, IPVS load balancing, egress, IPv6, DDNS, the etcd lock,
 * node labels, its metrics port, PreserveVIPOnLeadershipLoss.
 */
import { emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import {
  ELECTOR,
  type ElectorInput,
  type StartedLeading,
  type StopLeading,
  type StoppedLeading,
} from '../leader-election/elector.ts';
import { joinElection } from '../leader-election/join.ts';
import { arpRateUs, electionOf, type KubeVipConfig } from './config.ts';

type Input = ProcessInput<KubeVipConfig>;

/** pkg/k8s/client.go, defaultTimeout. */
const CALL_TIMEOUT_US = 10_000_000;
/** A panic of a Go program. */
const PANIC = 2;

const log = (line: string, level = 'info'): Effect => ({ type: 'log', line, level });

function join({ config, host, luck }: Input): Effect {
  const input: ElectorInput = {
    config: electionOf(config),
    namespace: 'kube-system',
    name: config.vip_leasename,
    // The node's name and nothing more: after a restart it takes its own lease again at once.
    identity: host,
    luck,
    callTimeoutUs: CALL_TIMEOUT_US,
  };
  const { address } = config;
  return {
    type: 'batch',
    effects: [
      log(`cluster membership namespace=kube-system lock=${config.vip_leasename} id=${host}`),
      // What an earlier life of it may have left behind.
      { type: 'address-remove', address },
      ...joinElection(config.server, input),
    ],
  };
}

function announce({ config: { address } }: Input): Effect {
  return {
    type: 'batch',
    effects: [
      { type: 'address-add', address },
      { type: 'gratuitous-arp', address },
    ],
  };
}

function stepDown({ config }: Input): Effect {
  const { address } = config;
  return {
    type: 'batch',
    effects: [
      log('This node is becoming a follower within the cluster'),
      { type: 'address-remove', address },
      log(`deleted address IP=${address}`),
      log('lost leadership, restarting kube-vip', 'error'),
      { type: 'exit', code: PANIC },
    ],
  };
}

export const kubeVip = setup({
  types: {} as {
    context: Input;
    events: Timed<StartedLeading | StoppedLeading> | Timed<{ readonly type: 'terminate' }>;
    input: Input;
    emitted: Effect;
  },
  actions: {
    exit: emit({ type: 'exit', code: 0 } as Effect),
    stepDown: emit(({ context }) => stepDown(context)),
    stopLeading: emit(tell<StopLeading>(ELECTOR, { type: 'stop-leading' })),
  },
  delays: {
    startUp: ({ context }) => context.config.startUpUs,
    arpRate: ({ context }) => arpRateUs(context.config),
  },
}).createMachine({
  id: 'kube-vip',
  context: ({ input }) => input,
  initial: 'starting',
  on: { 'stopped-leading': { actions: 'stepDown' }, terminate: { actions: 'stopLeading' } },
  states: {
    starting: { on: { terminate: { actions: 'exit' } }, after: { startUp: 'follower' } },
    follower: {
      entry: emit(({ context }) => join(context)),
      on: { 'started-leading': 'leader' },
    },
    leader: {
      entry: emit(log('Start ARP/NDP advertisement')),
      initial: 'advertising',
      states: {
        advertising: {
          entry: emit(({ context }) => announce(context)),
          after: { arpRate: { target: 'advertising', reenter: true } },
        },
      },
    },
  },
});
