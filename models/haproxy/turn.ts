/**
 * One step of the proxy process: a working copy of its state to which the functions of this folder apply
 * what happened, and the effects that follow. `finish` turns it into data again; nothing of it is kept.
 */
import type { Effect } from '../../sim/effects.ts';
import { uniform } from '../uniform.ts';
import type { CheckOrder } from './check-events.ts';
import type { BackendConfig, ServerConfig } from './config.ts';
import { type BackendDraft, copyBackend, copyLoad, withLoad } from './copies.ts';
import type { Plan } from './plan.ts';
import type { SessionOrder } from './session-events.ts';
import type { BackendState, FrontendState, Load, LoadDraft, ServerState } from './state.ts';
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
  private readonly effects: Effect[] = [];
  actconn: number;
  nextSession: number;
  timers: WaitQueue;
  private draws: number;
  private readonly context: ProxyContext;
  private frontends: FrontendState[] | undefined;
  private backends: BackendDraft[] | undefined;
  /** What this step has copied and may write to: backends by index, and loads. */
  private readonly ownBackends: boolean[] = [];
  private readonly ownLoads = new Set<Load>();

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

  /** This step's own copy of a backend. Servers are replaced in it, never changed. */
  private ownBackend(index: number): BackendDraft {
    this.backends ??= this.context.backends.slice() as BackendDraft[];
    if (this.ownBackends[index] === true) return this.backends[index]!;
    this.ownBackends[index] = true;
    const own = copyBackend(this.backends[index]!);
    this.backends[index] = own;
    return own;
  }

  changeBackend(index: number, change: Partial<Omit<BackendState, 'servers'>>): void {
    Object.assign(this.ownBackend(index), change);
  }

  server(backend: number, server: number): ServerState {
    return this.backend(backend).servers[server]!;
  }

  changeServer(backend: number, server: number, change: Partial<ServerState>): void {
    const { servers } = this.ownBackend(backend);
    servers[server] = { ...servers[server]!, ...change };
  }

  /** The counters of a server, this step's own copy. Everything else of a state is replaced, never changed. */
  serverLoad(backend: number, server: number): LoadDraft {
    const state = this.server(backend, server);
    if (this.ownLoads.has(state.load)) return state.load;
    const load = this.ownLoad(state.load);
    this.ownBackend(backend).servers[server] = withLoad(state, load);
    return load;
  }

  backendLoad(index: number): LoadDraft {
    const own = this.ownBackend(index);
    if (!this.ownLoads.has(own.load)) own.load = this.ownLoad(own.load);
    return own.load;
  }

  frontendLoad(index: number): LoadDraft {
    const { load } = this.frontend(index);
    if (this.ownLoads.has(load)) return load;
    const own = this.ownLoad(load);
    this.frontends ??= this.context.frontends.slice();
    this.frontends[index] = { load: own, accepting: this.frontends[index]!.accepting };
    return own;
  }

  private ownLoad(load: Load): LoadDraft {
    const own = copyLoad(load);
    this.ownLoads.add(own);
    return own;
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
    const warmUpAtUs = this.plan.knowsSlowstart ? nextWarmUp(backends) : 0;
    const { context } = this;
    return {
      plan: context.plan,
      luck: context.luck,
      address: context.address,
      frontends: this.frontends ?? context.frontends,
      backends,
      actconn: this.actconn,
      nextSession: this.nextSession,
      draws: this.draws,
      generation: context.generation,
      toBind: context.toBind,
      startedAtUs: context.startedAtUs,
      warmUpAtUs,
      warmUpInUs: Math.max(0, warmUpAtUs - this.atUs),
      timers: this.timers,
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
