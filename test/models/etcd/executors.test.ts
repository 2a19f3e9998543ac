import { expect, test } from 'vitest';
import { compiledProgram } from '../../../sim/compiled.ts';
import { referenceProgram } from '../../../sim/reference.ts';
import type { WorldSpec } from '../../../sim/world-spec.ts';
import { Cluster } from './cluster.ts';

/** Every step of a short life: an election, writes, a kill, another election, a restart, a stop. */
function life(executor: WorldSpec['executor']): string[] {
  const c = new Cluster({ seed: 7, version: '3.4', spec: { executor } }).runTo(3);
  const old = c.leader();
  c.call('m1', 'watch', { key: 'k', rangeEnd: 'l', startRevision: 0, requireLeader: true });
  for (const name of c.names) c.put(name, `k-${name}`, name);
  c.run(0.5);
  c.act('kill', old);
  c.run(3);
  c.act('start', old);
  c.run(2);
  c.get(old, 'k-m1');
  c.run(0.5);
  c.act('stop', c.leader());
  c.run(2);
  return c.story.steps.map(
    ({ id, cause, atUs, kind, who, leafAfter, effects }) =>
      `${id} ${cause} ${atUs} ${kind} ${who} ${leafAfter} ${JSON.stringify(effects)}`,
  );
}

test('both executors give the same trace', () => {
  const reference = life(referenceProgram);
  expect(reference.length).toBeGreaterThan(500);
  expect(life(compiledProgram)).toEqual(reference);
});
