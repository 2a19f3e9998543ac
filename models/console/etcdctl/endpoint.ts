/**
 * `etcdctl endpoint status|health`: one endpoint after the other, or all at once.
 *
 * Sources: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/command/ep_command.go:85-178; recorded output in
 * test/models/console/etcdctl-recorded.txt.
 */
import {
  type AlarmResponse,
  METHODS,
  type MemberListResponse,
  type RangeResponse,
  type StatusResponse,
} from '../../etcd/api.ts';
import { all, now, type Script } from '../command.ts';
import { isSet } from '../flags.ts';
import { goDuration } from '../go-text.ts';
import { call, isFailure } from './client.ts';
import { printJson, printRows, statusHeader, statusJson, statusRow } from './print.ts';
import { type Endpoint, EXIT_ERROR, exitWithError, readEndpoint, type Session } from './session.ts';

/** The endpoints given, or with --cluster those that the members have published; or an exit code. */
export function* endpointsOf(session: Session): Script<readonly Endpoint[] | number> {
  if (!isSet(session.flags, 'cluster')) return session.endpoints;
  const answer = yield* call<MemberListResponse>(session, METHODS.memberList, { linearizable: true });
  if (isFailure(answer)) {
    return exitWithError(
      session,
      `failed to fetch endpoints from etcd cluster member list: ${answer.failure}`,
    );
  }
  const urls = answer.body.members.flatMap(({ clientUrls }) => clientUrls);
  return urls.map((url) => readEndpoint(url, session.call.place));
}

export function* endpointStatus(session: Session): Script {
  const endpoints = yield* endpointsOf(session);
  if (typeof endpoints === 'number') return endpoints;
  const found: { readonly endpoint: string; readonly status: StatusResponse }[] = [];
  for (const endpoint of endpoints) {
    const answer = yield* call<StatusResponse>(session, METHODS.status, {}, { endpoints: [endpoint] });
    if (isFailure(answer)) {
      session.call.err(`Failed to get the status of endpoint ${endpoint.text} (${answer.failure})\n`);
    } else found.push({ endpoint: endpoint.text, status: answer.body });
  }
  const { version } = session;
  if (session.format === 'json') {
    printJson(
      session,
      found.map(({ endpoint, status }) => statusJson(version, endpoint, status)),
    );
  } else {
    const rows = found.map(({ endpoint, status }) => statusRow(version, endpoint, status));
    printRows(session, statusHeader(version), rows);
  }
  return found.length === endpoints.length ? 0 : EXIT_ERROR;
}

interface Health {
  readonly endpoint: string;
  readonly tookUs: number;
  readonly error: string;
}

/** A linearizable read of the key "health", then the alarms. */
function* healthOf(session: Session, endpoint: Endpoint): Script<Health> {
  const sinceUs = yield* now();
  const options = { endpoints: [endpoint] };
  const read = yield* call<RangeResponse>(session, METHODS.range, { key: 'health' }, options);
  const health = { endpoint: endpoint.text, tookUs: (yield* now()) - sinceUs };
  if (isFailure(read)) return { ...health, error: read.failure };
  const request = { action: 'get', memberId: '', alarm: 'NONE' };
  const alarms = yield* call<AlarmResponse>(session, METHODS.alarm, request, options);
  if (isFailure(alarms)) return { ...health, error: `Unable to fetch the alarm list` };
  const active = alarms.body.alarms.map(({ alarm }) => alarm);
  return {
    ...health,
    error: active.length === 0 ? '' : `Active Alarm(s): ${active.map((alarm) => `${alarm} `).join('')}`,
  };
}

export function* endpointHealth(session: Session): Script {
  const endpoints = yield* endpointsOf(session);
  if (typeof endpoints === 'number') return endpoints;
  const found = yield* all(endpoints.map((endpoint) => healthOf(session, endpoint)));
  const order = found
    .map((_, i) => i)
    .sort((a, b) => (found[a] as Health).tookUs - (found[b] as Health).tookUs || a - b);
  const sorted = order.map((i) => found[i] as Health);
  printHealth(session, sorted);
  return sorted.every(({ error }) => error === '') ? 0 : exitWithError(session, 'unhealthy cluster');
}

function printHealth(session: Session, healths: readonly Health[]): void {
  if (session.format === 'json') {
    const rows = healths.map(({ endpoint, tookUs, error }) => ({
      endpoint,
      health: error === '',
      took: goDuration(tookUs),
      ...(error === '' ? {} : { error }),
    }));
    printJson(session, rows);
  } else if (session.format === 'table') {
    const rows = healths.map(({ endpoint, tookUs, error }) => [
      endpoint,
      String(error === ''),
      goDuration(tookUs),
      error,
    ]);
    printRows(session, ['endpoint', 'health', 'took', 'error'], rows);
  } else {
    for (const { endpoint, tookUs, error } of healths) {
      if (error === '') {
        session.call.out(
          `${endpoint} is healthy: successfully committed proposal: took = ${goDuration(tookUs)}\n`,
        );
      } else session.call.err(`${endpoint} is unhealthy: failed to commit proposal: ${error}\n`);
    }
  }
}
