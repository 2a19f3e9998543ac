/** What operators do with kubeadm and with nodes: each shipped scenario ends as it says, with several seeds. */
import { expect, test } from 'vitest';
import { namesIn } from './library.ts';
import { composed } from './runs.ts';
import { holdsForSeeds } from './seeds.ts';
import { dataOf } from './shared-runs.ts';

const NAMES = namesIn('kubeadm');

test.each(NAMES)('%s has its name as the file has it', (name) => {
  expect(`kubeadm/${dataOf(name).scenario}`).toBe(name);
});

holdsForSeeds(NAMES);

test('a host that has not joined runs nothing of the cluster, and its member is a spare', () => {
  const { topology } = composed('power-off', { set: { 'host.m3.joined': false } });
  expect(topology.hosts.find(({ name }) => name === 'm3')?.joined).toBe(false);
  expect(topology.etcd.members.map(({ name }) => name)).toEqual(['m1', 'm2']);
  expect(topology.etcd.spares?.map(({ name }) => name)).toEqual(['m3']);
});
