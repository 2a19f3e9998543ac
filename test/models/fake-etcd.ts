/**
 * An etcd of one process for tests of its clients: models/etcd/api.ts over a plain store, no Raft. Told `quorum
 * {present: false}` it behaves as a member without a majority: linearizable requests wait and end after 7 s, watches
 * that require a leader end after 3 s. Told `leave` it says GOAWAY to those with open requests and takes no more.
 */
import { List, OrderedMap } from 'immutable';
import { assign, emit, setup } from 'xstate';
import {
  type EtcdEvent,
  type KeyValue,
  METHODS,
  METRICS_PORT,
  type RangeRequest,
  type RangeResponse,
  type RequestOp,
  type ResponseHeader,
  type ResponseOp,
  type TxnRequest,
  type WatchRequest,
  type WatchResponse,
} from '../../models/etcd/api.ts';
import { ERRORS, type EtcdError } from '../../models/etcd/errors.ts';
import type { HttpRequest, WireMessage } from '../../models/wire.ts';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { ProcessType } from '../../sim/process-type.ts';

const CLIENT_PORT = 2379;
const TIMEOUT_US = 7_000_000;
const LEADERLESS_WATCH_US = 3_000_000;

export interface Store {
  readonly revision: number;
  readonly kvs: OrderedMap<string, KeyValue>;
  readonly history: List<EtcdEvent>;
}

export const EMPTY_STORE: Store = { revision: 1, kvs: OrderedMap(), history: List() };

function header(store: Store): ResponseHeader {
  return { clusterId: 'c1', memberId: 'e1', revision: store.revision, raftTerm: 2 };
}

export function range(store: Store, request: RangeRequest): RangeResponse {
  const { key, rangeEnd } = request;
  const kvs = [...store.kvs.values()]
    .filter((kv) => (rangeEnd === undefined ? kv.key === key : kv.key >= key && kv.key < rangeEnd))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { ok: true, header: header(store), kvs, more: false, count: kvs.length };
}

function write(store: Store, op: RequestOp, revision: number): Store {
  if (op.op === 'range') return store;
  const { key } = op.request;
  const old = store.kvs.get(key);
  if (op.op === 'put') {
    const kv: KeyValue = {
      key,
      value: op.request.value,
      createRevision: old?.createRevision ?? revision,
      modRevision: revision,
      version: (old?.version ?? 0) + 1,
      lease: 0,
    };
    return { revision, kvs: store.kvs.set(key, kv), history: store.history.push({ type: 'PUT', kv }) };
  }
  if (old === undefined) return store;
  const kv = { ...old, modRevision: revision };
  return { revision, kvs: store.kvs.delete(key), history: store.history.push({ type: 'DELETE', kv }) };
}

function transact(store: Store, request: TxnRequest): [Store, unknown] {
  const succeeded = request.compare.every((compare) => {
    const kv = store.kvs.get(compare.key);
    return 'version' in compare
      ? (kv?.version ?? 0) === compare.version
      : (kv?.modRevision ?? 0) === compare.modRevision;
  });
  let next = store;
  const ops = succeeded ? request.success : request.failure;
  for (const op of ops) next = write(next, op, store.revision + 1);
  const responses = ops.map((op): ResponseOp => {
    if (op.op === 'range') return { op: 'range', response: range(next, op.request) };
    if (op.op === 'put') return { op: 'put', response: { ok: true, header: header(next) } };
    return { op: 'delete-range', response: { ok: true, header: header(next), deleted: 1 } };
  });
  return [next, { ok: true, header: header(next), succeeded, responses }];
}

interface Stream {
  readonly connection: string;
  readonly id: number;
  readonly request: WatchRequest;
  readonly sent: number;
}
interface Held {
  readonly connection: string;
  readonly message: HttpRequest;
  readonly atUs: number;
}
interface Context {
  readonly store: Store;
  readonly quorum: boolean;
  readonly lostAtUs: number;
  readonly streams: readonly Stream[];
  readonly held: readonly Held[];
  readonly effects: readonly Effect[];
  readonly leaving: boolean;
  /** Requests served, by path. */
  readonly served: Readonly<Record<string, number>>;
}
type Event =
  | KernelEvent
  | { readonly type: 'quorum'; readonly present: boolean; readonly atUs: number }
  | { readonly type: 'leave'; readonly atUs: number }
  | { readonly type: 'tick'; readonly atUs: number };

