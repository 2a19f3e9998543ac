import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { METHODS } from '../../../models/etcd/api.ts';
import { collectionPath, configMapPath } from '../../../models/kube-apiserver/api.ts';
import { DEFAULTS } from '../../../models/kube-apiserver/config.ts';
import { afterChange } from '../../../models/kube-apiserver/etcd-client.ts';
import { backoffUs } from '../../../models/kube-apiserver/etcd-subchannel.ts';
import { kubeApiserverProcess } from '../../../models/kube-apiserver/process.ts';
import { mayRetryRead, retryPauseUs } from '../../../models/kube-apiserver/retry.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Cell } from '../../../sim/state.ts';
import { host, process, type Story, story } from '../../sim/fixture.ts';
import { asker } from '../asker.ts';
import { fakeEtcd } from '../fake-etcd.ts';
import { etcdContext, lab, S } from './fixture.ts';

describe('the etcd client library', () => {
  test('idempotent calls are retried on Unavailable, up to 100 tries', () => {
    const unavailable = { error: 'etcdserver: leader changed', code: 'Unavailable' };
    expect(mayRetryRead(unavailable, 99)).toBe(true);
    expect(mayRetryRead(unavailable, 100)).toBe(false);
    expect(mayRetryRead({ error: 'etcdserver: too many requests', code: 'ResourceExhausted' }, 1)).toBe(
      false,
    );
    expect(mayRetryRead({ ok: true }, 1)).toBe(false);
  });

  test('25 ms back-off plus or minus 10 % after each lap of a quorum of the endpoints, none within', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 99 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (endpoints, tries, draw) => {
          const pauseUs = retryPauseUs(tries, endpoints, draw);
          const lap = tries % (Math.floor(endpoints / 2) + 1) === 0;
          return lap ? pauseUs >= 22_500 && pauseUs <= 27_500 : pauseUs === 0;
        },
      ),
      { seed: 3 },
    );
  });

  test('gRPC reconnects after 1 s, then 1.6 times longer each time with 20 % jitter, at most 120 s', () => {
    expect(backoffUs(0, 0.9)).toBe(S);
    expect(backoffUs(1, 0.5)).toBe(1.6 * S);
    expect(backoffUs(1, 0)).toBe(1.28 * S);
    expect(backoffUs(50, 0.5)).toBe(120 * S);
  });

  test('a failed subchannel counts as failed until it is ready again', () => {
    const failed = afterChange(['ready', 'ready'], 1, 'transient-failure');
    expect(failed).toEqual(['ready', 'transient-failure']);
    expect(afterChange(failed, 1, 'connecting')).toEqual(failed);
    expect(afterChange(failed, 1, 'ready')).toEqual(['ready', 'ready']);
  });
});

/** One apiserver with three etcds, each with a store of its own. */
function external(): Story & { ask(atS: number, n: number): void; send(atS: number, event: object): void } {
  const members = [11, 12, 13].map((n) => `10.0.0.${n}`);
  const s = story({
    executor: compiledProgram,
    hosts: [host('e1', 11), host('e2', 12), host('e3', 13), host('m1', 1), host('c', 50)],
    processes: [
      ...['e1', 'e2', 'e3'].map((name) => process(name, fakeEtcd)),
      process('m1', kubeApiserverProcess, {
        ...DEFAULTS,
        'etcd-servers': members.map((address) => ({ address, port: 2379, tls: true })),
        cachedResources: [],
      }),
      { ...process('c', asker, { to: '10.0.0.1', port: 6443 }), startDelayUs: [5 * S, 5 * S] },
    ],
  });
  const ask = (atS: number, n: number): void => {
    for (let i = 0; i < n; i++) {
      const event = { type: 'ask', method: 'GET', path: configMapPath('default', `x${i}`) };
      s.world.act(atS * S, { do: 'send', process: 'c/asker', event: event as never });
    }
  };
  const send = (atS: number, event: object): void => {
    s.world.act(Math.round(atS * S), { do: 'send', process: 'e2/etcd', event: event as never });
  };
  return { ...s, ask, send };
}

function ranges(s: Story): number[] {
  return ['e1', 'e2', 'e3'].map((name) => etcdContext(s.world, `${name}/etcd`).served[METHODS.range] ?? 0);
}

function answered(s: Story): [number, number][] {
  const { told } = (s.world.lead(s.world.process('c/asker')) as Cell).context as {
    told: readonly { atMs: number; message: { kind: string; id: number } }[];
  };
  return told
    .filter(({ message }) => message.kind === 'response')
    .map(({ atMs, message }) => [message.id, atMs]);
}

