/**
 * One step of the proxy process: a working copy of its state to which the functions of this folder apply
 * what happened, and the effects that follow. `finish` turns it into data again; nothing of it is kept.
 */
import type { Effect } from '../../sim/effects.ts';
import { uniform } from '../uniform.ts';
import type { CheckOrder } from './check-events.ts';
import type { BackendConfig, ServerConfig } from './config.ts';
import type { Plan } from './plan.ts';
import type { SessionOrder } from './session-events.ts';
import type { BackendState, FrontendState, ServerState } from './state.ts';
import type { WaitQueue } from './wait-queue.ts';

/** What the lead remembers between steps. */
export interface ProxyContext {
  readonly plan: Plan;
  readonly luck: number;
  readonly address: string;
  readonly frontends: readonly FrontendState[];
  readonly backends: readonly BackendState[];
  /** Sessions of the whole process. */
  readonly actconn: number;
  readonly nextSession: number;
  /** Draws of `balance random` so far. */
  readonly draws: number;
  /** Counts reloads: sessions of an earlier generation belong to the old process. */
  readonly generation: number;
  /** Listening sockets that are not open yet. */
  readonly toBind: number;
  readonly startedAtUs: number;
  /** When slowstart raises the next weight; 0: nothing to do. */
  readonly warmUpAtUs: number;
  /** How long until then, for the timer. */
  readonly warmUpInUs: number;
  readonly timers: WaitQueue;
  /** The effects of the last step. */
  readonly out: readonly Effect[];
}

export class Turn {
  readonly atUs: number;
  readonly plan: Plan;
  readonly effects: Effect[] = [];
  actconn: number;
  nextSession: number;
  timers: WaitQueue;
  private draws: number;
  private readonly context: ProxyContext;
  private frontends: FrontendState[] | undefined;
  private backends: BackendState[] | undefined;

  constructor(context: ProxyContext, atUs: number) {
    this.context = context;
    this.atUs = atUs;
    this.plan = context.plan;
    this.actconn = context.actconn;
    this.nextSession = context.nextSession;
    this.timers = context.timers;
    this.draws = context.draws;
  }

  get generation(): number {
    return this.context.generation;
  }

  frontend(index: number): FrontendState {
    return (this.frontends ?? this.context.frontends)[index]!;
  }

  changeFrontend(index: number, change: Partial<FrontendState>): void {
    this.frontends ??= this.context.frontends.slice();
    this.frontends[index] = { ...this.frontends[index]!, ...change };
  }

  backend(index: number): BackendState {
    return (this.backends ?? this.context.backends)[index]!;
  }

  changeBackend(index: number, change: Partial<BackendState>): void {
    this.backends ??= this.context.backends.slice();
    this.backends[index] = { ...this.backends[index]!, ...change };
  }

  server(backend: number, server: number): ServerState {
    return this.backend(backend).servers[server]!;
  }

  changeServer(backend: number, server: number, change: Partial<ServerState>): void {
    const servers = this.backend(backend).servers.slice();
    servers[server] = { ...servers[server]!, ...change };
    this.changeBackend(backend, { servers });
  }

  backendConfig(backend: number): BackendConfig {
    return this.plan.backends[backend]!.config;
  }

  serverConfig(backend: number, server: number): ServerConfig {
    return this.backendConfig(backend).servers[server]!;
  }

  /** A number in [0, 1) for `balance random`. */
  draw(): number {
    return uniform(this.context.luck, 'balance random', this.draws++);
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  tell(to: string, event: CheckOrder | SessionOrder): void {
    this.effects.push({ type: 'tell', to, event });
  }

  log(line: string, level: 'notice' | 'warning' | 'alert' | 'info' | 'emerg'): void {
    this.effects.push({ type: 'log', line, level });
  }

  finish(): ProxyContext {
    const backends = this.backends ?? this.context.backends;
    const warmUpAtUs = this.backends === undefined ? this.context.warmUpAtUs : nextWarmUp(backends);
    return {
      ...this.context,
      frontends: this.frontends ?? this.context.frontends,
      backends,
      actconn: this.actconn,
      nextSession: this.nextSession,
      draws: this.draws,
      timers: this.timers,
      warmUpAtUs,
      warmUpInUs: Math.max(0, warmUpAtUs - this.atUs),
      out: this.effects,
    };
  }
}

function nextWarmUp(backends: readonly BackendState[]): number {
  let next = 0;
  for (const { servers } of backends) {
    for (const { warmUpAtUs } of servers) {
      if (warmUpAtUs > 0 && (next === 0 || warmUpAtUs < next)) next = warmUpAtUs;
    }
  }
  return next;
}
