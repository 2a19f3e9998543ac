/**
 * The calls of a Go program's API client: their types, their texts when they fail, and which are tried again.
 *
 * Sources: net/http and net (texts of url.Error and OpError); client-go rest/request.go:1066-1080, rest/with_retry.go
 * (GETs are retried on EOF or reset, and whatever is answered with 429 and Retry-After, 10 times a second apart).
 */
import { Map as ImmutableMap, OrderedMap } from 'immutable';
import type { Address, ConnectFailure, Effect } from '../../sim/effects.ts';
import { addressesOf, type DnsName, shareUs } from '../dns/resolve.ts';
import { tell } from '../family.ts';
import type { HttpRequest, HttpResponse, WireMessage } from '../wire.ts';
import { isStatus } from './api.ts';
import type { Occurrence } from './events.ts';

/** Where an API is: an apiserver's own address or the control plane's endpoint. */
export interface ApiServerAddress {
  readonly address: Address;
  readonly port: number;
  /** A name with several addresses: each dial takes those of an answer, one after the other. */
  readonly dns?: DnsName;
  /** When the client's certificate expires, if it is not renewed by itself. */
  readonly notAfterUs?: number;
}

/** Id under which every family starts its client. */
export const REST_CLIENT = 'rest-client';

export interface RestCall {
  readonly type: 'call';
  /** Member that gets the answer; an earlier call of it is forgotten. */
  readonly from: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Events about what is written. */
  readonly said?: readonly Occurrence[];
  /** A watch: chunks until the answer; never retried. */
  readonly watch?: boolean;
}
/** A call to the family's client. */
export function askApi(
  from: string,
  method: RestCall['method'],
  path: string,
  body?: unknown,
  said?: readonly Occurrence[],
): Effect {
  const bare: RestCall = { type: 'call', from, method, path };
  const call = said === undefined ? bare : { ...bare, said };
  return tell<RestCall>(REST_CLIENT, body === undefined ? call : { ...call, body });
}

export interface RestCancel {
  readonly type: 'cancel';
  readonly from: string;
}
/** Everything that is under way fails and the next call dials again. */
export interface CloseConnections {
  readonly type: 'close-connections';
}
/** The end of a call. `error` is empty when it went well; `status` is 0 when no answer came. */
export interface RestAnswer {
  readonly type: 'answer';
  readonly status: number;
  readonly body: unknown;
  readonly error: string;
}
export interface RestChunk {
  readonly type: 'chunk';
  readonly body: unknown;
}

const MAX_RETRIES = 10;
export const CONNECTION = 'api';

export interface Pending {
  readonly call: RestCall;
  readonly retries: number;
}
/** Calls by the member that made them, in order. */
export type Calls = OrderedMap<string, Pending>;
export const NO_CALLS: Calls = OrderedMap<string, Pending>();

/** A dial: to `address` now, to the others if that fails. */
export interface Dial extends ApiServerAddress {
  readonly others: readonly Address[];
  readonly lookups: number;
  readonly dialUntilUs: number;
}

/** Looks the address up, for a dial that may take so long. */
export function lookUp(dial: Dial, atUs: number, limitUs: number): Partial<Dial> {
  const { dns, lookups } = dial;
  if (dns === undefined) return {};
  const [address = dial.address, ...others] = addressesOf(dns, lookups, atUs);
  return { address, others, lookups: lookups + 1, dialUntilUs: atUs + limitUs };
}

/** How long this address may be tried. */
export function dialShareUs({ dns, others, dialUntilUs }: Dial, atUs: number, limitUs: number): number {
  return dns === undefined ? limitUs : shareUs(dialUntilUs - atUs, others.length + 1);
}

export interface CallTable extends Dial {
  /** Calls that wait for the connection. */
  readonly queued: Calls;
  /** Calls on the connection, by HTTP/2 stream. */
  readonly open: ImmutableMap<number, Pending>;
  /** GETs that wait a second before they are tried again. */
  readonly retrying: Calls;
  readonly nextStream: number;
}

/** The text of Go's url.Error. */
function goError({ address, port }: ApiServerAddress, call: RestCall, what: string): string {
  const verb = call.method.charAt(0) + call.method.slice(1).toLowerCase();
  return `${verb} "https://${address}:${port}${call.path}": ${what}`;
}

const CONNECT_ERRORS: Readonly<Record<ConnectFailure, string>> = {
  refused: 'connect: connection refused',
  'no-route': 'connect: no route to host',
  timeout: 'connect: connection timed out',
};

/** The text of Go's OpError for a dial; `i/o timeout` when the dialer's own limit ended it. */
export function dialError(to: ApiServerAddress, reason: ConnectFailure | 'limit'): string {
  const what = reason === 'limit' ? 'i/o timeout' : CONNECT_ERRORS[reason];
  return `dial tcp ${to.address}:${to.port}: ${what}`;
}

