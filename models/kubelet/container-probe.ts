/**
 * The kubelet's HTTP probes of one static pod's container: first the startup probe until it succeeds, then the liveness
 * probe; enough failures in a row and the container is restarted.
 *
 * Sources: k/k pkg/kubelet/prober/worker.go (a ticker, of which one tick waits while a probe is under way; the first at a
 * random phase of the period; initialDelaySeconds counts from the container's start; counters begin anew with a new
 * container), pkg/probe/http/http.go (a new connection each time; 200 to 399 is success). Unit: microseconds.
 *
 * The start of a container is known from the first probe that finds it running again, or from the restart ordered here; a
 * restart that is over within a period goes unnoticed. Not modelled: readiness (it only concerns Services), exec and TCP probes;
 * the time that the old container takes to end counts as the new one's.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { nextTick } from '../ticker.ts';
import { uniform } from '../uniform.ts';
import type { HttpRequest, HttpResponse, WireMessage } from '../wire.ts';
import type { ContainerProbes, Probe } from './config.ts';

export interface ContainerProbeInput {
  readonly probes: ContainerProbes;
  readonly luck: number;
}
interface Context extends ContainerProbeInput {
  /** The startup probe has succeeded, or there is none. */
  readonly started: boolean;
  /** When the container was first seen running; undefined while it is not. */
  readonly runningSinceUs: number | undefined;
  readonly failures: number;
  readonly tickUs: number | undefined;
}
type Event = Extract<
  KernelEvent,
  { readonly type: 'inspected' | 'connected' | 'connect-failed' | 'received' | 'closed' }
>;

const CONNECTION = 'probe';

export function probeOf({ probes, started }: Pick<Context, 'probes' | 'started'>): Probe {
  return started ? probes.liveness : (probes.startup ?? probes.liveness);
}

function transmit(message: WireMessage): Effect {
  return { type: 'transmit', connection: CONNECTION, message };
}

function get(context: Context): Effect {
  const request: HttpRequest = {
    kind: 'request',
    id: 1,
    tls: context.probes.tls,
    method: 'GET',
    path: probeOf(context).path,
  };
  return transmit(request);
}

/** A new container: everything begins anew. */
function anew(context: Context, runningSinceUs: number | undefined): Partial<Context> {
  return { started: context.probes.startup === undefined, runningSinceUs, failures: 0 };
}

function messageOf(event: Event): WireMessage {
  return (event as Extract<Event, { readonly type: 'received' }>).message as WireMessage;
}

const hangUp: Effect = { type: 'close', connection: CONNECTION };

export const containerProbe = setup({
  types: {} as {
    context: Context;
    events: Event;
    input: ContainerProbeInput;
    emitted: Effect;
  },
  actions: {
    fail: assign({ failures: ({ context }) => context.failures + 1 }),
    hangUp: emit(hangUp),
    get: emit(({ context }) => get(context)),
    remember: assign(({ context, event }) => {
      if (!(event as Extract<Event, { type: 'inspected' }>).ok) return anew(context, undefined);
      return context.runningSinceUs === undefined ? anew(context, event.atUs) : {};
    }),
  },
  guards: {
    tooManyFailures: ({ context }) => context.failures >= probeOf(context).failureThreshold,
    due: ({ context, event }) => {
      if (!(event as Extract<Event, { type: 'inspected' }>).ok) return false;
      const sinceUs = context.runningSinceUs ?? event.atUs;
      return event.atUs - sinceUs >= probeOf(context).initialDelay;
    },
    plaintext: ({ context }) => !context.probes.tls,
    isServerHello: ({ event }) => messageOf(event).kind === 'tls-answer',
    isGood: ({ event }) => {
      const message = messageOf(event);
      return message.kind === 'response' && message.status >= 200 && message.status < 400;
    },
    isResponse: ({ event }) => (messageOf(event) as HttpResponse).kind === 'response',
  },
  delays: {
    phase: ({ context }) =>
      Math.round(uniform(context.luck, context.probes.process, 0) * probeOf(context).period),
    tick: ({ context, event }) => Math.max(0, (context.tickUs ?? 0) - event.atUs),
    timeout: ({ context }) => probeOf(context).timeout,
  },
}).createMachine({
  id: 'kubelet.container-probe',
  context: ({ input }) => ({
    ...input,
    started: input.probes.startup === undefined,
    runningSinceUs: undefined,
    failures: 0,
    tickUs: undefined,
  }),
  initial: 'starting',
  states: {
    starting: {
      after: {
        phase: { target: 'inspecting', actions: assign({ tickUs: ({ event }) => event.atUs }) },
      },
    },
    resting: {
      id: 'resting',
      entry: assign({
        tickUs: ({ context, event }) => nextTick(context.tickUs, probeOf(context).period, event.atUs),
      }),
      after: { tick: 'inspecting' },
    },
    inspecting: {
      entry: emit(({ context }) => ({
        type: 'inspect',
        id: 'running',
        process: context.probes.process,
      })),
      on: {
        inspected: [
          { guard: 'due', target: 'probing', actions: 'remember' },
          { target: 'resting', actions: 'remember' },
        ],
      },
    },
    probing: {
      entry: emit(({ context: { probes } }) => ({
        type: 'connect',
        connection: CONNECTION,
        to: probes.address,
        port: probes.port,
      })),
      initial: 'dialing',
      states: {
        dialing: {
          on: {
            connected: [
              { guard: 'plaintext', target: 'waiting' },
              { target: 'handshaking', actions: emit(transmit({ kind: 'tls-hello', version: 'tls' })) },
            ],
          },
        },
        handshaking: { on: { received: { guard: 'isServerHello', target: 'waiting' } } },
        waiting: {
          entry: 'get',
          on: {
            received: [
              {
                guard: 'isGood',
                target: '#resting',
                actions: ['hangUp', assign({ failures: 0, started: true })],
              },
              { guard: 'isResponse', target: '#failed', actions: 'hangUp' },
            ],
          },
        },
      },
      on: { 'connect-failed': '#failed', closed: '#failed' },
      after: { timeout: { target: '#failed', actions: 'hangUp' } },
    },
    failed: {
      id: 'failed',
      entry: 'fail',
      always: [
        {
          guard: 'tooManyFailures',
          target: '#resting',
          actions: [
            emit(({ context }) => ({
              type: 'batch',
              effects: [
                {
                  type: 'log',
                  line: `Container ${context.probes.process} failed ${context.started ? 'liveness' : 'startup'} probe, will be restarted`,
                },
                { type: 'signal', process: context.probes.process, signal: 'restart' },
              ],
            })),
            assign(({ context, event }) => anew(context, event.atUs)),
          ],
        },
        { target: '#resting' },
      ],
    },
  },
});
