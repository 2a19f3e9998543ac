import { describe, expect, test } from 'vitest';
import { emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { restore, snapshot } from '../../sim/snapshot.ts';
import { host, process, SECOND, type Story, story } from './fixture.ts';
import { askerType, echoType } from './machines.ts';

/** Passes port 80 on to the addresses that its config and later `targets` events name. */
function forwarder(masquerade: boolean) {
  const forward = (addresses: readonly string[]): Effect => ({
    type: 'forward',
    port: 80,
    targets: addresses.map((address) => ({ address, port: 80 })),
    masquerade,
  });
  const lead = setup({
    types: {
      input: {} as { config: readonly string[] },
      context: {} as { readonly config: readonly string[] },
      events: {} as { type: 'targets'; addresses: readonly string[] },
      emitted: {} as Effect,
    },
  }).createMachine({
    id: 'forwarder',
    context: ({ input }) => ({ config: input.config }),
    initial: 'on',
    entry: emit(({ context }) => forward(context.config)),
    states: { on: { on: { targets: { actions: emit(({ event }) => forward(event.addresses)) } } } },
  });
  return { name: 'forwarder', lead };
}

const SERVERS = ['10.0.0.1', '10.0.0.2'];

function world(askers: number, masquerade = true, targets = SERVERS): Story {
  return story({
    hosts: [host('s1', 1), host('s2', 2), host('lb', 9), host('out', 100)],
    processes: [
      process('s1', echoType),
      process('s2', echoType),
      process('lb', forwarder(masquerade), targets),
      ...Array.from({ length: askers }, (_, i) => ({
        ...process('out', askerType, { to: '10.0.0.9', everyUs: SECOND }),
        name: `asker${i}`,
        startDelayUs: [SECOND, SECOND] as const,
      })),
    ],
  });
}
const named = (s: Story, name: string) =>
  s.notes.filter(([, , note]) => note['name'] === name).map(([ms, who, note]) => [ms, who, note] as const);
const accepted = (s: Story, name: string) =>
  s.steps.filter(({ who, event }) => who.startsWith(`${name}/echo`) && event?.type === 'accepted');

describe('a host that passes connections on', () => {
  test('each connection goes to one target for its life, and connections spread over the targets', () => {
    const s = world(40);
    s.world.runUntil(4 * SECOND);
    const [first, second] = [accepted(s, 's1').length, accepted(s, 's2').length];
    expect(first + second).toBe(40);
    expect(Math.min(first, second)).toBeGreaterThan(10);
    expect(named(s, 'answer').length).toBeGreaterThanOrEqual(40 * 3);
  });

  test('a target sees the forwarding host when it masquerades, else the client', () => {
    const from = (masquerade: boolean) => {
      const s = world(1, masquerade);
      s.world.runUntil(2 * SECOND);
      const [step] = [...accepted(s, 's1'), ...accepted(s, 's2')];
      return (step?.event as unknown as { from: string } | undefined)?.from;
    };
    expect(from(true)).toBe('10.0.0.9');
    expect(from(false)).toBe('10.0.0.100');
  });

  test('a refusal comes from the target itself', () => {
    const s = world(1, true, ['10.0.0.1']);
    s.world.act(SECOND / 2, { do: 'stop', process: 's1/echo' });
    s.world.runUntil(2 * SECOND);
    expect(named(s, 'failed').map(([, , { reason }]) => reason)).toEqual(['refused']);
  });

  test('a SYN to a silent target is lost, and its repetitions go to the same one until it is given up', () => {
    const s = world(1, true, ['10.0.0.1']);
    s.world.act(SECOND / 2, { do: 'host', host: 's1', event: { type: 'power-off' } });
    const send = { type: 'targets', addresses: ['10.0.0.2'] } as never;
    s.world.act(3 * SECOND, { do: 'send', process: 'lb/forwarder', event: send });
    s.world.runUntil(3.5 * SECOND);
    expect(accepted(s, 's2')).toEqual([]);
    s.world.runUntil(5 * SECOND);
    // SYNs at 1, 2 and 4 s.
    expect(accepted(s, 's2').map(({ atUs }) => Math.floor(atUs / SECOND))).toEqual([4]);
  });

  test('RST answers what the client sends to a target that was given up', () => {
    const s = world(1, true, ['10.0.0.1']);
    const send = { type: 'targets', addresses: ['10.0.0.2'] } as never;
    s.world.act(2.5 * SECOND, { do: 'send', process: 'lb/forwarder', event: send });
    s.world.runUntil(5 * SECOND);
    expect(named(s, 'closed').map(([ms, , { how }]) => [Math.floor(ms / 1000), how])).toEqual([[3, 'reset']]);
  });

  test('a client that is its own target is not answered unless the host masquerades (hairpin)', () => {
    const answered = (masquerade: boolean) => {
      const s = story({
        hosts: [host('s1', 1), host('lb', 9)],
        processes: [
          process('s1', echoType),
          process('lb', forwarder(masquerade), ['10.0.0.1']),
          {
            ...process('s1', askerType, { to: '10.0.0.9', everyUs: SECOND }),
            startDelayUs: [SECOND, SECOND],
          },
        ],
      });
      s.world.runUntil(5 * SECOND);
      return named(s, 'answer').length > 0;
    };
    expect(answered(true)).toBe(true);
    expect(answered(false)).toBe(false);
  });

  test('the way there leads through the forwarding host: its cable cuts it', () => {
    const s = world(1);
    s.world.act(2.5 * SECOND, { do: 'carrier', host: 'lb', on: false });
    s.world.runUntil(6 * SECOND);
    expect(named(s, 'answer').length).toBe(2);
    s.world.act(6 * SECOND, { do: 'carrier', host: 'lb', on: true });
    s.world.runUntil(12 * SECOND);
    expect(named(s, 'answer').length).toBeGreaterThan(8);
  });

  test('a fork goes on alike', () => {
    const s = world(3);
    s.world.runUntil(2.2 * SECOND);
    const twin = restore(snapshot(s.world));
    s.world.runUntil(6 * SECOND);
    twin.runUntil(6 * SECOND);
    const contexts = (world: typeof twin) => world.cells.map((cell) => cell?.context);
    expect(contexts(twin)).toEqual(contexts(s.world));
  });
});
