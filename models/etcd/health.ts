/**
 * The health endpoints: GET /health (client and metrics port), /livez and /readyz (metrics port too).
 *
 * Source: etcd v3.6.14 server/etcdserver/api/etcdhttp/health.go; v3.4.30 etcdserver/api/etcdhttp/metrics.go (a limit
 * of 1 s, no reason); ETCD-FACTS section 10. LAB-FINDINGS 36: a learner's /health says true.
 *
 * Not modelled: the `exclude` query of /livez and /readyz.
 */
import type { HealthBody } from './api.ts';
import { memberOf } from './backend.ts';
import type { EtcdError } from './errors.ts';
import { NONE } from './raft/messages.ts';
import { answer, type Draft, type ReplyTo, type Server } from './server-state.ts';

function health(server: Draft, reply: ReplyTo | null, reason: string): void {
  const ok = reason === '';
  const body: HealthBody = { health: ok ? 'true' : 'false', reason: server.rules.healthReason ? reason : '' };
  answer(server, reply, body, ok ? 200 : 503);
}

/** What makes /health fail without looking further; undefined if it takes a read to know. */
function knownReason(server: Server, query: string): string | undefined {
  for (const { alarm } of server.backend.alarms) {
    if (!query.includes(`exclude=${alarm}`)) return `ALARM ${alarm}`;
  }
  if (query.includes('serializable=true')) return '';
  return server.lead === NONE ? 'RAFT NO LEADER' : undefined;
}

/** Answers at once if it can. False: a linearizable read has to succeed first. */
export function checkHealth(server: Draft, reply: ReplyTo | null, path: string): boolean {
  const reason = knownReason(server, path.split('?')[1] ?? '');
  if (reason === undefined) return false;
  health(server, reply, reason);
  return true;
}

export function healthLimitUs({ rules, settings }: Server): number {
  return rules.healthReadUs === 'request-timeout' ? settings.requestTimeoutUs : rules.healthReadUs;
}

export function answerHealth(server: Draft, reply: ReplyTo | null): void {
  health(server, reply, '');
}
export function failHealth(server: Draft, reply: ReplyTo | null, error: EtcdError): void {
  health(server, reply, `RANGE ERROR:${error.error}`);
}
export function timeOutHealth(server: Draft, reply: ReplyTo | null): void {
  health(server, reply, 'RANGE ERROR:context deadline exceeded');
}

// --- probes

const LIVEZ = ['serializable_read'] as const;
const READYZ = ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'] as const;

/** The checks of a path such as /readyz, /readyz/linearizable_read or /livez?verbose; undefined for another path. */
export function probeChecks(path: string): readonly string[] | undefined {
  const [plain = ''] = path.split('?');
  const [, probe, check] = plain.split('/');
  const all = probe === 'livez' ? LIVEZ : probe === 'readyz' ? READYZ : undefined;
  if (all === undefined || check === undefined) return all;
  return all.some((name) => name === check) ? [check] : undefined;
}

export function needsRead(path: string): boolean {
  return probeChecks(path)?.includes('linearizable_read') === true;
}

function probe(server: Draft, reply: ReplyTo | null, path: string, readFailure: string | null): void {
  const lines: string[] = [];
  let failed = false;
  for (const check of probeChecks(path) ?? []) {
    const failure = failureOf(server, check, readFailure);
    failed ||= failure !== null;
    lines.push(failure === null ? `[+]${check} ok` : `[-]${check} failed: ${failure}`);
  }
  const verbose = path.includes('verbose');
  answer(
    server,
    reply,
    failed || verbose ? `${lines.join('\n')}\n${failed ? '' : 'ok\n'}` : 'ok\n',
    failed ? 503 : 200,
  );
}

function failureOf(server: Server, check: string, readFailure: string | null): string | null {
  if (check === 'linearizable_read') return readFailure;
  if (check === 'non_learner' && memberOf(server.backend, server.id)?.isLearner === true)
    return 'not supported for learner';
  if (check === 'data_corruption' && server.backend.alarms.some(({ alarm }) => alarm === 'CORRUPT'))
    return 'alarm activated: CORRUPT';
  return null;
}

export function answerProbe(server: Draft, reply: ReplyTo | null, path: string): void {
  probe(server, reply, path, null);
}
export function failProbe(server: Draft, reply: ReplyTo | null, path: string, error: EtcdError): void {
  probe(server, reply, path, `range error: ${error.error}`);
}
export function timeOutProbe(server: Draft, reply: ReplyTo | null, path: string): void {
  probe(server, reply, path, 'range error: context deadline exceeded');
}
