import { describe, expect, test } from 'vitest';
import { composeScenario } from '../../scenarios/compose.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { runScenario } from '../../scenarios/run.ts';
import { RunBroken, runErrorText } from '../../scenarios/run-errors.ts';
import { UnboundedAlways } from '../../sim/machine-errors.ts';
import type { WorldSpec } from '../../sim/world-spec.ts';
import { LIBRARY } from './library.ts';

const TEXT = `scenario: crowded
version: 1
about: A paused proxy, and clients that go on.
topology: stacked-3
until: 30s
timeline:
  - { at: 5s, do: pause, on: m1/haproxy }
  - { at: 6s, do: pause, on: m1/etcd }
`;

function complaint(limits: WorldSpec['limits']): string | undefined {
  const loaded = loadScenario(TEXT, 'crowded.yaml').scenario;
  if (loaded === undefined) throw new Error('the scenario does not load');
  const { composed } = composeScenario(loaded, LIBRARY);
  if (composed === undefined) throw new Error('the scenario does not compose');
  const { data, topology } = composed;
  try {
    const { spec } = prepare(data, topology, { seed: 1, ...(limits === undefined ? {} : { limits }) });
    runScenario(data, topology, spec);
  } catch (error) {
    return runErrorText(error, loaded);
  }
  return undefined;
}

describe('a run that exceeds a bound names the error and the line of the scenario', () => {
  test('within its bounds it runs', () => {
    expect(complaint(undefined)).toBeUndefined();
  });

  test('a full inbox: the entry that happened last', () => {
    expect(complaint({ inbox: 60 })).toMatch(
      /^crowded\.yaml:8:5: InboxFull: the inbox of m1\/\w+ is full \(60 events wait\) \(at \d+\.\d{3} s, after this entry\)$/,
    );
  });

  test('a full queue', () => {
    expect(complaint({ queue: 64 })).toMatch(
      /^crowded\.yaml:4:\d+: QueueFull: the event queue is full \(64 entries\)/,
    );
  });

  test('an eventless loop', () => {
    const loaded = loadScenario(TEXT, 'crowded.yaml').scenario;
    const error = new RunBroken(new UnboundedAlways('client', 'waiting', 'tick'), 5_500_000, 0);
    expect(loaded && runErrorText(error, loaded)).toMatch(
      /^crowded\.yaml:7:5: UnboundedAlways: machine 'client', state 'waiting', event 'tick': .* \(at 5\.500 s, after this entry\)$/,
    );
  });
});
