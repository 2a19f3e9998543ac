/**
 * The statistics of a running process: rows as `show stat` and the statistics page have them. Source:
 * doc/management.txt section 9.1 (positions 0 to 76), src/stats.c (2.6), src/stats-proxy.c (3.x).
 *
 * Pure functions of the lead's context. Messages stand for bytes; averages of times (qtime, ctime, rtime,
 * ttime) and HTTP codes are 0, as they are not counted.
 */
import { wordsOf } from './check-status.ts';
import type { ServerConfig } from './config.ts';
import { WEIGHT_SCALE } from './round-robin.ts';
import { type Load, perSecond, type ServerState } from './state.ts';
import { type Reference, statusText } from './status-text.ts';
import type { ProxyContext } from './turn.ts';

/** In the order of the columns. */
export const STATS_FIELDS = (
  'pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,' +
  'chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,' +
  'check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,' +
  'req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,' +
  'agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,' +
  'agent_fall,agent_health,addr,cookie,mode,algo'
).split(',');

/** A row by the names of its columns; what is not there is empty. */
export type StatsRow = Readonly<Record<string, string | number>>;

/** Is a check (by its member's id) running now? For the `* ` before check_status. */
export type IsChecking = (id: string) => boolean;

const FRONTEND_ID = 0;

export function statsRows(
  context: ProxyContext,
  atUs: number,
  isChecking: IsChecking = () => false,
): readonly StatsRow[] {
  const rows: { position: number; part: number; row: StatsRow }[] = [];
  context.plan.frontends.forEach(({ config }, index) => {
    rows.push({ position: config.position, part: 0, row: frontendRow(context, index, atUs) });
  });
  context.plan.backends.forEach(({ config }, index) => {
    config.servers.forEach((_, server) => {
      rows.push({
        position: config.position,
        part: 1,
        row: serverRow(context, index, server, atUs, isChecking),
      });
    });
    rows.push({ position: config.position, part: 2, row: backendRow(context, index, atUs) });
  });
  return rows.sort((a, b) => a.position - b.position || a.part - b.part).map(({ row }) => row);
}

