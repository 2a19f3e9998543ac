/** Whole scenarios as data: designs are drawn within their ranges, and shrink to what a failure needs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingMistake } from '../../models/cluster/parameters.ts';
import type { Checked } from '../../properties/check-run.ts';
import {
  checkedOf,
  type Design,
  DRAWABLE,
  designAt,
  designs,
  designText,
  fits,
  parametersOf,
} from '../../properties/design.ts';
import { candidates } from '../../properties/fault-classes.ts';
import { propertyNamed } from '../../properties/library.ts';
import type { Schedule } from '../../properties/schedule.ts';
import { shrinkDesign } from '../../properties/shrink.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';

const STACKED = topologyNamed('stacked-3', new Map())!.topology!;
const CHECKED: Checked = { topology: STACKED };
const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);

describe('drawn', () => {
  const drawn = SEEDS.map((seed) => designAt(STACKED, DRAWABLE, seed));

  test('every parameter exists and has a value that its table takes', () => {
    for (const design of drawn) {
      const { topology } = checkedOf(design, CHECKED);
      const hosts = topology.hosts.map(({ name }) => name);
      for (const [path, value] of Object.entries(parametersOf(design)))
        expect([path, settingMistake(path, value, hosts)]).toEqual([path, undefined]);
    }
  });

  test('every design becomes a world', () => {
    for (const design of drawn.slice(0, 12)) {
      const { topology, clients = [], steps = [] } = checkedOf(design, CHECKED);
      const data = {
        scenario: 'drawn',
        version: 1 as const,
        topology: topology.topology,
        until: '1s',
        clients: [...clients],
        timeline: [...steps],
      };
      expect(prepare(data, topology, { seed: 1 }).spec.processes.length).toBeGreaterThan(4);
    }
  });

  test('every topology, every range, clients and steps are drawn by some seed', () => {
    expect(new Set(drawn.map(({ topology }) => topology)).size).toBe(9);
    const paths = new Set(drawn.flatMap((design) => Object.keys(parametersOf(design))));
    expect(paths).toContain('etcd.election-timeout');
    expect(paths).toContain('network.latency');
    expect(drawn.some(({ clients }) => clients.length > 0)).toBe(true);
    expect(drawn.some(({ steps }) => steps.length > 1)).toBe(true);
  });

  test('an election time-out is ten heartbeats, and a renewal deadline two thirds of a lease', () => {
    for (const parameters of drawn.map(parametersOf)) {
      const { 'etcd.heartbeat-interval': beat, 'etcd.election-timeout': election } = parameters;
      if (beat !== undefined) expect(election).toBe(10 * Number(beat));
      const lease = parameters['kube-scheduler.leader-elect-lease-duration'];
      const deadline = parameters['kube-scheduler.leader-elect-renew-deadline'];
      if (lease !== undefined)
        expect(Number.parseInt(String(deadline), 10) * 3).toBe(Number.parseInt(String(lease), 10) * 2);
    }
  });

  test('what is not wanted is not drawn', () => {
    for (const seed of SEEDS) {
      const design = designAt(STACKED, ['parameters'], seed);
      expect(design).toEqual({ settings: design.settings, clients: [], steps: [] });
    }
  });

  test('the same seed draws the same design', () => {
    expect(designAt(STACKED, DRAWABLE, 7)).toEqual(designAt(STACKED, DRAWABLE, 7));
  });
});

describe('shrunk', () => {
  const whole: Design = {
    topology: 'stacked-5',
    settings: [{ 'haproxy.inter': '700ms' }, { 'keepalived.advert_int': 2 }, { 'etcd.version': '3.4' }],
    clients: [
      { name: 'load', from: 'outside', to: '10.0.0.100:8443', rate: '3/s', request: 'read', timeout: '5s' },
    ],
    steps: [{ name: 'step-1', at: '40ms', run: 'kubectl get pods -A', on: 'm2' }],
  };
  const least = (isWrong: (design: Design) => boolean): Design | undefined => {
    const property = fc.property(designs(STACKED, []), (design) => !isWrong(design));
    return fc.check(property, { examples: [[whole]], numRuns: 1, seed: 1 }).counterexample?.[0];
  };

  test('to the one setting that a failure needs, in the topology that was asked about', () => {
    const small = least((design) => parametersOf(design)['keepalived.advert_int'] === 2);
    expect(small).toEqual({ settings: [{ 'keepalived.advert_int': 2 }], clients: [], steps: [] });
    expect(designText(small!)).toBe('keepalived.advert_int 2');
  });

  test('to a step and a topology, where it needs these', () => {
    const small = least(({ topology, steps }) => topology === 'stacked-5' && steps.length > 0);
    expect(small).toEqual({ topology: 'stacked-5', settings: [], clients: [], steps: whole.steps });
    expect(designText(small!)).toBe('stacked-5, `kubectl get pods -A` on m2 at 40ms');
  });

  test('never to a topology that lacks a host of the schedule', () => {
    const [onM5] = candidates(checkedOf(whole, CHECKED).topology, ['host power']).filter(
      ({ entry }) => entry.on === 'm5',
    );
    const schedule: Schedule = { seed: 1, faults: [{ ...onM5!, atMs: 1_000 }] };
    expect(fits(checkedOf(whole, CHECKED), schedule)).toBe(true);
    const { topology: _, ...inThree } = whole;
    expect(fits(checkedOf(inThree, CHECKED), schedule)).toBe(false);
  });

  test('by runs: of two settings the one is left with which no script sees a dead proxy', () => {
    const { topology } = topologyNamed('stacked-2', new Map())!;
    const [stopped] = candidates(topology!, ['process stop']).filter(
      ({ entry }) => entry.on === 'm1/haproxy',
    );
    const schedule: Schedule = { seed: 1, faults: [{ ...stopped!, atMs: 1_000 }] };
    const blind = { 'keepalived.track_script': '' };
    const design = { settings: [{ 'haproxy.inter': '700ms' }, blind], clients: [], steps: [] };
    const property = propertyNamed('vip-on-a-working-proxy')!;
    const small = shrinkDesign({ topology: topology! }, property, { design, schedule });
    expect(small.design.settings).toEqual([blind]);
  });
});
