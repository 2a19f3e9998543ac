/**
 * What a command of the console is: a generator over questions.
 *
 * HOW TO ADD A COMMAND. Write `export function* name(call: Call): Script` in a file of its own (or a folder, for one
 * with many subcommands), and enter it in the table of commands.ts. What it wants to know or do it asks with `yield*` and
 * one of the helpers below; what it prints goes to call.out (stdout) and call.err (stderr); what it returns is the exit code.
 *
 *   export function* hostname(call: Call): Script {
 *     const name = yield* look(({ world, host }) => world.host(host).name);
 *     call.out(`${name}\n`);
 *     return 0;
 *   }
 *
 * - `fetchAll(requests)`, `fetchOne(request)`: real requests over the simulated network, all at once, from the host where the command was typed: they
 *   are refused, hang and time out as a real client's would. With `connectOnly` nothing but the TCP connection (nc, telnet).
 * - `look(seen => ...)`: what somebody at that host could read off: processes, addresses, files. It gets the world to READ.
 *   What it returns is kept, so it must be plain data that does not change later.
 * - `act(actions)`: what the command does to the world at this moment (sim/faults.ts): the steps that change the run.
 * - `wait(us)`: sleep. `all(scripts)`: several scripts at the same time. `race(scripts)`: until the first of them has ended.
 *
 * A SCRIPT IS RUN AGAIN FROM ITS BEGINNING for every answer, with the answers so far (models/console/console.ts): that is how a
 * command in progress is plain data that can be kept and forked. So a script may not keep anything outside of itself, draw
 * luck, or look at anything but its call and its answers.
 *
 * Unit: microseconds.
 */
import type { Address } from '../../sim/effects.ts';
import type { Action } from '../../sim/faults.ts';
import type { World } from '../../sim/world.ts';
import type { Topology } from '../cluster/topology.ts';

/** Where a command is typed. */
export interface Place {
  readonly host: string;
  readonly topology: Topology;
}

export interface Call {
  readonly place: Place;
  /** The command's name and what follows it, quotes resolved. */
  readonly name: string;
  readonly args: readonly string[];
  /** Variables that were set before the command or exported earlier on the line. */
  readonly env: Readonly<Record<string, string>>;
  /** What a pipe feeds it. */
  readonly input: string | undefined;
  out(text: string): void;
  err(text: string): void;
}

/** A command in progress; it returns its exit code. */
export type Script<Result = number> = Generator<Question, Result, unknown>;
export type Command = (call: Call) => Script;

// --- questions

/** One request over a connection of its own. */
export interface Fetch {
  readonly to: Address;
  readonly port: number;
  readonly tls: boolean;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** From the beginning to the answer, connecting included. */
  readonly timeoutUs: number;
  /** Nothing is asked: the TCP connection is all. */
  readonly connectOnly?: true;
  /** The client looks at the server's certificate. */
  readonly verifies?: true;
  /** When its own certificate expires, if it can. */
  readonly notAfterUs?: number;
  /** Shorter limits of the parts, where the client has them: until there is a connection, until TLS has answered. */
  readonly dialTimeoutUs?: number;
  readonly handshakeTimeoutUs?: number;
}

export interface Chunk {
  readonly atUs: number;
  readonly body: unknown;
}

/** By the client's clock. */
export interface Expired {
  readonly nowUs: number;
  readonly notAfterUs: number;
}

export interface Fetched {
  /**
   * `response`: answered (look at status and body). `connected`: with connectOnly. `refused`, `no-route`: no connection.
   * `timeout`: no connection or no answer in time. `eof`, `reset`: the connection ended before the answer. `alert`: the
   * other side speaks no TLS there. `expired`: its certificate is over (and the client verifies it); the body is an Expired.
   */
  readonly outcome:
    | 'response'
    | 'connected'
    | 'refused'
    | 'no-route'
    | 'timeout'
    | 'eof'
    | 'reset'
    | 'alert'
    | 'expired';
  /** There was a TCP connection. */
  readonly connected: boolean;
  /** TLS has answered, too; true without TLS. */
  readonly greeted: boolean;
  readonly status: number;
  readonly body: unknown;
  /** Parts of a streamed answer (a watch) that came before the end. */
  readonly chunks: readonly Chunk[];
  readonly tookUs: number;
}

/** What somebody at the host can see. The world is to be read only. */
export interface Seen {
  readonly world: World;
  readonly host: string;
  readonly nowUs: number;
  /** What a process has logged since the world began, oldest first; the last thousand lines or so. */
  logs(path: string): readonly LogLine[];
}

/** A line of a daemon's log. */
export interface LogLine {
  /** World time. */
  readonly atUs: number;
  /** Which start of the process said it, counted from 0. */
  readonly starts: number;
  readonly level: string;
  readonly line: string;
}

/** A question to a host is to the one where the line was typed, or to the one that it names (ssh). */
export type Question =
  | { readonly ask: 'fetch'; readonly requests: readonly Fetch[]; readonly host?: string }
  | { readonly ask: 'look'; readonly at: (seen: Seen) => unknown; readonly host?: string }
  | { readonly ask: 'act'; readonly actions: readonly Action[] }
  | { readonly ask: 'wait'; readonly delayUs: number }
  | { readonly ask: 'all' | 'race'; readonly scripts: readonly Script<unknown>[] };

export function* fetchAll(requests: readonly Fetch[]): Script<readonly Fetched[]> {
  return (yield { ask: 'fetch', requests }) as readonly Fetched[];
}

export function* fetchOne(request: Fetch): Script<Fetched> {
  const [fetched] = yield* fetchAll([request]);
  return fetched as Fetched;
}

export function* look<T>(at: (seen: Seen) => T): Script<T> {
  return (yield { ask: 'look', at }) as T;
}

export function* act(actions: readonly Action[]): Script<void> {
  if (actions.length > 0) yield { ask: 'act', actions };
}

export function* wait(delayUs: number): Script<void> {
  yield { ask: 'wait', delayUs };
}

export function* all<T>(scripts: readonly Script<T>[]): Script<readonly T[]> {
  return (yield { ask: 'all', scripts }) as readonly T[];
}

/** The result of the first that ends; the others are given up. */
export function* race<T>(scripts: readonly Script<T>[]): Script<T> {
  return (yield { ask: 'race', scripts }) as T;
}

/** A script whose requests leave from another host, and who sees what is seen there. */
export function* elsewhere<T>(host: string, script: Script<T>): Script<T> {
  let answer: unknown;
  for (;;) {
    const step = script.next(answer);
    if (step.done === true) return step.value;
    const question = step.value;
    if (question.ask === 'all' || question.ask === 'race')
      answer = yield { ...question, scripts: question.scripts.map((one) => elsewhere(host, one)) };
    else if (question.ask === 'fetch' || question.ask === 'look') answer = yield { host, ...question };
    else answer = yield question;
  }
}

/** World time now. */
export function* now(): Script<number> {
  return yield* look(({ nowUs }) => nowUs);
}
