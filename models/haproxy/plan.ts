/**
 * What follows from a configuration once and for all, worked out when the process starts: indices in place
 * of names, defaults of the version, when each first check is due, what a session needs to know.
 *
 * Sources: src/check.c:1625-1760 (start_checks), src/proxy.c:2480 (timeout queue), doc "fullconn".
 */
import type {
  AgentCheck,
  Algorithm,
  BackendConfig,
  Check,
  FrontendConfig,
  HaproxyConfig,
  Mode,
  ServerConfig,
} from './config.ts';
import { initialHealth, intervalMs } from './health.ts';
import { timerUs } from './timers.ts';
import { algorithmOf, requeuesCheckTimeout } from './version.ts';

/** A delay that no run reaches, for timeouts that are not set (infinite, with a warning when the file is read). */
export const NEVER_US = 10 * 366 * 86_400 * 1_000_000;

/** What every session of one frontend and backend has in common; shared, never copied. */
export interface SessionSettings {
  readonly mode: Mode;
  readonly frontend: number;
  /** -1: the frontend has no backend. */
  readonly backend: number;
  readonly connectUs: number;
  readonly queueUs: number;
  readonly idleUs: number;
  /** Whose timeout `idleUs` is, for the log: client or server. */
  readonly idleSide: 'c' | 's';
  readonly requestUs: number;
  /** The lead wants to hear of good connections too (`observe`). */
  readonly tellsConnected: boolean;
  /** The lead wants to hear of HTTP answers (`observe layer7`). */
  readonly tellsAnswers: boolean;
  /** URI of the statistics page, if the frontend serves one. */
  readonly statsUri: string | undefined;
}

export interface FrontendPlan {
  readonly config: FrontendConfig;
  readonly backend: number;
  readonly settings: SessionSettings;
  /** Most sessions at once: its maxconn, else the process's. Infinity if neither is set. */
  readonly maxconn: number;
}

export interface BackendPlan {
  readonly config: BackendConfig;
  readonly algorithm: Algorithm;
  readonly fullconn: number;
  /** Some server wants its sessions ended when it goes down, or those of backups when it comes up. */
  readonly tracksSessions: boolean;
  /** Servers that track this one, by server index: [backend, server]. */
  readonly trackers: ReadonlyMap<number, readonly (readonly [number, number])[]>;
}

export interface CheckPlan {
  /** The member's id: `check:be/m1`, `agent:be/m1`. */
  readonly id: string;
  readonly backend: number;
  readonly server: number;
  readonly agent: boolean;
  readonly inter: number;
  readonly offsetUs: number;
}

export interface Plan {
  readonly config: HaproxyConfig;
  readonly frontends: readonly FrontendPlan[];
  readonly backends: readonly BackendPlan[];
  /** Which frontend listens on a port; the first, if two do on different addresses. */
  readonly frontendOfPort: ReadonlyMap<number, number>;
  /** In the order in which HAProxy numbers them. */
  readonly checks: readonly CheckPlan[];
  /** `timeout check` may be noticed late: the lead watches the order of the checks' timers (wait-queue.ts). */
  readonly watchesTimers: boolean;
  /** Some server warms up when it comes back. */
  readonly knowsSlowstart: boolean;
}

/** SRV_CHK_INTER_THRES, include/haproxy/defaults.h: shorter intervals do not set the pace of the spread. */
const SPREAD_THRESHOLD_MS = 1000;

export function planOf(config: HaproxyConfig): Plan {
  const indices = new Map(config.backends.map((backend, index) => [backend.name, index]));
  const globalMaxconn = config.global.maxconn ?? Number.POSITIVE_INFINITY;
  const checks = checkPlans(config);
  const frontendOfPort = new Map<number, number>();
  config.frontends.forEach(({ binds }, index) => {
    for (const { port } of binds) if (!frontendOfPort.has(port)) frontendOfPort.set(port, index);
  });
  return {
    frontendOfPort,
    config,
    frontends: config.frontends.map((frontend, index) => {
      const backend = frontend.backend === undefined ? -1 : (indices.get(frontend.backend) ?? -1);
      return {
        config: frontend,
        backend,
        settings: sessionSettings(frontend, index, backend, config.backends[backend]),
        maxconn: frontend.maxconn ?? globalMaxconn,
      };
    }),
    backends: config.backends.map((backend) => ({
      config: backend,
      algorithm: algorithmOf(backend, config.version),
      fullconn: backend.fullconn ?? defaultFullconn(config, backend.name),
      tracksSessions: backend.servers.some(
        (server) => server.shutdownSessions || server.shutdownBackupSessions,
      ),
      trackers: trackersOf(config, backend),
    })),
    checks,
    knowsSlowstart: config.backends.some(({ servers }) => servers.some(({ slowstart }) => slowstart > 0)),
    watchesTimers:
      checks.length > 1 &&
      !requeuesCheckTimeout(config.version) &&
      config.backends.some(({ timeouts }) => timeouts.check !== undefined),
  };
}

