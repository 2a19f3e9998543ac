/**
 * The connections of kube-apiserver's clients and the requests that are open on each: pure steps, each giving the new
 * table and what is to be done.
 *
 * Sources: net/http and golang.org/x/net/http2 as the apiserver uses them (TLS first; `Client sent an HTTP request to an
 * HTTPS server.` with 400 to a plain request; a closed connection ends its requests).
 *
 * Not modelled: --http2-max-streams-per-connection, GOAWAY, time limits of the TLS handshake.
 */
import type { Map as ImmutableMap } from 'immutable';
import type { Effect } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import type { HttpRequest, HttpResponse, TlsAnswer, WireMessage } from '../wire.ts';
import { type KubeObject, notAllowed, unauthorized, unknownPath } from './api.ts';
import { clusterSince } from './bootstrap.ts';
import type { ComponentStatusInput } from './component-status.ts';
import type { KubeApiserverConfig } from './config.ts';
import type { Occurrence } from './events.ts';
import {
  type CachedRead,
  type CheckHealth,
  cacherId,
  ETCD_CLIENT,
  type EtcdCancel,
  type Push,
  type Reply,
  streamId,
  type Unsubscribe,
} from './family.ts';
import { etcdChecksOf, healthResponse, isKnownCheck } from './health.ts';
import { counted, type InFlight, isFull, poolOf, tooManyRequests } from './in-flight.ts';
import { type ApiRequest, type HealthRequest, parseRequest } from './paths.ts';
import type { RequestInput } from './request.ts';
import { failed, respond } from './storage.ts';
import type { WatchInput } from './watch.ts';

/** A request that is being served; of a watch the resource it is about. */
interface Open {
  readonly id: number;
  readonly watches: string | undefined;
  /** Where it counts among the requests in flight. */
  readonly pool: keyof InFlight | undefined;
}
/** By connection name; those that have not said hello are not kept. */
export type Connections = ImmutableMap<string, readonly Open[]>;

export interface Serving {
  readonly config: KubeApiserverConfig;
  readonly luck: number;
  readonly connections: Connections;
  readonly inFlight: InFlight;
  /** Resources whose cacher runs. */
  readonly cachers: readonly string[];
  /** Asked to end: /readyz says so. */
  readonly shuttingDown: boolean;
  /** The port is closed, and so is each connection as soon as nothing is open on it. */
  readonly closing: boolean;
  readonly clusterSinceUs: number | undefined;
}
export interface Step {
  readonly connections: Connections;
  readonly inFlight: InFlight;
  readonly cachers: readonly string[];
  /** See bootstrap.ts. */
  readonly clusterSinceUs: number | undefined;
  /** What is to be done now. */
  readonly effects: readonly Effect[];
}

function step(serving: Serving, effects: readonly Effect[], changes: Partial<Step> = {}): Step {
  const { connections, inFlight, cachers, clusterSinceUs } = serving;
  return { connections, inFlight, cachers, clusterSinceUs, effects, ...changes };
}

function answer(connection: string, message: HttpResponse): Effect {
  return { type: 'transmit', connection, message };
}

const NOT_TLS = 'Client sent an HTTP request to an HTTPS server.\n';

/** A message from a client. */
export function receive(serving: Serving, connection: string, message: WireMessage, atUs: number): Step {
  switch (message.kind) {
    case 'tls-hello':
      return hello(serving, connection, message.version === 'tls');
    case 'ping':
      return step(serving, [{ type: 'transmit', connection, message: { kind: 'pong' } }]);
    case 'cancel':
      return drop(serving, connection, message.id);
    case 'request':
      if (message.tls && serving.connections.has(connection))
        return serve(serving, connection, message, atUs);
      return step(serving, [
        answer(connection, { kind: 'response', id: message.id, status: 400, body: NOT_TLS }),
        { type: 'close', connection },
      ]);
    default:
      return step(serving, []);
  }
}

function hello(serving: Serving, connection: string, understood: boolean): Step {
  if (!understood) {
    return step(serving, [
      { type: 'transmit', connection, message: { kind: 'tls-answer', what: 'alert' } },
      { type: 'close', connection },
    ]);
  }
  const { certificatesNotAfterUs: notAfterUs } = serving.config;
  const message: TlsAnswer = {
    kind: 'tls-answer',
    what: 'server-hello',
    ...(notAfterUs === undefined ? {} : { notAfterUs }),
  };
  return step(serving, [{ type: 'transmit', connection, message }], {
    connections: serving.connections.set(connection, []),
  });
}

