/**
 * A controller: is told by informers what there is, decides what is to be done, does one call after the other, and decides
 * again. What a controller decides is a pure function; this is the machine around it, one definition a controller.
 *
 * Sources: client-go util/workqueue/default_rate_limiters.go (a failed item waits 5 ms, doubling); k/k pkg/controller (sync
 * handlers are level-triggered: they look at everything that is known and not at what changed). Unit: microseconds.
 *
 * One call at a time, where the source has some workers side by side; a pause after a failure holds all of a controller's
 * work. Not modelled: resync periods, the longest pause of 1,000 s (10 s here, as a pause is not one item's alone).
 */
import { Map as ImmutableMap } from 'immutable';
import { assign, cancel, emit, raise, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import type { Timed } from '../family.ts';
import type { KubeObject } from './api.ts';
import type { Occurrence } from './events.ts';
import type { Changed, Listed } from './informer.ts';
import { afterNews, NO_OBJECTS, type Objects, withObject } from './lister.ts';
import { askApi, type RestAnswer, type RestCall } from './rest-calls.ts';
import { keyOfObject } from './workloads.ts';

const BACKOFF_FIRST_US = 5_000;
const BACKOFF_MAX_US = 10_000_000;
/** More changes than this are not listed one by one. */
const MOST_TOUCHED = 64;

/** Everything that a controller is told of, by plural. */
export type View = ImmutableMap<string, Objects>;

export function all<T extends KubeObject>(view: View, plural: string): Objects<T> {
  return (view.get(plural) ?? NO_OBJECTS) as Objects<T>;
}

/** A call to make. What it answers is known at once; `removes`: then the object is gone. */
export interface Planned {
  readonly method: RestCall['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly plural: string;
  /** `NAMESPACE/NAME` of the object; empty for a new one. */
  readonly key: string;
  readonly removes?: boolean;
  /** Events about what is written. */
  readonly said?: readonly Occurrence[];
  /** A line for the log when it is done. */
  readonly log?: string;
}

export interface Decision<Memory> {
  /** What is remembered; with a call only if it succeeds. */
  readonly memory: Memory;
  readonly call?: Planned | undefined;
  /** When there is something to decide again even if nothing changes. */
  readonly wakeAtUs?: number | undefined;
}

export interface Logic<Config, Memory> {
  /** The machine's id. */
  readonly id: string;
  /** What it has to have been told of before it decides anything. */
  readonly resources: readonly string[];
  readonly memory: Memory;
  /** The plural of which it wants to hear what changed, so as not to look at everything again. */
  readonly follows?: string;
  /** `touched`: see Context. */
  decide(view: View, memory: Memory, config: Config, atUs: number, touched: Touched): Decision<Memory>;
}

/** Keys of objects; undefined: any of them. */
export type Touched = readonly string[] | undefined;

export interface ControllerInput<Config> {
  /** Member id. */
  readonly id: string;
  readonly config: Config;
}

export interface Context<Config, Memory> extends ControllerInput<Config>, Decision<Memory> {
  readonly view: View;
  /** Remembered if the call that is under way succeeds. */
  readonly nextMemory: Memory;
  /** What was changed, by others or by itself, since it last decided that there is nothing to do. */
  readonly touched: Touched;
  readonly failures: number;
  /** After a failure: nothing is done before. */
  readonly notBeforeUs: number;
}

export type Event = Timed<RestAnswer | Listed | Changed> | Timed<{ readonly type: 'wake' }>;

/** A 404 to a change of something: it is gone already. */
function isGone({ status }: RestAnswer, call: Planned | undefined): boolean {
  return status === 404 && call?.key !== '';
}

function alsoTouched(touched: Touched, keys: readonly string[]): Touched {
  return touched === undefined || touched.length + keys.length > MOST_TOUCHED
    ? undefined
    : [...touched, ...keys];
}

function afterTold(touched: Touched, told: Listed | Changed): Touched {
  if (told.type === 'listed') return undefined;
  const objects = told.events
    .filter(({ type }) => type !== 'ERROR')
    .map(({ object }) => object as KubeObject);
  return alsoTouched(touched, objects.map(keyOfObject));
}

export function controllerMachine<Config, Memory>(logic: Logic<Config, Memory>) {
  type Own = Context<Config, Memory>;
  const decided = (context: Own, atUs: number): Partial<Own> => {
    const { notBeforeUs, view, memory, config, touched } = context;
    if (atUs < notBeforeUs) return { call: undefined, wakeAtUs: notBeforeUs };
    const decision = logic.decide(view, memory, config, atUs, touched);
    const nextMemory = decision.memory;
    const { call, wakeAtUs } = decision;
    if (call !== undefined) return { nextMemory, call, wakeAtUs };
    return { memory: nextMemory, nextMemory, touched: [], call, wakeAtUs };
  };
  const failed = (context: Own, atUs: number): Partial<Own> => ({
    failures: context.failures + 1,
    notBeforeUs: atUs + Math.min(BACKOFF_FIRST_US * 2 ** context.failures, BACKOFF_MAX_US),
  });
  const done = (context: Own, answer: RestAnswer): Partial<Own> => {
    const { plural, key, removes } = context.call as Planned;
    const known = context.view.get(plural) ?? NO_OBJECTS;
    const next =
      removes === true || answer.status === 404
        ? known.delete(key)
        : withObject(known, answer.body as KubeObject);
    const view = context.view.set(plural, next);
    const all = { memory: context.nextMemory, failures: 0, notBeforeUs: 0, view };
    return plural === logic.follows ? { ...all, touched: alsoTouched(context.touched, [key]) } : all;
  };
  return setup({
    types: {} as { context: Own; events: Event; input: ControllerInput<Config>; emitted: Effect },
    actions: {
      take: assign(({ context, event }) => {
        const told = event as Timed<Listed | Changed>;
        const { plural } = told;
        const view = context.view.set(plural, afterNews(context.view.get(plural), told));
        return plural === logic.follows ? { view, touched: afterTold(context.touched, told) } : { view };
      }),
      decide: assign(({ context, event }) => decided(context, event.atUs)),
      fail: assign(({ context, event }) => failed(context, event.atUs)),
      done: assign(({ context, event }) => done(context, event as RestAnswer)),
      logFailure: emit(({ context, event }) => ({
        type: 'log',
        line: `${context.call?.method} ${context.call?.path} failed: ${(event as RestAnswer).error}`,
        level: 'error',
      })),
      logDone: emit(({ context }) => {
        const line = context.call?.log;
        return line === undefined ? { type: 'batch', effects: [] } : { type: 'log', line };
      }),
      planWake: raise({ type: 'wake' } as Event, { id: 'wake', delay: 'wake' }),
    },
    guards: {
      synced: ({ context }) => logic.resources.every((plural) => context.view.has(plural)),
      hasCall: ({ context }) => context.call !== undefined,
      hasWake: ({ context }) => context.wakeAtUs !== undefined,
      failed: ({ context, event }) =>
        (event as RestAnswer).error !== '' && !isGone(event as RestAnswer, context.call),
    },
    delays: { wake: ({ context, event }) => Math.max(1, (context.wakeAtUs ?? 0) - event.atUs) },
  }).createMachine({
    id: logic.id,
    context: ({ input }) => ({
      ...input,
      view: ImmutableMap<string, Objects>(),
      memory: logic.memory,
      nextMemory: logic.memory,
      touched: undefined,
      call: undefined,
      wakeAtUs: undefined,
      failures: 0,
      notBeforeUs: 0,
    }),
    initial: 'syncing',
    states: {
      syncing: {
        always: { guard: 'synced', target: 'deciding' },
        on: { listed: { actions: 'take' }, changed: { actions: 'take' } },
      },
      deciding: {
        entry: 'decide',
        always: [
          { guard: 'hasCall', target: 'calling' },
          { guard: 'hasWake', target: 'idle', actions: 'planWake' },
          { target: 'idle' },
        ],
      },
      idle: {
        exit: cancel('wake'),
        on: {
          listed: { target: 'deciding', actions: 'take' },
          changed: { target: 'deciding', actions: 'take' },
          wake: 'deciding',
        },
      },
      calling: {
        entry: emit(({ context }) => {
          const { method, path, body, said } = context.call as Planned;
          return askApi(context.id, method, path, body, said);
        }),
        on: {
          listed: { actions: 'take' },
          changed: { actions: 'take' },
          answer: [
            { guard: 'failed', target: 'deciding', actions: ['logFailure', 'fail'] },
            { target: 'deciding', actions: ['logDone', 'done'] },
          ],
        },
      },
    },
  });
}
