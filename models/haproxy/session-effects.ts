/**
 * What a session knows and what it wants of the world, as pure functions; the machine is in session.ts.
 * Unit: microseconds.
 */
import type { ConnectFailure, Effect } from '../../sim/effects.ts';
import type { HttpRequest, HttpResponse } from '../wire.ts';
import type { Target } from './queue.ts';
import type { SessionEnded, SessionInput, SessionReport } from './session-events.ts';

/** The names under which a session knows its two connections. */
export const CLIENT = 'client';
export const SERVER = 'server';

export interface SessionContext {
  readonly input: SessionInput;
  readonly target: Target | undefined;
  /** It holds a slot of the target. */
  readonly slot: boolean;
  readonly queue: number | 'backend' | undefined;
  /** It has been counted in the backend. */
  readonly entered: boolean;
  /** The next attempt goes to another server than the target. */
  readonly another: boolean;
  readonly failures: number;
  readonly redispatched: boolean;
  /** What the client has sent before there was a server. */
  readonly pending: readonly unknown[];
  readonly turnAroundUs: number;
  readonly queueUs: number;
  /** -1: never connected. */
  readonly connectUs: number;
  /** The last message in either direction. */
  readonly lastUs: number;
  readonly idleUs: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** How it ended: two letters of the log. */
  readonly state: string;
  /** An HTTP status that the client is told before the end; 0: none. */
  readonly answer: number;
  readonly clientOpen: boolean;
  readonly serverOpen: boolean;
  readonly resetServer: boolean;
}

export function initial(input: SessionInput): SessionContext {
  const tcp = input.settings.mode === 'tcp';
  const none = tcp && input.target === undefined && input.queue === undefined;
  return {
    input,
    target: input.target,
    slot: input.target !== undefined,
    queue: input.queue,
    entered: tcp && input.settings.backend >= 0,
    another: false,
    failures: 0,
    redispatched: false,
    pending: [],
    turnAroundUs: 0,
    queueUs: 0,
    connectUs: -1,
    lastUs: input.atUs,
    idleUs: input.settings.idleUs,
    messagesIn: 0,
    messagesOut: 0,
    state: none ? 'SC' : '--',
    answer: 0,
    clientOpen: true,
    serverOpen: false,
    resetServer: false,
  };
}

export function report(event: SessionReport): Effect {
  return { type: 'tell', to: '', event };
}

export function whose({ input }: SessionContext): { id: string; generation: number; backend: number } {
  return { id: input.id, generation: input.generation, backend: input.settings.backend };
}

export function connectEffect({ target, input }: SessionContext): Effect {
  const { address, port } = target as Target;
  return { type: 'connect', connection: SERVER, to: address, port: port === 0 ? input.port : port };
}

/** The connection to the server is there: what the client has said so far goes on. */
export function establishedEffects(context: SessionContext): Effect {
  const effects: Effect[] = context.pending.map((each) => ({
    type: 'transmit',
    connection: SERVER,
    message: each,
  }));
  if (context.input.settings.tellsConnected) {
    const server = (context.target as Target).server;
    effects.push(report({ type: 'session-connected', ...whose(context), server }));
  }
  return { type: 'batch', effects };
}

export function failedEffects(context: SessionContext, how: ConnectFailure, isOpen: boolean): Effect {
  const tell = report({
    type: 'attempt-failed',
    ...whose(context),
    server: (context.target as Target).server,
    how,
    failures: context.failures,
    from: context.input.from,
  });
  if (!isOpen) return tell;
  return { type: 'batch', effects: [{ type: 'close', connection: SERVER }, tell] };
}

export function wantsEffect(context: SessionContext, enters: boolean): Effect {
  return report({
    type: 'wants-server',
    ...whose(context),
    from: context.input.from,
    server: context.target?.server,
    another: context.another,
    enters,
  });
}

export function endEffects(context: SessionContext): Effect {
  const { input, target } = context;
  const effects: Effect[] = [];
  if (context.serverOpen) {
    effects.push({ type: context.resetServer ? 'reset' : 'close', connection: SERVER });
  }
  if (context.clientOpen) {
    const request = context.pending[0] as HttpRequest | undefined;
    if (context.answer > 0) {
      const response: HttpResponse = { kind: 'response', id: request?.id ?? 0, status: context.answer };
      effects.push({ type: 'transmit', connection: CLIENT, message: response });
    }
    effects.push({ type: 'close', connection: CLIENT });
  }
  const ended: SessionEnded = {
    type: 'session-ended',
    ...whose(context),
    frontend: input.settings.frontend,
    from: input.from,
    port: input.port,
    acceptedAtUs: input.atUs,
    server: target?.server,
    slot: context.slot,
    connecting: context.slot && (context.serverOpen || context.connectUs >= 0),
    queue: context.queue,
    entered: context.entered,
    state: context.state,
    queueUs: context.queueUs,
    connectUs: context.connectUs,
    messagesIn: context.messagesIn,
    messagesOut: context.messagesOut,
    failures: context.failures,
    redispatched: context.redispatched,
  };
  effects.push(report(ended), { type: 'exit', code: 0 });
  return { type: 'batch', effects };
}
