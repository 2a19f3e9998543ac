import { describe, expect, test } from 'vitest';
import { collectionPath, leasePath, type WatchEvent } from '../../../models/kube-apiserver/api.ts';
import { watchTimeoutUs } from '../../../models/kube-apiserver/watch.ts';
import type { Cell } from '../../../sim/state.ts';
import { etcdContext, type Lab, lab } from './fixture.ts';

const lease = (name: string, renewTimeUs: number, resourceVersion?: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'default', ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTimeUs },
});

function events(l: Lab, id: number): [string, string | undefined][] {
  return l
    .told()
    .flatMap(({ message }) =>
      message.kind === 'chunk' && message.id === id ? (message.body as readonly WatchEvent[]) : [],
    )
    .map((event) => [
      event.type,
      (event.object as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion,
    ]);
}

describe('watches', () => {
  test('a watch tells what is there and then every change', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('leases', 'default'), lease('a', 1));
    l.ask(7, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=0`);
    l.ask(8, 'PUT', leasePath('default', 'a'), lease('a', 2, '2'));
    l.ask(9, 'DELETE', leasePath('default', 'a'));
    l.run(10);
    expect(events(l, 2)).toEqual([
      ['ADDED', '2'],
      ['MODIFIED', '3'],
      ['DELETED', '4'],
    ]);
  });

  test('a watch from a resource version tells what came after it', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('leases', 'default'), lease('a', 1));
    l.ask(6.1, 'POST', collectionPath('leases', 'default'), lease('b', 1));
    l.ask(7, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=2`);
    l.run(8);
    expect(events(l, 3)).toEqual([['ADDED', '3']]);
  });

  test('a watch of one namespace, or of one object, is told of nothing else', () => {
    const l = lab();
    l.ask(6, 'GET', `${collectionPath('leases', 'other')}?watch=true&resourceVersion=0`);
    l.ask(6.1, 'POST', collectionPath('leases', 'default'), lease('a', 1));
    l.run(8);
    expect(events(l, 1)).toEqual([]);
  });

  test('the cache remembers 100 events; a watch from before is answered with 410', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('leases', 'default'), lease('a', 1));
    for (let i = 0; i < 110; i++) l.ask(7 + i / 100, 'PUT', leasePath('default', 'a'), lease('a', i));
    l.ask(9, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=2`);
    l.ask(9, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=100`);
    l.run(10);
    expect(l.answer(112)?.status).toBe(410);
    expect(l.answer(113)).toBeUndefined();
    expect(events(l, 113).length).toBe(12);
  });

  test('watches live 1800 s and up to twice as long, or as long as the client asks', () => {
    const input = { id: '', connection: '', stream: 1, minRequestTimeoutUs: 1_800_000_000, luck: 7, atUs: 5 };
    const request = { timeoutSeconds: undefined } as never;
    expect(watchTimeoutUs({ ...input, request })).toBeGreaterThanOrEqual(1_800_000_000);
    expect(watchTimeoutUs({ ...input, request })).toBeLessThan(3_600_000_000);
    const l = lab();
    l.ask(6, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=0&timeoutSeconds=5`);
    l.run(12);
    expect(l.answer(1)?.atMs).toBeCloseTo(11_000, 0);
  });

  test('a cancelled watch and a closed connection leave nothing behind', () => {
    const l = lab();
    l.ask(6, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=0`);
    l.ask(6, 'GET', `${collectionPath('leases')}?watch=true&resourceVersion=0`);
    l.say(7, { kind: 'cancel', id: 1 });
    l.run(7.5);
    const apiserver = l.world.process('m1/kube-apiserver');
    const left = () => [...apiserver.members.keys()].filter((id) => id.startsWith('c'));
    const watchers = () =>
      ((l.world.member(apiserver, 'cacher/leases') as Cell).context as { watchers: { size: number } })
        .watchers.size;
    expect(watchers()).toBe(1);
    l.quorum(7.6, false);
    l.ask(8, 'GET', collectionPath('configmaps'));
    l.run(8.5);
    expect(etcdContext(l.world).held.length).toBe(1);
    l.world.act(9_000_000, { do: 'kill', process: 'c/asker' });
    l.run(10);
    expect(watchers()).toBe(0);
    expect(
      left().filter((id) => id.includes('/') && id !== 'cacher/leases' && id !== 'cacher/nodes'),
    ).toEqual([]);
    expect(etcdContext(l.world).held.length).toBe(0);
  });

  test('the cache of a resource that nobody has asked for is filled on demand', () => {
    const l = lab();
    l.ask(6, 'GET', `${collectionPath('configmaps')}?resourceVersion=0`);
    l.ask(7, 'GET', `${collectionPath('configmaps')}?resourceVersion=0`);
    l.run(8);
    expect(l.answer(1)?.status).toBe(429);
    expect(l.answer(2)?.status).toBe(200);
  });
});
