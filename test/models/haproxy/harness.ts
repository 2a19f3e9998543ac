/**
 * A laboratory like that of the recordings: backends m1 to m3 (192.0.2.11-13, port 6443), a balancer lb
 * (192.0.2.20) that runs the HAProxy model, a client cl (192.0.2.100) that opens connections to lb:8443.
 */
import { assign, emit, raise, setup } from 'xstate';
import type { HaproxyConfig } from '../../../models/haproxy/config.ts';
import { haproxy } from '../../../models/haproxy/process.ts';
import { readHaproxyCfg } from '../../../models/haproxy/read-cfg.ts';
import type { ProxyContext } from '../../../models/haproxy/turn.ts';
import { hostMachine } from '../../../models/host/machine.ts';
import type { HttpRequest } from '../../../models/wire.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Effect, KernelEvent, ProcessInput } from '../../../sim/effects.ts';
import type { ProcessType } from '../../../sim/process-type.ts';
import { referenceProgram } from '../../../sim/reference.ts';
import type { Cell, Step } from '../../../sim/state.ts';
import { World } from '../../../sim/world.ts';

export const MS = 1000;

/** How a stub backend behaves; changed by the event `behave`. */
export interface Behaviour {
  /** Status of its answers; 0: says nothing. */
  readonly status: number;
  readonly body?: unknown;
  readonly tls: boolean;
  readonly delayUs: number;
  /** Backlog of its port. */
  readonly backlog: number;
  /** What it says on the agent port 9999. */
  readonly agent: string;
  /** Closes a connection once it has answered (Connection: close). */
  readonly closes: boolean;
}

const WELL: Behaviour = { status: 200, tls: false, delayUs: 0, backlog: 128, agent: 'up\n', closes: true };

type BackendEvent =
  | KernelEvent
  | { readonly type: 'behave'; readonly how: Partial<Behaviour>; readonly atUs: number }
  | { readonly type: 'answer' };

interface BackendContext {
  readonly host: string;
  readonly how: Behaviour;
  /** Answers under way, oldest first: when each is due, and to whom. */
  readonly due: readonly { readonly atUs: number; readonly connection: string; readonly message: unknown }[];
  readonly nowUs: number;
}

function answerEffects({ how, host }: BackendContext, connection: string, message: unknown): Effect[] {
  const { kind } = message as { readonly kind: string };
  if (kind === 'tls-hello') {
    const old = (message as { readonly version: string }).version === 'ssl3';
    if (!how.tls) return [];
    const answer = { kind: 'tls-answer', what: old ? 'alert' : 'server-hello' };
    return [{ type: 'transmit', connection, message: answer }];
  }
  if (kind === 'text') return [{ type: 'transmit', connection, message }];
  if (how.status === 0) return [];
  const request = message as HttpRequest;
  const status = how.tls && !request.tls ? 400 : how.status;
  const response = { kind: 'response', id: request.id, status, body: how.body, server: host };
  const closes: Effect[] = how.closes ? [{ type: 'close', connection }] : [];
  return [{ type: 'transmit', connection, message: response }, ...closes];
}