function serve(serving: Serving, connection: string, message: HttpRequest, atUs: number): Step {
  const request = parseRequest(message.method, message.path);
  if (request === undefined || (request.kind === 'health' && !isKnownCheck(request))) {
    return step(serving, [answer(connection, respond(message.id, failed(unknownPath())))]);
  }
  // x509's authenticator looks at each request, on whichever connection it comes.
  if (message.notAfterUs !== undefined && message.notAfterUs <= atUs)
    return step(serving, [answer(connection, respond(message.id, failed(unauthorized())))]);
  if (request.kind === 'health') return checkHealth(serving, connection, message.id, request);
  if (request.resource.plural === 'componentstatuses')
    return askComponents(serving, connection, message.id, request);
  const cached =
    request.verb === 'watch' ||
    (request.resourceVersion !== undefined && (request.verb === 'get' || request.verb === 'list'));
  return cached
    ? serveFromCache(serving, connection, message.id, request, atUs)
    : serveFromEtcd(serving, connection, message, request, atUs);
}

function checkHealth(serving: Serving, connection: string, id: number, request: HealthRequest): Step {
  if (!serving.config['anonymous-auth']) {
    return step(serving, [answer(connection, respond(id, failed(unauthorized())))]);
  }
  const failedChecks = serving.shuttingDown && request.endpoint === 'readyz' ? ['shutdown'] : [];
  const [first, ...then] = etcdChecksOf(request);
  if (first === undefined) {
    return step(serving, [answer(connection, healthResponse(id, request, failedChecks))]);
  }
  const check: CheckHealth = { type: 'check', connection, id, request, failed: failedChecks, then };
  return step(serving, [tell(first, check)]);
}

function opened(serving: Serving, connection: string, open: Open): Connections {
  return serving.connections.set(connection, [...(serving.connections.get(connection) ?? []), open]);
}

function serveFromEtcd(
  serving: Serving,
  connection: string,
  message: HttpRequest,
  request: ApiRequest,
  atUs: number,
): Step {
  const { config, luck, inFlight } = serving;
  const pool = poolOf(request);
  if (pool !== undefined && isFull(inFlight, pool, config))
    return step(serving, [answer(connection, tooManyRequests(message.id))]);
  const id = streamId(connection, message.id);
  const input: RequestInput = {
    id,
    connection,
    stream: message.id,
    request,
    body: message.body as KubeObject | undefined,
    said: (message.said as readonly Occurrence[] | undefined) ?? [],
    endpoints: config['etcd-servers'].length,
    luck,
    admission: {
      luck,
      notReadySeconds: config['default-not-ready-toleration-seconds'],
      unreachableSeconds: config['default-unreachable-toleration-seconds'],
      securePort: config['secure-port'],
      clusterSinceUs: serving.clusterSinceUs,
    },
    requestTimeoutUs: config['request-timeout'],
    atUs,
  };
  const connections = opened(serving, connection, { id: message.id, watches: undefined, pool });
  return step(serving, [{ type: 'start', machine: 'request', id, input }], {
    connections,
    inFlight: counted(inFlight, pool, 1),
  });
}

function askComponents(serving: Serving, connection: string, stream: number, request: ApiRequest): Step {
  if (request.verb !== 'get' && request.verb !== 'list')
    return step(serving, [answer(connection, respond(stream, failed(notAllowed())))]);
  const { minor, 'etcd-servers': endpoints } = serving.config;
  const input: ComponentStatusInput = { connection, stream, request, endpoints, minor };
  const id = streamId(connection, stream);
  const connections = opened(serving, connection, { id: stream, watches: undefined, pool: undefined });
  return step(serving, [{ type: 'start', machine: 'component-status', id, input }], { connections });
}

/** Starts the cacher of a resource that has none yet. */
export function startCacher({ resource }: Pick<ApiRequest, 'resource'>): Effect {
  return { type: 'start', machine: 'cacher', id: cacherId(resource.plural), input: { resource } };
}

