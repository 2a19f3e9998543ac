/** Both executors run keepalived's machines alike. */
import { describe, expect, test } from 'vitest';
import { compiledProgram } from '../../../sim/compiled.ts';
import { referenceProgram } from '../../../sim/reference.ts';
import { type Bus, cluster, S, type Settings, useExecutor } from './harness.ts';

/** Everything that a run said, sent and announced. */
function story(executor: typeof referenceProgram, run: () => Bus): unknown {
  useExecutor(executor);
  try {
    const bus = run();
    return {
      said: bus.said,
      sent: [...bus.routers.values()].map((router) => router.sent),
      arp: [...bus.routers.values()].map((router) => router.arp),
      states: [...bus.routers.values()].map((router) => router.instance),
    };
  } finally {
    useExecutor(compiledProgram);
  }
}

function troubled(settings: Settings, version: string): Bus {
  const { bus, routers } = cluster([101, 100, 99], settings, { version });
  const [m1, m2, m3] = routers as [(typeof routers)[0], (typeof routers)[0], (typeof routers)[0]];
  bus.run(10 * S);
  m1.processes.delete('haproxy');
  bus.runFor(8 * S);
  m2.link(false);
  bus.runFor(6 * S);
  m2.link(true);
  m1.processes.add('haproxy');
  bus.runFor(5 * S);
  bus.latency = (from, to) => ((from === 'm1') === (to === 'm1') ? 150 : undefined);
  bus.runFor(6 * S);
  bus.latency = () => 90;
  bus.runFor(3 * S);
  m3.send({ type: 'child-killed' });
  m1.send({ type: 'terminate' });
  bus.runFor(5 * S);
  m1.start(9);
  bus.runFor(12 * S);
  return bus;
}

describe('a life with script failures, lost carrier, partition, kill and stop', () => {
  test.each([
    ['weights', {}, '2.2.7'],
    ['weight 0', { script: '  weight 0' }, '2.2.7'],
    ['nopreempt', { instance: '  nopreempt' }, '2.2.7'],
    ['preempt_delay in version 3', { instance: '  preempt_delay 2', global: 'vrrp_version 3' }, '2.3.4'],
    [
      'a script over HTTP',
      { script: '  script "curl -sk -m 1 https://localhost:8443/"\n  timeout 1' },
      '2.2.7',
    ],
    ['1.3', {}, '1.3.5'],
    ['1.3 and state MASTER', { state: 'MASTER' }, '1.3.5'],
  ] as const)('%s', (_, settings, version) => {
    const expected = story(referenceProgram, () => troubled(settings, version));
    expect(story(compiledProgram, () => troubled(settings, version))).toEqual(expected);
  });
});
