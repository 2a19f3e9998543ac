/**
 * Commands that somebody types on hosts of a world in progress: each is run by models/console, and what it asks is answered
 * from this world: requests go out through the host's shell, what it reads is read now, what it does is done now.
 *
 * Unit: microseconds of world time.
 */

import type { Topology } from '../models/cluster/topology.ts';
import type { Fetched, Place, Question, Seen } from '../models/console/command.ts';
import type { Answer, advance, ConsoleResult } from '../models/console/console.ts';
import { ANSWER_NOTE } from '../models/console/fetch.ts';
import { type Output, textOf } from '../models/console/output.ts';
import { SHELL } from '../models/console/shell-process.ts';
import { touches } from '../models/console/touches.ts';
import type { Effect } from '../sim/effects.ts';
import type { Action } from '../sim/faults.ts';
import type { Step } from '../sim/state.ts';
import type { World } from '../sim/world.ts';

/** One command line that was typed. */
export interface Typed {
  /** The entry of the timeline, or whatever the caller calls it. */
  readonly label: string;
  readonly host: string;
  readonly line: string;
  readonly startedAtUs: number;
  /** Kernel steps at which it was typed and at which it ended; 0 while there is none. */
  step: number;
  endStep: number;
  /** What it printed so far. */
  text: string;
  /** It has done something to the cluster, or asked for it, and not only looked. */
  touched: boolean;
  /** Undefined while it runs. */
  result: ConsoleResult | undefined;
}

/** What runs command lines: `advance` of models/console/console.ts, which not every run needs. */
export type Interpreter = typeof advance;

/** ssh(1): its exit status when the connection fails or ends. */
const SSH_FAILED = 255;

/** What a request comes to whose host has no power (any more). */
const HOST_IS_OFF: Fetched = {
  outcome: 'timeout',
  connected: false,
  greeted: true,
  status: 0,
  body: undefined,
  chunks: [],
  tookUs: 0,
};

/** A question that is under way: how many parts of its answer are still missing. */
interface Asked {
  readonly parts: unknown[];
  missing: number;
}

interface Running {
  readonly typed: Typed;
  readonly place: Place;
  readonly number: number;
  readonly answers: Answer[];
  readonly asked: Map<number, Asked>;
  readonly steps: Action[];
  readonly waits: { readonly question: number; readonly atUs: number }[];
}

export class Console {
  readonly typed: Typed[] = [];
  private readonly world: World;
  private readonly topology: Topology;
  private readonly act: (action: Action) => void;
  /** Told when a command was typed, and when it has ended. */
  private readonly told: (typed: Typed) => void;
  private running: Running[] = [];
  /** Actions that a command waits for. */
  private readonly acting = new Map<Action, { readonly run: Running; readonly question: number }>();
  /** Words for observers that are on their way into the trace. */
  private readonly said = new Map<Action, (step: number) => void>();
  /** Those that have something to go on with. */
  private readonly due = new Set<Running>();
  private dead = new Set<string>();

  private readonly logs: Seen['logs'];
  private readonly interpreter: Interpreter | undefined;

  constructor(
    world: World,
    topology: Topology,
    act: (action: Action) => void,
    told: (typed: Typed) => void,
    logs: Seen['logs'],
    interpreter?: Interpreter,
  ) {
    this.logs = logs;
    this.interpreter = interpreter;
    this.world = world;
    this.topology = topology;
    this.act = act;
    this.told = told;
  }

  /** World time at which a command can go on; Infinity if all wait for the world. */
  get nextUs(): number {
    if (this.due.size > 0 || this.dead.size > 0) return this.world.nowUs;
    let next = Number.POSITIVE_INFINITY;
    for (const { waits } of this.running) for (const { atUs } of waits) next = Math.min(next, atUs);
    return next;
  }

  /** Types a line at a host's shell, now. */
  type(host: string, line: string, label: string): Typed {
    const { world } = this;
    const typed: Typed = {
      label,
      host,
      line,
      startedAtUs: world.nowUs,
      step: 0,
      endStep: 0,
      text: '',
      touched: false,
      result: undefined,
    };
    this.typed.push(typed);
    this.say({ do: 'say', host, line }, (step) => {
      typed.step = step;
    });
    const place: Place = { host, topology: this.topology };
    const run: Running = {
      typed,
      place,
      number: this.typed.length,
      answers: [],
      asked: new Map(),
      steps: [],
      waits: [],
    };
    this.told(typed);
    if (world.process(`${host}/${SHELL}`).state === 'running') {
      this.running.push(run);
      this.due.add(run);
    } else
      this.end(
        run,
        [{ to: 'stderr', text: `ssh: connect to host ${host} port 22: No route to host\n` }],
        SSH_FAILED,
      );
    return typed;
  }

