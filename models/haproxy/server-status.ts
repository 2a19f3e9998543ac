/**
 * A server goes down, comes up, is put into maintenance or drained, and what follows from it: balancing,
 * queues, sessions, log lines, trackers. Source: src/server.c:7222-7600 (srv_set_stopped, srv_set_running,
 * srv_set_stopping, srv_set_admin_flag, _srv_update_status), 2.6 to 3.x.
 */
import { reweigh } from './balancer.ts';
import { reasonText, type Verdict, wordsOf } from './check-status.ts';
import { noServerLine, type Remains, remainsText, serverPrefix } from './log-lines.ts';
import { serveQueue } from './queue.ts';
import { WEIGHT_SCALE } from './round-robin.ts';
import { shutdownSessions } from './session-book.ts';
import type { Operational, ServerState } from './state.ts';
import { serverWord } from './status-text.ts';
import type { Turn } from './turn.ts';

/** Why a server changed: a check's verdict, a sentence of its own, or the server that it tracks. */
export type Cause = { readonly verdict: Verdict } | { readonly via: string } | { readonly words: string };

/** `, reason: ...` after the server's name. With log-health-checks the check's own line has said it. */
function causeText(cause: Cause, alreadyLogged: boolean): string {
  if ('via' in cause) return ` via ${cause.via}`;
  if ('words' in cause) return cause.words === '' ? '' : `, ${cause.words}`;
  return alreadyLogged ? '' : reasonText(cause.verdict);
}

/** The server is DOWN for its checks (or the server that it tracks). */
export function setStopped(turn: Turn, backend: number, server: number, cause: Cause): void {
  const before = turn.server(backend, server);
  if (before.maintenance || before.operational === 'STOPPED') return;
  const wasStopping = before.operational === 'STOPPING';
  change(turn, backend, server, { operational: 'STOPPED', chkdown: before.chkdown + 1 });
  leave(turn, backend, server, 'is DOWN', cause, wasStopping ? 'notice' : 'alert');
  eachTracker(turn, backend, server, (b, s, via) => setStopped(turn, b, s, { via }));
}

/** The server may take traffic again; with slowstart it warms up first. */
export function setRunning(turn: Turn, backend: number, server: number, cause: Cause): void {
  const before = turn.server(backend, server);
  if (before.maintenance || before.operational === 'RUNNING' || before.operational === 'STARTING') return;
  const { slowstart } = turn.serverConfig(backend, server);
  change(turn, backend, server, {
    operational: slowstart > 0 ? 'STARTING' : 'RUNNING',
    warmUpAtUs: slowstart > 0 ? turn.atUs + warmUpPeriodUs(slowstart) : 0,
  });
  enter(turn, backend, server, 'is UP', cause);
  eachTracker(turn, backend, server, (b, s, via) => setRunning(turn, b, s, { via }));
}

/** A conditional pass (404 with disable-on-404): no new sessions, but not DOWN either. */
export function setStopping(turn: Turn, backend: number, server: number, cause: Cause): void {
  const before = turn.server(backend, server);
  if (before.maintenance || before.operational === 'STOPPING') return;
  change(turn, backend, server, { operational: 'STOPPING' });
  leave(turn, backend, server, 'is stopping', cause, 'notice');
  eachTracker(turn, backend, server, (b, s, via) => setStopping(turn, b, s, { via }));
}

/** `set server BE/SRV state maint|drain|ready`, the words of an agent, or of the server that it tracks. */
export function setAdmin(
  turn: Turn,
  backend: number,
  server: number,
  state: 'maint' | 'drain' | 'ready',
  words = '',
): void {
  if (state === 'maint') enterMaintenance(turn, backend, server, words);
  else if (state === 'drain') {
    leaveMaintenance(turn, backend, server);
    enterDrain(turn, backend, server, words);
  } else {
    leaveMaintenance(turn, backend, server);
    leaveDrain(turn, backend, server);
  }
  eachTracker(turn, backend, server, (b, s) => setAdmin(turn, b, s, state, words));
}

function enterMaintenance(turn: Turn, backend: number, server: number, words: string): void {
  const before = turn.server(backend, server);
  if (before.maintenance) return;
  pauseChecks(turn, backend, server, true);
  const wasStopped = before.operational === 'STOPPED';
  change(turn, backend, server, { maintenance: true, chkdown: before.chkdown + (wasStopped ? 0 : 1) });
  const what = wasStopped ? 'was DOWN and now enters maintenance' : 'is going DOWN for maintenance';
  leave(turn, backend, server, what, { words }, wasStopped ? 'notice' : 'alert');
}