function respond(connection: string, id: number, body: unknown): Effect {
  return { type: 'transmit', connection, message: { kind: 'response', id, status: 200, body } };
}

function chunk(stream: Stream, store: Store, created: boolean): [Stream, Effect[]] {
  const { key, rangeEnd, startRevision } = stream.request;
  const from = Math.max(stream.sent + 1, startRevision);
  const events = store.history
    .filter(
      ({ kv }) =>
        kv.modRevision >= from &&
        (rangeEnd === undefined ? kv.key === key : kv.key >= key && kv.key < rangeEnd),
    )
    .toArray();
  const body: WatchResponse = { header: header(store), events, ...(created ? { created } : {}) };
  const next = { ...stream, sent: Math.max(stream.sent, store.revision) };
  if (events.length === 0 && !created) return [next, []];
  return [
    next,
    [{ type: 'transmit', connection: stream.connection, message: { kind: 'chunk', id: stream.id, body } }],
  ];
}

function notify(context: Context, store: Store, effects: readonly Effect[]): Partial<Context> {
  const all = [...effects];
  const streams = context.streams.map((stream) => {
    const [next, sent] = chunk(stream, store, false);
    all.push(...sent);
    return next;
  });
  return { store, streams, effects: all };
}

function serve(context: Context, connection: string, message: HttpRequest, atUs: number): Partial<Context> {
  const { id, path, body } = message;
  const served = { ...context.served, [path]: (context.served[path] ?? 0) + 1 };
  const answer = (what: unknown): Partial<Context> => ({ served, effects: [respond(connection, id, what)] });
  if (path === '/health') {
    const reason = context.quorum ? '' : 'RAFT NO LEADER';
    const status = context.quorum ? 200 : 503;
    const health = { health: context.quorum ? 'true' : 'false', reason };
    return {
      served,
      effects: [{ type: 'transmit', connection, message: { kind: 'response', id, status, body: health } }],
    };
  }
  const local = path === METHODS.range && (body as RangeRequest).serializable === true;
  if (path === METHODS.watch) {
    if (!context.quorum && (body as WatchRequest).requireLeader) return answer(ERRORS.noLeader);
    const [stream, effects] = chunk(
      { connection, id, request: body as WatchRequest, sent: (body as WatchRequest).startRevision - 1 },
      context.store,
      true,
    );
    return { served, effects, streams: [...context.streams, stream] };
  }
  if (!context.quorum && !local) {
    return { served, effects: [], held: [...context.held, { connection, message, atUs }] };
  }
  if (path === METHODS.range) return answer(range(context.store, body as RangeRequest));
  if (path === METHODS.txn) {
    const [store, answered] = transact(context.store, body as TxnRequest);
    return { served, ...notify(context, store, [respond(connection, id, answered)]) };
  }
  // Leases are given out and never run out.
  if (path === METHODS.leaseGrant) return answer({ ok: true, header: header(context.store), id: 1, ttl: 15 });
  const unknown: EtcdError = { error: `unimplemented ${path}`, code: 'Unknown' };
  return answer(unknown);
}

function receive(context: Context, connection: string, message: WireMessage, atUs: number): Partial<Context> {
  switch (message.kind) {
    case 'tls-hello':
      return {
        effects: [{ type: 'transmit', connection, message: { kind: 'tls-answer', what: 'server-hello' } }],
      };
    case 'ping':
      return { effects: [{ type: 'transmit', connection, message: { kind: 'pong' } }] };
    case 'cancel':
      return {
        effects: [],
        streams: context.streams.filter((s) => s.connection !== connection || s.id !== message.id),
        held: context.held.filter((h) => h.connection !== connection || h.message.id !== message.id),
      };
    case 'request':
      if (context.leaving)
        return { effects: [{ type: 'transmit', connection, message: { kind: 'refused', id: message.id } }] };
      return serve(context, connection, message, atUs);
    default:
      return { effects: [] };
  }
}

