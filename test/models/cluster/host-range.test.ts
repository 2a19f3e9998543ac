/** Many workers by a range of names, and their addresses by the first. */
import { expect, test } from 'vitest';
import { addressAfter, hostNames } from '../../../models/cluster/host-range.ts';
import { topologyNamed } from '../../../scenarios/topologies.ts';

test('a range names every host between its ends, a list those that it names', () => {
  expect(hostNames('w1..w4')).toEqual(['w1', 'w2', 'w3', 'w4']);
  expect(hostNames('a,w9..w11,b')).toEqual(['a', 'w9', 'w10', 'w11', 'b']);
  expect(hostNames('w1,w2')).toEqual(['w1', 'w2']);
});

test('a range backwards, or longer than any cluster, is none', () => {
  expect(hostNames('w4..w1')).toBeUndefined();
  expect(hostNames('w1..w999999')).toBeUndefined();
});

test('addresses go on from the first, over the ends of their networks', () => {
  expect([0, 254, 255].map((index) => addressAfter('10.1.0.1', index))).toEqual([
    '10.1.0.1',
    '10.1.0.255',
    '10.1.1.0',
  ]);
});

test('workers of a range have addresses, but who has one keeps it', () => {
  const set = { 'cluster.workers': 'w1..w300', 'cluster.workers-from': '10.1.0.1' };
  const { topology } = topologyNamed('stacked-3', new Map(), set)!;
  const address = (wanted: string) => topology?.hosts.find(({ name }) => name === wanted)?.address;
  expect(topology?.hosts.filter(({ roles }) => roles.includes('worker'))).toHaveLength(300);
  expect([address('w1'), address('w2'), address('w300')]).toEqual(['10.0.0.61', '10.1.0.2', '10.1.1.44']);
});
