import { describe, expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import type { ClientConfig } from '../../../models/client/config.ts';
import { client } from '../../../models/client/process.ts';
import type { HttpRequest, WireMessage } from '../../../models/wire.ts';
import type { Effect, KernelEvent } from '../../../sim/effects.ts';
import { host, process, SECOND, story } from '../../sim/fixture.ts';

/** An API with one object: created once, then updated at its version. */
const api = setup({
  types: {
    context: {} as { version: number; answers: Effect },
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
}).createMachine({
  id: 'api',
  context: { version: 0, answers: { type: 'batch', effects: [] } },
  initial: 'serving',
  entry: emit({ type: 'listen', port: 6443 } as Effect),
  states: {
    serving: {
      on: {
        received: {
          actions: [
            assign(({ context, event }) => {
              const message = event.message as WireMessage;
              const reply = (body: unknown): Effect => ({
                type: 'transmit',
                connection: event.connection,
                message: body,
              });
              if (message.kind === 'tls-hello')
                return { answers: reply({ kind: 'tls-answer', what: 'server-hello' }) };
              const { id, method, body } = message as HttpRequest;
              const asked =
                (body as { metadata?: { resourceVersion?: string } } | undefined)?.metadata
                  ?.resourceVersion ?? '';
              const object = (version: number) => ({ metadata: { resourceVersion: String(version) } });
              const answer = (status: number, content: unknown) =>
                reply({ kind: 'response', id, status, body: content });
              if (method === 'GET') return { answers: answer(200, object(context.version)) };
              const matches = method === 'POST' ? context.version === 0 : asked === String(context.version);
              if (!matches) return { answers: answer(409, { kind: 'Status', message: 'modified' }) };
              return {
                version: context.version + 1,
                answers: answer(method === 'POST' ? 201 : 200, object(context.version + 1)),
              };
            }),
            emit(({ context }) => context.answers),
          ],
        },
      },
    },
  },
});

function run(config: Partial<ClientConfig>, withApi = true) {
  return story({
    hosts: [host('out', 100), host('m1', 1)],
    processes: [
      ...(withApi ? [process('m1', { name: 'api', lead: api })] : []),
      process('out', client, {
        name: 'users',
        request: 'write',
        address: '10.0.0.1',
        port: 6443,
        everyUs: 100_000,
        timeoutUs: 5 * SECOND,
        connection: 'each',
        ...config,
      }),
    ],
  });
}
const outcomes = (s: ReturnType<typeof run>) =>
  s.notes.filter(([, , note]) => note['name'] === 'request').map(([, , note]) => note);

describe('a load generator', () => {
  test('starts ten requests a second and all are answered', () => {
    const s = run({});
    s.world.runUntil(2 * SECOND);
    const all = outcomes(s);
    expect(all.length).toBeGreaterThanOrEqual(18);
    expect(new Set(all.map((note) => note['outcome']))).toEqual(new Set(['ok']));
    expect(all.map((note) => note['value'])).toEqual(all.map((_, i) => i + 1));
    expect(s.world.process('out/client').members.size).toBeLessThanOrEqual(1);
  });

  test('a read is answered without a write', () => {
    const s = run({ request: 'read' });
    s.world.runUntil(SECOND);
    expect(outcomes(s).every((note) => note['outcome'] === 'ok' && note['key'] === undefined)).toBe(true);
  });

  test('nobody listens: refused; no such host: no route', () => {
    const refused = run({}, false);
    refused.world.runUntil(SECOND);
    expect(outcomes(refused).map((note) => note['outcome'])).toContain('refused');
    const lost = run({ address: '10.0.0.77' });
    lost.world.runUntil(4 * SECOND);
    expect(outcomes(lost)[0]).toMatchObject({ outcome: 'error', detail: 'no route to host' });
  });

  test('a server that is silent gives a time-out after the limit, and the open loop goes on', () => {
    const s = run({});
    s.world.act(SECOND, { do: 'pause', process: 'm1/api' });
    s.world.runUntil(7 * SECOND);
    const late = outcomes(s).filter((note) => note['outcome'] === 'timeout');
    expect(late.length).toBeGreaterThanOrEqual(8);
    for (const note of late)
      expect((note['endedAtUs'] as number) - (note['startedAtUs'] as number)).toBe(5 * SECOND);
  });

  test('a server that dies gives an end of file', () => {
    const s = run({});
    s.world.act(SECOND, { do: 'pause', process: 'm1/api' });
    s.world.act(1.5 * SECOND, { do: 'kill', process: 'm1/api' });
    s.world.runUntil(2 * SECOND);
    const kinds = outcomes(s).map((note) => note['outcome']);
    expect(kinds).toContain('reset');
    expect(kinds.at(-1)).toBe('refused');
  });

  test('after a write that was committed although it timed out, the next one reads the version and tries again', () => {
    const s = run({ timeoutUs: 400_000 });
    s.world.act(SECOND, {
      do: 'rule-add',
      rule: { id: 'mute', from: [1], to: [0], effect: { kind: 'drop' } },
    });
    s.world.act(1.15 * SECOND, { do: 'rule-remove', id: 'mute' });
    s.world.runUntil(4 * SECOND);
    expect(outcomes(s).at(-1)).toMatchObject({ outcome: 'ok' });
  });

  test('one that keeps its connection opens a single one', () => {
    const s = run({ connection: 'keep' });
    s.world.runUntil(3 * SECOND);
    const all = outcomes(s);
    expect(all.length).toBeGreaterThanOrEqual(28);
    expect(new Set(all.map((note) => note['outcome']))).toEqual(new Set(['ok']));
    expect(s.world.nextConnection).toBe(2);
  });
});
