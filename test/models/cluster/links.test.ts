import { expect, test } from 'vitest';
import { buildWorld } from '../../../models/cluster/build.ts';
import { readTopology } from '../../../models/cluster/read-topology.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import { World } from '../../../sim/world.ts';

const TEXT = `topology: sites
versions: { kubernetes: 1.30.0, etcd: "3.5" }
hosts:
  - { name: m1, address: 10.0.0.11, zone: east, roles: [control-plane, etcd], processes: [kubelet, etcd, kube-apiserver] }
  - { name: m2, address: 10.0.0.12, zone: east, roles: [worker], processes: [kubelet] }
  - { name: m3, address: 10.0.0.13, zone: west, roles: [worker], processes: [kubelet] }
  - { name: outside, address: 10.0.0.250, roles: [client], processes: [] }
controlPlaneEndpoint: { address: 10.0.0.11, port: 6443 }
apiserverPort: 6443
etcd: { placement: stacked, members: [{ name: m1, host: m1 }] }
parameters: { network.latency: 200us, network.jitter: 0us, network.zone-latency: 5ms }
`;

test('network.zone-latency holds between zones, network.latency within one and where a host has none', () => {
  const { topology } = readTopology(TEXT, 'sites.yaml');
  const { spec } = buildWorld(topology!, { seed: 1, executor: compiledProgram, parameters: {}, clients: [] });
  const world = new World(spec);
  const delayUs = (from: string, to: string) =>
    world.network.transitUs(world.host(from).index, world.host(to).index, 'tcp');
  expect([delayUs('m1', 'm2'), delayUs('m1', 'm3'), delayUs('m3', 'm2'), delayUs('outside', 'm3')]).toEqual([
    200, 5_000, 5_000, 200,
  ]);
});
