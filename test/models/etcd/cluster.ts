/** Clusters of etcd members for tests, and a client that asks one member and keeps every answer. */
import { onTestFinished } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { METHODS } from '../../../models/etcd/api.ts';
import type { EtcdConfig, EtcdFlags } from '../../../models/etcd/config.ts';
import { etcd } from '../../../models/etcd/process.ts';
import type { RaftNodeContext } from '../../../models/etcd/raft-node-work.ts';
import type { ServerContext } from '../../../models/etcd/server.ts';
import type { Server } from '../../../models/etcd/server-state.ts';
import type { EtcdVersion } from '../../../models/etcd/version.ts';
import { EtcdSafety } from '../../../properties/etcd/safety.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Effect, KernelEvent, ProcessInput } from '../../../sim/effects.ts';
import type { ProcessType } from '../../../sim/process-type.ts';
import type { ProcessSpec, Supervisor } from '../../../sim/state.ts';
import type { World } from '../../../sim/world.ts';
import type { WorldSpec } from '../../../sim/world-spec.ts';
import { host, SECOND, type Story, story } from '../../sim/fixture.ts';

export { SECOND };

/** An answer as a client saw it: when it asked and heard, and what. */
export interface Answer {
  readonly tag: string;
  readonly askedMs: number;
  readonly atMs: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: number;
}

interface ClientConfig {
  readonly to: string;
  readonly port: number;
  readonly tls: boolean;
}
interface Ask {
  readonly type: 'ask';
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly atUs: number;
}
interface Asked {
  readonly tag: string;
  readonly atUs: number;
  readonly request: Ask;
}
interface ClientContext {
  readonly config: ClientConfig;
  readonly asked: readonly Asked[];
  readonly waiting: readonly number[];
  readonly answers: readonly Answer[];
  readonly lost: string;
}
type ClientEvent =
  | Extract<KernelEvent, { type: 'connected' | 'connect-failed' | 'received' | 'closed' }>
  | Ask;

const requestOf = (context: ClientContext, id: number) => {
  const { request } = context.asked[id] as Asked;
  return {
    kind: 'request',
    id,
    tls: context.config.tls,
    method: request.method,
    path: request.path,
    body: request.body,
  };
};

/** One connection, opened at the start and again 100 ms after it failed or ended. */
const client = setup({
  types: {
    input: {} as ProcessInput<ClientConfig>,
    context: {} as ClientContext,
    events: {} as ClientEvent,
    emitted: {} as Effect,
  },
  delays: { retry: 100_000 },
}).createMachine({
  id: 'etcd-test-client',
  context: ({ input }) => ({ config: input.config, asked: [], waiting: [], answers: [], lost: '' }),
  initial: 'connecting',
  on: {
    ask: {
      actions: assign(({ context, event }) => ({
        asked: [...context.asked, { tag: event.tag, atUs: event.atUs, request: event }],
        waiting: [...context.waiting, context.asked.length],
      })),
    },
    closed: {
      target: '.waiting',
      actions: assign(({ event }) => ({ lost: event.how })),
    },
  },
  states: {
    connecting: {
      entry: emit(
        ({ context }): Effect => ({
          type: 'connect',
          connection: 'c',
          to: context.config.to,
          port: context.config.port,
        }),
      ),
      on: {
        'connect-failed': 'waiting',
        connected: [
          {
            guard: ({ context }) => context.config.tls,
            target: 'greeting',
            actions: emit({
              type: 'transmit',
              connection: 'c',
              message: { kind: 'tls-hello', version: 'tls' },
            } as Effect),
          },
          { target: 'open' },
        ],
      },
    },
    greeting: { on: { received: 'open' } },
    open: {
      entry: [
        emit(
          ({ context }): Effect => ({
            type: 'batch',
            effects: context.waiting.map((id) => ({
              type: 'transmit',
              connection: 'c',
              message: requestOf(context, id),
            })),
          }),
        ),
        assign({ waiting: [] }),
      ],
      on: {
        ask: {
          actions: [
            assign(({ context, event }) => ({
              asked: [...context.asked, { tag: event.tag, atUs: event.atUs, request: event }],
            })),
            emit(
              ({ context }): Effect => ({
                type: 'transmit',
                connection: 'c',
                message: requestOf(context, context.asked.length - 1),
              }),
            ),
          ],
        },
        received: {
          guard: ({ event }) => (event.message as { kind: string }).kind !== 'goaway',
          actions: assign(({ context, event }) => {
            const message = event.message as { id: number; kind: string; status?: number; body: never };
            const asked = context.asked[message.id] as Asked;
            const answer: Answer = {
              tag: asked.tag,
              askedMs: asked.atUs / 1000,
              atMs: event.atUs / 1000,
              body: message.body,
              status: message.status ?? 0,
            };
            return { answers: [...context.answers, answer] };
          }),
        },
      },
    },
    waiting: { after: { retry: 'connecting' } },
  },
});

