/** Faults of a host's disk. */
import { z } from '../models/zod.ts';
import { durationUs } from './durations.ts';
import { fault } from './fault.ts';
import { duration } from './schema-parts.ts';

const none = z.strictObject({});

export const DISK_FAULTS = [
  fault({
    name: 'disk-slow',
    about: 'Each fsync takes this long.',
    aim: 'host',
    parameters: z.strictObject({
      latency: duration.describe('Least time of one fsync'),
      jitter: duration.optional().describe('Up to this much more, drawn for each; default 0s'),
    }),
    begin: (aim, { latency, jitter }) =>
      aim.hosts.map((host) => ({
        do: 'disk',
        host,
        latencyUs: durationUs(latency),
        jitterUs: jitter === undefined ? 0 : durationUs(jitter),
      })),
    end: (aim, _parameters, context) =>
      aim.hosts.map((host) => ({ do: 'disk', host, ...context.diskOf(host) })),
  }),
  fault({
    name: 'disk-hang',
    about: 'No write ends until the disk comes back.',
    aim: 'host',
    parameters: none,
    begin: (aim) => aim.hosts.map((host) => ({ do: 'disk', host, hung: true })),
    end: (aim) => aim.hosts.map((host) => ({ do: 'disk', host, hung: false })),
  }),
  fault({
    name: 'disk-full',
    about: 'Each write fails: no space left on device.',
    aim: 'host',
    parameters: none,
    begin: (aim) => aim.hosts.map((host) => ({ do: 'disk', host, full: true })),
    end: (aim) => aim.hosts.map((host) => ({ do: 'disk', host, full: false })),
  }),
  fault({
    name: 'disk-lie',
    about: 'fsync answers, but nothing reaches the platter: a power cut loses it.',
    aim: 'host',
    parameters: none,
    begin: (aim) => aim.hosts.map((host) => ({ do: 'disk', host, lying: true })),
    end: (aim) => aim.hosts.map((host) => ({ do: 'disk', host, lying: false })),
  }),
  fault({
    name: 'disk-lost',
    about: 'What the disk held is gone; processes find it empty at their next start.',
    aim: 'host',
    parameters: z.strictObject({ process: z.string().optional().describe('Only the data of this process') }),
    begin: (aim, { process }) =>
      aim.hosts.map((host) => ({ do: 'disk-lost', host, ...(process === undefined ? {} : { process }) })),
  }),
];
