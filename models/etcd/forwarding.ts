/**
 * Requests that only the leader can serve and that do not go through Raft: keep-alives and promotions. A follower
 * passes them on to the leader and asks again until one answers.
 *
 * Sources: etcd v3.6.14 server/etcdserver/v3_server.go:265-345 (LeaseRenew), server.go:1566-1600 (PromoteMember),
 * waitLeader. Unit: microseconds.
 *
 * Not modelled: the HTTP connections of their own (here both go over the stream to the leader).
 */
import { ERRORS } from './errors.ts';
import { NONE } from './raft/messages.ts';
import {
  answer,
  type Draft,
  type Forward,
  isLeader,
  NEVER_US,
  type ReplyTo,
  type Server,
  tellRaft,
} from './server-state.ts';

/** v3_server.go:55: pause before a request is forwarded again. */
const RETRY_US = 50_000;

/** Serves it here if this is the leader. False: it has to be forwarded, or tried again. */
export type Serve = (server: Draft, reply: ReplyTo, what: Forward['what'], atUs: number) => boolean;

export function serveOrForward(
  server: Draft,
  reply: ReplyTo,
  what: Forward['what'],
  atUs: number,
  serve: Serve,
): void {
  if (isLeader(server) && serve(server, reply, what, atUs)) return;
  const deadlineUs = atUs + server.settings.requestTimeoutUs;
  const request = ++server.count;
  forward(server, request, { reply, what, asked: NONE, retryAtUs: NEVER_US, deadlineUs }, atUs);
}

/** Asks the leader, or looks for one again later. */
function forward(server: Draft, request: number, pending: Forward, atUs: number): void {
  const { lead, id, settings } = server;
  const asks = lead !== NONE && lead !== id && server.activeSinceUs.has(lead);
  const pauseUs = lead === NONE ? settings.electionUs : RETRY_US;
  server.forwards = server.forwards.set(request, {
    ...pending,
    asked: asks ? lead : NONE,
    retryAtUs: asks ? NEVER_US : atUs + pauseUs,
  });
  if (asks)
    tellRaft(server, { type: 'send', to: lead, message: { kind: 'forwarded', request, what: pending.what } });
}

/** The leader's answer came: whose it is. Undefined: nobody waits any more. */
export function takeForward(server: Draft, request: number): Forward | undefined {
  const pending = server.forwards.get(request);
  if (pending !== undefined) server.forwards = server.forwards.delete(request);
  return pending;
}

/** The asked one does not lead, or the link to it broke: its answer will not come. */
export function retryForward(server: Draft, request: number, atUs: number): void {
  const pending = server.forwards.get(request);
  if (pending === undefined) return;
  server.forwards = server.forwards.set(request, { ...pending, asked: NONE, retryAtUs: atUs + RETRY_US });
}

export function retryForwardsVia(server: Draft, id: number, atUs: number): void {
  server.forwards.forEach(({ asked }, request) => {
    if (asked === id) retryForward(server, request, atUs);
  });
}

export function forwardsDue(server: Draft, atUs: number, serve: Serve): void {
  server.forwards.forEach((pending, request) => {
    const { reply, what, deadlineUs, retryAtUs } = pending;
    if (deadlineUs <= atUs) {
      server.forwards = server.forwards.delete(request);
      answer(server, reply, ERRORS.timeout);
    } else if (retryAtUs <= atUs) {
      if (isLeader(server) && serve(server, reply, what, atUs))
        server.forwards = server.forwards.delete(request);
      else forward(server, request, pending, atUs);
    }
  });
}

export function nextForwardUs({ forwards }: Server): number {
  let next = NEVER_US;
  forwards.forEach(({ retryAtUs, deadlineUs }) => {
    next = Math.min(next, retryAtUs, deadlineUs);
  });
  return next;
}