const backendMachine = setup({
  types: {
    input: {} as ProcessInput<Partial<Behaviour>>,
    context: {} as BackendContext,
    events: {} as BackendEvent,
    emitted: {} as Effect,
  },
  delays: { answer: ({ context }) => Math.max(0, (context.due[0]?.atUs ?? 0) - context.nowUs) },
  guards: {
    slow: ({ context, event }) =>
      context.how.delayUs > 0 && (event as { message: { kind: string } }).message.kind === 'request',
    more: ({ context }) => context.due.length > 1,
    agent: ({ event }) => (event as { port: number }).port === 9999,
  },
}).createMachine({
  id: 'backend',
  context: ({ input }) => ({ host: input.host, how: { ...WELL, ...input.config }, due: [], nowUs: 0 }),
  initial: 'serving',
  entry: emit(
    ({ context }) =>
      ({
        type: 'batch',
        effects: [
          { type: 'listen', port: 6443, backlog: context.how.backlog },
          { type: 'listen', port: 9999 },
        ],
      }) as Effect,
  ),
  states: {
    serving: {
      on: {
        behave: { actions: assign({ how: ({ context, event }) => ({ ...context.how, ...event.how }) }) },
        accepted: [
          {
            guard: 'agent',
            actions: emit(
              ({ context, event }) =>
                ({
                  type: 'batch',
                  effects: [
                    {
                      type: 'transmit',
                      connection: event.connection,
                      message: { kind: 'text', text: context.how.agent },
                    },
                    { type: 'close', connection: event.connection },
                  ],
                }) as Effect,
            ),
          },
          {
            actions: emit(
              ({ event }) =>
                ({
                  type: 'note',
                  name: 'accepted',
                  from: event.from,
                  connection: event.connection,
                }) as Effect,
            ),
          },
        ],
        received: [
          {
            guard: 'slow',
            actions: [
              assign({
                due: ({ context, event }) => [
                  ...context.due,
                  {
                    atUs: event.atUs + context.how.delayUs,
                    connection: event.connection,
                    message: event.message,
                  },
                ],
                nowUs: ({ event }) => event.atUs,
              }),
              raise({ type: 'answer' }, { id: 'answer', delay: 'answer' }),
            ],
          },
          {
            actions: emit(
              ({ context, event }) =>
                ({
                  type: 'batch',
                  effects: answerEffects(context, event.connection, event.message),
                }) as Effect,
            ),
          },
        ],
        answer: [
          {
            guard: 'more',
            actions: [
              emit(
                ({ context }) =>
                  ({
                    type: 'batch',
                    effects: answerEffects(context, context.due[0]!.connection, context.due[0]!.message),
                  }) as Effect,
              ),
              assign({
                due: ({ context }) => context.due.slice(1),
                nowUs: ({ event }) => (event as unknown as { atUs: number }).atUs,
              }),
              raise({ type: 'answer' }, { id: 'answer', delay: 'answer' }),
            ],
          },
          {
            actions: [
              emit(
                ({ context }) =>
                  ({
                    type: 'batch',
                    effects: answerEffects(context, context.due[0]!.connection, context.due[0]!.message),
                  }) as Effect,
              ),
              assign({ due: [] }),
            ],
          },
        ],
      },
    },
  },
});

const backendType: ProcessType = { name: 'backend', lead: backendMachine };

/** A client that opens a connection at each `open` event and notes what becomes of it. */
type ClientEvent =
  | KernelEvent
  | {
      readonly type: 'open';
      readonly name: string;
      readonly to: string;
      readonly port: number;
      readonly message?: unknown;
      readonly atUs: number;
    }
  | { readonly type: 'say'; readonly name: string; readonly message: unknown; readonly atUs: number }
  | {
      readonly type: 'hang-up';
      readonly name: string;
      readonly how: 'close' | 'reset';
      readonly atUs: number;
    };

interface ClientContext {
  readonly messages: Readonly<Record<string, unknown>>;
}

const note = (name: string, event: object): Effect => ({ type: 'note', name, ...event }) as Effect;

const clientMachine = setup({
  types: {
    input: {} as ProcessInput<unknown>,
    context: {} as ClientContext,
    events: {} as ClientEvent,
    emitted: {} as Effect,
  },
}).createMachine({
  id: 'client',
  context: { messages: {} },
  initial: 'asking',
  states: {
    asking: {
      on: {
        open: {
          actions: [
            assign({
              messages: ({ context, event }) => ({ ...context.messages, [event.name]: event.message }),
            }),
            emit(
              ({ event }) =>
                ({ type: 'connect', connection: event.name, to: event.to, port: event.port }) as Effect,
            ),
          ],
        },
        say: {
          actions: emit(
            ({ event }) => ({ type: 'transmit', connection: event.name, message: event.message }) as Effect,
          ),
        },
        'hang-up': {
          actions: emit(({ event }) => ({ type: event.how, connection: event.name }) as Effect),
        },
        connected: {
          actions: emit(({ context, event }) => {
            const message = context.messages[event.connection];
            const told = note('connected', { connection: event.connection });
            if (message === null || message === undefined) return told;
            return {
              type: 'batch',
              effects: [told, { type: 'transmit', connection: event.connection, message }],
            } as Effect;
          }),
        },
        received: {
          actions: emit(({ event }) =>
            note('received', { connection: event.connection, message: event.message }),
          ),
        },
        closed: {
          actions: emit(({ event }) => note('closed', { connection: event.connection, how: event.how })),
        },
        'connect-failed': {
          actions: emit(({ event }) => note('failed', { connection: event.connection, how: event.reason })),
        },
      },
    },
  },
});

