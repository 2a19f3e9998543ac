/** Other luck from a moment on. */
import { expect, test } from 'vitest';
import { settledForSurvival } from '../../properties/survival.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { TraceHash } from '../../sim/hash.ts';
import { reseed } from '../../sim/reseed.ts';
import { fork } from '../../sim/snapshot.ts';
import { toRecord } from '../../sim/trace.ts';
import type { World } from '../../sim/world.ts';
import { LIBRARY } from '../scenarios/library.ts';

function hashOf(world: World): string {
  const hash = new TraceHash();
  world.observer = (step) => hash.add(toRecord(step), 0);
  world.runUntil(world.nowUs + 15_000_000);
  return hash.digest();
}

test('the same other luck gives the same future, another one another, and the world that was forked keeps its own', () => {
  const { world } = settledForSurvival(topologyNamed('stacked-2', LIBRARY)!.topology!, 1);
  const [own, a, again, b] = [fork(world), fork(world), fork(world), fork(world)] as const;
  reseed(a, 'a');
  reseed(again, 'a');
  reseed(b, 'b');
  const hashes = [own, a, again, b].map(hashOf);
  expect(hashes[1]).toBe(hashes[2]);
  expect(new Set(hashes).size).toBe(3);
  expect(hashOf(fork(world))).toBe(hashes[0]);
}, 60_000);
