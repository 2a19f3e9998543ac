/** What a check and the proxy process tell each other (within one process, at once and in order). */
import type { CheckResult, Verdict } from './check-status.ts';
import type { BackendConfig, Check, ServerConfig } from './config.ts';

/** The input of a check member. */
export interface CheckInput {
  readonly id: string;
  readonly backend: BackendConfig;
  readonly server: ServerConfig;
  readonly agent: boolean;
  readonly check: Check;
  readonly atUs: number;
  /** Until the first check. */
  readonly offsetUs: number;
  /** Percent. */
  readonly spread: number;
  readonly luck: number;
  readonly version: string;
  /** The server starts in maintenance. */
  readonly paused: boolean;
  /** The lead wants to hear of the timers (wait-queue.ts). */
  readonly tellsTimers: boolean;
}

/** To the lead: the result of a check, when something is new. */
export interface CheckEnded {
  readonly type: 'check-ended';
  readonly id: string;
  readonly result: CheckResult;
  readonly verdict: Verdict;
  readonly health: number;
  /** The counter has changed: worth a line with log-health-checks. */
  readonly report: boolean;
  /** It was up and this failure counts (chkfail). */
  readonly counts: boolean;
  /** An agent's words. */
  readonly orders?: AgentOrders;
}

/** What an agent asks for beside up and down. */
export interface AgentOrders {
  readonly admin?: 'ready' | 'drain' | 'maint';
  /** Percent of the configured weight, or an absolute weight. */
  readonly weight?: { readonly percent: number } | { readonly absolute: number };
  readonly maxconn?: number;
}

/** To the lead: my task is queued for keyUs. */
export interface CheckQueued {
  readonly type: 'check-queued';
  readonly id: string;
  readonly keyUs: number;
}
/** To the lead: my task expires at expireUs, earlier than it is queued for. */
export interface CheckExpires {
  readonly type: 'check-expires';
  readonly id: string;
  readonly expireUs: number;
}
export type CheckReport = CheckEnded | CheckQueued | CheckExpires;

/** From the lead: maintenance begins or ends. */
export interface Pause {
  readonly type: 'pause' | 'resume';
}
/** From the lead: live traffic has had too many errors. */
export interface Analysed {
  readonly type: 'analysed';
  readonly action: ServerConfig['on-error'];
  readonly info: string;
}
/** From the lead: the scheduler has seen when the check's answer is due. */
export interface TimerNoticed {
  readonly type: 'timer-noticed';
}
export type CheckOrder = Pause | Analysed | TimerNoticed;
