import { describe, expect, test } from 'vitest';
import { collectionPath, configMapPath, nodePath } from '../../../models/kube-apiserver/api.ts';
import { lab } from './fixture.ts';

const path = configMapPath('default', 'a');
const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
  data: {},
};
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'w1' },
  spec: {},
  status: { conditions: [], addresses: [], nodeInfo: { kubeletVersion: 'v1.20.0' } },
};

describe('an apiserver whose etcd has lost its quorum', () => {
  test('a write fails after 7 s with etcdserver: request timed out', () => {
    const l = lab();
    l.quorum(7, false);
    l.ask(10, 'POST', collectionPath('configmaps', 'default'), object);
    l.run(20);
    const answer = l.answer(1);
    expect(answer).toMatchObject({
      status: 500,
      body: { kind: 'Status', status: 'Failure', message: 'etcdserver: request timed out', code: 500 },
    });
    expect(answer?.atMs).toBeGreaterThanOrEqual(17_000);
    expect(answer?.atMs).toBeLessThan(17_200);
  });

  test('a read hangs up to the 60 s request timeout, then 504', () => {
    const l = lab();
    l.quorum(7, false);
    l.ask(10, 'GET', path);
    l.run(75);
    expect(l.answer(1)).toMatchObject({
      status: 504,
      body: {
        reason: 'Timeout',
        message: 'Timeout: request did not complete within the allotted timeout',
      },
    });
    expect(l.answer(1)?.atMs).toBeCloseTo(70_000, 0);
  });

  test('a read is repeated, so it succeeds as soon as there is a quorum again', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('configmaps', 'default'), object);
    l.quorum(7, false);
    l.ask(10, 'GET', path);
    l.quorum(40, true);
    l.run(45);
    expect(l.answer(2)?.status).toBe(200);
    expect(l.answer(2)?.atMs).toBeGreaterThanOrEqual(40_000);
    expect(l.answer(2)?.atMs).toBeLessThan(40_010);
  });

  test('requests with resourceVersion=0 and open watches are served by the watch cache for about 33 s, then all watches end and 429', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('nodes'), node);
    l.ask(7, 'GET', `${collectionPath('nodes')}?watch=true&resourceVersion=0`);
    l.quorum(10, false);
    for (let s = 11; s < 60; s++) l.ask(s, 'GET', `${nodePath('w1')}?resourceVersion=0`);
    l.run(61);
    const statuses = Array.from({ length: 49 }, (_, i) => [11 + i, l.answer(3 + i)?.status] as const);
    const firstBad = statuses.find(([, status]) => status !== 200);
    expect(firstBad?.[0]).toBeGreaterThanOrEqual(43);
    expect(firstBad?.[0]).toBeLessThanOrEqual(45);
    expect(statuses.filter(([s]) => s > 45).every(([, status]) => status === 429)).toBe(true);
    expect(l.answer(51)?.body).toMatchObject({
      message: 'storage is (re)initializing',
      details: { retryAfterSeconds: 1 },
    });
    const ended = l.answer(2);
    expect(ended?.status).toBe(200);
    expect(ended?.atMs).toBeGreaterThanOrEqual(43_000);
    expect(ended?.atMs).toBeLessThan(44_000);
  });

  test('a normal election (1 to 2 s) disturbs no watch', () => {
    const l = lab();
    l.ask(7, 'GET', `${collectionPath('nodes')}?watch=true&resourceVersion=0`);
    l.quorum(10, false);
    l.quorum(12, true);
    l.ask(13, 'POST', collectionPath('nodes'), node);
    l.run(60);
    expect(l.answer(1)).toBeUndefined();
    expect(l.told().filter(({ message }) => message.kind === 'chunk').length).toBe(1);
  });

  test('after a longer loss that ends within the 30 s the watch goes on and misses nothing', () => {
    const l = lab();
    l.ask(7, 'GET', `${collectionPath('nodes')}?watch=true&resourceVersion=0`);
    l.quorum(10, false);
    l.quorum(30, true);
    l.ask(30.01, 'POST', collectionPath('nodes'), node);
    l.run(40);
    const chunks = l.told().filter(({ message }) => message.kind === 'chunk');
    expect(chunks.length).toBe(1);
    expect(chunks[0]?.message).toMatchObject({
      body: [{ type: 'ADDED', object: { metadata: { name: 'w1' } } }],
    });
  });

  test('the cache is there again once a list has succeeded', () => {
    const l = lab();
    l.quorum(10, false);
    l.quorum(60, true);
    l.ask(62, 'GET', `${collectionPath('nodes')}?resourceVersion=0`);
    l.run(63);
    expect(l.answer(1)?.status).toBe(200);
  });
});
