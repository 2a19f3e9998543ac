/**
 * The proxy's side of sessions: accepting them within maxconn, giving them servers, answering their
 * failures, counting and logging their end. Sources: src/backend.c, src/stream.c, src/listener.c (2.6 to
 * 3.x).
 */
import { assign, enterBackend, leaveBackend } from './assign.ts';
import { observeError, observeSuccess } from './observation.ts';
import { countConnecting, countDisconnected, leaveQueue, releaseSlot, type Target, target } from './queue.ts';
import { choosesAnother, hasRetriesLeft, turnAroundUs } from './retry.ts';
import type {
  AttemptFailed,
  SessionConnected,
  SessionEnded,
  SessionInput,
  WantsServer,
} from './session-events.ts';
import { logSession } from './session-log.ts';
import { countSession, type LoadDraft } from './state.ts';
import type { Turn } from './turn.ts';

/** The kernel has accepted a connection: a session begins, and in tcp mode chooses its server at once. */
export function accepted(turn: Turn, connection: string, port: number, from: string): void {
  const frontend = turn.plan.frontendOfPort.get(port);
  if (frontend === undefined) return;
  const plan = turn.plan.frontends[frontend]!;
  const id = `s${turn.nextSession++}`;
  turn.actconn++;
  countSession(turn.frontendLoad(frontend), turn.atUs);
  const first = plan.settings.mode === 'tcp' ? firstServer(turn, id, plan.backend, from) : NOTHING;
  const input: SessionInput = {
    id,
    settings: plan.settings,
    from,
    port,
    generation: turn.generation,
    atUs: turn.atUs,
    ...first,
  };
  turn.emit({ type: 'start', machine: 'session', id, input });
  turn.emit({ type: 'hand-over', connection, to: id, as: 'client' });
  if (turn.actconn >= globalMaxconn(turn)) openOrShutAll(turn);
  else openOrShut(turn, frontend);
}

function globalMaxconn(turn: Turn): number {
  return turn.plan.config.global.maxconn ?? Number.POSITIVE_INFINITY;
}

function openOrShutAll(turn: Turn): void {
  for (let frontend = 0; frontend < turn.plan.frontends.length; frontend++) openOrShut(turn, frontend);
}

const NOTHING = { target: undefined, queue: undefined };

function firstServer(
  turn: Turn,
  id: string,
  backend: number,
  from: string,
): { readonly target: Target | undefined; readonly queue: number | 'backend' | undefined } {
  if (backend < 0) return NOTHING;
  enterBackend(turn, backend);
  const assignment = assign(turn, id, backend, from, undefined);
  if (assignment.kind === 'server')
    return { target: target(turn, backend, assignment.server), queue: undefined };
  if (assignment.kind === 'queue') return { target: undefined, queue: assignment.server ?? 'backend' };
  fail(turn, backend, undefined);
  return NOTHING;
}

/** maxconn reached: the listening sockets are left alone, and new connections wait in the kernel's backlog. */
function openOrShut(turn: Turn, frontend: number): void {
  const plan = turn.plan.frontends[frontend]!;
  const { load, accepting } = turn.frontend(frontend);
  const on = load.scur < plan.maxconn && turn.actconn < globalMaxconn(turn);
  if (on === accepting) return;
  turn.changeFrontend(frontend, { accepting: on });
  for (const port of new Set(plan.config.binds.map((bind) => bind.port))) {
    turn.emit({ type: 'accept', port, on });
  }
}

/** A connection attempt has failed: same server, another one, or the end (back_handle_st_cer). */
export function attemptFailed(turn: Turn, event: AttemptFailed): void {
  const { id, backend, server, how, failures, from } = event;
  if (event.generation !== turn.generation) {
    giveUp(turn, id, how === 'timeout' ? 'sC' : 'SC', false);
    return;
  }
  const config = turn.backendConfig(backend);
  countDisconnected(turn, backend, server);
  observeError(turn, backend, server, 'L4 unsuccessful connection');
  const state = turn.backend(backend);
  const attempt = {
    failures,
    retries: config.retries,
    redispatch: config.redispatch,
    serverDown: state.servers[server]!.operational === 'STOPPED',
    act: state.act,
    hashed: turn.plan.backends[backend]!.algorithm === 'source',
  };
  if (!hasRetriesLeft(attempt)) {
    fail(turn, backend, server);
    giveUp(turn, id, how === 'timeout' ? 'sC' : 'SC', true);
    return;
  }
  const another = choosesAnother(attempt);
  if (another) releaseSlot(turn, backend, server);
  else count(turn, backend, server, 'wretr');
  const connectUs = turn.plan.frontends.find((one) => one.backend === backend)?.settings.connectUs ?? 0;
  const delayUs = turnAroundUs(how, another, state.act, connectUs);
  if (delayUs > 0) turn.tell(id, { type: 'turn-around', delayUs, another });
  else if (another) reassign(turn, id, backend, from, server);
  else connectAgain(turn, id, backend, server);
}

