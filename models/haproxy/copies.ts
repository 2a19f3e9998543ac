/**
 * Copies of the proxy's records, field by field: several times as fast as a spread, and made at every session.
 */
import type { BackendState, Load, LoadDraft, ServerState } from './state.ts';

export type BackendDraft = { -readonly [K in keyof BackendState]: BackendState[K] } & {
  servers: ServerState[];
};

export function copyLoad(load: Load): LoadDraft {
  return {
    served: load.served,
    scur: load.scur,
    smax: load.smax,
    stot: load.stot,
    lbtot: load.lbtot,
    qmax: load.qmax,
    econ: load.econ,
    eresp: load.eresp,
    wretr: load.wretr,
    wredis: load.wredis,
    cliAbrt: load.cliAbrt,
    srvAbrt: load.srvAbrt,
    bin: load.bin,
    bout: load.bout,
    rate: load.rate,
    lastSessionUs: load.lastSessionUs,
  };
}

/** A server with other counters. */
export function withLoad(state: ServerState, load: Load): ServerState {
  return {
    operational: state.operational,
    maintenance: state.maintenance,
    drain: state.drain,
    uweight: state.uweight,
    maxconn: state.maxconn,
    eweight: state.eweight,
    lastChangeUs: state.lastChangeUs,
    downtimeUs: state.downtimeUs,
    chkdown: state.chkdown,
    chkfail: state.chkfail,
    hanafail: state.hanafail,
    check: state.check,
    agent: state.agent,
    consecutiveErrors: state.consecutiveErrors,
    warmUpAtUs: state.warmUpAtUs,
    queue: state.queue,
    load,
  };
}

/** A backend with a list of servers of its own. */
export function copyBackend(state: BackendState): BackendDraft {
  return {
    servers: state.servers.slice(),
    weighted: state.weighted,
    act: state.act,
    bck: state.bck,
    balancer: state.balancer,
    queue: state.queue,
    lastChangeUs: state.lastChangeUs,
    downtimeUs: state.downtimeUs,
    chkdown: state.chkdown,
    load: state.load,
    sessions: state.sessions,
  };
}
