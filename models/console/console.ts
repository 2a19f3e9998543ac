/**
 * A command line in progress, as plain data: the line, where it was typed, and the answers so far. `advance` runs it from
 * its beginning with those answers and says what it waits for now, or how it ended.
 *
 * Replaying a script is what durable workflow engines do: it keeps generators (which cannot be copied) out of what is kept.
 */
import type { Place, Question, Script } from './command.ts';
import type { Output } from './output.ts';
import { runLine } from './run-line.ts';

/** An answer, by the number of its question. */
export interface Answer {
  readonly question: number;
  readonly value: unknown;
}

export interface Progress {
  /** Questions without an answer, by number; empty when it has ended. */
  readonly open: ReadonlyMap<number, Question>;
  readonly output: readonly Output[];
  /** Undefined while it runs. */
  readonly exitCode: number | undefined;
}

/** What a finished command line gives, for the cli and the page alike. */
export interface ConsoleResult {
  readonly text: string;
  readonly exitCode: number;
  /** How long it took of the world's time. */
  readonly hungUs: number;
  /** What it did to the world, in order. */
  readonly steps: readonly Extract<Question, { ask: 'act' }>['actions'][number][];
}

/** Scripts that are given up together: the losers of a race. */
interface Scope {
  readonly outer: Scope | undefined;
  over: boolean;
}

/** A script that waits for an answer, and who waits for its end. */
interface Thread {
  readonly script: Script<unknown>;
  readonly scope: Scope;
  readonly ended: (value: unknown) => void;
}

function isOver(scope: Scope | undefined): boolean {
  return scope !== undefined && (scope.over || isOver(scope.outer));
}

export function advance(line: string, place: Place, answers: readonly Answer[]): Progress {
  const output: Output[] = [];
  const waiting = new Map<number, { readonly thread: Thread; readonly question: Question }>();
  let asked = 0;
  let exitCode: number | undefined;

  /** Runs a script on to its next question or its end. */
  const goOn = (thread: Thread, value: unknown): void => {
    const step = thread.script.next(value);
    if (step.done === true) thread.ended(step.value);
    else if (step.value.ask === 'all') runAll(thread, step.value.scripts);
    else if (step.value.ask === 'race') runRace(thread, step.value.scripts);
    else waiting.set(asked++, { thread, question: step.value });
  };

  const runAll = (parent: Thread, scripts: readonly Script<unknown>[]): void => {
    const results: unknown[] = new Array(scripts.length);
    let left = scripts.length;
    if (left === 0) goOn(parent, results);
    scripts.forEach((script, i) => {
      const ended = (value: unknown): void => {
        results[i] = value;
        left--;
        if (left === 0) goOn(parent, results);
      };
      goOn({ script, scope: parent.scope, ended }, undefined);
    });
  };

  const runRace = (parent: Thread, scripts: readonly Script<unknown>[]): void => {
    const scope: Scope = { outer: parent.scope, over: false };
    const ended = (value: unknown): void => {
      if (scope.over) return;
      scope.over = true;
      goOn(parent, value);
    };
    for (const script of scripts) if (!scope.over) goOn({ script, scope, ended }, undefined);
  };

  const write = (to: Output['to'], text: string): void => {
    output.push({ to, text });
  };
  goOn(
    {
      script: runLine(line, place, write),
      scope: { outer: undefined, over: false },
      ended: (value) => {
        exitCode = value as number;
      },
    },
    undefined,
  );
  for (const { question, value } of answers) {
    const waits = waiting.get(question);
    if (waits === undefined) throw new Error(`${line}: nobody has asked question ${question}`);
    waiting.delete(question);
    if (!isOver(waits.thread.scope)) goOn(waits.thread, value);
  }
  const open = new Map<number, Question>();
  for (const [number, { thread, question }] of waiting) {
    if (exitCode === undefined && !isOver(thread.scope)) open.set(number, question);
  }
  return { open, output, exitCode };
}
