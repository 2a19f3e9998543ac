/**
 * Machines drawn at random, within what the executors allow: a plain specification (which fast-check can
 * draw, shrink and print) and the xstate machine made from it. Functions are few and simple; `hash`
 * depends on the order of all that happened, so that a difference in order soon shows in the context.
 */
import fc from 'fast-check';
import { type AnyStateMachine, and, assign, cancel, emit, not, or, raise, setup } from 'xstate';

export const EVENTS = ['e0', 'e1', 'e2', 'e3'] as const;
const IDS = ['t0', 't1', 't2'] as const;
const DELAYS = ['slow', 'varying'] as const;

export type GuardSpec =
  | { readonly kind: 'bit'; readonly bit: number }
  | { readonly kind: 'named'; readonly name: 'odd' | 'oddAndFew' }
  | { readonly kind: 'above'; readonly limit: number; readonly dynamic: boolean }
  | { readonly kind: 'event'; readonly type: string }
  | { readonly kind: 'and' | 'or'; readonly guards: readonly GuardSpec[] }
  | { readonly kind: 'not'; readonly guard: GuardSpec };

export type ActionSpec =
  | { readonly kind: 'mix' | 'whole' | 'each' | 'extend' | 'emit' | 'shout' | 'nothing'; readonly by: number }
  | { readonly kind: 'named'; readonly by: number; readonly dynamic: boolean }
  | { readonly kind: 'raise'; readonly type: string; readonly computed: boolean }
  | {
      readonly kind: 'schedule';
      readonly id: string;
      readonly delay: number;
      readonly type: string;
    }
  | { readonly kind: 'cancel'; readonly id: string };

export interface TransitionSpec {
  /** Taken modulo the number of states but the root; undefined for none. */
  readonly target: number | undefined;
  readonly reenter: boolean;
  readonly guard: GuardSpec | undefined;
  readonly actions: readonly ActionSpec[];
}

export interface StateSpec {
  /** Taken modulo the number of states before this one. */
  readonly parent: number;
  /** Taken modulo the number of children. */
  readonly initial: number;
  readonly initialActions: readonly ActionSpec[];
  readonly entry: readonly ActionSpec[];
  readonly exit: readonly ActionSpec[];
  readonly on: Readonly<Record<string, readonly TransitionSpec[] | 'forbidden'>>;
  readonly after: Readonly<Record<string, readonly TransitionSpec[]>>;
  readonly always: readonly TransitionSpec[];
}

/** The first is the root. */
export type MachineSpec = readonly StateSpec[];

export type Input =
  | { readonly kind: 'event'; readonly type: string; readonly value: number }
  /** Fires an armed timer: the one at this position, modulo how many are armed. */
  | { readonly kind: 'timer'; readonly position: number };

// --- drawing

const by = fc.nat(1000);
const eventType = fc.constantFrom(...EVENTS);
const guard: fc.Arbitrary<GuardSpec> = fc.letrec<{ guard: GuardSpec }>((tie) => ({
  guard: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.record({ kind: fc.constant('bit' as const), bit: fc.nat(6) }),
    fc.record({ kind: fc.constant('named' as const), name: fc.constantFrom('odd' as const, 'oddAndFew') }),
    fc.record({ kind: fc.constant('above' as const), limit: fc.nat(8), dynamic: fc.boolean() }),
    fc.record({ kind: fc.constant('event' as const), type: eventType }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      guards: fc.array(tie('guard'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), guard: tie('guard') }),
  ),
})).guard;

const action: fc.Arbitrary<ActionSpec> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom('mix' as const, 'whole', 'each', 'extend', 'emit', 'shout', 'nothing'),
      by,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('named' as const), by, dynamic: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('raise' as const), type: eventType, computed: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('schedule' as const),
      id: fc.constantFrom(...IDS),
      delay: fc.nat(3),
      type: eventType,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), id: fc.constantFrom(...IDS) }) },
);
const actions = fc.array(action, { maxLength: 3 });
const few = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: actions });

const transition: fc.Arbitrary<TransitionSpec> = fc.record({
  target: fc.option(fc.nat(20), { nil: undefined, freq: 5 }),
  reenter: fc.boolean(),
  guard: fc.option(guard, { nil: undefined, freq: 1 }),
  actions,
});
const guarded: fc.Arbitrary<TransitionSpec> = fc.record({
  target: fc.option(fc.nat(20), { nil: undefined, freq: 2 }),
  reenter: fc.boolean(),
  guard,
  actions,
});
const transitions = fc.array(transition, { minLength: 0, maxLength: 3, size: 'max' });

const state: fc.Arbitrary<StateSpec> = fc.record({
  parent: fc.nat(20),
  initial: fc.nat(5),
  initialActions: few,
  entry: few,
  exit: few,
  on: fc.dictionary(
    eventType,
    fc.oneof({ weight: 6, arbitrary: transitions }, fc.constant('forbidden' as const)),
    {
      maxKeys: 4,
      size: 'max',
      noNullPrototype: true,
    },
  ),
  after: fc.dictionary(fc.constantFrom(...DELAYS), transitions, { maxKeys: 1, noNullPrototype: true }),
  always: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(guarded, { maxLength: 2 })),
});

export const machineSpec: fc.Arbitrary<MachineSpec> = fc.array(state, {
  minLength: 2,
  maxLength: 9,
  size: 'max',
});

export const inputs: fc.Arbitrary<readonly Input[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('event' as const),
        type: fc.constantFrom(...EVENTS, 'unheard-of'),
        value: fc.nat(9),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('timer' as const), position: fc.nat(9) }) },
  ),
  { minLength: 1, maxLength: 30, size: 'max' },
);

