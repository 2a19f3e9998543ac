import { describe, expect, test } from 'vitest';
import { etcdContext, lab } from './fixture.ts';

describe('health endpoints', () => {
  test('/healthz, /livez and /readyz answer 200 ok', () => {
    const l = lab();
    ['healthz', 'livez', 'readyz'].forEach((name, i) => {
      l.ask(6 + i, 'GET', `/${name}`);
    });
    l.run(10);
    for (const id of [1, 2, 3]) expect(l.answer(id)).toMatchObject({ status: 200, body: 'ok' });
  });

  test('?verbose lists the checks', () => {
    const l = lab();
    l.ask(6, 'GET', '/readyz?verbose');
    l.run(7);
    expect(l.answer(1)?.body).toBe(
      '[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]etcd-readiness ok\n[+]shutdown ok\nreadyz check passed\n',
    );
  });

  test('the etcd check needs a quorum and gives up after 2 s: 500, reason withheld, livez check failed', () => {
    const l = lab();
    l.quorum(6, false);
    l.ask(8, 'GET', '/livez');
    l.run(11);
    const answer = l.answer(1);
    expect(answer).toMatchObject({
      status: 500,
      body: '[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\nlivez check failed\n',
    });
    expect(answer?.atMs).toBeCloseTo(10_000, 0);
  });

  test('the etcd check is in all three', () => {
    const l = lab();
    l.quorum(6, false);
    ['healthz', 'livez', 'readyz'].forEach((name, i) => {
      l.ask(8 + 5 * i, 'GET', `/${name}`);
    });
    l.run(25);
    for (const id of [1, 2, 3]) expect(l.answer(id)?.status).toBe(500);
  });

  test('?exclude=etcd leaves the check out', () => {
    const l = lab();
    l.quorum(6, false);
    l.ask(8, 'GET', '/livez?exclude=etcd');
    l.run(9);
    expect(l.answer(1)).toMatchObject({ status: 200, body: 'ok' });
  });

  test('a single check has its own path, and its failure its reason', () => {
    const l = lab();
    l.ask(6, 'GET', '/livez/etcd');
    l.ask(6.1, 'GET', '/readyz/nonsense');
    l.quorum(7, false);
    l.ask(8, 'GET', '/readyz/etcd-readiness');
    l.ask(8.1, 'GET', '/readyz/ping');
    l.run(11);
    expect(l.answer(1)).toMatchObject({ status: 200, body: 'ok' });
    expect(l.answer(2)?.status).toBe(404);
    expect(l.answer(3)).toMatchObject({
      status: 500,
      body: 'internal server error: error getting data from etcd: context deadline exceeded\n',
    });
    expect(l.answer(4)).toMatchObject({ status: 200, body: 'ok' });
  });

  test('excluding what there is not is warned of', () => {
    const l = lab();
    l.ask(6, 'GET', '/livez?verbose&exclude=etcd&exclude=disk');
    l.run(7);
    expect(l.answer(1)?.body).toBe(
      '[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "disk"\nlivez check passed\n',
    );
  });

  test('limited to one real probe per 1 s, otherwise the last result is repeated', () => {
    const l = lab();
    l.run(5.9);
    const before = etcdContext(l.world).served['/etcdserverpb.KV/Range'] ?? 0;
    for (let i = 0; i < 20; i++) l.ask(6 + i / 10, 'GET', '/healthz');
    l.run(9);
    expect((etcdContext(l.world).served['/etcdserverpb.KV/Range'] ?? 0) - before).toBe(2);
    for (let id = 1; id <= 20; id++) expect(l.answer(id)?.status).toBe(200);
  });

  test('401 means that anonymous access is off', () => {
    const l = lab({ 'anonymous-auth': false });
    l.ask(6, 'GET', '/healthz');
    l.run(7);
    expect(l.answer(1)).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
  });

  test('a result that was bad is repeated at once', () => {
    const l = lab();
    l.quorum(6, false);
    l.ask(8, 'GET', '/livez');
    l.ask(10.2, 'GET', '/livez');
    l.ask(10.3, 'GET', '/livez');
    l.run(13);
    expect(l.answer(2)?.atMs).toBeCloseTo(12_200, 0);
    expect(l.answer(3)?.atMs).toBeCloseTo(10_300, 0);
    expect(l.answer(3)?.status).toBe(500);
  });
});
