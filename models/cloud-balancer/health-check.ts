/**
 * One target's health check: a TCP connect, or an HTTPS request that is answered with a status of 200 to 399, at a fixed
 * distance. The first comes at a drawn phase.
 *
 * Source: Elastic Load Balancing, Health checks for Network Load Balancer target groups (success codes, reason codes).
 * Unit: microseconds. Not modelled: that a balancer has several nodes which check each on its own and agree; passive checks.
 */
import { emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import type { HttpResponse, WireMessage } from '../wire.ts';
import type { CloudBalancerConfig, Target } from './config.ts';

export interface HealthCheckInput {
  readonly config: CloudBalancerConfig;
  readonly target: Target;
  readonly phaseUs: number;
}

/** To the lead. */
export interface Checked {
  readonly type: 'checked';
  readonly target: string;
  readonly ok: boolean;
  /** Words of the target's health as the service shows them; empty when it is healthy. */
  readonly reason: string;
}

const CONNECTION = 'check';
const close: Effect = { type: 'close', connection: CONNECTION };
const transmit = (message: WireMessage): Effect => ({ type: 'transmit', connection: CONNECTION, message });

function verdict({ target }: HealthCheckInput, ok: boolean, reason: string): Effect {
  return tell<Checked>('', { type: 'checked', target: target.name, ok, reason });
}

function isGood(event: KernelEvent): boolean {
  const { status } = (event as { message?: HttpResponse }).message ?? { status: 0 };
  return status >= 200 && status < 400;
}

export const healthCheck = setup({
  types: {} as { input: HealthCheckInput; context: HealthCheckInput; events: KernelEvent; emitted: Effect },
  guards: {
    onlyConnects: ({ context }) => context.config.HealthCheckProtocol === 'TCP',
    /** A provider's network has no ARP: who is not there is silent. */
    isAnswered: ({ event }) => event.type === 'connect-failed' && event.reason === 'refused',
    isGood: ({ event }) => isGood(event),
  },
  actions: {
    pass: emit(({ context }) => ({ type: 'batch', effects: [close, verdict(context, true, '')] })),
    timeOut: emit(({ context }) => ({
      type: 'batch',
      effects: [close, verdict(context, false, 'Request timed out')],
    })),
    ask: emit(({ context }) =>
      transmit({
        ...{ kind: 'request', id: 1, tls: true, method: 'GET' },
        path: context.config.HealthCheckPath,
      }),
    ),
    fail: emit(({ context }) => verdict(context, false, 'Health checks failed')),
    mismatch: emit(({ context, event }) => {
      const { status } = (event as { message: HttpResponse }).message;
      return {
        type: 'batch',
        effects: [close, verdict(context, false, `Health checks failed with these codes: [${status}]`)],
      };
    }),
  },
  delays: {
    phase: ({ context }) => context.phaseUs,
    interval: ({ context }) => context.config.HealthCheckIntervalSeconds,
    // Whatever it is set to, a check has ended when the next one begins.
    timeout: ({ context: { config } }) =>
      Math.min(config.HealthCheckTimeoutSeconds, config.HealthCheckIntervalSeconds - 1),
  },
}).createMachine({
  id: 'cloud-balancer.health-check',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: { after: { phase: 'checking' } },
    checking: {
      initial: 'running',
      after: { interval: { target: 'checking', reenter: true } },
      states: {
        running: {
          initial: 'connecting',
          after: { timeout: { target: 'done', actions: 'timeOut' } },
          on: {
            'connect-failed': { guard: 'isAnswered', target: 'done', actions: 'fail' },
            closed: { target: 'done', actions: 'fail' },
          },
          states: {
            connecting: {
              entry: emit(({ context: { target } }) => ({
                ...{ type: 'connect', connection: CONNECTION, to: target.address, port: target.port },
              })),
              on: {
                connected: [
                  { guard: 'onlyConnects', target: '#done', actions: 'pass' },
                  { target: 'hello', actions: emit(transmit({ kind: 'tls-hello', version: 'tls' })) },
                ],
              },
            },
            hello: { on: { received: { target: 'asking', actions: 'ask' } } },
            asking: {
              on: {
                received: [
                  { guard: 'isGood', target: '#done', actions: 'pass' },
                  { target: '#done', actions: 'mismatch' },
                ],
              },
            },
          },
        },
        done: { id: 'done' },
      },
    },
  },
});
