/**
 * Two detectors that meet at a bad moment: guide-001's script asks through the balancer, so it fails with another host's apiserver until
 * the balancer has seen that. Found by the phases of a search; 6 of its first 130 single faults show it.
 */
import { expect, test } from 'vitest';
import type { Topology } from '../../models/cluster/topology.ts';
import { Checker } from '../../properties/check-run.ts';
import { DEFAULT_CLASSES } from '../../properties/fault-classes.ts';
import { phaseMs, Search } from '../../properties/search.ts';
import { vipStaysWithAWorkingProxy } from '../../properties/vip-stays-with-a-working-proxy.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { fault } from './checks.ts';

/** guide-001 with the parameters of its cure, and its own script. */
const THROUGH_THE_BALANCER = {
  'keepalived.m1.priority': 140,
  'keepalived.m2.priority': 120,
  'keepalived.m3.priority': 100,
  'keepalived.script.check_apiserver.weight': -60,
  'keepalived.script.check_apiserver.fall': 3,
};

test('another host loses power: at one phase of many the VIP leaves a host that nothing has hit', () => {
  const topology = topologyNamed('guide-001', LIBRARY, THROUGH_THE_BALANCER)!.topology!;
  const checker = new Checker({ topology }, [vipStaysWithAWorkingProxy]);
  const at = (atMs: number) =>
    checker.run({ faults: [fault(atMs, { do: 'power-off', on: 'm3' })], seed: 1 }).violations;
  expect(at(phaseMs(2))).toEqual([]);
  expect(at(phaseMs(5))).toEqual([
    {
      property: 'vip-stays-with-a-working-proxy',
      what: expect.stringMatching(/^the VIP went from m1 to m2 at \d+\.\d+ s, and nothing had hit either$/),
    },
  ]);
}, 120_000);

test('a script that asks for the own proxy does not care', () => {
  const topology = topologyNamed('guide-001-cured', LIBRARY)!.topology!;
  const places = ({ hosts }: Topology) => hosts.map(({ name, processes }) => ({ name, processes }));
  expect(places(topology)).toEqual(places(topologyNamed('guide-001', LIBRARY)!.topology!));
  const checker = new Checker({ topology }, [vipStaysWithAWorkingProxy]);
  const faults = [fault(phaseMs(5), { do: 'power-off', on: 'm3' })];
  expect(checker.run({ faults, seed: 1 }).violations).toEqual([]);
}, 120_000);

test('the phases of a search come near to every moment of the span, one single fault after the other', () => {
  const topology = topologyNamed('stacked-2', LIBRARY)!.topology!;
  const search = new Search({ topology }, [vipStaysWithAWorkingProxy], DEFAULT_CLASSES, 1);
  const moments = Array.from({ length: 50 }, (_, k) => phaseMs(k)).sort((a, b) => a - b);
  const gaps = moments.slice(1).map((moment, i) => moment - (moments[i] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(400);
  expect(search.phase(0).faults[0]?.entry).toEqual(search.singles[0]?.faults[0]?.entry);
  expect(search.placeOf(search.singles.length + 2)).toEqual({ kind: 'phase', at: 0 });
});
