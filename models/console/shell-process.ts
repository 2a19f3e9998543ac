/**
 * The shell of a host as the kernel runs it: nothing but what sends the requests of console commands over the host's own
 * network. What commands are is in command.ts; who runs them is outside of the world (scenarios/console.ts).
 *
 * Not modelled: its CPU, its memory, ssh to it.
 */
import { emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { ProcessType } from '../../sim/process-type.ts';
import type { Fetch } from './command.ts';
import { type FetchInput, fetchMachine } from './fetch.ts';

/** Name of the process, and of the note in which an answer comes back. */
export const SHELL = 'shell';

/** From outside: send this request; the answer is a note with the same id. */
export interface SendRequest {
  readonly type: 'request';
  readonly id: string;
  readonly request: Fetch;
}

const shellMachine = setup({
  types: {
    input: {} as ProcessInput<null>,
    context: {} as { readonly host: string },
    events: {} as SendRequest & { readonly atUs: number },
    emitted: {} as Effect,
  },
}).createMachine({
  id: 'console.shell',
  context: ({ input }) => ({ host: input.host }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        request: {
          actions: emit(({ event: { id, request, atUs } }): Effect => {
            const input: FetchInput = { id, request, startedAtUs: atUs };
            return { type: 'start', machine: 'fetch', id, input };
          }),
        },
      },
    },
  },
});

export const shell: ProcessType = { name: SHELL, lead: shellMachine, members: { fetch: fetchMachine } };