function serveFromCache(
  serving: Serving,
  connection: string,
  id: number,
  request: ApiRequest,
  atUs: number,
): Step {
  const { plural } = request.resource;
  const runs = serving.cachers.includes(plural);
  const effects: Effect[] = runs ? [] : [startCacher(request)];
  const cachers = runs ? serving.cachers : [...serving.cachers, plural];
  if (request.verb !== 'watch') {
    effects.push(tell<CachedRead>(cacherId(plural), { type: 'read', connection, id, request }));
    return step(serving, effects, { cachers });
  }
  const member = streamId(connection, id);
  const input: WatchInput = {
    id: member,
    connection,
    stream: id,
    request,
    minRequestTimeoutUs: serving.config['min-request-timeout'],
    luck: serving.luck,
    atUs,
  };
  effects.push({ type: 'start', machine: 'watch', id: member, input });
  const connections = opened(serving, connection, { id, watches: plural, pool: undefined });
  return step(serving, effects, { cachers, connections });
}

/** The connections when this request is done with; adds the end of its connection to the effects if that is to be closed now. */
function without(serving: Serving, connection: string, done: Open, effects: Effect[]): Connections {
  const left = (serving.connections.get(connection) ?? []).filter((one) => one !== done);
  if (!serving.closing || left.length > 0) return serving.connections.set(connection, left);
  effects.push({ type: 'close', connection });
  return serving.connections.delete(connection);
}

/** A member has its answer. */
export function reply(serving: Serving, event: Reply): Step {
  const { connection, message } = event;
  const open = serving.connections.get(connection);
  if (open === undefined) return step(serving, []);
  const effects: Effect[] = [answer(connection, message)];
  const served = open.find((one) => one.id === message.id);
  if (served === undefined) return step(serving, effects);
  effects.push({ type: 'stop', id: streamId(connection, message.id) });
  return step(serving, effects, {
    connections: without(serving, connection, served, effects),
    inFlight: counted(serving.inFlight, served.pool, -1),
    clusterSinceUs: clusterSince(serving.clusterSinceUs, message.body),
  });
}

export function push(serving: Serving, event: Push): Step {
  const { connection, message } = event;
  return serving.connections.has(connection)
    ? step(serving, [{ type: 'transmit', connection, message }])
    : step(serving, []);
}

/** The client no longer wants the answer: whoever works on it stops. */
function abandon(connection: string, { id, watches }: Open): Effect[] {
  const member = streamId(connection, id);
  return [
    { type: 'stop', id: member },
    watches === undefined
      ? tell<EtcdCancel>(ETCD_CLIENT, { type: 'cancel', from: member })
      : tell<Unsubscribe>(cacherId(watches), { type: 'unsubscribe', watch: member }),
  ];
}

function drop(serving: Serving, connection: string, id: number): Step {
  const open = serving.connections.get(connection) ?? [];
  const gone = open.find((one) => one.id === id);
  if (gone === undefined) return step(serving, []);
  const effects = abandon(connection, gone);
  return step(serving, effects, {
    connections: without(serving, connection, gone, effects),
    inFlight: counted(serving.inFlight, gone.pool, -1),
  });
}

/** The connection ended. */
export function closed(serving: Serving, connection: string): Step {
  const open = serving.connections.get(connection);
  if (open === undefined) return step(serving, []);
  return step(
    serving,
    open.flatMap((one) => abandon(connection, one)),
    {
      connections: serving.connections.delete(connection),
      inFlight: open.reduce((left, { pool }) => counted(left, pool, -1), serving.inFlight),
    },
  );
}

/** The port is closed: watches end, idle connections too, and requests are served to their end. */
export function closeIdle(serving: Serving): Step {
  const effects: Effect[] = [];
  const connections = serving.connections
    .map((open, connection) => {
      for (const one of open) {
        if (one.watches === undefined) continue;
        effects.push(answer(connection, { kind: 'response', id: one.id, status: 200 }));
        effects.push(...abandon(connection, one));
      }
      return open.filter((one) => one.watches === undefined);
    })
    .filter((open, connection) => {
      if (open.length === 0) effects.push({ type: 'close', connection });
      return open.length > 0;
    });
  return step(serving, effects, { connections });
}

export function isDrained(connections: Connections): boolean {
  return connections.every((open) => open.length === 0);
}
