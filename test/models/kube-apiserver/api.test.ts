import { describe, expect, test } from 'vitest';
import { collectionPath, configMapPath } from '../../../models/kube-apiserver/api.ts';
import { lab } from './fixture.ts';

const path = configMapPath('default', 'a');
const object = (value: string, resourceVersion?: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'a',
    namespace: 'default',
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  },
  data: { value },
});

describe('the API of one kube-apiserver', () => {
  test('create, read, compare-and-swap, conflict, delete', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('configmaps', 'default'), object('1'));
    l.ask(6.1, 'POST', collectionPath('configmaps', 'default'), object('1'));
    l.ask(6.2, 'GET', path);
    l.ask(6.3, 'PUT', path, object('2', '2'));
    l.ask(6.4, 'PUT', path, object('3', '2'));
    l.ask(6.5, 'PUT', path, object('4'));
    l.ask(6.6, 'PATCH', path, { data: { more: 'x' } });
    l.ask(6.7, 'DELETE', path);
    l.ask(6.8, 'GET', path);
    l.ask(6.9, 'PUT', path, object('5', '2'));
    l.run(8);
    const statuses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => l.answer(id)?.status);
    expect(statuses).toEqual([201, 409, 200, 200, 409, 200, 200, 200, 404, 404]);
    expect(l.answer(2)?.body).toMatchObject({ reason: 'AlreadyExists' });
    expect(l.answer(3)?.body).toMatchObject({ data: { value: '1' }, metadata: { resourceVersion: '2' } });
    expect(l.answer(5)?.body).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    });
    expect(l.answer(7)?.body).toMatchObject({ data: { value: '4', more: 'x' } });
    expect(l.answer(9)?.body).toMatchObject({ message: 'configmaps "a" not found' });
  });
});
