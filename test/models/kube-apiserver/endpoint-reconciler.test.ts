import { describe, expect, test } from 'vitest';
import { addressesIn, type EndpointsObject } from '../../../models/kube-apiserver/endpoint-reconciler.ts';
import type { ScenarioData } from '../../../scenarios/schema.ts';
import { session } from '../../scenarios/runs.ts';
import { type Cluster, cluster, S } from '../kube-cluster.ts';

const KEY = '/registry/services/endpoints/default/kubernetes';
const endpoints = (c: Cluster) =>
  addressesIn(c.etcd().store.kvs.get(KEY)?.value as EndpointsObject | undefined);
const keys = (c: Cluster) =>
  [...c.etcd().store.kvs.keys()].filter((key) => key.startsWith('/registry/masterleases/'));

/** [seconds since the scenario's zero, hosts] of each change of the endpoints. */
function changes(timeline: object[], until = '60s'): [number, readonly string[]][] {
  const data = { scenario: 'endpoints', version: 1, topology: 'stacked-3', until, timeline };
  const { facts, epochUs } = session(data as ScenarioData, 1);
  return (facts.endpoints.get('kubernetes')?.list ?? [])
    .filter(({ atUs }) => atUs > epochUs)
    .map(({ atUs, value }) => [(atUs - epochUs) / S, value]);
}

describe('the endpoints of Service kubernetes', () => {
  test('hold the addresses of all apiservers that keep their key', () => {
    const c = cluster({ workers: 0 });
    c.run(30);
    expect(endpoints(c)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(keys(c).length).toBe(3);
  });

  test('each apiserver writes its key each 10 s', () => {
    const c = cluster({ workers: 0, masters: 1 });
    c.run(65);
    const times = c.steps
      .filter(({ who, leafAfter, cell }) => {
        const leaf = cell?.program.leaves[leafAfter] ?? '';
        return who.endsWith('/endpoint-reconciler') && leaf === 'reconciling.granting';
      })
      .map(({ atUs }) => atUs / S);
    expect(times.length).toBeGreaterThan(3);
    for (const [i, atS] of times.slice(1).entries()) expect(atS - (times[i] ?? 0)).toBeCloseTo(10, 6);
  });

  test('a dead apiserver leaves them 5 to 25 s later', () => {
    const found = changes([{ name: 'fault', at: '10s', do: 'power-off', on: 'm3' }]);
    expect(found.length).toBe(1);
    const [atS, hosts] = found[0] ?? [0, []];
    expect(hosts).toEqual(['m1', 'm2']);
    expect(atS - 10).toBeGreaterThanOrEqual(5);
    // A second of etcd's own for the end of a lease.
    expect(atS - 10).toBeLessThanOrEqual(26);
  });

  test('on a clean shutdown at once', () => {
    const found = changes([{ name: 'fault', at: '10s', do: 'stop', on: 'm3/kube-apiserver' }], '30s');
    expect(found.map(([, hosts]) => hosts)).toEqual([['m1', 'm2']]);
    expect((found[0]?.[0] ?? 0) - 10).toBeLessThan(0.1);
  });

  test('before 1.25 its port is closed by then: its key goes, and the others take it out when they look', () => {
    const c = cluster({ workers: 0, apiserver: { minor: 24 } });
    c.run(30);
    c.world.act(30 * S, { do: 'stop', process: 'm3/kube-apiserver' });
    c.run(30.1);
    expect(c.world.process('m3/kube-apiserver').state).toBe('stopped');
    expect(keys(c)).toHaveLength(2);
    expect(endpoints(c)).toHaveLength(3);
    expect(c.logs('m3/kube-apiserver').map(([, line]) => line)).toContain(
      'Unable to remove endpoints from kubernetes service: Get "https://[::1]:6443/api/v1/namespaces/default/endpoints/kubernetes": dial tcp [::1]:6443: connect: connection refused',
    );
    c.run(41);
    expect(endpoints(c)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('where etcd does not answer the process waits for 20 s: it serves meanwhile, before 1.25 its port is closed', () => {
    for (const [minor, listens] of [
      [24, false],
      [25, true],
    ] as const) {
      const c = cluster({ workers: 0, apiserver: { minor } });
      c.run(30);
      c.world.act(30 * S, { do: 'pause', process: 'etcd1/etcd' });
      c.world.act(31 * S, { do: 'stop', process: 'm3/kube-apiserver' });
      c.run(50.9);
      expect(c.world.process('m3/kube-apiserver').state).toBe('running');
      expect(c.world.host('m3').listeners.some(({ port }) => port === 6443)).toBe(listens);
      c.run(60);
      expect(c.world.process('m3/kube-apiserver').state).toBe('stopped');
      const told = c
        .logs('m3/kube-apiserver')
        .filter(([, line]) => line === 'RemoveEndpoints() timed out')
        .map(([atS]) => atS);
      expect(told).toEqual([51]);
    }
  });

  test('zero keys: refuses to empty the list', () => {
    const c = cluster({ workers: 0, masters: 1 });
    c.run(30);
    c.world.act(30 * S, { do: 'stop', process: 'm1/kube-apiserver' });
    c.run(40);
    expect(keys(c)).toEqual([]);
    expect(endpoints(c)).toEqual(['10.0.0.1']);
    expect(c.logs('m1/kube-apiserver').map(([, line]) => line)).toContain(
      'no API server IP addresses were listed in storage, refusing to erase all endpoints for the kubernetes Service',
    );
    expect(c.world.process('m1/kube-apiserver').state).toBe('stopped');
  });

  test('without quorum they stay as they are, and an apiserver that is asked to end ends all the same', () => {
    const c = cluster({ workers: 0 });
    c.run(30);
    c.quorum(30, false);
    c.world.act(40 * S, { do: 'stop', process: 'm3/kube-apiserver' });
    c.run(60);
    expect(endpoints(c)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(c.world.process('m3/kube-apiserver').state).toBe('stopped');
    expect(
      c.logs('m1/kube-apiserver').some(([, line]) => line.startsWith('Unable to sync kubernetes service')),
    ).toBe(true);
  });
});
