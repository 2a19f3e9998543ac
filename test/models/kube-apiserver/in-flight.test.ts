import { describe, expect, test } from 'vitest';
import { nodePath } from '../../../models/kube-apiserver/api.ts';
import { DEFAULTS } from '../../../models/kube-apiserver/config.ts';
import { counted, isFull, NONE_IN_FLIGHT, poolOf } from '../../../models/kube-apiserver/in-flight.ts';
import { type ApiRequest, parseRequest } from '../../../models/kube-apiserver/paths.ts';
import { lab } from './fixture.ts';

const NODES = '/api/v1/nodes';
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });

/** Reads and writes that hang, as etcd has no quorum: four of each, two a tenth of a second. */
function crowded(config: Parameters<typeof lab>[0]) {
  const l = lab(config);
  l.quorum(8, false);
  for (let i = 0; i < 4; i++) l.ask(10 + i / 10, 'GET', nodePath('n'));
  for (let i = 0; i < 4; i++) l.ask(10.05 + i / 10, 'POST', NODES, node(`n${i}`));
  l.run(12);
  // In the order of asking: reads have odd ids, writes even ones.
  const status = (ids: readonly number[]) => ids.map((id) => l.answer(id)?.status);
  return { l, reads: status([1, 3, 5, 7]), writes: status([2, 4, 6, 8]) };
}

describe('requests in flight', () => {
  test('at most so many that change nothing and so many that do, 429 for the rest', () => {
    const { reads, writes } = crowded({ 'max-requests-inflight': 3, 'max-mutating-requests-inflight': 2 });
    expect(reads).toEqual([undefined, undefined, undefined, 429]);
    expect(writes).toEqual([undefined, undefined, 429, 429]);
  });

  test('the answer says when to come again', () => {
    const { l } = crowded({ 'max-requests-inflight': 3 });
    const told = l.told().find(({ message }) => (message as { id?: number }).id === 7)?.message;
    expect(told).toMatchObject({
      status: 429,
      retryAfter: 1,
      body: 'Too many requests, please try again later.\n',
    });
  });

  test('0 is no limit', () => {
    const { reads, writes } = crowded({ 'max-requests-inflight': 0, 'max-mutating-requests-inflight': 0 });
    expect([...reads, ...writes]).toEqual(Array.from({ length: 8 }, () => undefined));
  });

  test('a place is free again when its request has ended, or was given up', () => {
    const l = lab({ 'max-requests-inflight': 1 });
    l.quorum(8, false);
    l.ask(10, 'GET', nodePath('n'));
    l.ask(10.2, 'GET', nodePath('n'));
    l.say(10.4, { kind: 'cancel', id: 1 });
    l.ask(10.6, 'GET', nodePath('n'));
    l.quorum(11, true);
    l.ask(30, 'GET', nodePath('n'));
    l.run(31);
    expect([2, 3, 4].map((id) => l.answer(id)?.status)).toEqual([429, 404, 404]);
  });

  test('long-running requests are not counted', () => {
    const watch = parseRequest('GET', `${NODES}?watch=true&resourceVersion=0`) as ApiRequest;
    expect(poolOf(watch)).toBeUndefined();
    const l = lab({ 'max-requests-inflight': 1 });
    for (let i = 0; i < 3; i++) l.ask(10 + i / 10, 'GET', `${NODES}?watch=true&resourceVersion=0`);
    l.ask(11, 'GET', nodePath('n'));
    l.run(12);
    expect(l.answer(4)?.status).toBe(404);
  });

  test('400 and 200 by default', () => {
    const full = (pool: 'reading' | 'mutating', count: number) =>
      isFull(counted(NONE_IN_FLIGHT, pool, count), pool, DEFAULTS);
    expect([full('reading', 399), full('reading', 400)]).toEqual([false, true]);
    expect([full('mutating', 199), full('mutating', 200)]).toEqual([false, true]);
  });
});
