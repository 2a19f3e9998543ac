import { describe, expect, test } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  log,
  raise,
  sendTo,
  spawnChild,
  stateIn,
} from 'xstate';
import { compiledProgram } from '../../../sim/compiled.ts';
import { define } from '../../../sim/definition.ts';
import { MachineRefused } from '../../../sim/machine-errors.ts';
import { referenceProgram } from '../../../sim/reference.ts';

/** A machine with the given config for its state `up.backup`. */
function machine(backup: object, root: object = {}): AnyStateMachine {
  return createMachine(
    {
      id: 'router',
      context: {},
      initial: 'up',
      states: { up: { initial: 'backup', states: { backup, other: {} } }, down: {} },
      ...root,
    } as never,
    {
      delays: { wait: 5 },
      guards: { yes: () => true },
      actions: { custom: () => {}, say: emit({ type: 'log' } as never) },
    } as never,
  ) as unknown as AnyStateMachine;
}

const late = raise({ type: 'x' }, { id: 'late', delay: 'wait' } as never);

describe('a definition is refused, by machine and state, when it has', () => {
  test.each<[string, object, string]>([
    ['a parallel state', { type: 'parallel', states: { a: {} } }, 'a parallel state'],
    ['a history state', { type: 'history' }, 'a history state'],
    ['a final state', { type: 'final' }, 'a final state'],
    ['onDone', { onDone: 'other' }, 'onDone'],
    ['an invoked actor', { invoke: { src: 'actor' } }, 'invoke'],
    ['a wildcard', { on: { '*': 'other' } }, "the wildcard '*'"],
    ['a partial wildcard', { on: { 'link.*': 'other' } }, "the wildcard 'link.*'"],
    [
      'an event named as xstate names its own',
      { on: { 'xstate.init': 'other' } },
      "the event name 'xstate.init'",
    ],
    ['a transition to the root', { on: { x: '#router' } }, 'a transition to the root'],
    ['several targets', { on: { x: { target: ['other', '#router.down'] } } }, 'several targets'],
    ['a number in after', { after: { 1000: 'other' } }, 'the number 1000 in after'],
    ['a misspelt delay in after', { after: { wiat: 'other' } }, "the unknown delay 'wiat' in after"],
    [
      'a misspelt delay in raise',
      { entry: raise({ type: 'x' }, { id: 'late', delay: 'wiat' } as never) },
      "the unknown delay 'wiat' in raise",
    ],
    ['a misspelt guard', { on: { x: { target: 'other', guard: 'yse' } } }, "the unknown guard 'yse'"],
    ['a guard on the state', { always: { guard: stateIn('up'), target: 'other' } }, 'the guard stateIn'],
    ['a misspelt action', { entry: 'sya' }, "the unknown action 'sya'"],
    ['a custom action', { entry: () => {} }, 'a custom action'],
    ['a custom action by name', { exit: 'custom' }, 'a custom action'],
    ['log', { entry: log('x') }, 'log'],
    ['sendTo', { entry: sendTo('a', { type: 'x' }) }, 'sendTo'],
    ['spawnChild', { entry: spawnChild('a' as never) }, 'spawnChild'],
    ['enqueueActions', { entry: enqueueActions(() => {}) }, 'enqueueActions'],
    [
      'a delayed raise without an id',
      { entry: raise({ type: 'x' }, { delay: 'wait' } as never) },
      'a delayed raise without an id',
    ],
    [
      'an id on a raise without delay',
      { entry: raise({ type: 'x' }, { id: 'a' }) },
      'an id on a raise without delay',
    ],
    ['a computed id in cancel', { entry: [late, cancel(() => 'late')] }, 'a computed id in cancel'],
    [
      'cancel of an id that nothing raises',
      { entry: [late, cancel('lat')] },
      "cancel of the unknown id 'lat'",
    ],
  ])('%s', (_name, backup, what) => {
    for (const make of [referenceProgram, compiledProgram]) {
      expect(() => make(machine(backup))).toThrow(MachineRefused);
      expect(() => make(machine(backup))).toThrow(
        `machine 'router', state 'up.backup': ${what} is not allowed; `,
      );
    }
  });

  test('a dot in the name of a state', () => {
    const dotted = machine({}, { initial: 'a.b', states: { 'a.b': {} } });
    expect(() => define(dotted)).toThrow("state 'a.b': a dot in the name 'a.b' is not allowed");
  });
});

describe('a definition', () => {
  test('names the delays that there are when one is misspelt', () => {
    expect(() => define(machine({ after: { wiat: 'other' } }))).toThrow('setup({delays}) knows: wait');
  });

  test('may use everything else', () => {
    const definition = define(
      machine({
        tags: 'backup',
        entry: ['say', late, { type: 'say', params: { a: 1 } }],
        exit: cancel('late'),
        after: { wait: [{ guard: 'yes', target: 'other' }, '#router.down'] },
        always: { guard: { type: 'yes' }, actions: assign({ a: 1 } as never), target: 'other' },
        on: { x: undefined, y: [], z: { target: '#router.up.backup', reenter: true } },
      }),
    );
    expect(definition.leaves).toEqual(['up.backup', 'up.other', 'down']);
    expect(definition.timers).toEqual(['late', 'xstate.after.wait.router.up.backup']);
  });

  test('may consist of one state', () => {
    const single = createMachine({
      id: 'single',
      context: {},
      on: { x: { actions: emit({ type: 'log' } as never) } },
    });
    expect(define(single as never).leaves).toEqual(['']);
  });
});
