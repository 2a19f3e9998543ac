/**
 * xstate's interpreter without what `transition()` builds anew for each call (an actor and a system of actors): for the soak, which
 * would take days otherwise. executors/differential.test.ts holds it to `transition()`.
 */
import { type AnyStateMachine, createActor } from 'xstate';
import type { Program } from '../../sim/machine.ts';
import { type Calls, type Executable, type Outcome, programBy, type Snapshot } from '../../sim/reference.ts';

export function interpretedProgram(machine: AnyStateMachine): Program {
  return programBy(machine, inOneScope);
}

/** As initialTransition() and transition() call the machine (xstate 5.33 src/transition.ts), always in the scope of one actor. */
function inOneScope(machine: AnyStateMachine): Calls {
  const self = createActor(machine);
  const nothing = (): void => {};
  let actions: Executable[] = [];
  type Scope = Parameters<AnyStateMachine['transition']>[2];
  const scope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    defer: nothing,
    logger: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: (action: Executable) => {
      actions.push(action);
    },
  } as unknown as Scope;
  const collected = (work: () => Snapshot): Outcome => {
    actions = [];
    return [work(), actions];
  };
  return {
    initial: (_, input) => collected(() => machine.getInitialSnapshot(scope as never, input as never)),
    next: (_, before, event) => collected(() => machine.transition(before, event, scope)),
  };
}
