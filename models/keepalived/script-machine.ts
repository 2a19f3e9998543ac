/**
 * A track script of keepalived: one `vrrp_script` that is in use, a member of the family. It runs what the script tests
 * (models/keepalived/probe.ts) against the simulated host, one probe after the other, and counts the result.
 *
 * Source: keepalived 2.2.7 vrrp_scheduler.c (vrrp_script_thread: one start each `interval`, from start to start; a run that
 * is still going is left alone and the next is skipped), lib/notify.c (the timeout, or the interval without one, ends it with
 * SIGTERM); curl(1) for the exit statuses of a request. Unit of time: microseconds.
 *
 * Not modelled: a script that ignores SIGTERM (2 s, then SIGKILL); output; the CPU time of its commands.
 */
import { assign, cancel, emit, raise, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import { uniformInteger } from '../uniform.ts';
import type { HttpResponse, WireMessage } from '../wire.ts';
import type { ScriptConfig } from './config.ts';
import { CURL, type HttpProbe, type Probe, progress } from './probe.ts';
import { type Counted, count, firstTally, type RunEnd, type Tally } from './script-result.ts';

/** fork, exec and exit of a small script: results came 1 to 6 ms after the start of a run in the recordings (A1b_quiet, A3m2). */
const RUN_TAKES_US = { least: 1_000, most: 6_000 };
/** curl's own limit on connecting (CURLOPT_CONNECTTIMEOUT 300 s) when a script gives none; the run's timeout comes long before. */
const NO_LIMIT_US = 300_000_000;

export interface ScriptInput {
  readonly config: ScriptConfig;
  readonly luck: number;
}

export interface ScriptContext extends ScriptInput {
  /** How many runs were started. */
  readonly runs: number;
  /** Exit statuses of the probes of this run. */
  readonly outcomes: readonly number[];
  readonly tally: Tally;
  readonly out: Effect;
}

export type ScriptEvent =
  | { readonly type: 'tick' | 'timeout' | 'limit'; readonly atUs?: number }
  | { readonly type: 'inspected'; readonly id: string; readonly ok: boolean; readonly atUs: number }
  | { readonly type: 'connected'; readonly connection: string; readonly atUs: number }
  | {
      readonly type: 'connect-failed';
      readonly connection: string;
      readonly reason: 'refused' | 'no-route' | 'timeout';
      readonly atUs: number;
    }
  | {
      readonly type: 'received';
      readonly connection: string;
      readonly message: unknown;
      readonly atUs: number;
    }
  | {
      readonly type: 'closed';
      readonly connection: string;
      readonly how: 'eof' | 'reset' | 'timeout';
      readonly atUs: number;
    };

const NOTHING: Effect = { type: 'batch', effects: [] };

/** What the run has to try next; undefined when its result is known. */
function nextProbe(context: ScriptContext): Probe | undefined {
  const found = progress(context.config.check, context.outcomes);
  return 'next' in found ? found.next : undefined;
}

/** Names what belongs to this probe, so that an answer to an earlier one is told apart. */
function nameOf(context: ScriptContext): string {
  return `${context.runs}-${context.outcomes.length}`;
}

function isHttp(probe: Probe | undefined): probe is HttpProbe {
  return probe !== undefined && 'http' in probe;
}

function request(probe: HttpProbe): WireMessage {
  return { kind: 'request', id: 1, tls: probe.tls, method: probe.method, path: probe.path };
}

/** The outcome of the present probe is known. */
function settled(context: ScriptContext, status: number, effect: Effect = NOTHING): ScriptContext {
  return { ...context, outcomes: [...context.outcomes, status], out: effect };
}

function failureOf(probe: Probe | undefined, curlStatus: number): number {
  return isHttp(probe) ? curlStatus : 1;
}

/** Counts the run, says what keepalived logs, and tells the lead of a change. */
function finished(context: ScriptContext, end: RunEnd, also: readonly Effect[] = []): ScriptContext {
  const { name, rise, fall } = context.config;
  const counted: Counted = count(name, rise, fall, context.tally, end);
  const effects: Effect[] = [...also];
  for (const line of counted.lines) effects.push({ type: 'log', line });
  if (counted.changed !== undefined) {
    effects.push(tell('', { type: 'script-result', script: name, ...counted.changed }));
  }
  return { ...context, tally: counted.tally, out: { type: 'batch', effects } };
}

const script = setup({
  types: {
    context: {} as ScriptContext,
    events: {} as ScriptEvent,
    emitted: {} as Effect,
    input: {} as ScriptInput,
  },
  delays: {
    interval: ({ context }) => context.config.intervalUs,
    timeout: ({ context }) => context.config.timeoutUs || context.config.intervalUs,
    runTakes: ({ context }) => {
      const { least, most } = RUN_TAKES_US;
      return uniformInteger(context.luck, `script/${context.config.name}`, context.runs, least, most);
    },
    limit: ({ context }) => {
      const probe = nextProbe(context);
      return (probe !== undefined && 'maxTimeUs' in probe ? probe.maxTimeUs : undefined) ?? NO_LIMIT_US;
    },
  },
  guards: {
    isDone: ({ context }) => nextProbe(context) === undefined,
    looksAtHost: ({ context }) => {
      const probe = nextProbe(context);
      return probe !== undefined && ('process' in probe || 'address' in probe);
    },
    isAnswer: ({ context, event }) => (event as { id?: string }).id === nameOf(context),
    isOurs: ({ context, event }) => (event as { connection?: string }).connection === nameOf(context),
    connectsOnly: ({ context, event }) =>
      (event as { connection?: string }).connection === nameOf(context) && !isHttp(nextProbe(context)),
    greetsFirst: ({ context, event }) => {
      const probe = nextProbe(context);
      return (event as { connection?: string }).connection === nameOf(context) && isHttp(probe) && probe.tls;
    },
    isServerHello: ({ context, event }) => {
      if (event.type !== 'received' || event.connection !== nameOf(context)) return false;
      const message = event.message as WireMessage;
      return message.kind === 'tls-answer' && message.what === 'server-hello';
    },
    isResponse: ({ context, event }) =>
      event.type === 'received' &&
      event.connection === nameOf(context) &&
      (event.message as WireMessage).kind === 'response',
  },
  actions: {
    say: emit(({ context }) => context.out),
    armTick: raise({ type: 'tick' }, { id: 'interval', delay: 'interval' }),
    armTimeout: raise({ type: 'timeout' }, { id: 'timeout', delay: 'timeout' }),
    armLimit: raise({ type: 'limit' }, { id: 'limit', delay: 'limit' }),
    disarmTimeout: cancel('timeout'),
    disarmLimit: cancel('limit'),

    begin: assign(({ context }) => ({ ...context, runs: context.runs + 1, outcomes: [], out: NOTHING })),
    skip: assign(({ context }) => {
      const line = `Track script ${context.config.name} is already running, expect idle - skipping run`;
      return { ...context, out: { type: 'log', line } as Effect };
    }),
    finish: assign(({ context }) => {
      const found = progress(context.config.check, context.outcomes);
      return finished(context, { status: 'status' in found ? found.status : 1 });
    }),
    giveUp: assign(({ context }) => finished(context, 'timed_out')),
    giveUpConnection: assign(({ context }) =>
      finished(context, 'timed_out', [{ type: 'reset', connection: nameOf(context) }]),
    ),

    look: emit(({ context }) => {
      const probe = nextProbe(context)!;
      const what =
        'process' in probe ? { process: probe.process } : { address: (probe as { address: string }).address };
      return { type: 'inspect', id: nameOf(context), ...what } as Effect;
    }),
    seen: assign(({ context, event }) => {
      const probe = nextProbe(context)!;
      const failure = 'process' in probe ? (probe.failure ?? 1) : 1;
      return settled(context, (event as { ok?: boolean }).ok === true ? 0 : failure);
    }),
    connect: emit(({ context }) => {
      const probe = nextProbe(context)!;
      const { host, port } = 'tcp' in probe ? probe.tcp : (probe as HttpProbe);
      return { type: 'connect', connection: nameOf(context), to: host, port } as Effect;
    }),
    opened: assign(({ context }) => settled(context, 0, { type: 'close', connection: nameOf(context) })),
    notOpened: assign(({ context, event }) => {
      const timedOut = (event as { reason?: string }).reason === 'timeout';
      return settled(context, failureOf(nextProbe(context), timedOut ? CURL.timeout : CURL.noConnection));
    }),
    tooLong: assign(({ context }) =>
      settled(context, failureOf(nextProbe(context), CURL.timeout), {
        type: 'close',
        connection: nameOf(context),
      }),
    ),
    greet: emit(({ context }) => {
      const message: WireMessage = { kind: 'tls-hello', version: 'tls' };
      return { type: 'transmit', connection: nameOf(context), message } as Effect;
    }),
    ask: emit(({ context }) => {
      const message = request(nextProbe(context) as HttpProbe);
      return { type: 'transmit', connection: nameOf(context), message } as Effect;
    }),
    notGreeted: assign(({ context }) =>
      settled(context, CURL.tls, { type: 'close', connection: nameOf(context) }),
    ),
    answered: assign(({ context, event }) => {
      const { status } = (event as { message?: unknown }).message as HttpResponse;
      const probe = nextProbe(context) as HttpProbe;
      const ok = !probe.failOnStatus || status < 400;
      return settled(context, ok ? CURL.ok : CURL.badStatus, { type: 'close', connection: nameOf(context) });
    }),
    notAnswered: assign(({ context, event }) =>
      settled(context, (event as { how?: string }).how === 'eof' ? CURL.emptyReply : CURL.receive),
    ),
  },
});

const stillRunning = { actions: ['skip', 'say', 'armTick'] } as const;
const overrun = { target: 'idle', actions: ['giveUpConnection', 'say', 'disarmLimit'] } as const;

export const scriptMachine = script.createMachine({
  id: 'keepalived.script',
  context: ({ input }) => ({
    ...input,
    runs: 0,
    outcomes: [],
    tally: firstTally(input.config.rise),
    out: NOTHING,
  }),
  initial: 'running',
  on: { tick: stillRunning },
  states: {
    idle: { on: { tick: 'running' } },
    /** Forking, and whatever of the run takes time by itself. */
    running: {
      entry: ['begin', 'armTick', 'armTimeout'],
      after: { runTakes: 'deciding' },
      on: { timeout: { target: 'idle', actions: ['giveUp', 'say'] } },
    },
    deciding: {
      always: [
        { guard: 'isDone', target: 'idle', actions: ['finish', 'say', 'disarmTimeout'] },
        { guard: 'looksAtHost', target: 'looking', actions: ['look'] },
        { target: 'connecting', actions: ['connect', 'armLimit'] },
      ],
    },
    looking: {
      on: {
        inspected: { guard: 'isAnswer', target: 'deciding', actions: ['seen'] },
        timeout: { target: 'idle', actions: ['giveUp', 'say'] },
      },
    },
    connecting: {
      on: {
        connected: [
          { guard: 'connectsOnly', target: 'deciding', actions: ['opened', 'say', 'disarmLimit'] },
          { guard: 'greetsFirst', target: 'greeting', actions: ['greet'] },
          { guard: 'isOurs', target: 'asking', actions: ['ask'] },
        ],
        'connect-failed': {
          guard: 'isOurs',
          target: 'deciding',
          actions: ['notOpened', 'disarmLimit'],
        },
        limit: { target: 'deciding', actions: ['tooLong', 'say'] },
        timeout: overrun,
      },
    },
    greeting: {
      on: {
        received: [
          { guard: 'isServerHello', target: 'asking', actions: ['ask'] },
          { guard: 'isOurs', target: 'deciding', actions: ['notGreeted', 'say', 'disarmLimit'] },
        ],
        closed: { guard: 'isOurs', target: 'deciding', actions: ['notGreeted', 'disarmLimit'] },
        limit: { target: 'deciding', actions: ['tooLong', 'say'] },
        timeout: overrun,
      },
    },
    asking: {
      on: {
        received: { guard: 'isResponse', target: 'deciding', actions: ['answered', 'say', 'disarmLimit'] },
        closed: { guard: 'isOurs', target: 'deciding', actions: ['notAnswered', 'disarmLimit'] },
        limit: { target: 'deciding', actions: ['tooLong', 'say'] },
        timeout: overrun,
      },
    },
  },
});