const clientType: ProcessType = { name: 'client', lead: clientMachine };

export const GLOBAL = `global
  maxconn 4000
  log stdout format raw local0
`;
export const DEFAULTS = `defaults
  mode tcp
  timeout connect 5s
  timeout client 50s
  timeout server 50s
`;
export const FRONTEND = `frontend fe
  bind *:8443
  default_backend be
`;

/** The backend of the recordings: `lines` before three servers with `options`. */
export function backendText(options = 'check', ...lines: string[]): string {
  const servers = [1, 2, 3].map((n) => `server m${n} 192.0.2.1${n}:6443 ${options}`);
  return `backend be\n${[...lines, ...servers].map((line) => `  ${line}\n`).join('')}`;
}

export interface LabOptions {
  readonly executor?: 'reference' | 'compiled';
  readonly version?: string;
  readonly backends?: Readonly<Record<string, Partial<Behaviour>>>;
  /** Backends that are not started. */
  readonly without?: readonly string[];
  readonly nonlocalBind?: boolean;
}

/** One connection of the client. */
export interface Outcome {
  readonly name: string;
  readonly openedMs: number;
  connectedMs: number | undefined;
  endedMs: number | undefined;
  /** ok: an answer came; else how it ended without one. */
  outcome: 'ok' | 'eof' | 'reset' | 'refused' | 'timeout' | 'no-route' | 'open';
  status: number | undefined;
  /** The backend that accepted it, as far as can be told. */
  server: string;
}

export class Lab {
  readonly world: World;
  readonly config: HaproxyConfig;
  readonly steps: Step[] = [];
  /** Lines of the HAProxy process: [ms, line]. */
  readonly log: [number, string][] = [];
  readonly notes: [number, string, Record<string, unknown>][] = [];
  readonly outcomes = new Map<string, Outcome>();
  private opened = 0;

  constructor(text: string, options: LabOptions = {}) {
    const { config, findings } = readHaproxyCfg(text, 'haproxy.cfg');
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    this.config = options.version === undefined ? config : { ...config, version: options.version };
    const instantly = { supervisor: { kind: 'none' }, enabled: true, startDelayUs: [0, 0] } as const;
    const names = ['m1', 'm2', 'm3'];
    const running = names.filter((name) => options.without?.includes(name) !== true);
    this.world = new World({
      seed: 1,
      hostMachine,
      executor: options.executor === 'reference' ? referenceProgram : compiledProgram,
      hosts: [
        ...names.map((name, n) => ({ name, address: `192.0.2.1${n + 1}`, bootUs: 0 })),
        {
          name: 'lb',
          address: '192.0.2.20',
          bootUs: 0,
          ...(options.nonlocalBind === true ? { nonlocalBind: true } : {}),
        },
        { name: 'cl', address: '192.0.2.100', bootUs: 0 },
      ],
      processes: [
        ...names.map((name) => ({
          host: name,
          name: 'backend',
          type: backendType,
          config: options.backends?.[name] ?? {},
          ...instantly,
          enabled: running.includes(name),
        })),
        { host: 'lb', name: 'haproxy', type: haproxy, config: this.config, ...instantly },
        { host: 'cl', name: 'client', type: clientType, config: {}, ...instantly },
      ],
    });
    this.world.observer = (step) => this.see(step);
    for (const { name } of this.world.hosts) {
      this.world.act(0, { do: 'host', host: name, event: { type: 'power-on' } });
    }
    this.until(1);
  }

