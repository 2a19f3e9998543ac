/**
 * A load generator: starts a request at a fixed distance, whether or not earlier ones have ended (open loop), and notes
 * the outcome of each. The first comes at a drawn phase.
 *
 * Unit: microseconds.
 */
import { assign, emit, setup } from 'xstate';
import type { Address, Effect, ProcessInput } from '../../sim/effects.ts';
import { addressesOf } from '../dns/resolve.ts';
import { REST_CLIENT } from '../kube-apiserver/rest-calls.ts';
import { uniform } from '../uniform.ts';
import type { ClientConfig } from './config.ts';
import type { Finished, RequestInput } from './request-parts.ts';

interface ClientContext {
  readonly config: ClientConfig;
  readonly phaseUs: number;
  /** Requests started so far. */
  readonly count: number;
  /** Version of the written object as last seen; empty while it is unknown. */
  readonly resourceVersion: string;
  /** Where its requests dial, if it is one address. */
  readonly addresses: readonly Address[];
  /** Where in the rotation of a name's addresses it begins. */
  readonly phase: number;
}

type ClientEvent = Finished | { readonly type: 'xstate.after'; readonly atUs: number };

function machineOf({ request, connection }: ClientConfig): string {
  if (request === 'http') return 'plain-request';
  if (request === 'hold') return 'held-connection';
  if (request.startsWith('etcd-')) return 'etcd-request';
  return connection === 'keep' ? 'kept-request' : 'request';
}

function startRequest(context: ClientContext, atUs: number): Effect {
  const id = `r${context.count}`;
  const input: RequestInput = {
    config: context.config,
    id,
    value: context.count,
    resourceVersion: context.resourceVersion,
    startedAtUs: atUs,
    addresses:
      context.config.dns === undefined
        ? context.addresses
        : addressesOf(context.config.dns, context.phase + context.count, atUs),
  };
  return {
    type: 'start',
    machine: machineOf(context.config),
    id,
    input,
  };
}

export const clientMachine = setup({
  types: {
    input: {} as ProcessInput<ClientConfig>,
    context: {} as ClientContext,
    events: {} as ClientEvent,
    emitted: {} as Effect,
  },
  actions: {
    start: emit(({ context, event }) => startRequest(context, (event as { atUs?: number }).atUs ?? 0)),
    openClient: emit(({ context: { config } }): Effect => {
      const { address, port, connection, dns } = config;
      const input = dns === undefined ? { address, port } : { address, port, dns };
      return {
        type: 'batch',
        effects:
          connection === 'keep' ? [{ type: 'start', machine: REST_CLIENT, id: REST_CLIENT, input }] : [],
      };
    }),
    count: assign({ count: ({ context }) => context.count + 1 }),
  },
  guards: {
    isDone: ({ context: { config, count } }) => config.count !== undefined && count >= config.count,
  },
  delays: {
    phase: ({ context }) => context.phaseUs,
    distance: ({ context }) => context.config.everyUs,
  },
}).createMachine({
  id: 'client',
  context: ({ input }) => ({
    config: input.config,
    phaseUs: Math.floor(uniform(input.luck, 'phase', 0) * input.config.everyUs),
    count: 0,
    resourceVersion: '',
    addresses: [input.config.address],
    phase: Math.floor(uniform(input.luck, 'dns', 0) * (input.config.dns?.addresses.length ?? 1)),
  }),
  initial: 'waiting',
  entry: 'openClient',
  on: {
    finished: {
      actions: assign({
        resourceVersion: ({ event, context }) =>
          (event as Finished).resourceVersion || context.resourceVersion,
      }),
    },
  },
  states: {
    waiting: { after: { phase: { target: 'generating', actions: ['count', 'start'] } } },
    generating: {
      always: { guard: 'isDone', target: 'done' },
      after: { distance: { target: 'generating', reenter: true, actions: ['count', 'start'] } },
    },
    /** Requests that are under way still end. */
    done: {},
  },
});
