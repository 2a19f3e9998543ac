/** Services with a NodePort: what a node passes on, and what a client at any node gets. */
import { Map as ImmutableMap } from 'immutable';
import { describe, expect, test } from 'vitest';
import type { Endpoints, Service } from '../../../models/kube-apiserver/workloads.ts';
import { changesOf, podPort, rulesOf } from '../../../models/kube-proxy/rules.ts';
import { typeAt } from '../../guides/typing.ts';

const service = (nodePort: number | undefined): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    type: nodePort === undefined ? 'ClusterIP' : 'NodePort',
    clusterIP: '10.96.3.4',
    ports: [{ port: 80, targetPort: 80, ...(nodePort === undefined ? {} : { nodePort }) }],
  },
});
const endpoints = (addresses: readonly string[]): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web', namespace: 'default' },
  addresses,
  notReadyAddresses: [],
  ports: [80],
});
const ROUTES = { '10.244.0': '10.0.0.11', '10.244.1': '10.0.0.12' };
const of = (one: Service, addresses: readonly string[]) =>
  rulesOf(
    ImmutableMap({ 'default/web': one }),
    ImmutableMap({ 'default/web': endpoints(addresses) }),
    ROUTES,
  );

describe('rules', () => {
  test('a NodePort leads to every ready pod, by way of its node', () => {
    expect(of(service(30_080), ['10.244.0.2', '10.244.1.7'])).toEqual({
      30080: [
        { address: '10.0.0.11', port: podPort('10.244.0.2') },
        { address: '10.0.0.12', port: podPort('10.244.1.7') },
      ],
    });
    expect(of(service(undefined), ['10.244.0.2'])).toEqual({});
  });

  test('only what has changed is set again; a port without pods is given back', () => {
    const before = of(service(30_080), ['10.244.0.2']);
    expect(changesOf(before, before)).toEqual([]);
    expect(changesOf(before, of(service(30_080), []))).toEqual([
      { type: 'forward', port: 30_080, targets: [], masquerade: true },
    ]);
    expect(changesOf(before, {})).toHaveLength(1);
  });
});

test('the page comes from any node; without ready pods the port is refused', () => {
  const shell = typeAt({
    scenario: 'node-port',
    version: 1,
    topology: 'stacked-1',
    until: '600s',
    workloads: [{ name: 'web', replicas: 2, port: 80, 'node-port': 30_080 }],
  });
  for (const host of ['m1', 'w1'])
    expect(shell('outside', `curl -s http://${host}:30080 | grep -c '<h1>Welcome'`).text).toBe('1\n');
  expect(shell('m1', 'kubectl scale deployment web --replicas=0').exitCode).toBe(0);
  expect(shell('outside', 'curl http://m1:30080', 30)).toMatchObject({
    text: expect.stringContaining('Connection refused'),
    exitCode: 7,
  });
}, 60_000);