/** Ten percent of the maxconn of all frontends that lead here (doc "fullconn"). */
function defaultFullconn(config: HaproxyConfig, backend: string): number {
  const total = config.frontends
    .filter((frontend) => frontend.backend === backend)
    .reduce((sum, frontend) => sum + (frontend.maxconn ?? config.global.maxconn ?? 0), 0);
  return Math.max(1, Math.floor((total + 9) / 10));
}

function trackersOf(
  config: HaproxyConfig,
  backend: BackendConfig,
): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const trackers = new Map<number, (readonly [number, number])[]>();
  config.backends.forEach((other, otherIndex) => {
    other.servers.forEach(({ track }, serverIndex) => {
      if (track?.backend !== backend.name) return;
      const tracked = backend.servers.findIndex((server) => server.name === track.server);
      if (tracked >= 0) trackers.set(tracked, [...(trackers.get(tracked) ?? []), [otherIndex, serverIndex]]);
    });
  });
  return trackers;
}

function sessionSettings(
  frontend: FrontendConfig,
  index: number,
  backend: number,
  config: BackendConfig | undefined,
): SessionSettings {
  const us = (ms: number | undefined): number => (ms === undefined ? NEVER_US : timerUs(ms));
  const client = us(frontend.timeouts.client);
  const server = us(config?.timeouts.server);
  return {
    mode: frontend.mode,
    frontend: index,
    backend,
    connectUs: us(config?.timeouts.connect),
    queueUs: us(config?.timeouts.queue ?? config?.timeouts.connect),
    // doc "timeout tunnel": in tcp mode it rules as soon as both sides are there.
    idleUs: config?.timeouts.tunnel !== undefined ? us(config.timeouts.tunnel) : Math.min(client, server),
    idleSide: client <= server ? 'c' : 's',
    requestUs: us(frontend.timeouts['http-request'] ?? frontend.timeouts.client),
    tellsConnected: config?.servers.some((each) => each.observe === 'layer4') ?? false,
    tellsAnswers:
      frontend.mode === 'http' && (config?.servers.some((each) => each.observe === 'layer7') ?? false),
    statsUri: frontend.mode === 'http' ? frontend.stats?.uri : undefined,
  };
}

function agentLimits(agent: AgentCheck): Check {
  return { inter: agent.inter, rise: 1, fall: 1, ssl: false };
}

/** A server's check or agent check in the form of a check. */
export function checkOf(server: ServerConfig, agent: boolean): Check | undefined {
  if (!agent) return server.check;
  return server.agent === undefined ? undefined : agentLimits(server.agent);
}

/**
 * First checks are spread: the k-th of n is due after max(mininter, its own interval) * k / n, where
 * mininter is the smallest interval of at least a second. As at that time health is `rise`, the interval is
 * the fast one, if there is one. Milliseconds are cut down, as integers are.
 */
function checkPlans(config: HaproxyConfig): CheckPlan[] {
  const found: { plan: CheckPlan; first: number }[] = [];
  config.backends.forEach((backend, backendIndex) => {
    backend.servers.forEach((server, serverIndex) => {
      for (const agent of [false, true]) {
        const check = checkOf(server, agent);
        if (check === undefined) continue;
        const id = `${agent ? 'agent' : 'check'}:${backend.name}/${server.name}`;
        const first = intervalMs(check, agent ? 1 : initialHealth(check), false);
        found.push({
          plan: { id, backend: backendIndex, server: serverIndex, agent, inter: check.inter, offsetUs: 0 },
          first,
        });
      }
    });
  });
  const pace = Math.min(...found.map(({ first }) => first).filter((ms) => ms >= SPREAD_THRESHOLD_MS));
  const longest = config.global['max-spread-checks'];
  return found.map(({ plan, first }, position) => {
    const spread = Math.max(Number.isFinite(pace) ? pace : 0, first);
    const base = longest > 0 ? Math.min(spread, longest) : spread;
    const offsetMs = Math.floor((base * position) / found.length);
    return { ...plan, offsetUs: offsetMs === 0 ? 0 : timerUs(offsetMs) };
  });
}
