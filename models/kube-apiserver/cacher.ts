/**
 * The watch cache of one resource: a copy of its objects, filled by a list and a watch of etcd, from which reads with
 * resourceVersion=0 and all client watches are served. First form.
 *
 * Sources: apiserver pkg/storage/cacher/cacher.go:451-454, 489-534, ready.go:125; pkg/storage/etcd3/store.go:1164 (the
 * watch demands a leader); client-go tools/cache/reflector.go:565, 660 (30 s of retries after `no leader`). Unit: microseconds.
 *
 * A watch that etcd ends for want of a leader is tried again for 30 s, during which everything stays frozen; then all
 * client watches are ended and reads get 429 until a new list has succeeded. A lost connection to etcd is not an error:
 * the etcd client resumes the watch when an endpoint is ready again.
 * Not modelled: bookmarks, selectors, progress notification, the wait for a revision not yet seen, versions before 1.31
 * that keep readers waiting in place of 429, more than 100 remembered events, paging.
 */
import { Map as ImmutableMap } from 'immutable';
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import {
  METHODS,
  prefixEnd,
  type RangeResponse,
  type WatchRequest,
  type WatchResponse,
} from '../etcd/api.ts';
import { isEtcdError } from '../etcd/errors.ts';
import { type Timed, tell } from '../family.ts';
import { expired, notFound, type Resource, reinitializing, type WatchEvent } from './api.ts';
import {
  type CachedRead,
  cacherId,
  ETCD_CLIENT,
  type EtcdAnswer,
  type EtcdCall,
  type EtcdChunk,
  type Push,
  type Reply,
  type Subscribe,
  type Unsubscribe,
} from './family.ts';
import { factOf, objectsNote } from './observe.ts';
import { failed, listOf, type Outcome, respond } from './storage.ts';
import {
  afterChunk,
  afterList,
  type Change,
  EMPTY_CACHE,
  isTold,
  isTooOld,
  missed,
  select,
  type WatchCache,
} from './watch-cache.ts';
import { keyOfObject } from './workloads.ts';

/** cacher.go: wait.Until(startCaching, 1 s). */
const REINITIALIZE_US = 1_000_000;
/** cacher.go:454 MaxInternalErrorRetryDuration. */
const RETRY_FOR_US = 30_000_000;
/** The reflector loops at once; a tenth of a second bounds the events of a simulation. */
const RETRY_PAUSE_US = 100_000;
interface Input {
  readonly resource: Resource;
}
interface Context extends Input, WatchCache {
  readonly watchers: ImmutableMap<string, Subscribe>;
  /** Since when the etcd watch fails. */
  readonly failingSinceUs: number | undefined;
  /** What the last chunk changed. */
  readonly fresh: readonly Change[];
}
type Event = Timed<EtcdAnswer | EtcdChunk | CachedRead | Subscribe | Unsubscribe>;

function call(context: Context, path: string, body: unknown): Effect {
  const from = cacherId(context.resource.plural);
  return tell<EtcdCall>(ETCD_CLIENT, { type: 'call', from, path, body });
}

function list(context: Context): Effect {
  const key = context.resource.prefix;
  return call(context, METHODS.range, { key, rangeEnd: prefixEnd(key) });
}

function watch(context: Context): Effect {
  const key = context.resource.prefix;
  const request: WatchRequest = {
    key,
    rangeEnd: prefixEnd(key),
    startRevision: context.revision + 1,
    requireLeader: true,
  };
  return call(context, METHODS.watch, request);
}

function reply(to: CachedRead | Subscribe, outcome: Outcome): Effect {
  const message = respond(to.id, outcome);
  return tell<Reply>('', { type: 'reply', connection: to.connection, message });
}

function push(to: Subscribe, events: readonly WatchEvent[]): Effect {
  const message = { kind: 'chunk', id: to.id, body: events } as const;
  return tell<Push>('', { type: 'push', connection: to.connection, message });
}

/** For observers: everything, after a list. */
function noteAll({ resource, objects, revision }: Context): Effect {
  const facts = [...objects.values()].map((object) => ({ key: keyOfObject(object), object }));
  return objectsNote(resource.plural, revision, true, facts);
}

/** Tells each watcher what concerns it, and observers everything. */
function distribute(context: Context): Effect {
  const { resource, revision, fresh: changes } = context;
  const facts = changes.map(({ event }) => factOf(event));
  const effects: Effect[] =
    changes.length === 0 ? [] : [objectsNote(resource.plural, revision, false, facts)];
  for (const watcher of context.watchers.values()) {
    const fresh = context.fresh.filter((change) => isTold(watcher.request, change));
    if (fresh.length > 0) {
      effects.push(
        push(
          watcher,
          fresh.map((change) => change.event),
        ),
      );
    }
  }
  return { type: 'batch', effects };
}

