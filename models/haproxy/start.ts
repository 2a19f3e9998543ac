/**
 * The state in which a HAProxy process begins (and which a reload begins anew): everything UP unless the file
 * says otherwise, fresh cursors, counters at zero. Source: src/server.c:937, src/lb_*.c init functions,
 * src/check.c start_checks.
 */
import { Map as ImmutableMap, List } from 'immutable';
import type { Effect } from '../../sim/effects.ts';
import { makeBalancer } from './balancer.ts';
import type { CheckInput } from './check-events.ts';
import type { Verdict } from './check-status.ts';
import type { Bind, HaproxyConfig, ServerConfig } from './config.ts';
import { initialHealth, isHealthy } from './health.ts';
import { type BackendPlan, checkOf, type Plan, planOf } from './plan.ts';
import { effectiveWeight } from './server-status.ts';
import { type BackendState, type FrontendState, NO_LOAD, type ServerState } from './state.ts';
import type { ProxyContext } from './turn.ts';
import { EMPTY_QUEUE } from './wait-queue.ts';

const UNCHECKED: Verdict = { status: 'INI', code: 0, info: '', durationMs: -1 };

function serverState(
  config: ServerConfig,
  servers: ReadonlyMap<string, ServerConfig>,
  atUs: number,
): ServerState {
  const reference = config.track === undefined ? config : (servers.get(path(config.track)) ?? config);
  const up = reference.check === undefined || isHealthy(initialHealth(reference.check), reference.check);
  const state: ServerState = {
    operational: up ? 'RUNNING' : 'STOPPED',
    maintenance: config.disabled || reference.disabled,
    drain: false,
    uweight: config.weight,
    maxconn: config.maxconn,
    eweight: 0,
    lastChangeUs: atUs,
    downtimeUs: 0,
    chkdown: 0,
    chkfail: 0,
    hanafail: 0,
    check:
      config.check === undefined ? undefined : { health: initialHealth(config.check), verdict: UNCHECKED },
    agent: config.agent === undefined ? undefined : { health: 1, verdict: UNCHECKED },
    consecutiveErrors: 0,
    warmUpAtUs: 0,
    queue: List(),
    load: NO_LOAD,
  };
  return { ...state, eweight: effectiveWeight(state, 0, atUs) };
}

function path(track: { readonly backend: string; readonly server: string }): string {
  return `${track.backend}/${track.server}`;
}

function backendState(
  plan: BackendPlan,
  servers: ReadonlyMap<string, ServerConfig>,
  atUs: number,
): BackendState {
  const { config, algorithm } = plan;
  const states = config.servers.map((server) => serverState(server, servers, atUs));
  const weighted = config.servers.map(({ backup, id }, index) => ({
    backup,
    id,
    eweight: states[index]!.eweight,
  }));
  const count = (backup: boolean): number =>
    weighted.filter((one) => one.eweight > 0 && one.backup === backup).length;
  return {
    servers: states,
    weighted,
    act: count(false),
    bck: count(true),
    balancer: makeBalancer(algorithm, config.consistent, config.randomDraws, weighted, config.allbackups),
    queue: List(),
    lastChangeUs: atUs,
    downtimeUs: 0,
    chkdown: 0,
    load: NO_LOAD,
    sessions: plan.tracksSessions ? ImmutableMap<string, number>() : undefined,
  };
}

/** Everything but what outlives a reload. */
export function freshState(
  config: HaproxyConfig,
  atUs: number,
): Pick<
  ProxyContext,
  'plan' | 'frontends' | 'backends' | 'draws' | 'startedAtUs' | 'warmUpAtUs' | 'warmUpInUs' | 'timers'
> {
  const plan = planOf(config);
  const servers = new Map(
    config.backends.flatMap((backend) =>
      backend.servers.map((server) => [`${backend.name}/${server.name}`, server] as const),
    ),
  );
  return {
    plan,
    frontends: plan.frontends.map((): FrontendState => ({ load: NO_LOAD, accepting: true })),
    backends: plan.backends.map((backend) => backendState(backend, servers, atUs)),
    draws: 0,
    startedAtUs: atUs,
    warmUpAtUs: 0,
    warmUpInUs: 0,
    timers: plan.watchesTimers
      ? { keys: Object.fromEntries(plan.checks.map(({ id, offsetUs }) => [id, atUs + offsetUs])), stale: {} }
      : EMPTY_QUEUE,
  };
}

/** Every address and port once; backlog as listener_backlog() has it. */
export function bindsOf(plan: Plan): readonly { readonly bind: Bind; readonly frontend: number }[] {
  return plan.frontends.flatMap(({ config }, frontend) => config.binds.map((bind) => ({ bind, frontend })));
}

const SOMAXCONN = 4096; // net.core.somaxconn since Linux 5.4

export type Listen = Extract<Effect, { readonly type: 'listen' }>;

export function listenEffects(plan: Plan): readonly Listen[] {
  return bindsOf(plan).map(({ bind, frontend }): Listen => {
    const { config, maxconn } = plan.frontends[frontend]!;
    const backlog = Math.min(SOMAXCONN, config.backlog ?? (Number.isFinite(maxconn) ? maxconn : 1024));
    return {
      type: 'listen',
      port: bind.port,
      backlog,
      ...(bind.address === undefined ? {} : { address: bind.address }),
    };
  });
}

/** One member per check. */
export function checkEffects(plan: Plan, luck: number, atUs: number): readonly Effect[] {
  const { config } = plan;
  return plan.checks.map(({ id, backend, server, agent, offsetUs }): Effect => {
    const backendConfig = config.backends[backend]!;
    const serverConfig = backendConfig.servers[server]!;
    const input: CheckInput = {
      id,
      backend: backendConfig,
      server: serverConfig,
      agent,
      check: checkOf(serverConfig, agent)!,
      atUs,
      offsetUs,
      spread: config.global['spread-checks'],
      luck,
      version: config.version,
      paused: serverConfig.disabled,
      tellsTimers: plan.watchesTimers,
    };
    return { type: 'start', machine: 'check', id, input };
  });
}
