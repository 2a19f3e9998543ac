/**
 * kubectl's client: where it asks, what it tries again, and what it says when that fails.
 *
 * Sources: kubectl pkg/cmd/util/helpers.go:244-275 (texts, exit code 1), client-go rest/request.go:1066-1080, with_retry.go
 * (GETs on EOF or reset, and what is answered with Retry-After, ten times a second apart), transport/cache.go:122, :149
 * (dial 30 s, TLS handshake 10 s).
 * Unit: microseconds.
 *
 * Assumptions: the kubeconfig of control planes and of the outside host is kubeadm's admin.conf, which names the control
 * plane's endpoint; other hosts have none, so that kubectl asks localhost:8080 there. What kubectl knows of the API
 * (discovery) is cached, so that it is not asked for. A server that falls silent during an answer is given up after 75 s
 * (in reality a lost HTTP/2 ping ends it 30 to 45 s after its last word). Not modelled: certificates, --as, contexts.
 */
import type { Topology } from '../../cluster/topology.ts';
import { isStatus, type KubeObject, objectPath, RESOURCES, type Status } from '../../kube-apiserver/api.ts';
import { minorOf as minorOfVersion } from '../../kubernetes-minor.ts';
import { EXPIRED } from '../../tls.ts';
import {
  type Call,
  type Chunk,
  type Expired,
  type Fetched,
  fetchOne,
  look,
  now,
  type Script,
  type Seen,
  wait,
} from '../command.ts';
import { type Flags, flagOf, isSet, readGoDuration } from '../flags.ts';
import { adminNotAfter } from '../kubeadm/certificates.ts';
import { isoTime } from '../wall-clock.ts';
import { pluralOf, unknownResource } from './resources.ts';

const DIAL_TIMEOUT_US = 30_000_000;
const HANDSHAKE_TIMEOUT_US = 10_000_000;
const LONGEST_US = 75_000_000;
const RETRIES = 10;
const RETRY_AFTER_US = 1_000_000;
/** Always with Retry-After: 1, so it is tried again, whatever was asked. */
const TOO_MANY = 429;

export interface Server {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** When the certificate in the kubeconfig expires, if it can. */
  readonly notAfterUs?: number;
}

export interface Kubectl {
  readonly call: Call;
  readonly flags: Flags;
  /** What follows the subcommand. */
  readonly args: readonly string[];
  readonly server: Server;
  /** --request-timeout; undefined: none. */
  readonly timeoutUs: number | undefined;
  /** -n; `default` without it. */
  readonly namespace: string;
}

/** The call failed; what is to be printed has been, unless the caller asked for quiet. */
export interface Failed {
  readonly failed: number;
  /** Of the Status that was answered, if one was. */
  readonly message?: string;
}
export interface Answered<Body> {
  readonly body: Body;
  readonly chunks: readonly Chunk[];
}

/** Says what is wrong; gives the exit code. */
export function fail({ call }: Kubectl, text: string): number {
  call.err(`${text}\n`);
  return 1;
}

/** Objects of one resource, by their names. */
export interface Targets {
  readonly plural: string;
  readonly names: readonly string[];
}

/** `deployment nginx`, `deployment/nginx`, `node w1 w2`; undefined: there is no such resource, which has been said. */
export function targetsOf(kubectl: Kubectl, args: readonly string[]): Targets | undefined {
  const [first = '', ...rest] = args;
  const [kind = '', name] = first.split('/');
  const plural = pluralOf(kind);
  if (plural === undefined) {
    kubectl.call.err(unknownResource(kind));
    return undefined;
  }
  return {
    plural,
    names: name === undefined ? rest : [name, ...rest.map((arg) => arg.split('/')[1] ?? arg)],
  };
}

/** The minor version of Kubernetes, which kubectl's is, too. */
export function minorOf({ call }: Kubectl): number {
  return minorOfVersion(call.place.topology.versions.kubernetes);
}

export function isFailed(answer: object): answer is Failed {
  return 'failed' in answer;
}