function setQuorum(context: Context, present: boolean, atUs: number): Partial<Context> {
  if (!present) return { quorum: false, lostAtUs: atUs, effects: [] };
  let next: Context = { ...context, quorum: true, held: [], effects: [] };
  const effects: Effect[] = [];
  for (const { connection, message } of context.held) {
    next = { ...next, ...serve(next, connection, message, atUs) };
    effects.push(...next.effects);
  }
  return { ...next, effects };
}

function leave({ streams, held }: Context): Partial<Context> {
  const connections = new Set([...streams, ...held].map(({ connection }) => connection));
  const effects = [...connections].map(
    (connection): Effect => ({ type: 'transmit', connection, message: { kind: 'goaway' } }),
  );
  return { leaving: true, effects: [{ type: 'unlisten', port: CLIENT_PORT }, ...effects] };
}

function tick(context: Context, atUs: number): Partial<Context> {
  if (context.quorum) return { effects: [] };
  const old = context.held.filter((held) => atUs - held.atUs >= TIMEOUT_US);
  const effects = old.map((held) => respond(held.connection, held.message.id, ERRORS.timeout));
  if (atUs - context.lostAtUs < LEADERLESS_WATCH_US) {
    return { held: context.held.filter((held) => !old.includes(held)), effects };
  }
  effects.push(...context.streams.map((s) => respond(s.connection, s.id, ERRORS.noLeader)));
  return { held: context.held.filter((held) => !old.includes(held)), effects, streams: [] };
}

const machine = setup({
  types: {} as {
    context: Context;
    events: Event;
    input: { readonly disk: Readonly<Record<string, unknown>> };
    emitted: Effect;
  },
  actions: {
    step: assign(({ context, event }): Partial<Context> => {
      switch (event.type) {
        case 'received':
          return receive(context, event.connection, event.message as WireMessage, event.atUs);
        case 'closed':
          return {
            effects: [],
            streams: context.streams.filter((s) => s.connection !== event.connection),
            held: context.held.filter((h) => h.connection !== event.connection),
          };
        case 'quorum':
          return setQuorum(context, event.present, event.atUs);
        case 'leave':
          return leave(context);
        default:
          return tick(context, event.atUs);
      }
    }),
    act: emit(
      ({ context }): Effect => ({
        type: 'batch',
        effects: [
          ...context.effects,
          ...(context.effects.length === 0
            ? []
            : [{ type: 'write', id: 'store', key: 'store', value: context.store, sync: true } as const]),
        ],
      }),
    ),
  },
  delays: { tick: ({ context }) => (context.quorum ? 60_000_000 : 100_000) },
}).createMachine({
  id: 'fake-etcd',
  context: ({ input }) => ({
    store: (input.disk['store'] as Store | undefined) ?? EMPTY_STORE,
    quorum: true,
    lostAtUs: 0,
    streams: [],
    held: [],
    effects: [],
    leaving: false,
    served: {},
  }),
  initial: 'serving',
  entry: emit({
    type: 'batch',
    effects: [
      { type: 'listen', port: CLIENT_PORT },
      { type: 'listen', port: METRICS_PORT },
    ],
  } as Effect),
  states: {
    serving: {
      on: {
        received: { actions: ['step', 'act'] },
        closed: { actions: ['step', 'act'] },
        leave: { actions: ['step', 'act'] },
        quorum: { target: 'serving', reenter: true, actions: ['step', 'act'] },
      },
      after: { tick: { target: 'serving', reenter: true, actions: ['step', 'act'] } },
    },
  },
});

export const fakeEtcd: ProcessType = { name: 'etcd', lead: machine };
export type FakeEtcdContext = Context;