// --- making

interface Context {
  readonly hash: number;
  readonly count: number;
  readonly last: string;
}
interface Event {
  readonly type: string;
  readonly value?: number;
}
interface Arguments {
  readonly context: Context;
  readonly event: Event;
}

function mixed({ context, event }: Arguments, value: number): number {
  let hash = context.hash;
  for (let i = 0; i < event.type.length; i++) hash = (Math.imul(hash, 31) + event.type.charCodeAt(i)) | 0;
  return (Math.imul(hash, 31) + value + (event.value ?? 0)) | 0;
}

const base = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as { readonly hash: number } },
  guards: {
    odd: ({ context }) => context.count % 2 === 1,
    oddAndFew: and(['odd', not(({ context }) => context.count > 20)]),
    above: ({ context }, params: { limit: number }) => context.count % 10 > params.limit,
  },
  delays: { slow: 5_000, varying: ({ context }) => (context.count % 7) * 1_000 },
  actions: {
    add: assign((args, params: { by: number }) => ({
      count: args.context.count + 1,
      hash: mixed(args, params.by),
    })),
  },
});

function guardOf(spec: GuardSpec): unknown {
  switch (spec.kind) {
    case 'bit':
      return ({ context }: Arguments) => ((context.hash >>> spec.bit) & 1) === 1;
    case 'event':
      return ({ event }: Arguments) => event.type === spec.type;
    case 'named':
      return spec.name;
    case 'above':
      return {
        type: 'above',
        params: spec.dynamic
          ? ({ context }: Arguments) => ({ limit: (spec.limit + context.count) % 9 })
          : { limit: spec.limit },
      };
    case 'and':
      return and(spec.guards.map(guardOf) as never);
    case 'or':
      return or(spec.guards.map(guardOf) as never);
    case 'not':
      return not(guardOf(spec.guard) as never);
  }
}

function actionOf(spec: ActionSpec): unknown {
  switch (spec.kind) {
    case 'nothing':
      return assign(() => ({}));
    case 'extend':
      return assign(({ context }: Arguments) => ({ [`extra${spec.by % 3}`]: context.hash }) as never);
    case 'mix':
      return assign((args: Arguments) => ({ hash: mixed(args, spec.by), last: args.event.type }) as never);
    case 'whole':
      return assign(
        (args: Arguments) =>
          ({ ...args.context, count: args.context.count + 1, hash: mixed(args, spec.by) }) as never,
      );
    case 'each':
      return assign({
        count: ({ context }: Arguments) => context.count + 1,
        hash: (args: Arguments) => mixed(args, args.context.count),
        last: `by ${spec.by}`,
      } as never);
    case 'named':
      return {
        type: 'add',
        params: spec.dynamic ? ({ context }: Arguments) => ({ by: context.hash & 7 }) : { by: spec.by },
      };
    case 'emit':
      return emit(
        (args: Arguments) => ({ type: 'note', name: `${spec.by}`, hash: mixed(args, spec.by) }) as never,
      );
    case 'shout':
      return emit({ type: 'note', name: `${spec.by}` } as never);
    case 'raise':
      return raise(
        spec.computed
          ? ((({ context }: Arguments) => ({
              type: EVENTS[context.count % EVENTS.length],
              value: 1,
            })) as never)
          : ({ type: spec.type } as never),
      );
    case 'schedule': {
      const delays: readonly unknown[] = [...DELAYS, ({ context }: Arguments) => context.count * 10, 42];
      return raise(
        { type: spec.type, value: spec.delay } as never,
        {
          id: spec.id,
          delay: delays[spec.delay],
        } as never,
      );
    }
    case 'cancel':
      return cancel(spec.id);
  }
}

/** The machine of a specification. Every state has an id, `s` and its number. */
export function machineOf(spec: MachineSpec): AnyStateMachine {
  const parents = spec.map((state, index) => (index === 0 ? -1 : state.parent % index));
  const transitionOf = ({ target, reenter, guard, actions }: TransitionSpec) => ({
    ...(target === undefined ? {} : { target: `#s${1 + (target % (spec.length - 1))}` }),
    ...(guard === undefined ? {} : { guard: guardOf(guard) }),
    reenter,
    actions: actions.map(actionOf),
  });
  const configOf = (index: number): Record<string, unknown> => {
    const state = spec[index]!;
    const children = spec.flatMap((_, child) => (parents[child] === index ? [child] : []));
    const mapped = (table: StateSpec['on']) =>
      Object.fromEntries(
        Object.entries(table).map(([key, list]) => [
          key,
          list === 'forbidden' ? undefined : list.map(transitionOf),
        ]),
      );
    return {
      id: `s${index}`,
      entry: state.entry.map(actionOf),
      exit: state.exit.map(actionOf),
      on: mapped(state.on),
      after: mapped(state.after),
      always: state.always.map(transitionOf),
      ...(children.length === 0
        ? {}
        : {
            initial: {
              target: `s${children[state.initial % children.length]}`,
              actions: state.initialActions.map(actionOf),
            },
            states: Object.fromEntries(children.map((child) => [`s${child}`, configOf(child)])),
          }),
    };
  };
  const root = configOf(0);
  return base.createMachine({
    ...root,
    id: 'random',
    context: ({ input }: { input: { readonly hash: number } }) => ({ hash: input.hash, count: 0, last: '' }),
    on: {
      ...(root['on'] as object),
      // Never sent: every id has a raise, so that every cancel has something to name.
      never: { actions: IDS.map((id) => raise({ type: 'e0' }, { id, delay: 'slow' } as never)) },
    },
  } as never) as unknown as AnyStateMachine;
}