/** Has kubeadm made this host a control plane, so that there is an admin.conf? */
export function isControlPlane({ world, host }: Seen): boolean {
  return world.host(host).processes.some((index) => {
    const spec = world.processes[index]?.spec;
    return spec?.name === 'kube-apiserver' && spec.enabled;
  });
}

/** Is there a kubeconfig on this host? */
export function isAdmin(seen: Seen, host: string, topology: Topology): boolean {
  const own = topology.hosts.find(({ name }) => name === host);
  return own?.roles.includes('client') === true || isControlPlane(seen);
}

/** Where kubectl asks on this host. */
export function* serverOf(call: Call, flags: Flags): Script<Server> {
  const { host, topology } = call.place;
  const given = /^(https?):\/\/([^:/]+)(?::(\d+))?/.exec(flagOf(flags, 'server') ?? '');
  if (given !== null) {
    const [, scheme, name = '', port] = given;
    const address =
      topology.names?.[name] ?? topology.hosts.find((one) => one.name === name)?.address ?? name;
    return { address, port: Number(port ?? (scheme === 'http' ? 80 : 443)), tls: scheme === 'https' };
  }
  if (!(yield* look((seen) => isAdmin(seen, host, topology))))
    return { address: '127.0.0.1', port: 8080, tls: false };
  const { address, port } = topology.controlPlaneEndpoint;
  const notAfterUs = yield* adminNotAfter(call.place);
  return { address, port, tls: true, ...(notAfterUs === undefined ? {} : { notAfterUs }) };
}

export function timeoutOf(flags: Flags): number | undefined {
  const text = flagOf(flags, 'request-timeout');
  if (text === undefined || text === '0') return undefined;
  return /^\d+$/.test(text) ? Number(text) * 1_000_000 : readGoDuration(text);
}

function placeOf({ address, port }: Server): string {
  return address === '127.0.0.1' ? `localhost:${port}` : `${address}:${port}`;
}

/** As Go's x509 ends the sentence. */
export function expiredWords({ nowUs, notAfterUs }: Expired): string {
  const text = (us: number): string => isoTime(us, 0);
  return `current time ${text(nowUs)} is after ${text(notAfterUs)}`;
}

/** What kubectl says when there was no answer. */
function networkText(
  { outcome, connected, greeted, body }: Fetched,
  server: Server,
  limited: boolean,
): string {
  const place = placeOf(server);
  const unable = 'Unable to connect to the server: ';
  switch (outcome) {
    case 'refused':
      return `The connection to the server ${place} was refused - did you specify the right host or port?`;
    case 'no-route':
      return `${unable}dial tcp ${place}: connect: no route to host`;
    case 'timeout':
      if (limited)
        return `${unable}net/http: request canceled${connected ? '' : ' while waiting for connection'} (Client.Timeout exceeded while awaiting headers)`;
      if (!connected) return `${unable}dial tcp ${place}: i/o timeout`;
      return greeted ? `${unable}http2: client connection lost` : `${unable}net/http: TLS handshake timeout`;
    case 'reset':
      return `${unable}read tcp ${place}: read: connection reset by peer`;
    case 'expired':
      return `${unable}${EXPIRED}: ${expiredWords(body as Expired)}`;
    case 'alert':
      return `${unable}tls: first record does not look like a TLS handshake`;
    default:
      return `${unable}EOF`;
  }
}

/** What kubectl says of an answer that is an error. `what` names the request, as in `get nodes`. */
function statusText(status: number, body: unknown, what: string): string {
  if (status === 504)
    return `Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be processing requests (${what})`;
  if (status === 401) return 'error: You must be logged in to the server (Unauthorized)';
  if (isStatus(body)) {
    const { reason, message } = body as Status;
    return `Error from server${reason === undefined ? '' : ` (${reason})`}: ${message}`;
  }
  if (status === 503)
    return `Error from server (ServiceUnavailable): the server is currently unable to handle the request (${what})`;
  const text = typeof body === 'string' ? body.replaceAll('\n', '\\n').replaceAll('"', '\\"') : '';
  if (status === 400)
    return `Error from server (BadRequest): the server rejected our request for an unknown reason (${what})`;
  return `Error from server (InternalError): an error on the server ("${text}") has prevented the request from succeeding (${what})`;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** As in `get nodes`: for messages. */
  readonly what: string;
  /** A stream is read for so long. */
  readonly streamUs?: number;
  /** Errors that the caller deals with: nothing is printed for these statuses. */
  readonly quiet?: readonly number[];
}

