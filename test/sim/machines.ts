/** Small machines for the kernel's tests: a server that answers, a client that asks, a ticker. */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import type { ProcessType } from '../../sim/process-type.ts';

const batch = (...effects: Effect[]): Effect => ({ type: 'batch', effects });

/** Listens on 80 and answers each message with the same message. */
const echo = setup({
  types: {
    input: {} as ProcessInput<unknown>,
    context: {} as { seen: number },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
}).createMachine({
  id: 'echo',
  context: { seen: 0 },
  initial: 'serving',
  entry: emit({ type: 'listen', port: 80 } as Effect),
  states: {
    serving: {
      on: {
        received: {
          actions: [
            emit(
              ({ event }) =>
                ({ type: 'transmit', connection: event.connection, message: event.message }) as Effect,
            ),
            assign({ seen: ({ context }) => context.seen + 1 }),
          ],
        },
        closed: {
          actions: emit(({ event }) => ({ type: 'note', name: 'server-closed', how: event.how }) as Effect),
        },
      },
    },
  },
});

export interface AskerConfig {
  readonly to: string;
  readonly everyUs: number;
}

/** Connects to `to`:80 and sends a number each `everyUs`; notes what comes back and how it ends. */
const asker = setup({
  types: {
    input: {} as ProcessInput<AskerConfig>,
    context: {} as { config: AskerConfig; sent: number; answers: number; atUs: number },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
  delays: { every: ({ context }) => context.config.everyUs },
}).createMachine({
  id: 'asker',
  context: ({ input }) => ({ config: input.config, sent: 0, answers: 0, atUs: 0 }),
  initial: 'connecting',
  on: {
    closed: {
      target: '.idle',
      actions: emit(
        ({ event }) => ({ type: 'note', name: 'closed', how: event.how, atUs: event.atUs }) as Effect,
      ),
    },
    received: {
      actions: [
        assign({ answers: ({ context }) => context.answers + 1, atUs: ({ event }) => event.atUs }),
        emit(
          ({ event }) =>
            ({ type: 'note', name: 'answer', message: event.message, atUs: event.atUs }) as Effect,
        ),
      ],
    },
  },
  states: {
    connecting: {
      entry: emit(
        ({ context }) => ({ type: 'connect', connection: 'out', to: context.config.to, port: 80 }) as Effect,
      ),
      on: {
        connected: 'asking',
        'connect-failed': {
          target: 'idle',
          actions: emit(
            ({ event }) =>
              ({ type: 'note', name: 'failed', reason: event.reason, atUs: event.atUs }) as Effect,
          ),
        },
      },
    },
    asking: {
      entry: [
        assign({ sent: ({ context }) => context.sent + 1 }),
        emit(({ context }) => ({ type: 'transmit', connection: 'out', message: context.sent }) as Effect),
      ],
      after: { every: { target: 'asking', reenter: true } },
    },
    idle: {},
  },
});

/** Writes a counter each second, unsynced when odd, and notes what the disk had at the start. */
const writer = setup({
  types: {
    input: {} as ProcessInput<unknown>,
    context: {} as { count: number },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
  delays: { second: 1_000_000 },
}).createMachine({
  id: 'writer',
  context: ({ input }) => ({ count: (input.disk['count'] as number | undefined) ?? 0 }),
  initial: 'writing',
  entry: emit(({ context }) => ({ type: 'note', name: 'began', count: context.count }) as Effect),
  states: {
    writing: {
      after: {
        second: {
          target: 'writing',
          reenter: true,
          actions: [
            assign({ count: ({ context }) => context.count + 1 }),
            emit(
              ({ context }) =>
                ({
                  type: 'write',
                  id: String(context.count),
                  key: 'count',
                  value: context.count,
                  sync: context.count % 2 === 0,
                }) as Effect,
            ),
          ],
        },
      },
      on: {
        written: {
          actions: emit(
            ({ event }) => ({ type: 'note', name: 'written', id: event.id, atUs: event.atUs }) as Effect,
          ),
        },
      },
    },
  },
});

/** Starts a member on each accepted connection and hands it over. */
const spawner = setup({
  types: {
    input: {} as ProcessInput<unknown>,
    context: {} as { count: number },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
}).createMachine({
  id: 'spawner',
  context: { count: 0 },
  initial: 'serving',
  entry: emit({ type: 'listen', port: 80 } as Effect),
  states: {
    serving: {
      on: {
        accepted: {
          actions: [
            assign({ count: ({ context }) => context.count + 1 }),
            emit(({ context, event }) =>
              batch(
                { type: 'start', machine: 'worker', id: `w${context.count}`, input: { greeting: 'hello' } },
                { type: 'hand-over', connection: event.connection, to: `w${context.count}`, as: 'client' },
              ),
            ),
          ],
        },
      },
    },
  },
});

const worker = setup({
  types: {
    input: {} as { greeting: string },
    context: {} as { greeting: string },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ greeting: input.greeting }),
  initial: 'working',
  states: {
    working: {
      on: {
        received: {
          actions: emit(
            ({ context }) =>
              ({ type: 'transmit', connection: 'client', message: context.greeting }) as Effect,
          ),
        },
        closed: { actions: emit({ type: 'exit', code: 0 } as Effect) },
      },
    },
  },
});

export const echoType: ProcessType = { name: 'echo', lead: echo };
export const askerType: ProcessType = { name: 'asker', lead: asker };
export const writerType: ProcessType = { name: 'writer', lead: writer };
export const spawnerType: ProcessType = { name: 'spawner', lead: spawner, members: { worker } };

/** Takes half a second to end when it is asked to. */
const polite = setup({
  types: { input: {} as ProcessInput<unknown>, events: {} as KernelEvent, emitted: {} as Effect },
  delays: { half: 500_000 },
}).createMachine({
  id: 'polite',
  initial: 'working',
  entry: emit({ type: 'note', name: 'began' } as Effect),
  states: {
    working: { on: { terminate: 'ending' } },
    ending: { after: { half: { actions: emit({ type: 'exit', code: 0 } as Effect) } } },
  },
});

export const politeType: ProcessType = { name: 'polite', lead: polite, handlesTerminate: true };

/** Hears SIGTERM and goes on. */
const stubborn = setup({
  types: { events: {} as KernelEvent, emitted: {} as Effect },
}).createMachine({ id: 'stubborn', initial: 'working', states: { working: {} } });
export const stubbornType: ProcessType = { name: 'stubborn', lead: stubborn, handlesTerminate: true };

/** Connects each second and resets the connection as soon as it is there, as a plain TCP check does. */
const prober = setup({
  types: {
    input: {} as ProcessInput<{ to: string }>,
    context: {} as { to: string; connected: number },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
  delays: { second: 1_000_000 },
}).createMachine({
  id: 'prober',
  context: ({ input }) => ({ to: input.config.to, connected: 0 }),
  initial: 'probing',
  states: {
    probing: {
      entry: emit(
        ({ context }) => ({ type: 'connect', connection: 'out', to: context.to, port: 80 }) as Effect,
      ),
      on: {
        connected: {
          actions: [
            assign({ connected: ({ context }) => context.connected + 1 }),
            emit({ type: 'reset', connection: 'out' } as Effect),
          ],
        },
      },
      after: { second: { target: 'probing', reenter: true } },
    },
  },
});

export const proberType: ProcessType = { name: 'prober', lead: prober };
