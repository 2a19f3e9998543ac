/**
 * An informer's reflector: keeps a controller up to date about one resource by a list from the cache and a watch.
 *
 * Sources: client-go tools/cache/reflector.go (list with resourceVersion=0; watch with timeoutSeconds of 5 min × (1 + random);
 * back-off 800 ms doubling to 30 s, each up to twice as long, reset after 2 min without failure). Unit: microseconds.
 *
 * Each handler is told `listed` with everything (whatever it had is replaced) and `changed` with what changed.
 * A stream that breaks is watched again at once from where it was; one that breaks within a second, or cannot be begun, is
 * an error, after which everything is listed again (reflector.go handleAnyWatch, `very short watch`).
 * Not modelled: resync periods, bookmarks, watch lists, paging; after a refused connection the source watches again and
 * does not list.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { uniform } from '../uniform.ts';
import { collectionPath, type KubeList, type KubeObject, type WatchEvent } from './api.ts';
import { askApi, REST_CLIENT, type RestAnswer, type RestCall, type RestChunk } from './rest-calls.ts';

const MIN_WATCH_TIMEOUT_S = 300;
const BACKOFF_FIRST_US = 800_000;
const BACKOFF_MAX_US = 30_000_000;
const BACKOFF_RESET_US = 120_000_000;
const SHORT_WATCH_US = 1_000_000;

export interface InformerInput {
  /** Member id. */
  readonly id: string;
  readonly plural: string;
  /** Members that are told. */
  readonly handlers: readonly string[];
  /** Only pods of this node. */
  readonly nodeName?: string;
  readonly luck: number;
}
export interface Listed {
  readonly type: 'listed';
  readonly plural: string;
  readonly objects: readonly KubeObject[];
}
export interface Changed {
  readonly type: 'changed';
  readonly plural: string;
  readonly events: readonly WatchEvent[];
}

interface Context extends InformerInput {
  readonly resourceVersion: string;
  /** Failures since the last reset. */
  readonly failures: number;
  readonly failedAtUs: number;
  readonly draws: number;
  readonly watchedAtUs: number;
}
type Event = Timed<RestAnswer | RestChunk>;

/** Pause before the next list; `draw` is in [0, 1). */
export function backoffUs(failures: number, draw: number): number {
  return Math.round(Math.min(BACKOFF_FIRST_US * 2 ** (failures - 1), BACKOFF_MAX_US) * (1 + draw));
}

function queryFor({ nodeName }: Context): string {
  return nodeName === undefined ? '' : `&fieldSelector=spec.nodeName=${nodeName}`;
}

function list(context: Context): Effect {
  const { id, plural } = context;
  const path = `${collectionPath(plural)}?resourceVersion=0${queryFor(context)}`;
  return askApi(id, 'GET', path);
}

function watch(context: Context): Effect {
  const { id, plural, resourceVersion, luck, draws } = context;
  const seconds = Math.floor(MIN_WATCH_TIMEOUT_S * (1 + uniform(luck, id, draws)));
  const query = `watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=${seconds}`;
  const path = `${collectionPath(plural)}?${query}${queryFor(context)}`;
  return tell<RestCall>(REST_CLIENT, { type: 'call', from: id, method: 'GET', path, watch: true });
}

function tellAll({ handlers }: Context, news: Listed | Changed): Effect {
  return { type: 'batch', effects: handlers.map((handler) => tell(handler, news)) };
}

function versionAfter(events: readonly WatchEvent[], before: string): string {
  const last = events.at(-1)?.object as KubeObject | undefined;
  return last?.metadata.resourceVersion ?? before;
}

export const informer = setup({
  types: {} as { context: Context; events: Event; input: InformerInput; emitted: Effect },
  guards: {
    failed: ({ event }) => (event as RestAnswer).error !== '',
    broke: ({ context, event }) =>
      (event as RestAnswer).status === 0 && event.atUs - context.watchedAtUs >= SHORT_WATCH_US,
  },
  delays: {
    backoff: ({ context }) => backoffUs(context.failures, uniform(context.luck, context.id, context.draws)),
  },
}).createMachine({
  id: 'informer',
  context: ({ input }) => ({
    ...input,
    resourceVersion: '',
    failures: 0,
    failedAtUs: 0,
    draws: 0,
    watchedAtUs: 0,
  }),
  initial: 'listing',
  states: {
    listing: {
      entry: emit(({ context }) => list(context)),
      on: {
        answer: [
          { guard: 'failed', target: 'backing-off' },
          {
            target: 'watching',
            actions: [
              assign({ resourceVersion: ({ event }) => (event.body as KubeList).metadata.resourceVersion }),
              emit(({ context, event }) =>
                tellAll(context, {
                  type: 'listed',
                  plural: context.plural,
                  objects: (event.body as KubeList).items,
                }),
              ),
            ],
          },
        ],
      },
    },
    watching: {
      entry: [
        emit(({ context }) => watch(context)),
        assign({ draws: ({ context }) => context.draws + 1, watchedAtUs: ({ event }) => event.atUs }),
      ],
      on: {
        chunk: {
          actions: [
            emit(({ context, event }) =>
              tellAll(context, {
                type: 'changed',
                plural: context.plural,
                events: event.body as readonly WatchEvent[],
              }),
            ),
            assign({
              resourceVersion: ({ context, event }) =>
                versionAfter(event.body as readonly WatchEvent[], context.resourceVersion),
            }),
          ],
        },
        answer: [
          { guard: 'broke', target: 'watching', reenter: true },
          { guard: 'failed', target: 'backing-off' },
          { target: 'watching', reenter: true },
        ],
      },
    },
    'backing-off': {
      entry: assign(({ context, event }) => ({
        failures: event.atUs - context.failedAtUs > BACKOFF_RESET_US ? 1 : context.failures + 1,
        failedAtUs: event.atUs,
        draws: context.draws + 1,
      })),
      after: { backoff: 'listing' },
    },
  },
});