const clientType: ProcessType = { name: 'client', lead: client };

export interface ClusterOptions {
  readonly size?: number;
  readonly version?: EtcdVersion;
  readonly flags?: EtcdFlags;
  readonly seed?: number;
  readonly supervisor?: Supervisor;
  readonly spec?: Partial<WorldSpec>;
  /** Names of further hosts without a member at first. */
  readonly config?: Partial<EtcdConfig>;
  /** How many further hosts there are whose member joins later (cluster state `existing`, not started). */
  readonly joiners?: number;
  /** Microseconds after the boot at which each member starts, at the latest. */
  readonly spreadUs?: number;
  /** Why etcd's promises (properties/etcd) do not hold in this test; otherwise they are watched. */
  readonly unsafe?: string;
}

export class Cluster {
  readonly story: Story;
  readonly names: readonly string[];
  private nextTag = 1;

  constructor({
    size = 3,
    version = '3.5',
    flags = {},
    seed = 1,
    supervisor = { kind: 'none' },
    spec = {},
    config = {},
    joiners = 0,
    spreadUs = 300_000,
    unsafe,
  }: ClusterOptions = {}) {
    this.names = Array.from({ length: size + joiners }, (_, i) => `m${i + 1}`);
    const members = this.names.map((name, i) => ({
      name,
      peerAddress: `10.0.0.${i + 1}`,
      peerPort: 2380,
    }));
    const processes: (ProcessSpec & { host: string })[] = [];
    for (const [i, name] of this.names.entries()) {
      const joins = i >= size;
      const etcdConfig: EtcdConfig = {
        name,
        version,
        initialCluster: members.slice(0, joins ? i + 1 : size),
        initialClusterState: joins ? 'existing' : 'new',
        flags,
        ...config,
      };
      processes.push({
        host: name,
        name: 'etcd',
        type: etcd,
        config: etcdConfig,
        supervisor,
        enabled: !joins,
        startDelayUs: [0, spreadUs],
      });
      const ports = { client: 2379, health: 2381 };
      for (const [which, port] of Object.entries(ports)) {
        processes.push({
          host: 'outside',
          name: `${which}-${name}`,
          type: clientType,
          config: { to: `10.0.0.${i + 1}`, port, tls: which === 'client' } satisfies ClientConfig,
          supervisor: { kind: 'none' },
          enabled: true,
          startDelayUs: [0, 0],
        });
      }
    }
    const hosts = [...this.names.map((name, i) => host(name, i + 1)), host('outside', 100)];
    this.story = story({ seed, hosts, processes, executor: compiledProgram, ...spec });
    if (unsafe === undefined) this.watchSafety();
  }

  /** A broken promise ends the test, at once or at its end. */
  private watchSafety(): void {
    const { world } = this;
    const safety = new EtcdSafety(world);
    const tell = world.observer;
    world.observer = (step) => {
      tell?.(step);
      safety.see(step);
    };
    onTestFinished(() => {
      safety.end();
    });
  }

  get world(): World {
    return this.story.world;
  }

  runTo(seconds: number): this {
    this.world.runUntil(Math.round(seconds * SECOND));
    return this;
  }

  /** Now, in seconds. */
  get now(): number {
    return this.world.nowUs / SECOND;
  }

  /** Runs for so many seconds more. */
  run(seconds: number): this {
    return this.runTo(this.now + seconds);
  }

  private context(path: string): unknown {
    return this.world.lead(this.world.process(path))?.context;
  }

  server(name: string): Server {
    return (this.context(`${name}/etcd`) as ServerContext).server;
  }

