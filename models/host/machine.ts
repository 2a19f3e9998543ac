/**
 * A host's power: off, booting, up, stopping, rebooting. Its effects are obeyed by the kernel: `host-up` brings the network
 * up and starts the enabled processes, `host-off` ends everything without a word, `host-stopping` sends SIGTERM to all.
 *
 * Unit: microseconds. Boot time is a parameter of the topology, 30 s by default (an assumption: a small server or virtual
 * machine from power-on to its first service). An orderly shutdown takes 10 s (an assumption: longer than etcd's
 * drain of open watches, its request time-out of 7 s, after which its leadership moves; systemd would wait up to
 * DefaultTimeoutStopSec, 90 s, for a service that does not end).
 * Not modelled: firmware, file-system checks, suspend.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';

const STOP_US = 10_000_000;

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
  | { readonly type: 'reset' };

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
    stopTime: STOP_US,
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
        'power-off': { target: 'off', actions: 'goDown' },
        reset: { target: 'booting', actions: 'goDown' },
        shutdown: 'stopping',
        reboot: 'rebooting',
      },
    },
    stopping: {
      entry: 'terminateAll',
      on: {
        'power-off': { target: 'off', actions: 'goDown' },
        reset: { target: 'booting', actions: 'goDown' },
      },
      after: { stopTime: { target: 'off', actions: 'goDown' } },
    },
    rebooting: {
      entry: 'terminateAll',
      on: {
        'power-off': { target: 'off', actions: 'goDown' },
        reset: { target: 'booting', actions: 'goDown' },
      },
      after: { stopTime: { target: 'booting', actions: 'goDown' } },
    },
  },
});
