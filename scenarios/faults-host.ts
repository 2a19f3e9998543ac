/** Faults of whole hosts: power, cable, switch port, clock, CPU. */
import { z } from '../models/zod.ts';
import type { MachineEvent } from '../sim/machine.ts';
import { durationUs } from './durations.ts';
import { type Aim, fault } from './fault.ts';
import { duration, share, shareOf, signedDuration } from './schema-parts.ts';

const none = z.strictObject({});

const power = (aim: Aim, type: string) =>
  aim.hosts.map((host) => ({ do: 'host' as const, host, event: { type } satisfies MachineEvent }));

const cable = (aim: Aim, what: 'carrier' | 'attached', on: boolean) =>
  aim.hosts.map((host) => ({ do: what, host, on }));

/** How long a slice of time is that a starved host shares out: long enough to miss a heartbeat, short of an election. */
const DEFAULT_STARVE_PERIOD_US = 1_000_000;

export const HOST_FAULTS = [
  fault({
    name: 'power-off',
    about: 'The power is cut: processes end without a word, what was not synced is lost.',
    aim: 'host',
    parameters: none,
    begin: (aim) => power(aim, 'power-off'),
    end: (aim) => power(aim, 'power-on'),
  }),
  fault({
    name: 'power-on',
    about: 'The power comes on: the host boots and starts its enabled units.',
    aim: 'host',
    parameters: none,
    begin: (aim) => power(aim, 'power-on'),
  }),
  fault({
    name: 'shutdown',
    about: 'An orderly shutdown: every process gets SIGTERM, then the power goes off.',
    aim: 'host',
    parameters: none,
    begin: (aim) => power(aim, 'shutdown'),
    end: (aim) => power(aim, 'power-on'),
  }),
  fault({
    name: 'reboot',
    about: 'An orderly shutdown, then the host boots again.',
    aim: 'host',
    parameters: none,
    begin: (aim) => power(aim, 'reboot'),
  }),
  fault({
    name: 'reset',
    about: 'The power is cut and comes back at once: the host boots.',
    aim: 'host',
    parameters: none,
    begin: (aim) => power(aim, 'reset'),
  }),
  fault({
    name: 'link-down',
    about: 'The cable is out: nothing gets through, and the host sees the carrier lost.',
    aim: 'host',
    parameters: none,
    begin: (aim) => cable(aim, 'carrier', false),
    end: (aim) => cable(aim, 'carrier', true),
  }),
  fault({
    name: 'link-up',
    about: 'The cable is in again.',
    aim: 'host',
    parameters: none,
    begin: (aim) => cable(aim, 'carrier', true),
  }),
  fault({
    name: 'port-detach',
    about: 'The switch port is off: nothing gets through, and the host does not see it.',
    aim: 'host',
    parameters: none,
    begin: (aim) => cable(aim, 'attached', false),
    end: (aim) => cable(aim, 'attached', true),
  }),
  fault({
    name: 'port-attach',
    about: 'The switch port is on again.',
    aim: 'host',
    parameters: none,
    begin: (aim) => cable(aim, 'attached', true),
  }),
  fault({
    name: 'clock-offset',
    about: 'The wall clock stands off by this much; with `for` it is set right afterwards.',
    aim: 'host',
    parameters: z.strictObject({ by: signedDuration.describe('Ahead, or behind with a minus') }),
    begin: (aim, { by }) => aim.hosts.map((host) => ({ do: 'clock', host, stepUs: durationUs(by, true) })),
    end: (aim, { by }) => aim.hosts.map((host) => ({ do: 'clock', host, stepUs: -durationUs(by, true) })),
  }),
  fault({
    name: 'clock-step',
    about: 'The wall clock jumps once, as when an operator or ntpd sets it.',
    aim: 'host',
    parameters: z.strictObject({ by: signedDuration.describe('Forwards, or backwards with a minus') }),
    begin: (aim, { by }) => aim.hosts.map((host) => ({ do: 'clock', host, stepUs: durationUs(by, true) })),
  }),
  fault({
    name: 'clock-drift',
    about: 'The clock runs fast (or slow, with a minus): timers of its processes too.',
    aim: 'host',
    parameters: z.strictObject({
      ppm: z.number().min(-900_000).max(1_000_000).describe('Microseconds a second; 1000000 is double speed'),
    }),
    begin: (aim, { ppm }) => aim.hosts.map((host) => ({ do: 'clock', host, driftPpm: ppm })),
    end: (aim, _parameters, context) =>
      aim.hosts.map((host) => ({ do: 'clock', host, driftPpm: context.driftPpmOf(host) })),
  }),
  fault({
    name: 'cpu-starve',
    about: 'The CPU belongs to others: its processes run only in the first part of each period.',
    aim: 'host',
    parameters: z.strictObject({
      share: share.describe('The part of each period that is left to the processes'),
      period: duration.optional().describe('Default 1s'),
    }),
    begin: (aim, parameters) => {
      const periodUs =
        parameters.period === undefined ? DEFAULT_STARVE_PERIOD_US : durationUs(parameters.period);
      const shareUs = Math.round(periodUs * shareOf(parameters.share));
      return aim.hosts.map((host) => ({ do: 'starve', host, periodUs, shareUs }));
    },
    end: (aim) => aim.hosts.map((host) => ({ do: 'feed', host })),
  }),
];