/** Back with health = rise: UP, and one failure away from DOWN. A tracked server's state rules, if there is one. */
function leaveMaintenance(turn: Turn, backend: number, server: number): void {
  const before = turn.server(backend, server);
  if (!before.maintenance) return;
  const { slowstart, track } = turn.serverConfig(backend, server);
  const tracked = track === undefined ? undefined : find(turn, track.backend, track.server);
  const down = tracked?.operational === 'STOPPED';
  const operational: Operational = down ? 'STOPPED' : slowstart > 0 ? 'STARTING' : 'RUNNING';
  const warmUpAtUs = operational === 'STARTING' ? turn.atUs + warmUpPeriodUs(slowstart) : 0;
  change(turn, backend, server, { maintenance: false, operational, warmUpAtUs });
  pauseChecks(turn, backend, server, false);
  const state = turn.server(backend, server);
  const words = `${down ? 'DOWN' : 'UP'}/${state.drain ? 'DRAIN' : 'READY'} (leaving forced maintenance)`;
  enter(turn, backend, server, `is ${words}`, undefined);
}

function enterDrain(turn: Turn, backend: number, server: number, words: string): void {
  if (turn.server(backend, server).drain) return;
  change(turn, backend, server, { drain: true });
  leave(turn, backend, server, 'enters drain state', { words }, 'notice');
}

function leaveDrain(turn: Turn, backend: number, server: number): void {
  const before = turn.server(backend, server);
  if (!before.drain) return;
  change(turn, backend, server, { drain: false });
  const up = before.operational === 'STOPPED' ? 'DOWN' : 'UP';
  enter(turn, backend, server, `is ${up} (leaving forced drain)`, undefined);
}

/** Another weight (agent, operator): 0 drains. */
export function setServerWeight(turn: Turn, backend: number, server: number, uweight: number): void {
  if (turn.server(backend, server).uweight === uweight) return;
  change(turn, backend, server, { uweight });
  serveQueue(turn, backend, server);
}

/** Slowstart: every max(1 s, slowstart/20) the weight is what the time since UP allows (server_recalc_eweight). */
export function warmUp(turn: Turn, backend: number, server: number): void {
  const state = turn.server(backend, server);
  const { slowstart } = turn.serverConfig(backend, server);
  if (state.operational !== 'STARTING') {
    change(turn, backend, server, { warmUpAtUs: 0 });
    return;
  }
  const warm = turn.atUs - state.lastChangeUs >= slowstart * 1000;
  const next = warm ? 0 : turn.atUs + warmUpPeriodUs(slowstart);
  change(turn, backend, server, { operational: warm ? 'RUNNING' : 'STARTING', warmUpAtUs: next }, true);
  serveQueue(turn, backend, server);
}

function warmUpPeriodUs(slowstartMs: number): number {
  return Math.max(1_000_000, Math.trunc(slowstartMs / 20) * 1000);
}

/** The weight in balancing that a server's state allows. */
export function effectiveWeight(state: ServerState, slowstartMs: number, atUs: number): number {
  if (state.maintenance || state.drain) return 0;
  if (state.operational === 'STOPPED' || state.operational === 'STOPPING') return 0;
  if (state.operational === 'RUNNING' || slowstartMs === 0) return state.uweight * WEIGHT_SCALE;
  const upSeconds = Math.floor((atUs - state.lastChangeUs) / 1_000_000);
  const slowSeconds = Math.max(1, Math.ceil(slowstartMs / 1000));
  return state.uweight * Math.trunc((WEIGHT_SCALE * upSeconds + slowSeconds) / slowSeconds);
}

/** Changes a server and all that is counted from it: its weight, the balancer, the backend's servers. */
function change(
  turn: Turn,
  backend: number,
  server: number,
  what: Partial<ServerState>,
  keepSince = false,
): void {
  const before = turn.server(backend, server);
  const wasDown = isDown(before);
  const draft = { ...before, ...what };
  const turned =
    !keepSince &&
    (draft.operational !== before.operational ||
      draft.maintenance !== before.maintenance ||
      draft.drain !== before.drain);
  const downtimeUs =
    wasDown && !isDown(draft) ? before.downtimeUs + turn.atUs - before.lastChangeUs : before.downtimeUs;
  const lastChangeUs = turned ? turn.atUs : before.lastChangeUs;
  const { slowstart } = turn.serverConfig(backend, server);
  const eweight = effectiveWeight({ ...draft, lastChangeUs }, slowstart, turn.atUs);
  turn.changeServer(backend, server, { ...what, downtimeUs, lastChangeUs, eweight });
  if (eweight !== before.eweight) recount(turn, backend, server);
}

function isDown(state: ServerState): boolean {
  return state.maintenance || state.operational === 'STOPPED';
}

function recount(turn: Turn, backend: number, server: number): void {
  const state = turn.backend(backend);
  const { servers, allbackups } = turn.backendConfig(backend);
  const weighted = servers.map(({ backup, id }, index) => ({
    backup,
    id,
    eweight: state.servers[index]!.eweight,
  }));
  const count = (backup: boolean): number =>
    weighted.filter((each) => each.eweight > 0 && each.backup === backup).length;
  const act = count(false);
  const bck = count(true);
  const wasUp = state.act + state.bck > 0;
  const isUp = act + bck > 0;
  turn.changeBackend(backend, {
    weighted,
    act,
    bck,
    balancer: reweigh(state.balancer, server, weighted, allbackups),
    ...(wasUp === isUp ? {} : { lastChangeUs: turn.atUs }),
    ...(wasUp && !isUp ? { chkdown: state.chkdown + 1 } : {}),
    ...(!wasUp && isUp ? { downtimeUs: state.downtimeUs + turn.atUs - state.lastChangeUs } : {}),
  });
}

