import { describe, expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import type { RestAnswer, RestCall } from '../../../models/kube-apiserver/rest-calls.ts';
import { restClient } from '../../../models/kube-apiserver/rest-client.ts';
import type { WireMessage } from '../../../models/wire.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Effect, KernelEvent } from '../../../sim/effects.ts';
import type { Action } from '../../../sim/faults.ts';
import type { ProcessType } from '../../../sim/process-type.ts';
import type { Cell } from '../../../sim/state.ts';
import { host, process, SECOND as S, story } from '../../sim/fixture.ts';

type Behaviour = 'answer' | 'busy' | 'eof' | 'reset' | 'silent' | 'no-tls';

/** A server that treats requests as its config says; told `be` it changes. */
const server = setup({
  types: {} as {
    context: { readonly behaviour: Behaviour; readonly requests: number; readonly accepted: number };
    events: KernelEvent | { readonly type: 'be'; readonly behaviour: Behaviour; readonly atUs: number };
    input: { readonly config: { readonly behaviour: Behaviour } };
    emitted: Effect;
  },
}).createMachine({
  id: 'server',
  context: ({ input }) => ({ behaviour: input.config.behaviour, requests: 0, accepted: 0 }),
  initial: 'serving',
  entry: emit({ type: 'listen', port: 6443 } as Effect),
  states: {
    serving: {
      on: {
        be: { actions: assign({ behaviour: ({ event }) => event.behaviour }) },
        accepted: {
          actions: [
            assign({ accepted: ({ context }) => context.accepted + 1 }),
            emit(
              ({ context, event }): Effect =>
                context.behaviour === 'eof'
                  ? { type: 'close', connection: event.connection }
                  : { type: 'batch', effects: [] },
            ),
          ],
        },
        received: {
          actions: [
            emit(({ context, event }): Effect => {
              const message = event.message as WireMessage;
              const { connection } = event;
              const say = (reply: WireMessage): Effect => ({
                type: 'transmit',
                connection,
                message: reply,
              });
              if (context.behaviour === 'no-tls') return { type: 'batch', effects: [] };
              if (message.kind === 'tls-hello') return say({ kind: 'tls-answer', what: 'server-hello' });
              if (context.behaviour === 'silent') return { type: 'batch', effects: [] };
              if (message.kind === 'ping') return say({ kind: 'pong' });
              if (message.kind !== 'request') return { type: 'batch', effects: [] };
              if (context.behaviour === 'reset') return { type: 'reset', connection };
              if (context.behaviour === 'busy')
                return say({ kind: 'response', id: message.id, status: 429, body: 'busy', retryAfter: 1 });
              return say({ kind: 'response', id: message.id, status: 200, body: message.path });
            }),
            assign({
              requests: ({ context, event }) =>
                context.requests + ((event.message as WireMessage).kind === 'request' ? 1 : 0),
            }),
          ],
        },
      },
    },
  },
});

interface CallerContext {
  readonly answers: readonly { readonly atS: number; readonly from: string; readonly answer: RestAnswer }[];
}
/** The lead of a family with one client; `call` from outside goes on to it and every answer is kept. */
const caller = setup({
  types: {} as {
    context: CallerContext;
    events: (RestAnswer | (RestCall & { readonly type: 'call' }) | { readonly type: 'close-connections' }) & {
      readonly atUs: number;
    };
    emitted: Effect;
  },
}).createMachine({
  id: 'caller',
  context: { answers: [] },
  initial: 'open',
  entry: emit({
    type: 'start',
    machine: 'rest-client',
    id: 'rest-client',
    input: { address: '10.0.0.1', port: 6443 },
  } as Effect),
  states: {
    open: {
      on: {
        call: { actions: emit(({ event }) => ({ type: 'tell', to: 'rest-client', event })) },
        'close-connections': { actions: emit(({ event }) => ({ type: 'tell', to: 'rest-client', event })) },
        answer: {
          actions: assign({
            answers: ({ context, event }) => [
              ...context.answers,
              { atS: event.atUs / S, from: '', answer: event },
            ],
          }),
        },
      },
    },
  },
});
const callerType: ProcessType = { name: 'caller', lead: caller, members: { 'rest-client': restClient } };

function lab(behaviour: Behaviour | 'absent' | 'no-host') {
  const s = story({
    executor: compiledProgram,
    hosts: [...(behaviour === 'no-host' ? [] : [host('m1', 1)]), host('c', 50)],
    processes: [
      ...(behaviour === 'absent' || behaviour === 'no-host'
        ? []
        : [process('m1', { name: 'server', lead: server }, { behaviour })]),
      process('c', callerType),
    ],
  });
  const act = (atS: number, action: Action) => s.world.act(Math.round(atS * S), action);
  return {
    ...s,
    act,
    call: (atS: number, method: RestCall['method'] = 'GET', path = '/x') =>
      act(atS, {
        do: 'send',
        process: 'c/caller',
        event: { type: 'call', from: '', method, path } as never,
      }),
    be: (atS: number, next: Behaviour) =>
      act(atS, { do: 'send', process: 'm1/server', event: { type: 'be', behaviour: next } as never }),
    answers: () =>
      ((s.world.lead(s.world.process('c/caller')) as Cell).context as CallerContext).answers.map(
        ({ atS, answer }) => [Math.round(atS * 10) / 10, answer.status, answer.error] as const,
      ),
    accepted: () =>
      ((s.world.lead(s.world.process('m1/server')) as Cell).context as { accepted: number }).accepted,
  };
}

describe("a Go program's API client", () => {
  test('one connection for all calls', () => {
    const l = lab('answer');
    for (let i = 1; i <= 5; i++) l.call(i);
    l.world.runUntil(6 * S);
    expect(l.answers().map(([, status]) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(l.accepted()).toBe(1);
  });

  test('port closed: connection refused; a new call dials again', () => {
    const l = lab('absent');
    l.call(1, 'PUT');
    l.call(2, 'GET');
    l.world.runUntil(3 * S);
    expect(l.answers()).toEqual([
      [1, 0, 'Put "https://10.0.0.1:6443/x": dial tcp 10.0.0.1:6443: connect: connection refused'],
      [2, 0, 'Get "https://10.0.0.1:6443/x": dial tcp 10.0.0.1:6443: connect: connection refused'],
    ]);
  });

  test('nobody owns the address: no route to host', () => {
    const l = lab('no-host');
    l.call(1);
    l.world.runUntil(10 * S);
    expect(l.answers()[0]?.[2]).toContain('connect: no route to host');
  });

  test('packets dropped: i/o timeout after the dial limit of 30 s', () => {
    const l = lab('answer');
    l.act(0.5, {
      do: 'rule-add',
      rule: { id: 'mute', from: [1], to: [0], protocol: 'tcp', effect: { kind: 'drop' } },
    });
    l.call(1, 'PUT');
    l.world.runUntil(60 * S);
    expect(l.answers()).toEqual([
      [31, 0, 'Put "https://10.0.0.1:6443/x": dial tcp 10.0.0.1:6443: i/o timeout'],
    ]);
  });

  test('accepted, but silent: TLS handshake timeout after 10 s', () => {
    const l = lab('no-tls');
    l.call(1, 'PUT');
    l.world.runUntil(20 * S);
    expect(l.answers()).toEqual([[11, 0, 'Put "https://10.0.0.1:6443/x": net/http: TLS handshake timeout']]);
  });

  test('GETs are retried on EOF, 10 times a second apart', () => {
    const l = lab('eof');
    l.call(1);
    l.world.runUntil(30 * S);
    expect(l.answers()).toEqual([[11, 0, 'Get "https://10.0.0.1:6443/x": EOF']]);
    expect(l.accepted()).toBe(11);
  });

  test('429 with Retry-After is tried again after that, whatever the method, 10 times', () => {
    const l = lab('busy');
    l.call(1, 'PUT');
    l.world.runUntil(20 * S);
    const text = 'the server has received too many requests and has asked us to try again later';
    expect(l.answers()).toEqual([[11, 429, text]]);
    expect(l.accepted()).toBe(1);
  });

  test('429 is forgotten when the server has time again', () => {
    const l = lab('busy');
    l.call(1, 'PUT');
    l.be(3.5, 'answer');
    l.world.runUntil(20 * S);
    expect(l.answers()).toEqual([[4, 200, '']]);
  });

  test('POST, PUT, PATCH and DELETE are not retried', () => {
    const l = lab('reset');
    l.call(1, 'PUT');
    l.world.runUntil(30 * S);
    expect(l.answers()).toEqual([[1, 0, 'Put "https://10.0.0.1:6443/x": read: connection reset by peer']]);
  });

  test('a GET that met a reset succeeds a second later', () => {
    const l = lab('reset');
    l.call(1);
    l.be(1.5, 'answer');
    l.world.runUntil(5 * S);
    expect(l.answers()).toEqual([[2, 200, '']]);
  });

  test('ping after 30 s idle, 15 s to answer: a half-dead connection is dropped after at most 45 s', () => {
    const l = lab('answer');
    l.call(1);
    l.be(2, 'silent');
    l.call(20, 'PUT');
    l.world.runUntil(100 * S);
    expect(l.answers()[1]).toEqual([46, 0, 'Put "https://10.0.0.1:6443/x": http2: client connection lost']);
  });

  test('an idle connection is kept by its pings', () => {
    const l = lab('answer');
    l.call(1);
    l.call(300);
    l.world.runUntil(301 * S);
    expect(l.answers().length).toBe(2);
    expect(l.accepted()).toBe(1);
  });

  test('closing all connections fails what is under way and the next call dials', () => {
    const l = lab('answer');
    l.call(1);
    l.be(2, 'silent');
    l.call(3, 'PUT');
    l.act(4, { do: 'send', process: 'c/caller', event: { type: 'close-connections' } });
    l.be(4.5, 'answer');
    l.call(5, 'PUT');
    l.world.runUntil(6 * S);
    expect(l.answers().map(([atS, status]) => [atS, status])).toEqual([
      [1, 200],
      [4, 0],
      [5, 200],
    ]);
    expect(l.accepted()).toBe(2);
  });
});