  private see(step: Step): void {
    this.steps.push(step);
    for (const effect of step.effects) {
      for (const part of effect.type === 'batch' ? effect.effects : [effect]) {
        const ms = step.atUs / 1000;
        if (part.type === 'log' && step.who.startsWith('lb/')) this.log.push([ms, part.line]);
        if (part.type !== 'note') continue;
        this.notes.push([ms, step.who, part as never]);
        if (step.who === 'cl/client') this.hear(ms, part as never);
      }
    }
  }

  private hear(
    ms: number,
    told: { name: string; connection: string; how?: string; message?: unknown },
  ): void {
    const one = this.outcomes.get(told.connection);
    if (one === undefined) return;
    if (told.name === 'connected') one.connectedMs = ms;
    else if (told.name === 'received') {
      const { status, server } = told.message as { status: number; server?: string };
      one.outcome = 'ok';
      one.status = status;
      one.endedMs ??= ms;
      one.server = server ?? one.server;
    } else if (one.outcome === 'open') {
      one.outcome = told.how as Outcome['outcome'];
      one.endedMs = ms;
    }
  }

  /** Runs on until so many milliseconds after the start. */
  until(ms: number): void {
    this.world.runUntil(Math.round(ms * 1000));
  }

  at(ms: number, action: Parameters<World['act']>[1]): void {
    this.world.act(Math.round(ms * 1000), action);
  }

  send(ms: number, process: string, event: { readonly type: string }): void {
    this.at(ms, { do: 'send', process, event: event as never });
  }

  behave(ms: number, name: string, how: Partial<Behaviour>): void {
    this.send(ms, `${name}/backend`, { type: 'behave', how } as never);
  }

  kill(ms: number, name: string): void {
    this.at(ms, { do: 'kill', process: `${name}/backend` });
  }

  start(ms: number, name: string): void {
    this.at(ms, { do: 'start', process: `${name}/backend` });
  }

  /** The host says nothing any more: packets to and from it are lost. */
  silence(ms: number, name: string): void {
    this.at(ms, { do: 'attached', host: name, on: false });
  }

  hearAgain(ms: number, name: string): void {
    this.at(ms, { do: 'attached', host: name, on: true });
  }

  /** A connection that asks once and waits for the answer (GET, Connection: close); null says nothing. */
  open(ms: number, port = 8443, message: unknown = GET, to = '192.0.2.20'): string {
    const name = `k${++this.opened}`;
    this.outcomes.set(name, {
      name,
      openedMs: ms,
      connectedMs: undefined,
      endedMs: undefined,
      outcome: 'open',
      status: undefined,
      server: '',
    });
    this.send(ms, 'cl/client', { type: 'open', name, to, port, message } as never);
    return name;
  }

  /** The outcome of a connection, with the milliseconds it took. */
  outcome(name: string): Outcome & { readonly ms: number } {
    const one = this.outcomes.get(name)!;
    return { ...one, ms: (one.endedMs ?? Number.NaN) - one.openedMs };
  }

  get lead(): Cell | undefined {
    return this.world.lead(this.world.process('lb/haproxy'));
  }

  get context(): ProxyContext {
    return this.lead?.context as ProxyContext;
  }

  /** Times at which the balancer's log has a line that begins so. */
  times(text: string): number[] {
    return this.log.filter(([, line]) => line.includes(text)).map(([ms]) => ms);
  }

  /** Servers in the order in which the balancer connected sessions to them, m1 as 1. */
  get picks(): string {
    const picked: string[] = [];
    for (const { effects, who } of this.steps) {
      if (!/^lb\/haproxy\/s\d/.test(who)) continue;
      for (const effect of effects) {
        for (const part of effect.type === 'batch' ? effect.effects : [effect]) {
          if (part.type === 'connect') picked.push(part.to.slice(-1));
        }
      }
    }
    return picked.join(' ');
  }
}

export const GET = { kind: 'request', id: 7, tls: false, method: 'GET', path: '/' } as const;
