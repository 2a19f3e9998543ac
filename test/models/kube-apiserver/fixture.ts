/** Worlds with a fake etcd and kube-apiservers, and a client that asks and remembers the answers. */
import { DEFAULTS, type KubeApiserverConfig } from '../../../models/kube-apiserver/config.ts';
import { kubeApiserverProcess } from '../../../models/kube-apiserver/process.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { World } from '../../../sim/world.ts';
import { host, process, type Story, story } from '../../sim/fixture.ts';
import { type AskerContext, asker, type Told } from '../asker.ts';
import { type FakeEtcdContext, fakeEtcd } from '../fake-etcd.ts';

export const S = 1_000_000;

export interface Lab extends Story {
  /** Sends a request at this second on the asker's connection; ids count from 1. */
  ask(atS: number, method: string, path: string, body?: unknown): void;
  say(atS: number, message: unknown): void;
  quorum(atS: number, present: boolean): void;
  run(untilS: number): void;
  told(): readonly Told[];
  /** The answer to the nth request: [status, body, milliseconds]. */
  answer(id: number): { readonly status: number; readonly body: unknown; readonly atMs: number } | undefined;
  closed(): AskerContext['closed'];
}

export function etcdContext(world: World, path = 'etcd1/etcd'): FakeEtcdContext {
  return world.lead(world.process(path))?.context as FakeEtcdContext;
}

/** One fake etcd on `etcd1`, one apiserver on `m1`, an asker on `c` whose connection opens at second 5. */
export function lab(config: Partial<KubeApiserverConfig> = {}): Lab {
  const s = story({
    executor: compiledProgram,
    hosts: [host('etcd1', 9), host('m1', 1), host('c', 50)],
    processes: [
      process('etcd1', fakeEtcd),
      process('m1', kubeApiserverProcess, {
        ...DEFAULTS,
        'etcd-servers': [{ address: '10.0.0.9', port: 2379, tls: true }],
        // So that revisions are those of the test's own writes.
        'endpoint-reconciler-type': 'none',
        ...config,
      }),
      { ...process('c', asker, { to: '10.0.0.1', port: 6443 }), startDelayUs: [5 * S, 5 * S] },
    ],
  });
  const context = () => s.world.lead(s.world.process('c/asker'))?.context as AskerContext;
  return {
    ...s,
    ask: (atS, method, path, body) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'c/asker',
        event: { type: 'ask', method, path, ...(body === undefined ? {} : { body }) } as never,
      }),
    say: (atS, message) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'c/asker',
        event: { type: 'say', message } as never,
      }),
    quorum: (atS, present) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'etcd1/etcd',
        event: { type: 'quorum', present } as never,
      }),
    run: (untilS) => s.world.runUntil(untilS * S),
    told: () => context().told,
    answer: (id) => {
      for (const { atMs, message } of context().told) {
        if (message.kind === 'response' && message.id === id) {
          return { status: message.status, body: message.body, atMs };
        }
      }
      return undefined;
    },
    closed: () => context().closed,
  };
}
