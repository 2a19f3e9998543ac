import { describe, expect, test } from 'vitest';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { composed, run, session } from './runs.ts';

const about = (topology: string, more: Partial<ScenarioData> = {}): ScenarioData => ({
  scenario: 'door',
  version: 1,
  topology,
  until: '30s',
  ...more,
});
const refused = (topology: string, more: Partial<ScenarioData>) => () => composed(about(topology, more));

describe('names in scenarios on other front doors', () => {
  test('a topology without a VIP says so, whoever asks for it', () => {
    expect(refused('stacked-3-cloud', { start: { vip: 'm1' } })).toThrow(
      'topology stacked-3-cloud has no VIP',
    );
    const on = (role: string) =>
      ({ timeline: [{ at: '1s', do: 'power-off', on: role }] }) as Partial<ScenarioData>;
    expect(refused('stacked-3-dns', on('vip-holder'))).toThrow('topology stacked-3-dns has no VIP');
    expect(refused('stacked-3-kube-vip', on('backup:1'))).toThrow(
      'topology stacked-3-kube-vip has no keepalived',
    );
    expect(() => composed(about('stacked-3-kube-vip', on('vip-holder')))).not.toThrow();
  });

  test('who may hold the VIP is who runs what moves it', () => {
    expect(refused('stacked-3-kube-vip', { start: { vip: 'w1' } })).toThrow(
      'w1 is no host with kube-vip; there are: m1, m2, m3',
    );
    expect(refused('stacked-3', { start: { vip: 'w1' } })).toThrow('w1 is no host with keepalived');
  });

  test("kube-vip's lease is known where kube-vip is", () => {
    const holder = { expect: [{ sometimes: "leases['plndr-cp-lock'].holder == 'm1'" }] };
    expect(() => composed(about('stacked-3-kube-vip', holder))).not.toThrow();
    expect(refused('stacked-3', holder)).toThrow('plndr-cp-lock');
  });

  test("no fault is aimed at a provider's host, only at its links", () => {
    const fault = (what: string, on: string) =>
      ({ timeline: [{ at: '1s', do: what, on }] }) as Partial<ScenarioData>;
    for (const [what, on] of [
      ['power-off', 'lb'],
      ['stop', 'lb/cloud-balancer'],
      ['disk-full', 'lb'],
    ] as const)
      expect(refused('stacked-3-cloud', fault(what, on))).toThrow(
        'lb is run by the provider: only its links can fail',
      );
    expect(() => composed(about('stacked-3-cloud', fault('partition', 'lb<->m1')))).not.toThrow();
  });

  test('targets of a balancer have the names of their hosts', () => {
    const asks = (server: string) => ({
      expect: [{ sometimes: `backends['lb']['${server}'].state == 'UP'` }],
    });
    expect(() => composed(about('stacked-3-cloud', asks('apiserver/m1')))).not.toThrow();
    expect(refused('stacked-3-cloud', asks('apiserver/w1'))).toThrow('apiserver/w1');
  });
});

describe('a run on another front door', () => {
  test('has no lane of a VIP where there is none', () => {
    const { record } = run(about('stacked-3-dns'), 1);
    expect(record.lanes.map(({ id }) => id)).not.toContain('vip');
    expect(record.vip).toBeNull();
  });

  test('kube-vip that is stopped in order gives lease and VIP away after one retry', () => {
    const { facts, epochUs } = session(
      about('stacked-3-kube-vip', {
        start: { vip: 'm1' },
        timeline: [{ at: '10s', do: 'stop', on: 'm1/kube-vip' }] as never,
      }),
      1,
    );
    const moves = facts.vip.list.filter(({ atUs }) => atUs > epochUs);
    expect(moves.length).toBe(2);
    expect(moves[1]?.value).not.toEqual(['m1']);
    expect((moves[1]?.atUs ?? 0) - epochUs).toBeLessThan(12_500_000);
  });

  test('kube-vip that is frozen keeps the VIP, and another takes it as well', () => {
    const { facts } = session(
      about('stacked-3-kube-vip', {
        start: { vip: 'm1' },
        timeline: [{ at: '5s', do: 'pause', on: 'm1/kube-vip' }] as never,
      }),
      1,
    );
    expect(facts.vip.last?.length).toBe(2);
    expect(facts.vip.last).toContain('m1');
  });

  test('kube-vip leaves a host whose own apiserver is dead', () => {
    const { facts, epochUs } = session(
      about('stacked-3-kube-vip', {
        start: { vip: 'm1' },
        timeline: [{ at: '5s', do: 'stop', on: 'm1/kube-apiserver' }] as never,
      }),
      1,
    );
    const gone = facts.vip.list.find(({ atUs, value }) => atUs > epochUs && value.length === 0);
    // Up to a second until it renews, three in which it tries; a refused release takes no time.
    expect(((gone?.atUs ?? 0) - epochUs) / 1e6).toBeLessThan(9.2);
    expect(facts.vip.last).not.toContain('m1');
  });
});
