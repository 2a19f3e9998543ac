/** A client of an API server for tests: keeps one TLS connection and sends what it is told to. */
import { assign, emit, setup } from 'xstate';
import type { WireMessage } from '../../models/wire.ts';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { ProcessType } from '../../sim/process-type.ts';

export interface Told {
  readonly atMs: number;
  readonly message: WireMessage;
}
export interface AskerContext {
  readonly told: readonly Told[];
  readonly closed: readonly { readonly atMs: number; readonly how: string }[];
  readonly nextId: number;
}
type AskerEvent =
  | KernelEvent
  | {
      readonly type: 'ask';
      readonly method: string;
      readonly path: string;
      readonly body?: unknown;
      readonly atUs: number;
    }
  | { readonly type: 'say'; readonly message: unknown; readonly atUs: number };

/** Keeps one TLS connection to its target and sends what it is told to. */
const askerMachine = setup({
  types: {} as {
    context: AskerContext & { readonly to: string; readonly port: number };
    events: AskerEvent;
    input: { readonly config: { readonly to: string; readonly port: number } };
    emitted: Effect;
  },
}).createMachine({
  id: 'asker',
  context: ({ input }) => ({ ...input.config, told: [], closed: [], nextId: 1 }),
  initial: 'open',
  entry: emit(({ context }) => ({ type: 'connect', connection: 'c', to: context.to, port: context.port })),
  states: {
    open: {
      on: {
        connected: {
          actions: emit({
            type: 'transmit',
            connection: 'c',
            message: { kind: 'tls-hello', version: 'tls' },
          }),
        },
        received: {
          actions: assign({
            told: ({ context, event }) => [
              ...context.told,
              { atMs: event.atUs / 1000, message: event.message as WireMessage },
            ],
          }),
        },
        closed: {
          actions: assign({
            closed: ({ context, event }) => [...context.closed, { atMs: event.atUs / 1000, how: event.how }],
          }),
        },
        ask: {
          actions: [
            emit(({ context, event }) => ({
              type: 'transmit',
              connection: 'c',
              message: {
                kind: 'request',
                id: context.nextId,
                tls: true,
                method: event.method,
                path: event.path,
                body: event.body,
              },
            })),
            assign({ nextId: ({ context }) => context.nextId + 1 }),
          ],
        },
        say: {
          actions: emit(({ event }) => ({ type: 'transmit', connection: 'c', message: event.message })),
        },
      },
    },
  },
});
export const asker: ProcessType = { name: 'asker', lead: askerMachine };
