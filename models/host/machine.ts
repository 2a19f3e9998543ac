/**
 * A host's power: off, booting, up, stopping, rebooting. Its effects are obeyed by the kernel: `host-up` brings the network
 * up and starts the enabled processes, `host-off` ends everything without a word, `host-stopping` sends SIGTERM to all.
 *
 * Unit: microseconds. Boot time is a parameter of the topology, 30 s by default (an assumption: a small server or virtual
 * machine from power-on to its first service). An orderly shutdown takes until all processes have ended (sim/power.ts sees
 * to it that they do) and 2 s more (an assumption: unmounting, the power switch).
 * Not modelled: firmware, file-system checks, suspend.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';

const HALT_US = 2_000_000;

interface HostInput {
  readonly host: string;
  readonly bootUs: number;
}

interface HostContext extends HostInput {
  /** How often the power came on. */
  readonly boots: number;
}

type HostEvent =
  | { readonly type: 'power-on' }
  | { readonly type: 'power-off' }
  | { readonly type: 'shutdown' }
  /** An orderly shutdown, then a boot. */
  | { readonly type: 'reboot' }
  /** Power off and on again at once. */
  | { readonly type: 'reset' }
  /** From the kernel, in a shutdown: no process runs any more. */
  | { readonly type: 'all-ended' };

/** Whatever it does, it loses power. */
const CUT = {
  'power-off': { target: 'off', actions: 'goDown' },
  reset: { target: 'booting', actions: 'goDown' },
} as const;

export const hostMachine = setup({
  types: {
    input: {} as HostInput,
    context: {} as HostContext,
    events: {} as HostEvent,
    emitted: {} as Effect,
  },
  actions: {
    goDown: emit({ type: 'host-off' } as Effect),
    comeUp: emit({ type: 'host-up' } as Effect),
    terminateAll: emit({ type: 'host-stopping' } as Effect),
    countBoot: assign({ boots: ({ context }) => context.boots + 1 }),
  },
  delays: {
    bootTime: ({ context }) => context.bootUs,
    haltTime: HALT_US,
  },
}).createMachine({
  id: 'host',
  initial: 'off',
  context: ({ input }) => ({ ...input, boots: 0 }),
  states: {
    off: {
      on: { 'power-on': 'booting', reset: 'booting' },
    },
    booting: {
      entry: 'countBoot',
      on: { 'power-off': 'off', reset: { target: 'booting', reenter: true } },
      after: { bootTime: 'up' },
    },
    up: {
      entry: 'comeUp',
      on: {
        ...CUT,
        shutdown: 'stopping',
        reboot: 'rebooting',
      },
    },
    stopping: {
      entry: 'terminateAll',
      on: {
        ...CUT,
        'all-ended': 'halting',
      },
    },
    halting: {
      on: CUT,
      after: { haltTime: { target: 'off', actions: 'goDown' } },
    },
    rebooting: {
      entry: 'terminateAll',
      on: {
        ...CUT,
        'all-ended': 'resetting',
      },
    },
    resetting: {
      on: CUT,
      after: { haltTime: { target: 'booting', actions: 'goDown' } },
    },
  },
});
