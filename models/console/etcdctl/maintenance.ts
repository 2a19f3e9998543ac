/**
 * `etcdctl alarm list|disarm`, `defrag`, `compaction`.
 *
 * Sources: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/command/alarm_command.go, defrag_command.go, compaction_command.go.
 */
import { type AlarmResponse, type CompactionResponse, type HeaderResponse, METHODS } from '../../etcd/api.ts';
import { now, type Script } from '../command.ts';
import { goDuration } from '../go-text.ts';
import { call, isFailure } from './client.ts';
import { endpointsOf } from './endpoint.ts';
import { headerJson, idNumber, printJson } from './print.ts';
import { EXIT_BAD_ARGS, EXIT_ERROR, exitWithError, type Session } from './session.ts';

/** @param action `get` lists, `deactivate` of everything disarms. */
export function* alarms(session: Session, action: 'get' | 'deactivate'): Script {
  const answer = yield* call<AlarmResponse>(session, METHODS.alarm, { action, memberId: '', alarm: 'NONE' });
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { header, alarms: found } = answer.body;
  if (session.format === 'json') {
    const list = found.map(({ memberId, alarm }) => ({
      memberID: idNumber(memberId),
      alarm: alarm === 'NOSPACE' ? 1 : 2,
    }));
    printJson(session, { header: headerJson(header), ...(list.length === 0 ? {} : { alarms: list }) });
  } else {
    for (const { memberId, alarm } of found)
      session.call.out(`memberID:${idNumber(memberId)} alarm:${alarm} \n`);
  }
  return 0;
}

export function* defrag(session: Session): Script {
  const endpoints = yield* endpointsOf(session);
  if (typeof endpoints === 'number') return endpoints;
  let failures = 0;
  for (const endpoint of endpoints) {
    const sinceUs = yield* now();
    const answer = yield* call<HeaderResponse>(session, METHODS.defragment, {}, { endpoints: [endpoint] });
    const took = goDuration((yield* now()) - sinceUs);
    if (isFailure(answer)) {
      failures++;
      const after = session.version === '3.4' ? '' : `. took ${took}.`;
      session.call.err(`Failed to defragment etcd member[${endpoint.text}]${after} (${answer.failure})\n`);
    } else {
      const after = session.version === '3.4' ? '' : `. took ${took}`;
      session.call.out(`Finished defragmenting etcd member[${endpoint.text}]${after}\n`);
    }
  }
  return failures === 0 ? 0 : EXIT_ERROR;
}

export function* compaction(session: Session): Script {
  const [text, ...more] = session.args;
  if (text === undefined || more.length > 0)
    return exitWithError(session, 'compaction command needs 1 argument', EXIT_BAD_ARGS);
  if (!/^\d+$/.test(text)) {
    return exitWithError(session, `strconv.ParseInt: parsing "${text}": invalid syntax`, EXIT_BAD_ARGS);
  }
  const answer = yield* call<CompactionResponse>(session, METHODS.compact, { revision: Number(text) });
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  session.call.out(`compacted revision ${text}\n`);
  return 0;
}
