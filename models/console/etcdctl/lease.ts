/**
 * `etcdctl lease grant|revoke|keep-alive --once`.
 *
 * Source: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/command/lease_command.go, printer_simple.go. Not modelled: timetolive and list,
 * and a keep-alive that goes on.
 */
import {
  type LeaseGrantResponse,
  type LeaseKeepAliveResponse,
  type LeaseRevokeResponse,
  METHODS,
} from '../../etcd/api.ts';
import { ERRORS } from '../../etcd/errors.ts';
import type { Script } from '../command.ts';
import { isSet } from '../flags.ts';
import { call, isFailure } from './client.ts';
import { EXIT_BAD_ARGS, exitWithError, type Session } from './session.ts';

const shown = (id: number): string => id.toString(16).padStart(16, '0');

/** The one argument, as a hexadecimal id; or what is wrong with it. */
function leaseOf({ args }: Session, command: string): number | string {
  const [text, ...more] = args;
  if (text === undefined || more.length > 0) return `lease ${command} command needs lease ID as argument`;
  return /^[0-9a-f]+$/i.test(text)
    ? Number.parseInt(text, 16)
    : `bad lease ID arg (strconv.ParseInt: parsing "${text}": invalid syntax), expecting ID in Hex`;
}

export function* leaseGrant(session: Session): Script {
  const [text, ...more] = session.args;
  if (text === undefined || more.length > 0)
    return exitWithError(session, 'lease grant command needs TTL argument', EXIT_BAD_ARGS);
  if (!/^-?\d+$/.test(text)) {
    const error = `bad TTL (strconv.ParseInt: parsing "${text}": invalid syntax)`;
    return exitWithError(session, error, EXIT_BAD_ARGS);
  }
  const answer = yield* call<LeaseGrantResponse>(session, METHODS.leaseGrant, { ttl: Number(text), id: 0 });
  if (isFailure(answer)) return exitWithError(session, `failed to grant lease (${answer.failure})\n`);
  session.call.out(`lease ${shown(answer.body.id)} granted with TTL(${answer.body.ttl}s)\n`);
  return 0;
}

export function* leaseRevoke(session: Session): Script {
  const id = leaseOf(session, 'revoke');
  if (typeof id === 'string') return exitWithError(session, id, EXIT_BAD_ARGS);
  const answer = yield* call<LeaseRevokeResponse>(session, METHODS.leaseRevoke, { id });
  if (isFailure(answer)) return exitWithError(session, `failed to revoke lease (${answer.failure})\n`);
  session.call.out(`lease ${shown(id)} revoked\n`);
  return 0;
}

export function* leaseKeepAlive(session: Session): Script {
  const id = leaseOf(session, 'keep-alive');
  if (typeof id === 'string') return exitWithError(session, id, EXIT_BAD_ARGS);
  if (!isSet(session.flags, 'once')) return exitWithError(session, 'only --once is modelled', EXIT_BAD_ARGS);
  const answer = yield* call<LeaseKeepAliveResponse>(session, METHODS.leaseKeepAlive, { id });
  if (isFailure(answer)) return exitWithError(session, answer.failure, EXIT_BAD_ARGS);
  // The client library makes an error of a time to live of 0.
  if (answer.body.ttl <= 0) return exitWithError(session, ERRORS.leaseNotFound.error, EXIT_BAD_ARGS);
  session.call.out(`lease ${shown(id)} keepalived with TTL(${answer.body.ttl})\n`);
  return 0;
}
