/**
 * What the proxy process knows while it runs: the state of each frontend, backend and server. Names of
 * counters are those of the source (struct server, struct proxy, fe/be_counters) where they are shown.
 *
 * Unit: microseconds of the host's monotonic clock. Everything is immutable.
 */
import type { Map as ImmutableMap, List } from 'immutable';
import type { Balancer, Weighted } from './balancer.ts';
import type { Verdict } from './check-status.ts';

/** enum srv_state (server-t.h): STARTING is up within slowstart, STOPPING is NOLB after a 404. */
export type Operational = 'STOPPED' | 'STARTING' | 'RUNNING' | 'STOPPING';

/** A session that waits for a slot. */
export interface Pending {
  readonly id: string;
  readonly sinceUs: number;
}

/** Sessions per second as freq_ctr.h counts them: this second's and the last one's. */
export interface Rate {
  readonly second: number;
  readonly count: number;
  readonly previous: number;
  readonly max: number;
}

export interface Load {
  /** Sessions that have a slot (served), and those whose connection is tried or open (cur_sess). */
  readonly served: number;
  readonly scur: number;
  readonly smax: number;
  readonly stot: number;
  readonly lbtot: number;
  readonly qmax: number;
  readonly econ: number;
  readonly eresp: number;
  readonly wretr: number;
  readonly wredis: number;
  readonly cliAbrt: number;
  readonly srvAbrt: number;
  /** Messages, as bytes are not modelled. */
  readonly bin: number;
  readonly bout: number;
  readonly rate: Rate;
  /** -1: never. */
  readonly lastSessionUs: number;
}

/** A load that a step of the proxy has made its own copy of, and counts in. */
export type LoadDraft = { -readonly [K in keyof Load]: Load[K] };

export const NO_LOAD: Load = {
  served: 0,
  scur: 0,
  smax: 0,
  stot: 0,
  lbtot: 0,
  qmax: 0,
  econ: 0,
  eresp: 0,
  wretr: 0,
  wredis: 0,
  cliAbrt: 0,
  srvAbrt: 0,
  bin: 0,
  bout: 0,
  rate: { second: 0, count: 0, previous: 0, max: 0 },
  lastSessionUs: -1,
};

/** What the lead knows of a check: told whenever something of it changes. */
export interface CheckView {
  readonly health: number;
  readonly verdict: Verdict;
}

export interface ServerState {
  readonly operational: Operational;
  /** `set server state maint`, `disabled`, an agent; or a tracked server's. */
  readonly maintenance: boolean;
  readonly drain: boolean;
  /** 0 to 256; an agent or an operator may change it. */
  readonly uweight: number;
  /** 0 is unlimited; an agent may change it. */
  readonly maxconn: number;
  /** Weight in balancing, times 16; 0 while it takes no new sessions. */
  readonly eweight: number;
  readonly lastChangeUs: number;
  readonly downtimeUs: number;
  readonly chkdown: number;
  readonly chkfail: number;
  readonly hanafail: number;
  readonly check: CheckView | undefined;
  readonly agent: CheckView | undefined;
  readonly consecutiveErrors: number;
  /** When slowstart raises the weight next; 0: not warming up. */
  readonly warmUpAtUs: number;
  readonly queue: List<Pending>;
  readonly load: Load;
}

export interface BackendState {
  readonly servers: readonly ServerState[];
  /** What balancing knows of each server: follows from `servers`. */
  readonly weighted: readonly Weighted[];
  /** Usable active and backup servers (srv_act, srv_bck). */
  readonly act: number;
  readonly bck: number;
  readonly balancer: Balancer;
  readonly queue: List<Pending>;
  readonly lastChangeUs: number;
  readonly downtimeUs: number;
  readonly chkdown: number;
  readonly load: Load;
  /** Server of each session, kept only where on-marked-down or on-marked-up needs it. */
  readonly sessions: ImmutableMap<string, number> | undefined;
}

export interface FrontendState {
  readonly load: Load;
  /** The listening sockets take connections; false while maxconn is reached. */
  readonly accepting: boolean;
}

/** A new session: how many there are, were at most, have been. */
export function countSession(load: LoadDraft, atUs: number): void {
  load.scur++;
  if (load.scur > load.smax) load.smax = load.scur;
  load.stot++;
  load.rate = counted(load.rate, atUs);
  load.lastSessionUs = atUs;
}

/** One more event in this second (update_freq_ctr). */
function counted(rate: Rate, atUs: number): Rate {
  const second = Math.floor(atUs / 1_000_000);
  const count = second === rate.second ? rate.count + 1 : 1;
  const previous = second === rate.second ? rate.previous : second === rate.second + 1 ? rate.count : 0;
  const now = count + Math.floor((previous * (1_000_000 - (atUs % 1_000_000))) / 1_000_000);
  return { second, count, previous, max: Math.max(rate.max, now) };
}

/** Events in the sliding second before atUs (read_freq_ctr). */
export function perSecond(rate: Rate, atUs: number): number {
  const second = Math.floor(atUs / 1_000_000);
  if (second > rate.second + 1) return 0;
  const [count, previous] = second === rate.second ? [rate.count, rate.previous] : [0, rate.count];
  return count + Math.floor((previous * (1_000_000 - (atUs % 1_000_000))) / 1_000_000);
}
