/**
 * The endpoints of Service `kubernetes`: every apiserver keeps a key with a time to live for its own address and writes the
 * addresses of all such keys into Endpoints default/kubernetes. So clients inside the cluster, which ask no balancer, lose a
 * dead apiserver when its key has run out and another one has looked.
 *
 * Source: k/k pkg/controlplane/reconcilers/lease.go (UpdateLease, doReconcile, RemoveEndpoints), pkg/controlplane/instance.go
 * (DefaultEndpointReconcilerInterval 10 s, DefaultEndpointReconcilerTTL 15 s),
 * pkg/controlplane/controller/kubernetesservice/controller.go (Start, Stop); --endpoint-reconciler-type lease. Unit: microseconds.
 *
 * The endpoints are read and written through the API, over the loopback; before 1.25 its port is closed by then at the end
 * (kubernetes/kubernetes#107952).
 *
 * Without quorum a round fails and is logged; the next one comes at its time. Not modelled: the EndpointSlice beside it,
 * kube-proxy and what it makes of it, the read before the key is written again.
 */
import { assign, emit, setup } from 'xstate';
import type { Address, Effect } from '../../sim/effects.ts';
import {
  type KeyValue,
  type LeaseGrantRequest,
  type LeaseGrantResponse,
  METHODS,
  prefixEnd,
  type RangeRequest,
  type RangeResponse,
  type RequestOp,
  type TxnRequest,
} from '../etcd/api.ts';
import { type EtcdError, isEtcdError } from '../etcd/errors.ts';
import { type Timed, tell } from '../family.ts';
import {
  ENDPOINT_RECONCILER,
  ETCD_CLIENT,
  type EtcdAnswer,
  type EtcdCall,
  type EtcdCancel,
} from './family.ts';

const INTERVAL_US = 10_000_000;
/** Controller.Stop waits this long for RemoveEndpoints. */
export const LEAVE_LIMIT_US = 2 * INTERVAL_US;
const TTL_S = 15;
const MASTER_LEASES = '/registry/masterleases/';
const ENDPOINTS = '/registry/services/endpoints/default/kubernetes';

export interface EndpointReconcilerInput {
  readonly address: Address;
  readonly port: number;
  /** The own port is open while the address is taken out; else only its key can be, and the others do the rest. */
  readonly servesToTheEnd: boolean;
}
/** From the lead: the process is asked to end. */
export interface LeaveEndpoints {
  readonly type: 'leave';
}
/** To the lead: the own address is out of the endpoints, or could not be taken out. */
export interface LeftEndpoints {
  readonly type: 'left';
}

/** What the API shows of it, as far as anybody here reads it. */
export interface EndpointsObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Endpoints';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly subsets: readonly {
    readonly addresses: readonly { readonly ip: Address }[];
    readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
  }[];
}

interface Context extends EndpointReconcilerInput {
  readonly lease: number;
  /** Addresses with a key, in order. */
  readonly addresses: readonly Address[];
  /** The endpoints as they were read. */
  readonly found: KeyValue | undefined;
}
type Event = Timed<EtcdAnswer | LeaveEndpoints>;

function call(path: string, body: LeaseGrantRequest | RangeRequest | TxnRequest): Effect {
  return tell<EtcdCall>(ETCD_CLIENT, { type: 'call', from: ENDPOINT_RECONCILER, path, body });
}

function write(op: RequestOp): Effect {
  return call(METHODS.txn, { compare: [], success: [op], failure: [] });
}

export function endpointsOf(addresses: readonly Address[], port: number): EndpointsObject {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default' },
    subsets: [
      {
        addresses: addresses.map((ip) => ({ ip })),
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      },
    ],
  };
}

/** The addresses of an Endpoints object. */
export function addressesIn(endpoints: EndpointsObject | undefined): readonly Address[] {
  return endpoints?.subsets.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)) ?? [];
}

function isUpToDate({ addresses, found }: Context): boolean {
  return addressesIn(found?.value as EndpointsObject | undefined).join(' ') === addresses.join(' ');
}

function update({ addresses, port, found }: Context): Effect {
  const value = endpointsOf(addresses, port);
  return call(METHODS.txn, {
    compare: [{ key: ENDPOINTS, modRevision: found?.modRevision ?? 0 }],
    success: [{ op: 'put', request: { key: ENDPOINTS, value } }],
    failure: [],
  });
}

const bodyOf = (event: Event): unknown => (event as EtcdAnswer).body;

/** Every request may fail: then this round is over, or the way out. */
const TRIED_IN_VAIN = { guard: 'failed', target: 'waiting', actions: 'logFailure' } as const;
const LEFT_IN_VAIN = { guard: 'failed', target: '#left', actions: 'logFailure' } as const;

