/** The property that holds an executor to xstate's semantics, for the test, the mutants and long runs. */
import fc from 'fast-check';
import type { AnyStateMachine } from 'xstate';
import type { Program } from '../../../sim/machine.ts';
import { referenceProgram } from '../../../sim/reference.ts';
import { difference, nothingSeen, type Seen } from './differ.ts';
import { inputs, machineOf, machineSpec } from './random-machine.ts';

/** On random machines and inputs, `make` gives the same leaf, context, answer and port calls as transition(). */
export function sameAsReference(make: (machine: AnyStateMachine) => Program, seen: Seen = nothingSeen()) {
  return fc.property(machineSpec, inputs, fc.nat(), (spec, sequence, hash) => {
    const machine = machineOf(spec);
    const found = difference(referenceProgram(machine), make(machine), { hash }, sequence, seen);
    if (found !== undefined) throw new Error(found);
  });
}
