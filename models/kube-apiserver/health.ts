/**
 * What /healthz, /livez and /readyz check and print.
 *
 * Source: apiserver pkg/server/healthz/healthz.go handleRootHealth (order, `[+]`, `[-]`, `reason withheld`, verbose,
 * exclude), pkg/server/options/etcd.go:426-436 (`etcd` in all three, `etcd-readiness` in readyz).
 *
 * Not modelled: the poststarthook checks and informer-sync (they pass by the time the port is open here), `log`'s failure,
 * single checks such as /livez/etcd.
 */
import type { HttpResponse } from '../wire.ts';
import { ETCD_CHECK, ETCD_READINESS_CHECK } from './family.ts';
import type { HealthRequest } from './paths.ts';

const CHECKS: Readonly<Record<HealthRequest['endpoint'], readonly string[]>> = {
  healthz: ['ping', 'log', ETCD_CHECK],
  livez: ['ping', 'log', ETCD_CHECK],
  readyz: ['ping', 'log', ETCD_CHECK, ETCD_READINESS_CHECK, 'shutdown'],
};

/** The checks of a request that have to ask etcd, in order. */
export function etcdChecksOf(request: HealthRequest): readonly string[] {
  return CHECKS[request.endpoint].filter(
    (name) => name.startsWith(ETCD_CHECK) && !request.exclude.includes(name),
  );
}

/** The answer once every check has a result; `failed` holds the names of those that failed. */
export function healthResponse(id: number, request: HealthRequest, failed: readonly string[]): HttpResponse {
  const lines = CHECKS[request.endpoint].map((name) => {
    if (request.exclude.includes(name)) return `[+]${name} excluded: ok\n`;
    return failed.includes(name) ? `[-]${name} failed: reason withheld\n` : `[+]${name} ok\n`;
  });
  if (failed.length > 0) {
    return {
      kind: 'response',
      id,
      status: 500,
      body: `${lines.join('')}${request.endpoint} check failed\n`,
    };
  }
  const body = request.verbose ? `${lines.join('')}${request.endpoint} check passed\n` : 'ok';
  return { kind: 'response', id, status: 200, body };
}