export const endpointReconciler = setup({
  types: {} as { context: Context; events: Event; input: EndpointReconcilerInput; emitted: Effect },
  guards: {
    failed: ({ event }) => isEtcdError(bodyOf(event)),
    isCutOff: ({ context }) => !context.servesToTheEnd,
    nobody: ({ event }) => (bodyOf(event) as RangeResponse).kvs.length === 0,
    isUpToDate: ({ context, event }) =>
      isUpToDate({ ...context, found: (bodyOf(event) as RangeResponse).kvs[0] }),
  },
  actions: {
    grant: emit(call(METHODS.leaseGrant, { ttl: TTL_S, id: 0 })),
    keepLease: assign({ lease: ({ event }) => (bodyOf(event) as LeaseGrantResponse).id }),
    putKey: emit(({ context: { address, lease } }) =>
      write({ op: 'put', request: { key: MASTER_LEASES + address, value: address, lease } }),
    ),
    deleteKey: emit(({ context: { address } }) =>
      write({ op: 'delete-range', request: { key: MASTER_LEASES + address } }),
    ),
    list: emit(call(METHODS.range, { key: MASTER_LEASES, rangeEnd: prefixEnd(MASTER_LEASES) })),
    keepAddresses: assign({
      addresses: ({ event }) =>
        (bodyOf(event) as RangeResponse).kvs.map(({ key }) => key.slice(MASTER_LEASES.length)),
    }),
    read: emit(call(METHODS.range, { key: ENDPOINTS })),
    keepFound: assign({ found: ({ event }) => (bodyOf(event) as RangeResponse).kvs[0] }),
    update: emit(({ context }) => update(context)),
    told: emit(({ context }) => ({
      ...{ type: 'note', name: 'endpoints', service: 'kubernetes', addresses: context.addresses },
    })),
    giveUp: emit(tell<EtcdCancel>(ETCD_CLIENT, { type: 'cancel', from: ENDPOINT_RECONCILER })),
    logFailure: emit(({ event }) => ({
      ...{ type: 'log', level: 'error' },
      line: `Unable to sync kubernetes service: ${(bodyOf(event) as EtcdError).error}`,
    })),
    logNobody: emit({
      type: 'log',
      level: 'error',
      line: 'no API server IP addresses were listed in storage, refusing to erase all endpoints for the kubernetes Service',
    }),
    logCutOff: emit(({ context: { port } }) => ({
      ...{ type: 'log', level: 'error' },
      line: `Unable to remove endpoints from kubernetes service: Get "https://[::1]:${port}/api/v1/namespaces/default/endpoints/kubernetes": dial tcp [::1]:${port}: connect: connection refused`,
    })),
    logTimeout: emit({ type: 'log', level: 'warn', line: 'RemoveEndpoints() timed out' }),
    sayLeft: emit(tell<LeftEndpoints>('', { type: 'left' })),
  },
  delays: { interval: INTERVAL_US, leaveLimit: LEAVE_LIMIT_US },
}).createMachine({
  id: 'kube-apiserver.endpoint-reconciler',
  context: ({ input }) => ({ ...input, lease: 0, addresses: [], found: undefined }),
  initial: 'reconciling',
  states: {
    reconciling: {
      initial: 'granting',
      on: { leave: { target: 'leaving', actions: 'giveUp' } },
      after: { interval: { target: 'reconciling', reenter: true, actions: 'giveUp' } },
      states: {
        granting: {
          entry: 'grant',
          on: {
            answer: [TRIED_IN_VAIN, { target: 'holding', actions: 'keepLease' }],
          },
        },
        holding: {
          entry: 'putKey',
          on: {
            answer: [TRIED_IN_VAIN, { target: 'listing' }],
          },
        },
        listing: {
          entry: 'list',
          on: {
            answer: [TRIED_IN_VAIN, { target: 'reading', actions: 'keepAddresses' }],
          },
        },
        reading: {
          entry: 'read',
          on: {
            answer: [
              TRIED_IN_VAIN,
              { guard: 'isUpToDate', target: 'waiting' },
              { target: 'updating', actions: 'keepFound' },
            ],
          },
        },
        updating: {
          entry: 'update',
          on: {
            answer: [TRIED_IN_VAIN, { target: 'waiting', actions: 'told' }],
          },
        },
        waiting: {},
      },
    },
    leaving: {
      initial: 'removing',
      after: { leaveLimit: { target: 'left', actions: ['giveUp', 'logTimeout'] } },
      states: {
        removing: {
          entry: 'deleteKey',
          on: {
            answer: [
              LEFT_IN_VAIN,
              { guard: 'isCutOff', target: '#left', actions: 'logCutOff' },
              { target: 'listing' },
            ],
          },
        },
        listing: {
          entry: 'list',
          on: {
            answer: [
              LEFT_IN_VAIN,
              { guard: 'nobody', target: '#left', actions: 'logNobody' },
              { target: 'reading', actions: 'keepAddresses' },
            ],
          },
        },
        reading: {
          entry: 'read',
          on: {
            answer: [LEFT_IN_VAIN, { target: 'updating', actions: 'keepFound' }],
          },
        },
        updating: {
          entry: 'update',
          on: {
            answer: [LEFT_IN_VAIN, { target: '#left', actions: 'told' }],
          },
        },
      },
    },
    left: { id: 'left', entry: 'sayLeft' },
  },
});
