/**
 * `etcdctl get|put|del`.
 *
 * Sources: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/command/get_command.go, put_command.go, del_command.go, printer_json.go.
 * Not modelled: --order, --sort-by, --from-key, --prev-kv, --ignore-value. Values that Kubernetes wrote are shown as JSON
 * where etcd holds protobuf.
 */
import {
  type DeleteRangeResponse,
  type KeyValue,
  METHODS,
  type PutResponse,
  prefixEnd,
  type RangeResponse,
} from '../../etcd/api.ts';
import type { Script } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import { base64, omitEmpty } from '../go-text.ts';
import { call, isFailure } from './client.ts';
import { headerJson, printJson } from './print.ts';
import { EXIT_BAD_ARGS, exitWithError, type Session } from './session.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** The key, and the end of its range if one was given or --prefix. */
function rangeOf(session: Session): { key: string; rangeEnd?: string } | undefined {
  const [key, end, ...more] = session.args;
  if (key === undefined || more.length > 0) return undefined;
  if (isSet(session.flags, 'prefix'))
    return key === '' ? { key, rangeEnd: '\uffff' } : { key, rangeEnd: prefixEnd(key) };
  return end === undefined ? { key } : { key, rangeEnd: end };
}

const kvJson = (kv: KeyValue, keysOnly: boolean): unknown =>
  omitEmpty({
    key: base64(kv.key),
    create_revision: kv.createRevision,
    mod_revision: kv.modRevision,
    version: kv.version,
    value: keysOnly ? '' : base64(textOf(kv.value)),
    lease: kv.lease,
  });

export function* get(session: Session): Script {
  const range = rangeOf(session);
  if (range === undefined)
    return exitWithError(
      session,
      'get command needs one argument as key and an optional argument as range_end',
      EXIT_BAD_ARGS,
    );
  const consistency = flagOf(session.flags, 'consistency') ?? 'l';
  if (consistency !== 'l' && consistency !== 's') {
    return exitWithError(session, `unknown consistency flag "${consistency}"`, EXIT_BAD_ARGS);
  }
  const limit = flagOf(session.flags, 'limit');
  const revision = flagOf(session.flags, 'rev');
  const keysOnly = isSet(session.flags, 'keys-only');
  const countOnly = isSet(session.flags, 'count-only');
  const request = {
    ...range,
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(revision === undefined ? {} : { revision: Number(revision) }),
    ...(consistency === 's' ? { serializable: true } : {}),
    keysOnly,
    countOnly,
  };
  const answer = yield* call<RangeResponse>(session, METHODS.range, request);
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { header, kvs, more, count } = answer.body;
  if (session.format === 'json') {
    const list = kvs.map((kv) => kvJson(kv, keysOnly));
    printJson(session, { header: headerJson(header), ...omitEmpty({ kvs: list, more, count }) });
    return 0;
  }
  if (session.format === 'fields' && countOnly) session.call.out(`"Count" : ${count}\n`);
  for (const { key, value } of kvs) {
    if (!isSet(session.flags, 'print-value-only')) session.call.out(`${key}\n`);
    session.call.out(`${keysOnly ? '' : textOf(value)}\n`);
  }
  return 0;
}

export function* put(session: Session): Script {
  const [key, given, ...more] = session.args;
  const value = given ?? session.call.input?.replace(/\n$/, '');
  if (key === undefined || value === undefined || more.length > 0) {
    const error = 'put command needs 1 argument and input from stdin or 2 arguments';
    return exitWithError(session, error, EXIT_BAD_ARGS);
  }
  const lease = flagOf(session.flags, 'lease');
  const request = { key, value, ...(lease === undefined ? {} : { lease: Number.parseInt(lease, 16) }) };
  const answer = yield* call<PutResponse>(session, METHODS.put, request);
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  if (session.format === 'json') printJson(session, { header: headerJson(answer.body.header) });
  else session.call.out('OK\n');
  return 0;
}

export function* del(session: Session): Script {
  const range = rangeOf(session);
  if (range === undefined)
    return exitWithError(
      session,
      'del command needs one argument as key and an optional argument as range_end',
      EXIT_BAD_ARGS,
    );
  const answer = yield* call<DeleteRangeResponse>(session, METHODS.deleteRange, range);
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { header, deleted } = answer.body;
  if (session.format === 'json')
    printJson(session, { header: headerJson(header), ...omitEmpty({ deleted }) });
  else session.call.out(`${deleted}\n`);
  return 0;
}