/** The text of `show stat` and of the page's `;csv`. */
export function statsCsv(context: ProxyContext, atUs: number, isChecking?: IsChecking): string {
  const lines = statsRows(context, atUs, isChecking).map(
    (row) => `${STATS_FIELDS.map((field) => quoted(String(row[field] ?? ''))).join(',')},`,
  );
  return `# ${STATS_FIELDS.join(',')},\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function seconds(us: number): number {
  return Math.floor(us / 1_000_000);
}

function common(load: Load, atUs: number): StatsRow {
  return {
    scur: load.scur,
    smax: load.smax,
    stot: load.stot,
    bin: load.bin,
    bout: load.bout,
    rate: perSecond(load.rate, atUs),
    rate_max: load.rate.max,
    pid: 1,
  };
}

/** The first section of a file has the id 2. */
function sectionId(position: number): number {
  return position + 2;
}

function frontendRow(context: ProxyContext, index: number, atUs: number): StatsRow {
  const { config, maxconn } = context.plan.frontends[index]!;
  const { load, accepting } = context.frontends[index]!;
  return {
    ...common(load, atUs),
    pxname: config.name,
    svname: 'FRONTEND',
    slim: Number.isFinite(maxconn) ? maxconn : '',
    dreq: 0,
    dresp: 0,
    ereq: 0,
    status: accepting ? 'OPEN' : 'FULL',
    iid: sectionId(config.position),
    sid: FRONTEND_ID,
    type: 0,
    rate_lim: 0,
    mode: config.mode,
  };
}

function traffic(load: Load): StatsRow {
  return {
    dresp: 0,
    econ: load.econ,
    eresp: load.eresp,
    wretr: load.wretr,
    wredis: load.wredis,
    lbtot: load.lbtot,
    cli_abrt: load.cliAbrt,
    srv_abrt: load.srvAbrt,
    qtime: 0,
    ctime: 0,
    rtime: 0,
    ttime: 0,
  };
}

function backendRow(context: ProxyContext, index: number, atUs: number): StatsRow {
  const { config, fullconn, algorithm } = context.plan.backends[index]!;
  const state = context.backends[index]!;
  const up = state.act + state.bck > 0;
  const total = state.servers.reduce((sum, { eweight }) => sum + eweight, 0);
  const isDown = !up && config.servers.length > 0;
  return {
    ...common(state.load, atUs),
    ...traffic(state.load),
    pxname: config.name,
    svname: 'BACKEND',
    qcur: state.queue.size,
    qmax: state.load.qmax,
    slim: fullconn,
    dreq: 0,
    status: isDown ? 'DOWN' : 'UP',
    weight: Math.ceil(total / WEIGHT_SCALE),
    act: state.act,
    bck: state.bck,
    chkdown: state.chkdown,
    lastchg: seconds(atUs - state.lastChangeUs),
    downtime: seconds(state.downtimeUs + (isDown ? atUs - state.lastChangeUs : 0)),
    iid: sectionId(config.position),
    sid: FRONTEND_ID,
    type: 1,
    lastsess: lastSession(state.load, atUs),
    mode: config.mode,
    algo: algorithm,
  };
}

function lastSession(load: Load, atUs: number): number {
  return load.lastSessionUs < 0 ? -1 : seconds(atUs - load.lastSessionUs);
}

/** The server that decides another's checks: the one it tracks, or itself. */
export function referenceOf(context: ProxyContext, backend: number, server: number): Reference {
  const config = context.plan.backends[backend]!.config.servers[server]!;
  const state = context.backends[backend]!.servers[server]!;
  const { track } = config;
  if (track === undefined) return { config, state };
  const other = context.plan.backends.findIndex((each) => each.config.name === track.backend);
  const index =
    context.plan.backends[other]?.config.servers.findIndex(({ name }) => name === track.server) ?? -1;
  return index < 0 ? { config, state } : referenceOf(context, other, index);
}

function serverRow(
  context: ProxyContext,
  backend: number,
  server: number,
  atUs: number,
  isChecking: IsChecking,
): StatsRow {
  const { config: backendConfig } = context.plan.backends[backend]!;
  const config = backendConfig.servers[server]!;
  const state = context.backends[backend]!.servers[server]!;
  const { load } = state;
  const down = state.maintenance || state.operational === 'STOPPED';
  const path = `${backendConfig.name}/${config.name}`;
  return {
    ...common(load, atUs),
    ...traffic(load),
    ...checkFields(config, state, path, isChecking),
    pxname: backendConfig.name,
    svname: config.name,
    qcur: state.queue.size,
    qmax: load.qmax,
    slim: state.maxconn === 0 ? '' : state.maxconn,
    status: statusText(state, config, referenceOf(context, backend, server)),
    weight: state.operational === 'STARTING' ? Math.ceil(state.eweight / WEIGHT_SCALE) : state.uweight,
    act: config.backup ? 0 : 1,
    bck: config.backup ? 1 : 0,
    lastchg: seconds(atUs - state.lastChangeUs),
    downtime: seconds(state.downtimeUs + (down ? atUs - state.lastChangeUs : 0)),
    qlimit: config.maxqueue === 0 ? '' : config.maxqueue,
    iid: sectionId(backendConfig.position),
    sid: config.id,
    throttle: throttle(state),
    tracked: config.track === undefined ? '' : `${config.track.backend}/${config.track.server}`,
    type: 2,
    lastsess: lastSession(load, atUs),
    addr: `${config.address}:${config.port}`,
    mode: backendConfig.mode,
  };
}

/** Percent of its weight that a warming server has. */
function throttle(state: ServerState): string | number {
  if (state.operational !== 'STARTING' || state.uweight === 0) return '';
  return Math.min(100, Math.max(1, Math.round((100 * state.eweight) / (state.uweight * WEIGHT_SCALE))));
}

function checkFields(
  config: ServerConfig,
  state: ServerState,
  path: string,
  isChecking: IsChecking,
): StatsRow {
  const row: Record<string, string | number> = {};
  if (config.check !== undefined && state.check !== undefined) {
    const { verdict, health } = state.check;
    Object.assign(row, {
      chkfail: state.chkfail,
      chkdown: state.chkdown,
      hanafail: state.hanafail,
      check_status: `${isChecking(`check:${path}`) ? '* ' : ''}${verdict.status}`,
      check_code: verdict.code > 0 ? verdict.code : '',
      check_duration: verdict.durationMs >= 0 ? verdict.durationMs : '',
      check_desc: wordsOf(verdict.status),
      last_chk: verdict.info,
      check_rise: config.check.rise,
      check_fall: config.check.fall,
      check_health: health,
    });
  }
  if (config.agent !== undefined && state.agent !== undefined) {
    const { verdict, health } = state.agent;
    Object.assign(row, {
      agent_status: `${isChecking(`agent:${path}`) ? '* ' : ''}${verdict.status}`,
      agent_duration: verdict.durationMs >= 0 ? verdict.durationMs : '',
      agent_desc: wordsOf(verdict.status),
      last_agt: verdict.info,
      agent_rise: 1,
      agent_fall: 1,
      agent_health: health,
    });
  }
  return row;
}