describe('external etcd', () => {
  test('gRPC round_robin over all endpoints', () => {
    const s = external();
    s.world.runUntil(5.5 * S);
    const before = ranges(s);
    s.ask(6, 9);
    s.world.runUntil(7 * S);
    expect(ranges(s).map((count, i) => count - (before[i] ?? 0))).toEqual([3, 3, 3]);
  });

  test('a refused member is skipped at once', () => {
    const s = external();
    s.world.act(6 * S, { do: 'kill', process: 'e2/etcd' });
    s.ask(8, 9);
    s.world.runUntil(9 * S);
    expect(answered(s).length).toBe(9);
    expect(Math.max(...answered(s).map(([, atMs]) => atMs))).toBeLessThan(8010);
  });

  test('a silently dead member can stall calls for up to 40 s (keepalive ping 30 s, timeout 10 s)', () => {
    const s = external();
    s.world.act(6 * S, { do: 'host', host: 'e2', event: { type: 'power-off' } });
    s.ask(8, 9);
    s.world.runUntil(100 * S);
    const late = answered(s).filter(([, atMs]) => atMs > 8100);
    expect(late.length).toBe(3);
    for (const [, atMs] of late) {
      expect(atMs).toBeGreaterThan(40_000);
      expect(atMs).toBeLessThan(48_100);
    }
  });

  describe('a member says GOAWAY', () => {
    /** Three calls wait at e2, which has no quorum, and e2 leaves at 8 s as nine more are under way to the three. */
    function leaving(): ReturnType<typeof external> {
      const s = external();
      s.send(6, { type: 'quorum', present: false });
      s.ask(7, 9);
      s.send(8.00005, { type: 'leave' });
      s.ask(8, 9);
      return s;
    }

    test('what comes too late is made again elsewhere at once, and what is open goes on where it is', () => {
      const s = leaving();
      s.send(9, { type: 'quorum', present: true });
      s.world.runUntil(8.5 * S);
      expect(answered(s).length).toBe(15);
      s.world.runUntil(10 * S);
      const late = answered(s).filter(([, atMs]) => atMs > 8100);
      expect(late.map(([, atMs]) => Math.round(atMs / 10))).toEqual([900, 900, 900]);
    });

    test('where it dies meanwhile, what was open is lost after 40 s and made again', () => {
      const s = leaving();
      s.world.act(8_200_000, { do: 'host', host: 'e2', event: { type: 'power-off' } });
      s.world.runUntil(60 * S);
      const late = answered(s).filter(([, atMs]) => atMs > 8100);
      expect(late.length).toBe(3);
      for (const [, atMs] of late) expect(atMs).toBeCloseTo(48_000, -2);
    });
  });

  test('the apiserver starts while one of three endpoints is down', () => {
    const s = external();
    s.world.act(0, { do: 'kill', process: 'e1/etcd' });
    s.ask(8, 4);
    s.world.runUntil(9 * S);
    expect(answered(s).length).toBe(4);
  });
});

describe('stacked etcd', () => {
  test('local etcd dead: that apiserver is useless; reads, writes and health checks wait for it', () => {
    const l = lab();
    l.world.act(6 * S, { do: 'kill', process: 'etcd1/etcd' });
    l.ask(7, 'GET', collectionPath('configmaps'));
    l.ask(7, 'POST', collectionPath('configmaps', 'default'), { metadata: { name: 'a' } });
    l.ask(7, 'GET', '/healthz');
    l.run(70);
    expect(l.answer(1)).toMatchObject({ status: 504 });
    expect(l.answer(2)).toMatchObject({ status: 504 });
    expect(l.answer(3)).toMatchObject({ status: 500 });
    expect(l.answer(3)?.atMs).toBeCloseTo(9000, 0);
  });

  test('when it comes back they are served', () => {
    const l = lab();
    l.world.act(6 * S, { do: 'kill', process: 'etcd1/etcd' });
    l.ask(7, 'GET', collectionPath('configmaps'));
    l.world.act(8 * S, { do: 'start', process: 'etcd1/etcd' });
    l.run(20);
    expect(l.answer(1)?.status).toBe(200);
    expect(l.answer(1)?.atMs).toBeLessThan(11_000);
  });

  test("if the apiserver's only etcd process is dead its watch just keeps reconnecting", () => {
    const l = lab();
    l.ask(5.5, 'GET', `${collectionPath('nodes')}?watch=true&resourceVersion=0`);
    l.world.act(6 * S, { do: 'kill', process: 'etcd1/etcd' });
    l.ask(60, 'GET', `${collectionPath('nodes')}?resourceVersion=0`);
    l.run(61);
    expect(l.answer(2)?.status).toBe(200);
    expect(l.answer(1)).toBeUndefined();
  });
});
