import { describe, expect, test } from 'vitest';
import { collectionPath, configMapPath, leasePath, nodePath } from '../../../models/kube-apiserver/api.ts';
import { type ApiRequest, keyOf, parseRequest } from '../../../models/kube-apiserver/paths.ts';

function api(method: string, path: string): ApiRequest {
  const request = parseRequest(method, path);
  if (request?.kind !== 'api') throw new Error(`${method} ${path} is no API request`);
  return request;
}

describe('request lines', () => {
  test('a name makes GET a get, none a list, watch=true a watch', () => {
    expect(api('GET', nodePath('m1'))).toMatchObject({ verb: 'get', name: 'm1', namespace: '' });
    expect(api('GET', collectionPath('nodes'))).toMatchObject({ verb: 'list', name: '' });
    expect(
      api('GET', `${collectionPath('leases')}?watch=true&resourceVersion=12&timeoutSeconds=300`),
    ).toMatchObject({ verb: 'watch', resourceVersion: '12', timeoutSeconds: 300 });
    expect(api('POST', collectionPath('configmaps', 'default')).verb).toBe('create');
    expect(api('PATCH', `${nodePath('m1')}/status`)).toMatchObject({ verb: 'patch', subresource: 'status' });
  });

  test('objects lie in etcd under /registry, nodes as minions', () => {
    expect(keyOf(api('GET', nodePath('m1')))).toBe('/registry/minions/m1');
    expect(keyOf(api('GET', leasePath('kube-system', 'kube-scheduler')))).toBe(
      '/registry/leases/kube-system/kube-scheduler',
    );
    expect(keyOf(api('GET', collectionPath('leases')))).toBe('/registry/leases/');
    expect(keyOf(api('GET', collectionPath('configmaps', 'default')))).toBe('/registry/configmaps/default/');
  });

  test('a namespace is an object as others are, and a place for them', () => {
    expect(api('GET', '/api/v1/namespaces')).toMatchObject({ verb: 'list', namespace: '', name: '' });
    expect(api('GET', '/api/v1/namespaces/dev')).toMatchObject({ verb: 'get', namespace: '', name: 'dev' });
    expect(api('GET', '/api/v1/namespaces/dev/pods')).toMatchObject({ verb: 'list', namespace: 'dev' });
  });

  test('an unknown resource, a wrong group or method are not there', () => {
    expect(parseRequest('GET', '/api/v1/gizmos')).toBeUndefined();
    expect(parseRequest('GET', '/apis/apps/v1/nodes')).toBeUndefined();
    expect(parseRequest('GET', '/')).toBeUndefined();
    expect(parseRequest('BREW', nodePath('m1'))).toBeUndefined();
    expect(parseRequest('PUT', collectionPath('configmaps', 'default'))).toBeUndefined();
    expect(api('GET', configMapPath('default', 'a')).resource.kind).toBe('ConfigMap');
  });

  test('health endpoints with verbose and exclude', () => {
    expect(parseRequest('GET', '/readyz?verbose&exclude=etcd')).toEqual({
      kind: 'health',
      endpoint: 'readyz',
      check: '',
      verbose: true,
      exclude: ['etcd'],
    });
    expect(parseRequest('POST', '/livez')).toBeUndefined();
  });
});
