/** Runs two programs of one machine side by side and tells the first difference that a world could see. */
import { isDeepStrictEqual } from 'node:util';
import type { Instance, MachineEvent, Program } from '../../../sim/machine.ts';
import type { Input } from './random-machine.ts';
import { Recorder } from './recorder.ts';

/** What was seen in a run, to show that it was not empty. */
export interface Seen {
  steps: number;
  reactions: number;
  moves: number;
  timersFired: number;
  portCalls: number;
  failures: number;
}

export function nothingSeen(): Seen {
  return { steps: 0, reactions: 0, moves: 0, timersFired: 0, portCalls: 0, failures: 0 };
}

/**
 * @returns undefined, or a text that names the first step after which leaf, context, port calls, the
 * returned value or the thrown error's name differ.
 */
export function difference(
  expected: Program,
  actual: Program,
  input: unknown,
  inputs: readonly Input[],
  seen: Seen = nothingSeen(),
): string | undefined {
  const left = new Run(expected);
  const right = new Run(actual);
  if (!isDeepStrictEqual([expected.leaves, expected.timers], [actual.leaves, actual.timers])) {
    return 'leaves or timers are numbered differently';
  }
  let found = compare('start', left.start(input), right.start(input));
  let failed = left.failed;
  for (let i = 0; i < inputs.length && found === undefined && !failed; i++) {
    const next = inputs[i]!;
    const event: MachineEvent | undefined =
      next.kind === 'timer' ? left.fire(next.position) : ({ ...next, atUs: i } as MachineEvent);
    if (event === undefined) continue;
    if (next.kind === 'timer') right.fire(next.position);
    const before = left.instance.leaf;
    const one = left.step(event);
    found = compare(`input ${i} (${event.type})`, one, right.step(event));
    failed = left.failed;
    seen.steps++;
    if (one.returned === true) seen.reactions++;
    if (left.instance.leaf !== before) seen.moves++;
    if (next.kind === 'timer') seen.timersFired++;
    if (Array.isArray(one.calls)) seen.portCalls += one.calls.length;
  }
  if (failed) seen.failures++;
  return found;
}

interface Outcome {
  readonly returned: unknown;
  readonly leaf: number;
  readonly context: unknown;
  /** Not compared after an error: only the reference holds its calls back until the step is over. */
  readonly calls: unknown;
}

class Run {
  readonly instance: Instance = { leaf: -1, context: undefined };
  failed = false;
  private readonly program: Program;
  private readonly port = new Recorder();

  constructor(program: Program) {
    this.program = program;
  }

  start(input: unknown): Outcome {
    return this.outcome(() => this.program.start(this.instance, input, this.port));
  }

  step(event: MachineEvent): Outcome {
    return this.outcome(() => this.program.step(this.instance, event, this.port));
  }

  /** Takes an armed timer's event out. */
  fire(position: number): MachineEvent | undefined {
    const armed = [...this.port.armed];
    const entry = armed[position % armed.length];
    if (entry === undefined) return undefined;
    this.port.armed.delete(entry[0]);
    return { ...entry[1], atUs: position };
  }

  private outcome(act: () => unknown): Outcome {
    let returned: unknown;
    try {
      returned = act();
    } catch (error) {
      this.failed = true;
      returned = (error as Error).name;
    }
    const calls = this.port.take();
    return { returned, ...this.instance, calls: this.failed ? 'failed' : calls };
  }
}

function compare(where: string, expected: Outcome, actual: Outcome): string | undefined {
  if (isDeepStrictEqual(expected, actual)) return undefined;
  return `${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}