function* once(kubectl: Kubectl, method: string, path: string, options: RequestOptions): Script<Fetched> {
  const { server, timeoutUs } = kubectl;
  const limitUs = options.streamUs ?? timeoutUs ?? LONGEST_US;
  return yield* fetchOne({
    to: server.address,
    port: server.port,
    tls: server.tls,
    method,
    path,
    body: options.body,
    timeoutUs:
      options.streamUs === undefined ? limitUs + (timeoutUs === undefined ? DIAL_TIMEOUT_US : 0) : limitUs,
    ...(isSet(kubectl.flags, 'insecure-skip-tls-verify') ? {} : { verifies: true }),
    ...(server.notAfterUs === undefined ? {} : { notAfterUs: server.notAfterUs }),
    dialTimeoutUs: Math.min(DIAL_TIMEOUT_US, limitUs),
    handshakeTimeoutUs: Math.min(HANDSHAKE_TIMEOUT_US, limitUs),
  });
}

/** One request, with kubectl's repetitions; prints what is wrong. */
export function* request<Body>(
  kubectl: Kubectl,
  method: string,
  path: string,
  options: RequestOptions,
): Script<Answered<Body> | Failed> {
  const { timeoutUs } = kubectl;
  const deadlineUs = timeoutUs === undefined ? undefined : (yield* now()) + timeoutUs;
  for (let tries = 0; ; tries++) {
    const leftUs = deadlineUs === undefined ? undefined : deadlineUs - (yield* now());
    if (leftUs !== undefined && leftUs <= 0) {
      kubectl.call.err('Unable to connect to the server: context deadline exceeded\n');
      return { failed: 0 };
    }
    const fetched = yield* once({ ...kubectl, timeoutUs: leftUs }, method, path, options);
    const { outcome, status, body, chunks } = fetched;
    if (outcome === 'response' && status < 400) return { body: body as Body, chunks };
    if (options.streamUs !== undefined && chunks.length > 0) return { body: body as Body, chunks };
    const again = method === 'GET' && options.streamUs === undefined && tries < RETRIES;
    if (again && fetched.connected && (outcome === 'eof' || outcome === 'reset')) {
      yield* wait(Math.min(RETRY_AFTER_US, Math.max(1, (leftUs ?? RETRY_AFTER_US) - fetched.tookUs)));
      continue;
    }
    if (outcome === 'response' && status === TOO_MANY && tries < RETRIES) {
      yield* wait(Math.min(RETRY_AFTER_US, leftUs ?? RETRY_AFTER_US));
      continue;
    }
    if (outcome === 'response') {
      if (options.quiet?.includes(status) !== true)
        kubectl.call.err(`${statusText(status, body, options.what)}\n`);
      return isStatus(body) ? { failed: status, message: body.message } : { failed: status };
    }
    if (options.streamUs !== undefined && outcome === 'timeout' && fetched.greeted)
      return { body: body as Body, chunks };
    kubectl.call.err(`${networkText(fetched, kubectl.server, kubectl.timeoutUs !== undefined)}\n`);
    return { failed: 0 };
  }
}

/** Of an object in the namespace that was asked for, or without one. */
export function pathOf(kubectl: Kubectl, plural: string, name: string): string {
  return objectPath(plural, RESOURCES[plural]?.namespaced === true ? kubectl.namespace : undefined, name);
}

/** `quiet`: errors of which nothing is printed. */
export function* read<T extends KubeObject>(
  kubectl: Kubectl,
  plural: string,
  name: string,
  quiet: readonly number[] = [],
): Script<T | Failed> {
  const what = `get ${plural} ${name}`;
  const answer = yield* request<T>(kubectl, 'GET', pathOf(kubectl, plural, name), { what, quiet });
  return isFailed(answer) ? answer : answer.body;
}
