/** What a state of a machine may not have (docs/decisions/0002-machines.md); guards and actions are checked where they are read. */
import type { AnyStateMachine } from 'xstate';

type Refuse = (what: string, instead: string) => never;

/** Calls `refuse` for the first thing that is not allowed. */
export function checkState(node: AnyStateMachine['root'], refuse: Refuse): void {
  if (node.type === 'parallel') refuse('a parallel state', 'two concerns are two machines');
  if (node.type === 'history') refuse('a history state', 'keep what you need in context');
  if (node.type === 'final') refuse('a final state', 'emit {type: "exit"} or stop the member');
  if (node.invoke.length > 0) refuse('invoke', 'emit {type: "start"} and let the kernel start it');
  if (node.parent !== undefined && node.key.includes('.')) {
    refuse(`a dot in the name '${node.key}'`, 'use a hyphen');
  }
  const config = node.config as Readonly<Record<string, object | undefined>>;
  if (config['onDone'] !== undefined) refuse('onDone', 'there are no final states');
  if (config['route'] !== undefined) refuse('route', 'write the transition');
  for (const type of Object.keys(config['on'] ?? {})) {
    if (type.includes('*')) refuse(`the wildcard '${type}'`, 'name each event');
    if (type.startsWith('xstate.')) refuse(`the event name '${type}'`, "'xstate.' is reserved");
  }
  for (const name of Object.keys(config['after'] ?? {})) {
    if (!Number.isNaN(Number(name))) {
      refuse(`the number ${name} in after`, 'name the delay in setup({delays}), in microseconds');
    }
    checkDelay(node.machine as unknown as AnyStateMachine, name, 'after', refuse);
  }
}

/** A misspelt delay would fire at once, and types do not catch it. */
export function checkDelay(machine: AnyStateMachine, name: string, where: string, refuse: Refuse): void {
  const known = machine.implementations.delays;
  if (known[name] === undefined) {
    refuse(`the unknown delay '${name}' in ${where}`, `setup({delays}) knows: ${listed(known)}`);
  }
}

/** The names of a table, for a complaint. */
export function listed(names: object): string {
  return Object.keys(names).join(', ') || 'none';
}