function failure(to: ApiServerAddress, { call }: Pending, what: string): Effect {
  const error = goError(to, call, what);
  return tell<RestAnswer>(call.from, { type: 'answer', status: 0, body: undefined, error });
}

/** The dial failed: so do all calls that waited for it. */
export function failQueued(table: CallTable, what: string): Effect {
  return { type: 'batch', effects: [...table.queued.values()].map((call) => failure(table, call, what)) };
}

function isRetried({ call, retries }: Pending): boolean {
  return call.method === 'GET' && call.watch !== true && retries < MAX_RETRIES;
}

/** The call that this answer asks to come again, if it may. */
function throttled(table: CallTable, message: WireMessage): Pending | undefined {
  if (message.kind !== 'response' || message.retryAfter === undefined) return undefined;
  const pending = table.open.get(message.id);
  return pending !== undefined && pending.retries < MAX_RETRIES ? pending : undefined;
}

export function isThrottled(table: CallTable, message: WireMessage): boolean {
  return throttled(table, message) !== undefined;
}

/** The call waits before it is tried again. */
export function postponed(table: CallTable, message: WireMessage): Partial<CallTable> {
  const pending = throttled(table, message) as Pending;
  return {
    open: table.open.delete((message as HttpResponse).id),
    retrying: table.retrying.set(pending.call.from, { ...pending, retries: pending.retries + 1 }),
  };
}

function concerned(table: CallTable): readonly Pending[] {
  return [...table.open.values(), ...table.queued.values()];
}

/** The connection is lost: calls that are not tried again fail ... */
export function failLost(table: CallTable, what: string): Effect {
  const lost = concerned(table).filter((pending) => !isRetried(pending));
  return { type: 'batch', effects: lost.map((pending) => failure(table, pending, what)) };
}
/** ... and the others wait. */
export function keepLost(table: CallTable): Partial<CallTable> {
  const again = concerned(table).filter(isRetried);
  return {
    open: ImmutableMap<number, Pending>(),
    queued: NO_CALLS,
    retrying: again.reduce(
      (retrying, pending) => retrying.set(pending.call.from, { ...pending, retries: pending.retries + 1 }),
      table.retrying,
    ),
  };
}

export function transmit(message: WireMessage): Effect {
  return { type: 'transmit', connection: CONNECTION, message };
}

function requestOf(call: RestCall, id: number, notAfterUs: number | undefined): HttpRequest {
  const { method, path, body, said } = call;
  const request: HttpRequest = { kind: 'request', id, tls: true, method, path, body };
  const whole = said === undefined ? request : { ...request, said };
  return notAfterUs === undefined ? whole : { ...whole, notAfterUs };
}

/** Puts calls on the connection: what is sent ... */
export function sendEffect(table: CallTable, calls: readonly Pending[]): Effect {
  return {
    type: 'batch',
    effects: calls.map(({ call }, index) =>
      transmit(requestOf(call, table.nextStream + index, table.notAfterUs)),
    ),
  };
}
/** ... and what is remembered. */
export function sent(table: CallTable, calls: readonly Pending[]): Partial<CallTable> {
  let open = table.open;
  calls.forEach((pending, index) => {
    open = open.set(table.nextStream + index, pending);
  });
  return { open, nextStream: table.nextStream + calls.length };
}

/** apimachinery pkg/api/errors NewGenericServerResponse, of what has no Status for a body. */
const TOO_MANY = 'the server has received too many requests and has asked us to try again later';

function answerOf({ status, body }: HttpResponse): RestAnswer {
  const unnamed = status === 429 ? TOO_MANY : `an error on the server ("${body}")`;
  const said = isStatus(body) ? body.message : unnamed;
  const error = status < 400 ? '' : said;
  return { type: 'answer', status, body, error };
}

/** A message of the server, for the member that waits for it. */
export function deliver(table: CallTable, message: WireMessage): Effect {
  if (message.kind === 'ping') return transmit({ kind: 'pong' });
  if (message.kind === 'response' || message.kind === 'chunk') {
    const to = table.open.get(message.id)?.call.from;
    if (to !== undefined) {
      return message.kind === 'response'
        ? tell<RestAnswer>(to, answerOf(message))
        : tell<RestChunk>(to, { type: 'chunk', body: message.body });
    }
  }
  return { type: 'batch', effects: [] };
}

function streamOf(table: CallTable, from: string): number | undefined {
  return table.open.findKey(({ call }) => call.from === from);
}

/** A member gave up: the stream is reset, if there is one ... */
export function cancelEffect(table: CallTable, from: string): Effect {
  const id = streamOf(table, from);
  return id === undefined ? { type: 'batch', effects: [] } : transmit({ kind: 'cancel', id });
}
/** ... and its call is forgotten, wherever it is. */
export function cancelled(table: CallTable, from: string): Partial<CallTable> {
  const stream = streamOf(table, from);
  return {
    queued: table.queued.delete(from),
    retrying: table.retrying.delete(from),
    open: stream === undefined ? table.open : table.open.delete(stream),
  };
}