  /** Looks at a step for what commands wait for. Changes nothing in the world. */
  observe(step: Step): void {
    if (this.running.length === 0 && this.said.size === 0) return;
    if (step.cell === undefined) {
      this.said.get(step.detail as Action)?.(step.id);
      this.said.delete(step.detail as Action);
      const acting = this.acting.get(step.detail as Action);
      if (acting !== undefined) {
        this.acting.delete(step.detail as Action);
        this.answer(acting.run, acting.question, 0, undefined);
      }
      if (step.kind === 'host-down') this.dead.add(step.who);
      return;
    }
    if (step.cell.program.id !== 'console.fetch') return;
    for (const effect of step.effects) this.take(effect);
  }

  private take(effect: Effect): void {
    if (effect.type === 'batch') for (const part of effect.effects) this.take(part);
    if (effect.type !== 'note' || effect.name !== ANSWER_NOTE) return;
    const [number, question, part] = String(effect['id']).split('.').map(Number);
    const run = this.running.find((one) => one.number === number);
    if (run !== undefined) this.answer(run, question as number, part as number, effect['fetched']);
  }

  private answer(run: Running, question: number, part: number, value: unknown): void {
    const asked = run.asked.get(question);
    if (asked === undefined) return;
    asked.parts[part] = value;
    asked.missing--;
    if (asked.missing > 0) return;
    run.answers.push({ question, value: asked.parts });
    this.due.add(run);
  }

  /** Every command that can goes on, as far as it can. */
  goOn(): void {
    for (const host of this.dead) {
      for (const run of this.running.filter(({ place }) => place.host === host)) {
        this.end(run, [{ to: 'stderr', text: `Connection to ${host} closed by remote host.\n` }], SSH_FAILED);
      }
    }
    this.dead.clear();
    for (const run of this.running) {
      const over = run.waits.filter(({ atUs }) => atUs <= this.world.nowUs);
      for (const wait of over) {
        run.waits.splice(run.waits.indexOf(wait), 1);
        run.answers.push({ question: wait.question, value: undefined });
        this.due.add(run);
      }
    }
    const due = [...this.due];
    this.due.clear();
    for (const run of due) this.advance(run);
  }

  private advance(run: Running): void {
    const { interpreter } = this;
    if (interpreter === undefined)
      throw new Error(`${run.typed.line}: this session was made without a console`);
    for (;;) {
      const { open, output, exitCode } = interpreter(run.typed.line, run.place, run.answers);
      run.typed.text = textOf(output);
      if (exitCode !== undefined) {
        this.end(run, output, exitCode);
        return;
      }
      const before = run.answers.length;
      for (const [number, question] of open) {
        if (!run.asked.has(number)) this.ask(run, number, question);
      }
      if (run.answers.length === before) return;
    }
  }

  private ask(run: Running, number: number, question: Question): void {
    const { world } = this;
    const host = ('host' in question ? question.host : undefined) ?? run.place.host;
    run.asked.set(number, { parts: [], missing: 1 });
    run.typed.touched ||= touches(question);
    switch (question.ask) {
      case 'look':
        run.answers.push({
          question: number,
          value: question.at({ world, host, nowUs: world.nowUs, logs: this.logs }),
        });
        break;
      case 'wait':
        run.waits.push({ question: number, atUs: world.nowUs + question.delayUs });
        break;
      case 'act': {
        run.steps.push(...question.actions);
        for (const action of question.actions) this.act(action);
        this.acting.set(question.actions.at(-1) as Action, { run, question: number });
        break;
      }
      case 'fetch':
        run.asked.set(number, { parts: [], missing: question.requests.length });
        question.requests.forEach((request, i) => {
          if (world.process(`${host}/${SHELL}`).state !== 'running') {
            this.answer(run, number, i, HOST_IS_OFF);
            return;
          }
          const event = { type: 'request', id: `${run.number}.${number}.${i}`, request };
          this.act({ do: 'console', process: `${host}/${SHELL}`, event });
        });
        break;
      default:
        throw new Error(`${run.typed.line}: the console does not answer ${question.ask}`);
    }
  }

  private end(run: Running, output: readonly Output[], exitCode: number): void {
    const { typed } = run;
    this.running = this.running.filter((other) => other !== run);
    this.due.delete(run);
    typed.text = textOf(output);
    typed.result = {
      text: typed.text,
      exitCode,
      hungUs: this.world.nowUs - typed.startedAtUs,
      steps: run.steps,
    };
    this.say({ do: 'say', host: typed.host, line: typed.line, answer: typed.text }, (step) => {
      typed.endStep = step;
    });
    this.told(typed);
  }

  private say(action: Action, note: (step: number) => void): void {
    this.said.set(action, note);
    this.act(action);
  }
}
