/**
 * What a property of etcd is that is watched while a run goes on: from outside, by what the members say, keep and do at
 * each step, never by what they were told to believe. One watching belongs to one cluster (by its id), so that a cluster
 * that was made anew from a backup starts with nothing.
 */

import type { Entry } from '../../models/etcd/raft/entries.ts';
import type { Raft } from '../../models/etcd/raft/raft.ts';
import type { NodeEvent } from '../../models/etcd/raft-node-work.ts';
import type { Effect } from '../../sim/effects.ts';
import type { FaultClass } from '../fault-classes.ts';

/** One step of a member's Raft. */
export interface MemberStep {
  /** The process, e.g. `m1/etcd`. */
  readonly who: string;
  readonly atUs: number;
  /** Undefined at the first step of a process. */
  readonly before: Raft | undefined;
  readonly after: Raft;
  readonly event: NodeEvent | undefined;
  /** By the host's clock: the member's ticker runs since then, this often. */
  readonly ticker: { readonly sinceUs: number; readonly periodUs: number };
  readonly effects: readonly Effect[];
}

export interface Watching {
  /** What is wrong after this step; undefined if nothing is. */
  see(step: MemberStep): string | undefined;
}

export interface EtcdWatch {
  readonly sentence: string;
  readonly source: string;
  readonly claimedUnder: readonly FaultClass[];
  watching(): Watching;
}

/** The fault classes within Raft's assumptions: everything but a disk that loses what it called safe. */
export const RAFT_FAULTS: readonly FaultClass[] = [
  'host power',
  'link',
  'process stop',
  'kill with restart',
  'kill without restart',
  'pause',
  'partition',
  'loss',
  'disk',
  'clock',
];

/** The same entry, whoever holds it. Within one world it is the same object, unless it was made anew from a disk. */
export function sameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  return a.term === b.term && a.type === b.type && JSON.stringify(a.data) === JSON.stringify(b.data);
}

export function describeEntry({ term, index, type, data }: Entry): string {
  const text = JSON.stringify(data) ?? 'nothing';
  return `entry ${index} of term ${term} (${type === 'EntryNormal' ? '' : `${type} `}${text.slice(0, 80)})`;
}

/** The effects of a step, one by one. */
export function* effectsOf(effects: readonly Effect[]): Generator<Effect> {
  for (const effect of effects) {
    if (effect.type === 'batch') yield* effectsOf(effect.effects);
    else yield effect;
  }
}
