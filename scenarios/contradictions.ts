/**
 * Faults that contradict each other: one that lasts `for` a while, and another of the same kind on the same thing
 * within that while. Only what is known beforehand is compared: fixed times, and targets without roles.
 */
import type { Topology } from '../models/cluster/topology.ts';
import { durationUs } from './durations.ts';
import { type Complaint, entryLabel, isFaultEntry, leastAfterUs } from './rules.ts';
import type { ScenarioData } from './schema.ts';
import { readTargets } from './targets.ts';

/** Faults of one family set the same thing. Faults of the network are not here: rules add up. */
const FAMILIES: Readonly<Record<string, string>> = {
  'power-off': 'power',
  'power-on': 'power',
  shutdown: 'power',
  reboot: 'power',
  reset: 'power',
  'link-down': 'cable',
  'link-up': 'cable',
  'port-detach': 'port',
  'port-attach': 'port',
  'clock-drift': 'drift',
  'cpu-starve': 'cpu',
  'disk-slow': 'disk speed',
  'disk-hang': 'disk hang',
  'disk-full': 'disk space',
  'disk-lie': 'disk cache',
  stop: 'run',
  start: 'run',
  restart: 'run',
  set: 'run',
  kill: 'run',
  pause: 'pause',
  resume: 'pause',
};

interface Span {
  readonly index: number;
  readonly label: string;
  readonly thing: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** A complaint for each entry that falls into the span of another. */
export function findContradictions(data: ScenarioData, topology: Topology): Complaint[] {
  const spans = (data.timeline ?? []).flatMap((entry, index): Span[] => {
    if (!isFaultEntry(entry) || entry.at === undefined || entry.on === undefined) return [];
    const family = FAMILIES[entry.do];
    const targets = readTargets(entry.on, topology);
    if (family === undefined || typeof targets === 'string') return [];
    const fromUs = durationUs(entry.at) + leastAfterUs(entry);
    const toUs = fromUs + durationUs(entry.for ?? '0s');
    const label = `${entryLabel(entry, index)} (${entry.do})`;
    return targets.flatMap((target) => {
      if (target.kind !== 'host') return [];
      const suffix = target.process === undefined ? '' : `/${target.process}`;
      return target.hosts.map((host) => ({
        index,
        label,
        thing: `${family} ${host}${suffix}`,
        fromUs,
        toUs,
      }));
    });
  });
  const byThing = new Map<string, Span[]>();
  for (const span of spans) byThing.set(span.thing, [...(byThing.get(span.thing) ?? []), span]);
  const complaints: Complaint[] = [];
  for (const group of byThing.values()) {
    const sorted = [...group].sort((a, b) => a.fromUs - b.fromUs || a.index - b.index);
    let last = sorted[0]!;
    for (const span of sorted.slice(1)) {
      const within = last.toUs > last.fromUs && span.fromUs < last.toUs;
      const same = span.fromUs === last.fromUs && span.toUs === last.toUs && span.index !== last.index;
      if (within || same) {
        const how = within ? 'which still lasts' : 'which happens at the same moment';
        const message = `contradicts ${last.label}, ${how} on ${span.thing.split(' ').pop()}`;
        complaints.push({ path: ['timeline', span.index], message });
      }
      if (span.toUs >= last.toUs) last = span;
    }
  }
  return complaints;
}