/** The session ends without a server; `slot`: it still holds one of the server it tried last. */
function giveUp(turn: Turn, id: string, state: string, slot: boolean): void {
  turn.tell(id, { type: 'give-up', state, slot });
}

/** The session's turn-around is over, its queue is gone, or (http) its request is there. */
export function wantsServer(turn: Turn, event: WantsServer): void {
  const { id, backend, from, server, another, enters } = event;
  if (backend < 0 || event.generation !== turn.generation) {
    giveUp(turn, id, 'SC', false);
    return;
  }
  if (enters) enterBackend(turn, backend);
  if (server !== undefined && !another) connectAgain(turn, id, backend, server);
  else reassign(turn, id, backend, from, server);
}

function connectAgain(turn: Turn, id: string, backend: number, server: number): void {
  countConnecting(turn, backend, server);
  turn.tell(id, { type: 'connect-to', ...target(turn, backend, server) });
}

function reassign(turn: Turn, id: string, backend: number, from: string, avoid: number | undefined): void {
  const assignment = assign(turn, id, backend, from, avoid);
  if (assignment.kind === 'none') {
    fail(turn, backend, undefined);
    giveUp(turn, id, 'SC', false);
    return;
  }
  if (avoid !== undefined && assignment.server !== undefined) {
    count(turn, backend, avoid, assignment.server === avoid ? 'wretr' : 'wredis');
  }
  if (assignment.kind === 'queue') {
    turn.tell(id, { type: 'wait-in-queue', queue: assignment.server ?? 'backend' });
  } else turn.tell(id, { type: 'connect-to', ...target(turn, backend, assignment.server) });
}

export function connected(turn: Turn, event: SessionConnected): void {
  observeSuccess(turn, event.backend, event.server);
}

/** A session is over: its slot, its counts, its line. */
export function ended(turn: Turn, event: SessionEnded): void {
  const { id, backend, server, frontend, queue } = event;
  turn.actconn--;
  // A session of the process before the last reload is none of this one's.
  if (event.generation !== turn.generation) return;
  const line = logSession(turn, event);
  if (line !== undefined) turn.log(line, 'info');
  const load = turn.frontendLoad(frontend);
  load.scur--;
  countMessages(load, event);
  if (backend >= 0 && event.entered) {
    if (queue !== undefined) leaveQueue(turn, id, backend, queue === 'backend' ? undefined : queue);
    if (queue !== undefined && event.state === 'sQ')
      fail(turn, backend, queue === 'backend' ? undefined : queue);
    leaveBackend(turn, backend, id, event.messagesIn, event.messagesOut);
    if (server !== undefined) leaveServer(turn, event, server);
  }
  openOrShutAll(turn);
}

function leaveServer(turn: Turn, event: SessionEnded, server: number): void {
  const { backend } = event;
  if (event.connecting) countDisconnected(turn, backend, server);
  countMessages(turn.serverLoad(backend, server), event);
  const both = [turn.serverLoad(backend, server), turn.backendLoad(backend)];
  if (event.state.startsWith('C')) for (const load of both) load.cliAbrt++;
  if (event.state === 'SD') {
    for (const load of both) {
      load.srvAbrt++;
      load.eresp++;
    }
  }
  if (event.slot) releaseSlot(turn, backend, server);
}

function countMessages(load: LoadDraft, { messagesIn, messagesOut }: SessionEnded): void {
  load.bin += messagesIn;
  load.bout += messagesOut;
}

/** One failed connection for good (failed_conns). The slot goes with the session's end. */
function fail(turn: Turn, backend: number, server: number | undefined): void {
  if (server !== undefined) turn.serverLoad(backend, server).econ++;
  turn.backendLoad(backend).econ++;
}

function count(turn: Turn, backend: number, server: number, what: 'wretr' | 'wredis'): void {
  turn.serverLoad(backend, server)[what]++;
  turn.backendLoad(backend)[what]++;
}
