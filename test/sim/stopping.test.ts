/** What is asked to end and does not: who kills it, and when; and what a host waits for before it is off. */
import { describe, expect, test } from 'vitest';
import type { Supervisor } from '../../sim/state.ts';
import { host, process, SECOND, story } from './fixture.ts';
import { echoType, politeType, stubbornType, writerType } from './machines.ts';

const POD: Supervisor = { kind: 'static-pod', requires: 'echo' };
const UNIT: Supervisor = { kind: 'systemd', restart: 'always' };

function alone(supervisor: Supervisor, more = {}) {
  return story({
    hosts: [host('a', 1, more)],
    processes: [process('a', echoType), process('a', stubbornType, {}, supervisor)],
  });
}

/** Seconds at which the stubborn one ended, and how. */
function exits(s: ReturnType<typeof story>): [number, unknown][] {
  return s.steps
    .filter(({ kind, who }) => kind === 'process-exit' && who === 'a/stubborn')
    .map(({ atUs, detail }) => [atUs / SECOND, (detail as { readonly why?: string }).why]);
}

describe('SIGKILL after SIGTERM', () => {
  test.each([
    ['a unit, after 90 s', UNIT, 91],
    ['a static pod, after 30 s', POD, 31],
  ] as const)('%s', (_, supervisor, atS) => {
    const s = alone(supervisor);
    s.world.act(SECOND, { do: 'stop', process: 'a/stubborn' });
    s.world.runUntil(200 * SECOND);
    expect(exits(s)).toEqual([[atS, 'stop-limit']]);
    expect(s.world.process('a/stubborn').state).toBe('stopped');
  });

  test('not who has ended by itself, and not the one that runs since', () => {
    const s = story({ hosts: [host('a', 1)], processes: [process('a', politeType, {}, UNIT)] });
    s.world.act(SECOND, { do: 'restart', process: 'a/polite' });
    s.world.runUntil(200 * SECOND);
    expect(s.steps.filter(({ kind }) => kind === 'process-exit')).toHaveLength(1);
    expect(s.world.process('a/polite').state).toBe('running');
  });

  test('systemctl restart starts it again after the kill', () => {
    const s = alone({ kind: 'systemd', restart: 'no' });
    s.world.act(SECOND, { do: 'restart', process: 'a/stubborn' });
    s.world.runUntil(200 * SECOND);
    expect(exits(s)).toEqual([[91, 'stop-limit']]);
    expect(s.world.process('a/stubborn').state).toBe('running');
  });
});

test('a unit cannot be stopped while its host has no power: it starts with the boot', () => {
  const s = story({ hosts: [host('a', 1)], processes: [process('a', politeType, {}, UNIT)] });
  s.world.act(SECOND, { do: 'host', host: 'a', event: { type: 'power-off' } });
  s.world.act(2 * SECOND, { do: 'stop', process: 'a/polite' });
  s.world.act(3 * SECOND, { do: 'host', host: 'a', event: { type: 'power-on' } });
  s.world.runUntil(4 * SECOND);
  expect(s.world.process('a/polite').state).toBe('running');
});

describe('the container runtime stops', () => {
  /** It stops at 1 s; beside its keeper there is this container. */
  function stopped(container: typeof echoType, more: Parameters<typeof host>[2], keeper = echoType) {
    const s = story({
      hosts: [host('a', 1, more)],
      processes: [process('a', keeper), process('a', container, {}, POD)],
    });
    s.world.act(SECOND, { do: 'runtime', host: 'a', on: false });
    const stateAt = (atS: number, name: string) => {
      s.world.runUntil(atS * SECOND);
      return s.world.process(`a/${name}`).state;
    };
    return { s, stateAt };
  }

  test('docker gives its containers 10 s', () => {
    const { s } = stopped(stubbornType, { containerRuntime: 'docker' });
    s.world.runUntil(60 * SECOND);
    expect(exits(s)).toEqual([[11, 'stop-limit']]);
  });

  test("containerd's go on, and who ends meanwhile is not started until it runs again", () => {
    const keeper = { ...echoType, watchesContainers: true };
    const { s, stateAt } = stopped(stubbornType, { containerRuntime: 'containerd' }, keeper);
    expect(stateAt(60, 'stubborn')).toBe('running');
    s.world.act(60 * SECOND, { do: 'kill', process: 'a/stubborn' });
    expect(stateAt(120, 'stubborn')).toBe('stopped');
    s.world.act(120 * SECOND, { do: 'runtime', host: 'a', on: true });
    expect(stateAt(122, 'stubborn')).toBe('running');
  });

  test('nobody ends a container whose manifest is taken away; it ends when the runtime is back', () => {
    const { s, stateAt } = stopped(writerType, { containerRuntime: 'containerd' });
    s.world.act(2 * SECOND, { do: 'stop', process: 'a/writer' });
    expect(stateAt(3, 'writer')).toBe('running');
    s.world.act(4 * SECOND, { do: 'runtime', host: 'a', on: true });
    expect(stateAt(5, 'writer')).toBe('stopped');
  });
});

describe('a host shuts down', () => {
  /** Seconds from the shutdown to the end of power. */
  function tookS(s: ReturnType<typeof story>, how: 'shutdown' | 'reboot' = 'shutdown'): number {
    s.world.act(10 * SECOND, { do: 'host', host: 'a', event: { type: how } });
    s.world.runUntil(200 * SECOND);
    return (s.steps.find(({ kind }) => kind === 'host-down')?.atUs ?? 0) / SECOND - 10;
  }

  test('2 s after nothing runs any more', () => {
    const of = (type: typeof politeType) =>
      story({ hosts: [host('a', 1)], processes: [process('a', type, {}, UNIT)] });
    expect(tookS(of(writerType))).toBe(2);
    expect(tookS(of(politeType))).toBe(2.5);
    expect(tookS(story({ hosts: [host('a', 1)], processes: [] }))).toBe(2);
  });

  test('it waits for who does not end: 90 s, or for docker 10 s', () => {
    expect(tookS(alone(UNIT))).toBe(92);
    expect(tookS(alone(POD))).toBe(92);
    expect(tookS(alone(POD, { containerRuntime: 'docker' }))).toBe(12);
  });

  test('what ended is not started again meanwhile; after a reboot everything is', () => {
    const s = story({
      hosts: [host('a', 1, { bootUs: 5 * SECOND })],
      processes: [process('a', politeType, {}, UNIT), process('a', stubbornType, {}, UNIT)],
    });
    expect(tookS(s, 'reboot')).toBe(92);
    const begins = s.steps.filter(({ kind, who }) => kind === 'process-start' && who === 'a/polite');
    expect(begins.map(({ atUs }) => atUs / SECOND)).toEqual([5, 107]);
    expect(s.world.process('a/stubborn').state).toBe('running');
  });
});
