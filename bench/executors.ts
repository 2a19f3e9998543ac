/**
 * What the executors cost, in CPU time of this process (process.cpuUsage, so other load on the machine
 * does not count), on the inputs that five electing members received (bench/election.ts).
 *
 * Own cost is what is left of a step after the machine's own functions (guards, assigns, effects, context
 * factory). It is measured in two passes: first the whole, on the machine as it is; then the functions
 * alone, by calling each as often and with the same arguments as that executor called them, which a
 * third, untimed pass has written down. The difference is the executor. transition() builds an actor on each call and repeats the
 * initial step in it; the functions it calls for that are subtracted from its whole, too.
 *
 * The passes take turns, and the median of each is used: CPU time varies with what else runs on the machine.
 *
 * `node dist/bench/executors.js` prints the table.
 */

import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type AnyStateMachine, assign, createMachine, emit, initialTransition, transition } from 'xstate';
import { compiledProgram } from '../sim/compiled.ts';
import type { Instance } from '../sim/machine.ts';
import { referenceProgram } from '../sim/reference.ts';
import { election, MEMBERS, type Received, recordElection, replayElection } from './election.ts';

type Plain = (args: object, params: unknown) => unknown;

/** Calls of a machine's functions, as columns. */
interface Calls {
  readonly functions: Plain[];
  readonly args: object[];
  readonly params: unknown[];
}

export interface ExecutorCosts {
  readonly events: number;
  /** Nanoseconds of CPU an event. */
  readonly transitionNs: number;
  readonly transitionOwnNs: number;
  readonly referenceNs: number;
  readonly compiledNs: number;
  readonly compiledOwnNs: number;
}

/**
 * Measures everything once; some five seconds.
 * @throws if the two executors do not end in the same states
 */
export function measureExecutors(rounds = 600, repeats = 9): ExecutorCosts {
  const machine = election as unknown as AnyStateMachine;
  const compiled = compiledProgram(machine);
  const reference = referenceProgram(machine);
  const received = recordElection(compiled, rounds);
  const ends: Instance[][] = [replayElection(compiled, received), replayElection(reference, received)];
  if (!isDeepStrictEqual(ends[0], ends[1])) throw new Error('the executors disagree on bench/election');

  const transitionCalls = callsDuring(machine, (noted) => replayByTransition(noted, received));
  const compiledCalls = callsDuring(machine, (noted) => {
    replayElection(compiledProgram(noted), received);
  });
  const each = medians(repeats, received.length, [
    [1, () => replayByTransition(machine, received)],
    [5, () => replayCalls(transitionCalls)],
    [1, () => replayElection(reference, received)],
    [40, () => replayElection(compiled, received)],
    [40, () => replayCalls(compiledCalls)],
  ]);
  const [transitionNs, transitionUserNs, referenceNs, compiledNs, compiledUserNs] = each as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    events: received.length,
    transitionNs,
    transitionOwnNs: transitionNs - transitionUserNs,
    referenceNs,
    compiledNs,
    compiledOwnNs: compiledNs - compiledUserNs,
  };
}

/** The measures by the names they have in bench/main.ts. */
export function ratiosOf(costs: ExecutorCosts) {
  return {
    executor_cost_ratio: costs.transitionOwnNs / costs.compiledOwnNs,
    election_compiled_over_reference: costs.referenceNs / costs.compiledNs,
  };
}

/** transition() as one would use it by hand: snapshots kept, nothing translated to a port. */
function replayByTransition(machine: AnyStateMachine, received: readonly Received[]): void {
  const snapshots = Array.from({ length: MEMBERS }, (_, id) => initialTransition(machine, { id })[0]);
  for (const { member, event } of received) {
    snapshots[member] = transition(machine, snapshots[member]!, event)[0];
  }
}

function replayCalls({ functions, args, params }: Calls): unknown {
  let last: unknown;
  for (let i = 0; i < functions.length; i++) last = functions[i]!(args[i]!, params[i]);
  return last;
}

/** Runs a copy of the machine whose every named function is written down when called. */
function callsDuring(machine: AnyStateMachine, run: (noted: AnyStateMachine) => void): Calls {
  const calls: Calls = { functions: [], args: [], params: [] };
  const noting =
    (call: Plain): Plain =>
    (given, params) => {
      // Without xstate's actor and system, which would be kept alive by the thousand.
      const { context, event, input } = given as Record<string, unknown>;
      calls.functions.push(call);
      calls.args.push(event === undefined ? { input } : { context, event });
      calls.params.push(params);
      return call(given, params);
    };
  const each = (assignment: object) =>
    Object.fromEntries(
      Object.entries(assignment).map(([key, value]) => [
        key,
        typeof value === 'function' ? noting(value) : value,
      ]),
    );
  const noteAction = (action: unknown) => {
    const { type, assignment, event } = action as { type: string; assignment: Plain | object; event: Plain };
    if (type === 'xstate.emit') return emit(noting(event) as never);
    if (type !== 'xstate.assign') throw new Error(`bench/election uses ${type}; teach callsDuring`);
    return assign(
      (typeof assignment === 'function' ? noting(assignment as Plain) : each(assignment)) as never,
    );
  };
  const { guards, actions } = machine.implementations as unknown as Record<string, Record<string, unknown>>;
  const mapped = (table: object, change: (value: never) => unknown) =>
    Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value as never)]));
  const noted = createMachine(
    { ...machine.config, context: noting(machine.config.context as Plain) } as never,
    { guards: mapped(guards!, noting), actions: mapped(actions!, noteAction) } as never,
  ) as unknown as AnyStateMachine;
  run(noted);
  return calls;
}

/** Runs the passes in turn, each so many times; the median of each in nanoseconds an event. */
function medians(
  repeats: number,
  events: number,
  passes: readonly (readonly [times: number, pass: () => unknown])[],
): number[] {
  const samples = passes.map((): number[] => []);
  for (let repeat = -1; repeat < repeats; repeat++) {
    passes.forEach(([times, pass], index) => {
      const before = process.cpuUsage();
      for (let i = 0; i < times; i++) pass();
      const { user, system } = process.cpuUsage(before);
      // The first round warms up.
      if (repeat >= 0) samples[index]!.push(((user + system) * 1000) / (times * events));
    });
  }
  return samples.map((times) => times.sort((a, b) => a - b)[times.length >> 1]!);
}

/** Prints the table. */
export function main(): void {
  const costs = measureExecutors();
  const ratios = ratiosOf(costs);
  const line = (name: string, whole: number, own: number | undefined) =>
    `${name.padEnd(22)}${whole.toFixed(0).padStart(10)}${(own === undefined ? '' : own.toFixed(0)).padStart(10)}` +
    `${(1e9 / whole / 1000).toFixed(0).padStart(14)}\n`;
  process.stdout.write(
    `CPU time on ${costs.events} events of bench/election, medians\n\n` +
      `${''.padEnd(22)}${'ns/event'.padStart(10)}${'own ns'.padStart(10)}${'1000 events/s'.padStart(14)}\n` +
      line('xstate transition()', costs.transitionNs, costs.transitionOwnNs) +
      line('reference', costs.referenceNs, undefined) +
      line('compiled', costs.compiledNs, costs.compiledOwnNs) +
      '\n' +
      Object.entries(ratios)
        .map(([name, value]) => `${name.padEnd(34)}${value.toFixed(0).padStart(6)}\n`)
        .join(''),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
