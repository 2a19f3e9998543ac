/**
 * What /healthz, /livez and /readyz check and print.
 *
 * Source: apiserver pkg/server/healthz/healthz.go handleRootHealth (order, `[+]`, `[-]`, `reason withheld`, verbose,
 * exclude and its warning), adaptCheckToHandler (a single check such as /livez/etcd), pkg/server/options/etcd.go:426-436 (`etcd` in all three, `etcd-readiness` in readyz).
 *
 * Not modelled: the poststarthook checks and informer-sync (they pass by the time the port is open here), `log`'s failure.
 */
import type { HttpResponse } from '../wire.ts';
import { ETCD_CHECK, ETCD_READINESS_CHECK } from './family.ts';
import type { HealthRequest } from './paths.ts';

const CHECKS: Readonly<Record<HealthRequest['endpoint'], readonly string[]>> = {
  healthz: ['ping', 'log', ETCD_CHECK],
  livez: ['ping', 'log', ETCD_CHECK],
  readyz: ['ping', 'log', ETCD_CHECK, ETCD_READINESS_CHECK, 'shutdown'],
};

/** Is there such a check? A request that names none means all of them. */
export function isKnownCheck({ endpoint, check }: HealthRequest): boolean {
  return check === '' || CHECKS[endpoint].includes(check);
}

function checksOf({ endpoint, check }: HealthRequest): readonly string[] {
  return check === '' ? CHECKS[endpoint] : [check];
}

/** Why a check fails, which only its own path tells. */
function reasonOf(check: string): string {
  return check === 'shutdown'
    ? 'process is shutting down'
    : 'error getting data from etcd: context deadline exceeded';
}

/** The checks of a request that have to ask etcd, in order. */
export function etcdChecksOf(request: HealthRequest): readonly string[] {
  return checksOf(request).filter((name) => name.startsWith(ETCD_CHECK) && !request.exclude.includes(name));
}

/** The answer once every check has a result; `failed` holds the names of those that failed. */
export function healthResponse(id: number, request: HealthRequest, failed: readonly string[]): HttpResponse {
  const { check, exclude, endpoint } = request;
  if (check !== '') {
    const isDown = failed.includes(check);
    const body = isDown ? `internal server error: ${reasonOf(check)}\n` : 'ok';
    return { kind: 'response', id, status: isDown ? 500 : 200, body };
  }
  const strange = exclude.filter((name) => !CHECKS[endpoint].includes(name)).map((name) => `"${name}"`);
  const warning =
    strange.length === 0
      ? ''
      : `warn: some health checks cannot be excluded: no matches for ${strange.join(', ')}\n`;
  const lines = CHECKS[request.endpoint].map((name) => {
    if (request.exclude.includes(name)) return `[+]${name} excluded: ok\n`;
    return failed.includes(name) ? `[-]${name} failed: reason withheld\n` : `[+]${name} ok\n`;
  });
  if (failed.length > 0) {
    return {
      kind: 'response',
      id,
      status: 500,
      body: `${lines.join('')}${warning}${endpoint} check failed\n`,
    };
  }
  const body = request.verbose ? `${lines.join('')}${warning}${endpoint} check passed\n` : 'ok';
  return { kind: 'response', id, status: 200, body };
}