function read(context: Context, event: CachedRead): Effect {
  const { request } = event;
  const objects = select(context, request);
  if (request.name === '') {
    return reply(event, { status: 200, body: listOf(request, objects, context.revision) });
  }
  const [object] = objects;
  return reply(
    event,
    object === undefined ? failed(notFound(request.resource, request.name)) : { status: 200, body: object },
  );
}

function greet(context: Context, watcher: Subscribe): Effect {
  const events = missed(context, watcher.request);
  return events.length === 0 ? { type: 'batch', effects: [] } : push(watcher, events);
}

/** The end of a client's watch; the lead ends its member. */
function end(watcher: Subscribe): Effect {
  const message = { kind: 'response', id: watcher.id, status: 200 } as const;
  return tell<Reply>('', { type: 'reply', connection: watcher.connection, message });
}

export const cacher = setup({
  types: {} as { context: Context; events: Event; input: Input; emitted: Effect },
  guards: {
    listed: ({ event }) => !isEtcdError((event as EtcdAnswer).body),
    lost: ({ event }) => (event as EtcdAnswer).lost,
    noLeader: ({ context, event }) => {
      const { body } = event as EtcdAnswer;
      const sinceUs = context.failingSinceUs ?? event.atUs;
      return isEtcdError(body) && body.code === 'Unavailable' && event.atUs - sinceUs <= RETRY_FOR_US;
    },
    compacted: ({ event }) => ((event as EtcdChunk).body as WatchResponse).canceled === true,
    tooOld: ({ context, event }) => isTooOld(context, (event as Subscribe).request),
  },
  delays: { reinitialize: REINITIALIZE_US, retryPause: RETRY_PAUSE_US },
}).createMachine({
  id: 'kube-apiserver.cacher',
  context: ({ input }) => ({
    ...input,
    ...EMPTY_CACHE,
    watchers: ImmutableMap<string, Subscribe>(),
    failingSinceUs: undefined,
    fresh: [],
  }),
  initial: 'initializing',
  states: {
    initializing: {
      id: 'initializing',
      entry: [
        emit(({ context }) => ({ type: 'batch', effects: [...context.watchers.values()].map(end) })),
        assign({ watchers: ImmutableMap<string, Subscribe>() }),
      ],
      initial: 'listing',
      states: {
        listing: {
          entry: emit(({ context }) => list(context)),
          on: {
            answer: [
              {
                guard: 'listed',
                target: '#ready',
                actions: [
                  assign(({ event }) => ({
                    ...afterList(event.body as RangeResponse),
                    failingSinceUs: undefined,
                  })),
                  emit(({ context }) => noteAll(context)),
                ],
              },
              { target: 'waiting' },
            ],
          },
        },
        waiting: { after: { reinitialize: 'listing' } },
      },
      on: {
        read: { actions: emit(({ event }) => reply(event, failed(reinitializing()))) },
        subscribe: { actions: emit(({ event }) => reply(event, failed(reinitializing()))) },
      },
    },
    ready: {
      id: 'ready',
      initial: 'watching',
      states: {
        watching: {
          entry: emit(({ context }) => watch(context)),
          on: {
            chunk: [
              { guard: 'compacted', target: '#initializing' },
              {
                actions: [
                  assign(({ context, event }) => ({
                    ...afterChunk(context, event.body as WatchResponse),
                    failingSinceUs: undefined,
                  })),
                  emit(({ context }) => distribute(context)),
                ],
              },
            ],
            answer: [
              { guard: 'lost', target: 'watching', reenter: true },
              {
                guard: 'noLeader',
                target: 'retrying',
                actions: assign({
                  failingSinceUs: ({ context, event }) => context.failingSinceUs ?? event.atUs,
                }),
              },
              { target: '#initializing' },
            ],
          },
        },
        retrying: { after: { retryPause: 'watching' } },
      },
      on: {
        read: { actions: emit(({ context, event }) => read(context, event)) },
        subscribe: [
          { guard: 'tooOld', actions: emit(({ event }) => reply(event, failed(expired()))) },
          {
            actions: [
              emit(({ context, event }) => greet(context, event)),
              assign({ watchers: ({ context, event }) => context.watchers.set(event.watch, event) }),
            ],
          },
        ],
        unsubscribe: {
          actions: assign({ watchers: ({ context, event }) => context.watchers.delete(event.watch) }),
        },
      },
    },
  },
});
