/**
 * `etcdctl member list|add|promote|remove|update` and `etcdctl move-leader`.
 *
 * Sources: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/command/member_command.go, move_leader_command.go, printer_simple.go.
 */
import {
  type HeaderResponse,
  METHODS,
  type MemberAddResponse,
  type MemberListResponse,
  type StatusResponse,
} from '../../etcd/api.ts';
import type { Script } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import { call, isFailure } from './client.ts';
import { headerJson, MEMBER_HEADER, memberJson, memberRow, printJson, printRows, wideId } from './print.ts';
import { EXIT_BAD_ARGS, exitWithError, type Session } from './session.ts';

export function* memberList(session: Session): Script {
  const linearizable = flagOf(session.flags, 'consistency') !== 's';
  const answer = yield* call<MemberListResponse>(session, METHODS.memberList, { linearizable });
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { header, members } = answer.body;
  if (session.format === 'json') {
    printJson(session, { header: headerJson(header, false), members: members.map(memberJson) });
  } else printRows(session, MEMBER_HEADER, members.map(memberRow));
  return 0;
}

/** strconv.ParseUint(text, 16, 64): the id without leading zeros, or what is wrong. */
function readId(text: string): string | undefined {
  return /^[0-9a-fA-F]{1,16}$/.test(text) ? text.toLowerCase().replace(/^0+(?=.)/, '') : undefined;
}

function* withId(session: Session, work: (id: string) => Script): Script {
  const [text, ...more] = session.args;
  if (text === undefined || more.length > 0)
    return exitWithError(session, 'member ID is not provided', EXIT_BAD_ARGS);
  const id = readId(text);
  if (id === undefined) {
    const why = `strconv.ParseUint: parsing "${text}": invalid syntax`;
    return exitWithError(session, `bad member ID arg (${why}), expecting ID in Hex`, EXIT_BAD_ARGS);
  }
  return yield* work(id);
}

export function* memberAdd(session: Session): Script {
  const [name, ...more] = session.args;
  if (name === undefined) return exitWithError(session, 'member name not provided', EXIT_BAD_ARGS);
  if (more.length > 0) {
    let error = 'too many arguments';
    if (more[0]?.startsWith('http') === true) error += `, did you mean --peer-urls=${more[0]}`;
    return exitWithError(session, error, EXIT_BAD_ARGS);
  }
  const urls = flagOf(session.flags, 'peer-urls');
  if (urls === undefined || urls === '')
    return exitWithError(session, 'member peer urls not provided', EXIT_BAD_ARGS);
  const isLearner = isSet(session.flags, 'learner');
  const request = { peerUrls: urls.split(','), isLearner };
  const answer = yield* call<MemberAddResponse>(session, METHODS.memberAdd, request);
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { header, member, members } = answer.body;
  if (session.format === 'json') {
    printJson(session, {
      header: headerJson(header, false),
      member: memberJson(member),
      members: members.map(memberJson),
    });
    return 0;
  }
  const as = isLearner ? ' as learner ' : ' ';
  const initial = members.flatMap(({ id, name: known, peerUrls }) =>
    peerUrls.map((url) => `${id === member.id ? name : known}=${url}`),
  );
  session.call.out(`Member ${wideId(member.id)} added${as}to cluster ${wideId(header.clusterId)}\n\n`);
  session.call.out(`ETCD_NAME="${name}"\nETCD_INITIAL_CLUSTER="${initial.join(',')}"\n`);
  session.call.out(`ETCD_INITIAL_ADVERTISE_PEER_URLS="${urls}"\nETCD_INITIAL_CLUSTER_STATE="existing"\n`);
  return 0;
}

/** remove, promote and update: one request about one member, and one line about what came of it. */
function* change(session: Session, id: string, method: string, body: object, words: string): Script {
  const answer = yield* call<MemberListResponse>(session, method, { id, ...body });
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { header, members } = answer.body;
  if (session.format === 'json') {
    printJson(session, { header: headerJson(header, false), members: members.map(memberJson) });
  } else session.call.out(`Member ${wideId(id)} ${words} cluster ${wideId(header.clusterId)}\n`);
  return 0;
}

export function* memberRemove(session: Session): Script {
  return yield* withId(session, (id) => change(session, id, METHODS.memberRemove, {}, 'removed from'));
}

export function* memberPromote(session: Session): Script {
  return yield* withId(session, (id) => change(session, id, METHODS.memberPromote, {}, 'promoted in'));
}

export function* memberUpdate(session: Session): Script {
  return yield* withId(session, function* (id) {
    const urls = flagOf(session.flags, 'peer-urls');
    if (urls === undefined || urls === '')
      return exitWithError(session, 'member peer urls not provided', EXIT_BAD_ARGS);
    return yield* change(session, id, METHODS.memberUpdate, { peerUrls: urls.split(',') }, 'updated in');
  });
}

/** Finds the endpoint that leads, and asks it to hand over. */
export function* moveLeader(session: Session): Script {
  const [text, ...more] = session.args;
  if (text === undefined || more.length > 0)
    return exitWithError(session, 'move-leader command needs 1 argument', EXIT_BAD_ARGS);
  const target = readId(text);
  if (target === undefined) {
    return exitWithError(session, `strconv.ParseUint: parsing "${text}": invalid syntax`, EXIT_BAD_ARGS);
  }
  for (const endpoint of session.endpoints) {
    const options = { endpoints: [endpoint] };
    const status = yield* call<StatusResponse>(session, METHODS.status, {}, options);
    if (isFailure(status)) return exitWithError(session, status.failure);
    const leader = status.body.header.memberId;
    if (status.body.leader !== leader) continue;
    const moved = yield* call<HeaderResponse>(session, METHODS.moveLeader, { targetId: target }, options);
    if (isFailure(moved)) return exitWithError(session, moved.failure);
    session.call.out(`Leadership transferred from ${leader} to ${target}\n`);
    return 0;
  }
  const texts = session.endpoints.map((endpoint) => endpoint.text).join(' ');
  return exitWithError(session, `no leader endpoint given at [${texts}]`, EXIT_BAD_ARGS);
}