  raft(name: string): RaftNodeContext['raft'] {
    const cell = this.world.member(this.world.process(`${name}/etcd`), 'raft');
    if (cell === undefined) throw new Error(`${name} runs no etcd`);
    return (cell.context as RaftNodeContext).raft;
  }

  isUp(name: string): boolean {
    return this.world.member(this.world.process(`${name}/etcd`), 'raft') !== undefined;
  }

  /** The running members that lead, by their own opinion. */
  leaders(): string[] {
    return this.names.filter((name) => this.isUp(name) && this.raft(name).role === 'leader');
  }

  /** The one leader. */
  leader(): string {
    const [leader, ...others] = this.leaders();
    if (leader === undefined || others.length > 0) throw new Error(`leaders: ${this.leaders().join(', ')}`);
    return leader;
  }

  followers(): string[] {
    const leader = this.leader();
    return this.names.filter((name) => name !== leader && this.isUp(name));
  }

  /** The other running members. */
  followersOf(name: string): string[] {
    return this.names.filter((other) => other !== name && this.isUp(other));
  }

  /** Asks a member; the tag finds the answers. */
  ask(name: string, method: string, path: string, body: unknown, which = 'client'): string {
    const tag = `t${this.nextTag++}`;
    this.world.act(this.world.nowUs, {
      do: 'send',
      process: `outside/${which}-${name}`,
      event: { type: 'ask', tag, method, path, body } as never,
    });
    return tag;
  }

  call(name: string, method: keyof typeof METHODS, body: unknown): string {
    return this.ask(name, 'POST', METHODS[method], body);
  }

  put(name: string, key: string, value: unknown): string {
    return this.call(name, 'put', { key, value });
  }

  get(name: string, key: string, more: Readonly<Record<string, unknown>> = {}): string {
    return this.call(name, 'range', { key, ...more });
  }

  health(name: string, path = '/health'): string {
    return this.ask(name, 'GET', path, null, 'health');
  }

  answers(tag: string): Answer[] {
    for (const name of this.names) {
      for (const which of ['client', 'health']) {
        const { answers } = this.context(`outside/${which}-${name}`) as ClientContext;
        const found = answers.filter((answer) => answer.tag === tag);
        if (found.length > 0) return found;
      }
    }
    return [];
  }

  /** The one answer so far, if any. */
  answer(tag: string): Answer | undefined {
    return this.answers(tag)[0];
  }

  /** Lines of a member's log. */
  lines(name: string): string[] {
    const lines: string[] = [];
    for (const { who, effects } of this.story.steps) {
      if (!who.startsWith(`${name}/etcd`)) continue;
      for (const effect of effects) {
        for (const part of effect.type === 'batch' ? effect.effects : [effect])
          if (part.type === 'log') lines.push(part.line);
      }
    }
    return lines;
  }

  config(name: string): EtcdConfig {
    return this.world.process(`${name}/etcd`).spec.config as EtcdConfig;
  }

  /** An operator edits the flags or the manifest: in force from the next start on. */
  reconfigure(name: string, change: Partial<EtcdConfig>): void {
    const process = this.world.process(`${name}/etcd`) as { spec: ProcessSpec };
    process.spec = { ...process.spec, config: { ...this.config(name), ...change } };
  }

  cut(id: string, from: readonly string[], to: readonly string[], both = true): void {
    const indexOf = (name: string) => this.world.host(name).index;
    const drop = { kind: 'drop' } as const;
    const a = from.map(indexOf);
    const b = to.map(indexOf);
    this.world.act(this.world.nowUs, { do: 'rule-add', rule: { id, from: a, to: b, effect: drop } });
    if (both)
      this.world.act(this.world.nowUs, {
        do: 'rule-add',
        rule: { id: `${id}-back`, from: b, to: a, effect: drop },
      });
  }

  heal(id: string): void {
    this.world.act(this.world.nowUs, { do: 'rule-remove', id });
    this.world.act(this.world.nowUs, { do: 'rule-remove', id: `${id}-back` });
  }

  act(what: 'kill' | 'stop' | 'start' | 'pause' | 'resume', name: string): void {
    this.world.act(this.world.nowUs, { do: what, process: `${name}/etcd` });
  }
}