/** The rest of losing a server: its queue, its sessions, the lines. */
function leave(
  turn: Turn,
  backend: number,
  server: number,
  what: string,
  cause: Cause,
  level: 'notice' | 'alert',
): void {
  const config = turn.serverConfig(backend, server);
  const stopped = isDown(turn.server(backend, server));
  const requeued = redistribute(turn, backend, server);
  if (stopped && config.shutdownSessions) shutdownSessions(turn, backend, server, 'D');
  const logged = turn.backendConfig(backend).logHealthChecks;
  const text = causeText(cause, logged) + remainsText(stopped, remains(turn, backend, server, requeued));
  turn.log(`${prefix(turn, backend, server)} ${what}${text}.`, level);
  note(turn, backend, server, cause);
  const { act, bck } = turn.backend(backend);
  const lastOne = act + bck === 0 && turn.backend(backend).lastChangeUs === turn.atUs;
  if (lastOne) turn.log(noServerLine(turn.backendConfig(backend).name), 'emerg');
}

/** The rest of winning a server. */
function enter(turn: Turn, backend: number, server: number, what: string, cause: Cause | undefined): void {
  const config = turn.serverConfig(backend, server);
  const state = turn.server(backend, server);
  if (config.shutdownBackupSessions && !config.backup && state.eweight > 0) {
    turn.backendConfig(backend).servers.forEach((other, index) => {
      if (other.backup) shutdownSessions(turn, backend, index, 'U');
    });
  }
  const before = turn.backend(backend).queue.size;
  serveQueue(turn, backend, server);
  const requeued = before - turn.backend(backend).queue.size;
  const logged = turn.backendConfig(backend).logHealthChecks;
  const text =
    cause === undefined
      ? ''
      : causeText(cause, logged) + remainsText(isDown(state), remains(turn, backend, server, requeued));
  turn.log(`${prefix(turn, backend, server)} ${what}${text}.`, 'notice');
  note(turn, backend, server, cause ?? { words: '' });
}

function remains(turn: Turn, backend: number, server: number, requeued: number): Remains {
  const { act, bck } = turn.backend(backend);
  const { load, queue } = turn.server(backend, server);
  return { act, bck, sessions: load.scur, requeued, queued: queue.size };
}

/** With option redispatch those who wait for this server choose again (pendconn_redistribute). */
function redistribute(turn: Turn, backend: number, server: number): number {
  if (turn.backendConfig(backend).redispatch === undefined) return 0;
  const { queue } = turn.server(backend, server);
  turn.changeServer(backend, server, { queue: queue.clear() });
  for (const { id } of queue) turn.tell(id, { type: 'choose-again' });
  return queue.size;
}

function pauseChecks(turn: Turn, backend: number, server: number, paused: boolean): void {
  for (const check of turn.plan.checks) {
    if (check.backend === backend && check.server === server) {
      turn.tell(check.id, { type: paused ? 'pause' : 'resume' });
    }
  }
}

function eachTracker(
  turn: Turn,
  backend: number,
  server: number,
  act: (backend: number, server: number, via: string) => void,
): void {
  const trackers = turn.plan.backends[backend]!.trackers.get(server) ?? [];
  const via = `${turn.backendConfig(backend).name}/${turn.serverConfig(backend, server).name}`;
  for (const [otherBackend, otherServer] of trackers) act(otherBackend, otherServer, via);
}

function find(turn: Turn, backendName: string, serverName: string): ServerState | undefined {
  const backend = turn.plan.backends.findIndex(({ config }) => config.name === backendName);
  const server =
    turn.plan.backends[backend]?.config.servers.findIndex(({ name }) => name === serverName) ?? -1;
  return server < 0 ? undefined : turn.server(backend, server);
}

function prefix(turn: Turn, backend: number, server: number): string {
  const { name, backup } = turn.serverConfig(backend, server);
  return serverPrefix({ backend: turn.backendConfig(backend).name, server: name, backup });
}

/** For the story and for observations: every change of what a person would call the server's state. */
function note(turn: Turn, backend: number, server: number, cause: Cause): void {
  const reason =
    'verdict' in cause ? wordsOf(cause.verdict.status) : 'via' in cause ? `via ${cause.via}` : cause.words;
  turn.emit({
    type: 'note',
    name: 'server-state',
    backend: turn.backendConfig(backend).name,
    server: turn.serverConfig(backend, server).name,
    state: serverWord(turn.server(backend, server)),
    status: 'verdict' in cause ? cause.verdict.status : '',
    reason,
  });
}
