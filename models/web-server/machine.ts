/**
 * A plain web server over OpenSSL, such as nginx or Python's: takes connections, answers each request with one status and with
 * its own name, and leaves it to the client to close. One member, `exchange`, for each connection.
 *
 * Sources: RFC 9112 (a request ends with an empty line: what is none of it is waited for); OpenSSL 3 and a plain
 * request to its port: "http request", the connection is ended with bytes unread, which the kernel turns into RST (RFC 9293
 * section 3.6.1 as Linux does it); an SSLv3 hello is answered with the alert `protocol version`.
 * Unit: microseconds. Not modelled: limits on workers and connections, time-outs of its own, keep-alive limits.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import type { HttpRequest, HttpResponse, TlsAnswer, TlsHello, WireMessage } from '../wire.ts';
import type { AnswerWith, WebAnswer, WebServerConfig } from './config.ts';
import { WEB_SERVER } from './observe.ts';

export interface WebServerContext {
  readonly config: WebServerConfig;
  readonly host: string;
  /** Status of every answer. */
  readonly status: number;
  /** Connections taken so far. */
  readonly taken: number;
}

type Accepted = Extract<KernelEvent, { type: 'accepted' }>;
type WebServerEvent = KernelEvent | Timed<AnswerWith> | Timed<Asked>;

/** From an exchange to the lead: answer this one. The status is that of the moment of the answer. */
interface Asked {
  readonly type: 'asked';
  readonly from: string;
}
/** From the lead to an exchange. */
interface Status {
  readonly type: 'status';
  readonly status: number;
}

const CONNECTION = 'in';

export interface ExchangeInput {
  readonly id: string;
  readonly host: string;
  readonly tls: boolean;
  readonly answerUs: number;
}

/** The new connection goes to a member of its own. */
function take({ config, host, taken }: WebServerContext, { connection }: Accepted): Effect {
  const id = `c${taken}`;
  const input: ExchangeInput = { id, host, tls: config.tls, answerUs: config.answerUs };
  return {
    type: 'batch',
    effects: [
      { type: 'start', machine: 'exchange', id, input },
      { type: 'hand-over', connection, to: id, as: CONNECTION },
    ],
  };
}

export const webServerMachine = setup({
  types: {
    input: {} as ProcessInput<WebServerConfig>,
    context: {} as WebServerContext,
    events: {} as WebServerEvent,
    emitted: {} as Effect,
  },
}).createMachine({
  id: WEB_SERVER,
  context: ({ input: { config, host } }) => ({ config, host, status: 200, taken: 0 }),
  initial: 'serving',
  states: {
    serving: {
      entry: emit(({ context: { config } }): Effect => {
        const { port, backlog } = config;
        return { type: 'listen', port, ...(backlog === undefined ? {} : { backlog }) };
      }),
      on: {
        accepted: {
          actions: [
            emit(({ context, event }) => take(context, event)),
            assign({ taken: ({ context }) => context.taken + 1 }),
          ],
        },
        answer: { actions: assign({ status: ({ event }) => event.status }) },
        asked: {
          actions: emit(({ context, event }) =>
            tell<Status>(event.from, { type: 'status', status: context.status }),
          ),
        },
      },
    },
  },
});

interface ExchangeContext extends ExchangeInput {
  /** The request in hand. */
  readonly request: number;
}

type Received = Extract<KernelEvent, { type: 'received' }>;
type ExchangeEvent = KernelEvent | Timed<Status>;

const messageOf = (event: ExchangeEvent): WireMessage => (event as Received).message as WireMessage;

/** A TLS server's answer to a hello. */
function greet(event: ExchangeEvent): Effect {
  const { version } = messageOf(event) as TlsHello;
  const message: TlsAnswer = { kind: 'tls-answer', what: version === 'ssl3' ? 'alert' : 'server-hello' };
  return { type: 'transmit', connection: CONNECTION, message };
}

function answer({ request, host }: ExchangeContext, event: ExchangeEvent): Effect {
  const body: WebAnswer = { server: host };
  const { status } = event as Status;
  const message: HttpResponse = { kind: 'response', id: request, status, body };
  return { type: 'transmit', connection: CONNECTION, message };
}

export const exchangeMachine = setup({
  types: {
    input: {} as ExchangeInput,
    context: {} as ExchangeContext,
    events: {} as ExchangeEvent,
    emitted: {} as Effect,
  },
  guards: {
    isHello: ({ context, event }) => context.tls && messageOf(event).kind === 'tls-hello',
    isRequest: ({ context, event }) => {
      const message = messageOf(event);
      return message.kind === 'request' && message.tls === context.tls;
    },
    /** A plain request to a TLS port; a hello to a plain port is taken for the beginning of a request. */
    isNoTls: ({ context, event }) => context.tls && messageOf(event).kind === 'request',
  },
  actions: {
    greet: emit(({ event }) => greet(event)),
    refuse: emit({
      type: 'batch',
      effects: [
        { type: 'reset', connection: CONNECTION },
        { type: 'exit', code: 0 },
      ],
    } as Effect),
    remember: assign({ request: ({ event }) => (messageOf(event) as HttpRequest).id }),
    ask: emit(({ context }) => tell<Asked>('', { type: 'asked', from: context.id })),
    answer: emit(({ context, event }) => answer(context, event)),
    end: emit({ type: 'exit', code: 0 } as Effect),
  },
  delays: { thinking: ({ context }) => context.answerUs },
}).createMachine({
  id: 'web-server.exchange',
  context: ({ input }) => ({ ...input, request: 0 }),
  initial: 'reading',
  on: { closed: { actions: 'end' } },
  states: {
    reading: {
      on: {
        received: [
          { guard: 'isHello', actions: 'greet' },
          { guard: 'isRequest', target: 'thinking', actions: 'remember' },
          { guard: 'isNoTls', actions: 'refuse' },
        ],
      },
    },
    thinking: { after: { thinking: 'answering' } },
    answering: {
      entry: 'ask',
      on: { status: { target: 'reading', actions: 'answer' } },
    },
  },
});
