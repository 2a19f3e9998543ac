import { describe, expect, test } from 'vitest';
import { assign, cancel, emit, raise, setup } from 'xstate';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Effect } from '../../../sim/effects.ts';
import { QueueFull } from '../../../sim/errors.ts';
import type { Instance } from '../../../sim/machine.ts';
import { MachineFailed, UnboundedAlways } from '../../../sim/machine-errors.ts';
import { referenceProgram } from '../../../sim/reference.ts';
import { Recorder } from './recorder.ts';

const lamp = setup({
  types: {
    context: {} as { readonly presses: number },
    input: {} as { readonly presses: number },
    events: {} as { type: 'press' } | { type: 'stay' } | { type: 'remind' } | { type: 'ignored' },
    emitted: {} as Effect,
  },
  delays: { patience: ({ context }) => 1_000_000 * context.presses },
}).createMachine({
  id: 'lamp',
  context: ({ input }) => ({ presses: input.presses }),
  initial: 'off',
  states: {
    off: {
      on: { press: { target: 'on', actions: assign({ presses: ({ context }) => context.presses + 1 }) } },
    },
    on: {
      initial: 'dim',
      entry: emit({ type: 'log', line: 'on' }),
      after: { patience: 'off' },
      on: { stay: { actions: cancel('reminder') }, ignored: {} },
      states: {
        dim: {
          entry: raise({ type: 'remind' }, { id: 'reminder', delay: 'patience' }),
          on: { press: 'bright' },
        },
        bright: { exit: emit(({ context }) => ({ type: 'log', line: `${context.presses}` })) },
      },
    },
  },
});

function started(make: typeof referenceProgram, presses: number) {
  const program = make(lamp);
  const instance: Instance = { leaf: -1, context: undefined };
  const port = new Recorder();
  program.start(instance, { presses }, port);
  return { program, instance, port };
}

describe.each([
  ['reference', referenceProgram],
  ['compiled', compiledProgram],
] as const)('the %s executor', (_name, make) => {
  test('numbers leaves in document order and timers by first use', () => {
    const program = make(lamp);
    expect(program.leaves).toEqual(['off', 'on.dim', 'on.bright']);
    expect(program.timers).toEqual(['xstate.after.patience.lamp.on', 'reminder']);
  });

  test('hands every wish to the port in order', () => {
    const { program, instance, port } = started(make, 2);
    expect(instance).toEqual({ leaf: 0, context: { presses: 2 } });
    expect(program.step(instance, { type: 'press' }, port)).toBe(true);
    expect(instance).toEqual({ leaf: 1, context: { presses: 3 } });
    expect(port.take()).toEqual([
      { call: 'emit', effect: { type: 'log', line: 'on' } },
      { call: 'schedule', timer: 0, delayUs: 3_000_000, event: { type: 'xstate.after.patience.lamp.on' } },
      { call: 'schedule', timer: 1, delayUs: 3_000_000, event: { type: 'remind' } },
    ]);
    expect(program.step(instance, { type: 'stay' }, port)).toBe(true);
    expect(port.take()).toEqual([{ call: 'cancel', timer: 1 }]);
    program.step(instance, { type: 'press' }, port);
    expect(program.step(instance, { type: 'xstate.after.patience.lamp.on', atUs: 3 }, port)).toBe(true);
    expect(port.take()).toEqual([
      { call: 'emit', effect: { type: 'log', line: '3' } },
      { call: 'cancel', timer: 0 },
    ]);
  });

  test('says whether the definition reacts; a forbidden event counts as a reaction', () => {
    const { program, instance, port } = started(make, 1);
    expect(program.step(instance, { type: 'ignored' }, port)).toBe(false);
    program.step(instance, { type: 'press' }, port);
    expect(program.step(instance, { type: 'ignored' }, port)).toBe(true);
    expect(program.step(instance, { type: 'unheard-of' }, port)).toBe(false);
  });

  test('a delay that is no whole number of microseconds is an error with the ids', () => {
    const { program, instance, port } = started(make, 0.0000001);
    expect(() => program.step(instance, { type: 'press' }, port)).toThrow(MachineFailed);
    expect(() => program.step(instance, { type: 'press' }, port)).toThrow(
      "machine 'lamp', state 'off', event 'press': the delay of timer 'xstate.after.patience.lamp.on' is 1000000.1",
    );
  });

  test('a context factory that throws is an error with the machine id', () => {
    const program = make(lamp);
    expect(() => program.start({ leaf: 0, context: {} }, undefined, new Recorder())).toThrow(
      "machine 'lamp'",
    );
  });

  test('always that never settles is a named error', () => {
    const spinning = setup({}).createMachine({
      id: 'spinning',
      context: { turns: 0 },
      initial: 'still',
      states: {
        still: { on: { spin: 'round' } },
        round: { always: { actions: assign({ turns: ({ context }) => context['turns'] + 1 }) } },
      },
    });
    const program = make(spinning);
    const instance: Instance = { leaf: 0, context: {} };
    program.start(instance, undefined, new Recorder());
    expect(() => program.step(instance, { type: 'spin' }, new Recorder())).toThrow(UnboundedAlways);
  });

  test('a function that throws is an error with the ids, and leaves the instance as it was', () => {
    const broken = setup({
      guards: {
        broken: () => {
          throw new Error('no such peer');
        },
      },
    }).createMachine({
      id: 'broken',
      context: {},
      initial: 'a',
      states: { a: { on: { x: { guard: 'broken' } } } },
    });
    const program = make(broken);
    const instance: Instance = { leaf: -1, context: undefined };
    program.start(instance, undefined, new Recorder());
    const before = { ...instance };
    expect(() => program.step(instance, { type: 'x' }, new Recorder())).toThrow(MachineFailed);
    expect(() => program.step(instance, { type: 'x' }, new Recorder())).toThrow(
      /machine 'broken', state 'a', event 'x': .*no such peer/s,
    );
    expect(instance).toEqual(before);
  });

  test('a named error of the kernel passes through', () => {
    const { program, instance } = started(make, 1);
    const full = new Recorder();
    full.schedule = () => {
      throw new QueueFull(1);
    };
    expect(() => program.step(instance, { type: 'press' }, full)).toThrow(QueueFull);
  });

  test('a machine may consist of one state', () => {
    const single = setup({}).createMachine({
      id: 'single',
      context: { count: 0 },
      on: { x: { actions: assign({ count: ({ context }) => context['count'] + 1 }) } },
    });
    const program = make(single);
    const instance: Instance = { leaf: -1, context: undefined };
    program.start(instance, undefined, new Recorder());
    expect(program.step(instance, { type: 'x' }, new Recorder())).toBe(true);
    expect(instance).toEqual({ leaf: 0, context: { count: 1 } });
  });
});
