/**
 * etcd's Go client as etcdctl uses it: which endpoint it asks, what it tries again, what it says of a failure.
 *
 * Sources: etcd v3.4.23 clientv3/retry_interceptor.go:62, clientv3/options.go:45-56, v3.6.14 client/v3/retry.go:54-94
 * (reads are tried again on Unavailable, up to 100 times, 25 ms apart; writes only if they were certainly not sent); gRPC
 * connection-backoff.md (1 s, times 1.6). The limit is the command's, 5 s, shorter than the server's 7 s, so that a user of
 * etcdctl sees `context deadline exceeded`. Unit: microseconds.
 *
 * Not modelled: jitter of the back-off and of the pause between tries. A balancer over several endpoints is what is seen of it: the
 * first one that can be connected to is asked. (Recorded with Debian's build of 3.4.23: it kept to one endpoint of the list,
 * drawn at the start, and failed when that one was down.)
 */
import { METHODS } from '../../etcd/api.ts';
import { type EtcdError, isEtcdError } from '../../etcd/errors.ts';
import { type Fetched, fetchOne, look, now, race, type Script, wait } from '../command.ts';
import { hostWallUs } from '../host-clock.ts';
import { isoTime } from '../wall-clock.ts';
import type { Endpoint, Session } from './session.ts';

/** gRPC: doc/connection-backoff.md. */
const FIRST_BACKOFF_US = 1_000_000;
const BACKOFF_FACTOR = 1.6;
/** client/v3/options.go:45: defaultBackoffWaitBetween; :41: defaultUnaryMaxRetries. */
const READ_PAUSE_US = 25_000;
const READ_TRIES = 100;
const LONG_US = 365 * 86_400_000_000;

export interface Failure {
  readonly failure: string;
}
export type Answer<Body> = { readonly body: Body } | Failure;

export function isFailure<Body>(answer: Answer<Body>): answer is Failure {
  return 'failure' in answer;
}

const DEADLINE = 'context deadline exceeded';

const READS: readonly string[] = [METHODS.range, METHODS.memberList, METHODS.status];

/** Waits until this endpoint can be connected to; gives up at the deadline. */
function* dial(endpoint: Endpoint, deadlineUs: number): Script<Endpoint | undefined> {
  let backoffUs = FIRST_BACKOFF_US;
  for (;;) {
    const leftUs = deadlineUs - (yield* now());
    if (leftUs <= 0) return undefined;
    const { outcome } = yield* fetchOne({
      to: endpoint.address,
      port: endpoint.port,
      tls: false,
      method: '',
      path: '',
      timeoutUs: leftUs,
      connectOnly: true,
    });
    if (outcome === 'connected') return endpoint;
    const pauseUs = Math.min(backoffUs, deadlineUs - (yield* now()));
    if (pauseUs <= 0) return undefined;
    yield* wait(pauseUs);
    backoffUs = Math.round(backoffUs * BACKOFF_FACTOR);
  }
}

/** One call of the etcd API, to whichever of the endpoints can be reached. */
export function* call<Body>(
  session: Session,
  method: string,
  body: unknown,
  options: { readonly endpoints?: readonly Endpoint[]; readonly unlimited?: boolean } = {},
): Script<Answer<Body>> {
  const endpoints = options.endpoints ?? session.endpoints;
  const deadlineUs = (yield* now()) + (options.unlimited === true ? LONG_US : session.timeoutUs);
  for (let attempt = 0; ; attempt++) {
    const target = yield* race(endpoints.map((endpoint) => dial(endpoint, deadlineUs)));
    if (target === undefined) {
      const [first] = endpoints;
      const why =
        session.version === '3.4' && endpoints.length > 1
          ? 'latest balancer error: all SubConns are in TransientFailure'
          : DEADLINE;
      yield* warn(session, first, attempt, 'DeadlineExceeded', why);
      return { failure: DEADLINE };
    }
    const leftUs = deadlineUs - (yield* now());
    const fetched = yield* fetchOne({
      to: target.address,
      port: target.port,
      tls: target.tls,
      method: 'POST',
      path: method,
      body,
      timeoutUs: Math.max(1, leftUs),
    });
    const error = errorOf(session, fetched);
    if (error === undefined) return { body: fetched.body as Body };
    yield* warn(session, target, attempt, error.code, error.error);
    const mayRetry = error.code === 'Unavailable' && READS.includes(method) && attempt < READ_TRIES;
    if (!mayRetry) return { failure: textOf(error) };
    if ((yield* now()) + READ_PAUSE_US >= deadlineUs) return { failure: DEADLINE };
    yield* wait(READ_PAUSE_US);
  }
}

/** What gRPC makes of an answer, or of none. Undefined: all is well. */
function errorOf({ version }: Session, { outcome, status, body }: Fetched): EtcdError | undefined {
  if (outcome === 'response') {
    if (isEtcdError(body)) return body;
    return status === 200
      ? undefined
      : { error: `unexpected HTTP status code ${status}`, code: 'Unavailable' };
  }
  if (outcome === 'timeout') return { error: DEADLINE, code: 'DeadlineExceeded' };
  const error = version === '3.4' ? 'transport is closing' : 'error reading from server: EOF';
  return { error, code: 'Unavailable' };
}

/** rpctypes.Error: what the server calls by a name is told by it, anything else with its code. */
function textOf({ error, code }: EtcdError): string {
  return error.startsWith('etcdserver: ') || error === DEADLINE
    ? error
    : `rpc error: code = ${code} desc = ${error}`;
}

/** The line that the client's interceptor logs for each call that failed. */
function* warn(
  session: Session,
  target: Endpoint | undefined,
  attempt: number,
  code: string,
  error: string,
): Script<void> {
  const ts = isoTime(yield* look(hostWallUs));
  const address = target === undefined ? '' : `${target.address}:${target.port}`;
  const client =
    session.version === '3.4'
      ? { caller: 'clientv3/retry_interceptor.go:62' }
      : {
          logger: 'etcd-client',
          caller: `v3@v${session.version === '3.5' ? '3.5.33' : '3.6.14'}/retry_interceptor.go:65`,
        };
  const line = {
    level: 'warn',
    ts,
    ...client,
    msg: 'retrying of unary invoker failed',
    target: session.version === '3.4' ? `endpoint://client/${address}` : `etcd-endpoints://client/${address}`,
    attempt,
    error: `rpc error: code = ${code} desc = ${error}`,
  };
  session.call.err(`${JSON.stringify(line)}\n`);
}
