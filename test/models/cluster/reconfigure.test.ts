import { describe, expect, it } from 'vitest';
import { daemonConfig } from '../../../models/cluster/build.ts';
import { reconfigured, reconfigureMistake } from '../../../models/cluster/reconfigure.ts';
import { hostOf, placesOf } from '../../../models/cluster/topology.ts';
import type { HaproxyConfig } from '../../../models/haproxy/config.ts';
import { topologyNamed } from '../../../scenarios/topologies.ts';

const TOPOLOGY = topologyNamed('stacked-3', new Map())!.topology!;
const built = (name: 'haproxy' | 'keepalived' | 'etcd') =>
  daemonConfig(TOPOLOGY, hostOf(TOPOLOGY, 'm1'), name, TOPOLOGY.parameters ?? {}).config;

describe('a parameter of a running daemon', () => {
  const slower = { process: 'm1/haproxy', key: 'inter', value: '7s' };
  const checks = (config: unknown) =>
    (config as HaproxyConfig).backends.flatMap(({ servers }) => servers.map(({ check }) => check?.inter));

  it('changes in its configuration, and nothing else does', () => {
    const before = built('haproxy');
    const after = reconfigured(TOPOLOGY, slower, before);
    expect(new Set(checks(after))).toEqual(new Set([7_000]));
    expect(after).toEqual(
      daemonConfig(TOPOLOGY, hostOf(TOPOLOGY, 'm1'), 'haproxy', {
        ...TOPOLOGY.parameters,
        'haproxy.m1.inter': '7s',
      }).config,
    );
  });

  it('leaves what the run has changed before, by the same means or by others', () => {
    const twice = reconfigured(
      TOPOLOGY,
      { process: 'm1/haproxy', key: 'rise', value: 5 },
      reconfigured(TOPOLOGY, slower, built('haproxy')),
    ) as HaproxyConfig;
    expect(new Set(checks(twice))).toEqual(new Set([7_000]));
    expect(twice.backends[0]!.servers[0]!.check?.rise).toBe(5);
    const upgraded = { ...(built('etcd') as object), version: '3.4' };
    const slow = { process: 'm1/etcd', key: 'election-timeout', value: 5_000 };
    expect(reconfigured(TOPOLOGY, slow, upgraded)).toMatchObject({
      version: '3.4',
      flags: { 'election-timeout': 5_000 },
    });
  });

  it('is a number, true or false if its text is', () => {
    const text = { process: 'm1/etcd', key: 'pre-vote', value: 'false' };
    expect(reconfigured(TOPOLOGY, text, built('etcd'))).toMatchObject({ flags: { 'pre-vote': false } });
  });

  it.each([
    [{ process: 'm1/haproxy', key: 'intre', value: '1s' }, /no parameter intre.*inter/],
    [{ process: 'm1/haproxy', key: 'inter', value: 'soon' }, /soon is not a time/],
    [{ process: 'm1/etcd', key: 'election-timeout', value: 'x' }, /not a whole number/],
    [{ process: 'm1/keepalived', key: 'enabled', value: true }, /of its unit/],
  ])('%j is refused in words', (change, words) => {
    expect(reconfigureMistake(TOPOLOGY, change)).toMatch(words);
  });

  it('is data all through, as what differs is found by comparing', () => {
    for (const { name, processes } of TOPOLOGY.hosts) {
      for (const process of processes) {
        expect(placesOf(TOPOLOGY, process).map((host) => host.name)).toContain(name);
        const { config } = daemonConfig(TOPOLOGY, hostOf(TOPOLOGY, name), process, TOPOLOGY.parameters ?? {});
        expect(JSON.parse(JSON.stringify(config ?? null))).toEqual(config ?? null);
      }
    }
  });
});
