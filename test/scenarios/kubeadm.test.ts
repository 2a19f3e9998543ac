/** What operators do with kubeadm and with nodes: each shipped scenario ends as it says, with the first seed. */
import { expect, test } from 'vitest';
import { judgeExpectation } from '../../scenarios/expectations.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { LIBRARY } from './library.ts';
import { composed, session } from './runs.ts';
import { trySwitches } from './switches.ts';

/** Hours of simulated time: with QUORATE_SEEDS only, as the soak sets it. */
const LONG = ['kubeadm/join-after-lunch.yaml'];
const NAMES = [...LIBRARY.keys()]
  .filter((path) => /^kubeadm\/.*\.yaml$/.test(path))
  .filter((path) => process.env['QUORATE_SEEDS'] !== undefined || !LONG.includes(path));

test.each(NAMES)(
  '%s',
  (path) => {
    const { scenario } = loadScenario(LIBRARY.get(path) ?? '', path);
    if (scenario === undefined) throw new Error(`${path} cannot be loaded`);
    expect(`kubeadm/${scenario.data.scenario}.yaml`).toBe(path);
    const { watchlist, moments, console } = session(scenario.data, 1, { withoutProbers: true });
    const broken = (scenario.data.expect ?? [])
      .map((one) => judgeExpectation(one, watchlist, moments))
      .filter(({ ok }) => !ok);
    const shown = console.typed.map(({ line, text }) => `$ ${line}\n${text}`).join('\n');
    expect(broken, shown).toEqual([]);
  },
  600_000,
);

/** The quick ones; the switches of the others with QUORATE_SEEDS only, as the soak sets it. */
const QUICK = ['init-dead-balancer-1-33', 'phases-by-hand'].map((name) => `kubeadm/${name}.yaml`);

test.each(process.env['QUORATE_SEEDS'] === undefined ? QUICK : NAMES)(
  '%s shows what it is about: each of its switches breaks an expectation',
  (path) => {
    const { broken, failing } = trySwitches(path.replace(/\.yaml$/, ''));
    expect(broken).toEqual([]);
    expect(failing.length).toBeGreaterThan(0);
    for (const list of failing) expect(list.length).toBeGreaterThan(0);
  },
  600_000,
);

test('a host that has not joined runs nothing of the cluster, and its member is a spare', () => {
  const { topology } = composed('power-off', { set: { 'host.m3.joined': false } });
  expect(topology.hosts.find(({ name }) => name === 'm3')?.joined).toBe(false);
  expect(topology.etcd.members.map(({ name }) => name)).toEqual(['m1', 'm2']);
  expect(topology.etcd.spares?.map(({ name }) => name)).toEqual(['m3']);
});
