import { describe, expect, test } from 'vitest';
import { collectionPath } from '../../../models/kube-apiserver/api.ts';
import { DEFAULTS } from '../../../models/kube-apiserver/config.ts';
import { kubeApiserverProcess } from '../../../models/kube-apiserver/process.ts';
import { host, process, story } from '../../sim/fixture.ts';
import { fakeEtcd } from '../fake-etcd.ts';
import { lab, S } from './fixture.ts';

function exits(steps: readonly { kind: string; who: string; atUs: number; detail: unknown }[]) {
  return steps
    .filter((step) => step.kind === 'process-exit' && step.who === 'm1/kube-apiserver')
    .map((step) => [step.atUs / S, step.detail]);
}

describe('kube-apiserver starts and stops', () => {
  test('the etcd client must connect within 20 s or the process exits (context deadline exceeded)', () => {
    const s = story({
      hosts: [host('m1', 1)],
      processes: [process('m1', kubeApiserverProcess, DEFAULTS)],
    });
    s.world.runUntil(30 * S);
    expect(exits(s.steps)).toEqual([[20, { code: 1 }]]);
  });

  test('an etcd that comes within the 20 s is found: the client tries again with a back-off', () => {
    const s = story({
      hosts: [host('m1', 1)],
      processes: [
        { ...process('m1', fakeEtcd), startDelayUs: [15 * S, 15 * S] },
        process('m1', kubeApiserverProcess, DEFAULTS),
      ],
    });
    s.world.runUntil(40 * S);
    expect(exits(s.steps)).toEqual([]);
    expect(s.world.host('m1').listeners.map((listener) => listener.port)).toContain(6443);
  });

  test('a start without quorum opens the port, is not healthy, and exits when its first reads have failed for a minute', () => {
    const s = lab();
    s.quorum(0.001, false);
    s.ask(8, 'GET', '/livez');
    s.run(100);
    expect(s.answer(1)?.status).toBe(500);
    const [[atS, detail] = []] = exits(s.steps);
    expect(detail).toEqual({ code: 1 });
    expect(atS).toBeGreaterThan(60);
    expect(atS).toBeLessThan(65);
    expect(s.closed()).toEqual([{ atMs: expect.any(Number), how: 'eof' }]);
  });

  test('a hello of ssl-hello-chk is answered with an alert', () => {
    const l = lab();
    l.say(6, { kind: 'tls-hello', version: 'ssl3' });
    l.run(7);
    expect(l.told().at(-1)?.message).toEqual({ kind: 'tls-answer', what: 'alert' });
  });

  test('a plain HTTP request to the TLS port is answered with 400', () => {
    const l = lab();
    l.say(6, { kind: 'request', id: 1, tls: false, method: 'GET', path: '/healthz' });
    l.run(7);
    expect(l.answer(1)).toMatchObject({
      status: 400,
      body: 'Client sent an HTTP request to an HTTPS server.\n',
    });
    expect(l.closed().length).toBe(1);
  });

  test('HTTP/2 pings are answered', () => {
    const l = lab();
    l.say(6, { kind: 'ping' });
    l.run(7);
    expect(l.told().at(-1)?.message).toEqual({ kind: 'pong' });
  });

  test('SIGTERM: the port closes, watches end, requests are served to their end, exit 0', () => {
    const l = lab();
    l.ask(6, 'GET', `${collectionPath('nodes')}?watch=true&resourceVersion=0`);
    l.quorum(7, false);
    l.ask(8, 'GET', collectionPath('configmaps'));
    l.world.act(10 * S, { do: 'stop', process: 'm1/kube-apiserver' });
    l.ask(10.5, 'GET', '/readyz?exclude=etcd&exclude=etcd-readiness');
    l.run(11);
    expect(l.answer(1)?.status).toBe(200);
    expect(l.answer(3)?.body).toContain('[-]shutdown failed: reason withheld');
    expect(l.world.host('m1').listeners).toEqual([]);
    expect(exits(l.steps)).toEqual([]);
    l.quorum(12, true);
    l.run(13);
    expect(l.answer(2)?.status).toBe(200);
    expect(exits(l.steps)).toEqual([[expect.closeTo(12, 2), { code: 0 }]]);
  });
});
