/**
 * kube-proxy: watches Services and their endpoints and keeps the node's rules. What it has set stays without it and without the API.
 *
 * Source: k/k cmd/kube-proxy/app/server.go, pkg/proxy/iptables/proxier.go (syncProxyRules at each change; minSyncPeriod 1 s is
 * not modelled). Unit: microseconds.
 *
 * It is there only where a scenario has a NodePort, or kube-proxy.enabled says so: nothing else asks for its rules, and each
 * costs two watches. Its pod is not shown.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { ProcessType } from '../../sim/process-type.ts';
import type { Timed } from '../family.ts';
import { type Changed, informer, type Listed } from '../kube-apiserver/informer.ts';
import { afterNews, NO_OBJECTS, type Objects } from '../kube-apiserver/lister.ts';
import { type ApiServerAddress, REST_CLIENT } from '../kube-apiserver/rest-calls.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import type { Endpoints, Service } from '../kube-apiserver/workloads.ts';
import { changesOf, type Routes, type Rules, rulesOf } from './rules.ts';

export interface KubeProxyConfig {
  /** Of its kubeconfig: the control plane's endpoint. */
  readonly server: ApiServerAddress;
  readonly routes: Routes;
}

type Input = ProcessInput<KubeProxyConfig>;
interface Context {
  readonly input: Input;
  readonly services: Objects;
  readonly endpoints: Objects;
  readonly rules: Rules;
  /** What the last news changed. */
  readonly changes: readonly Effect[];
}

function startMembers({ input: { config, luck } }: Context): Effect {
  const informers = ['services', 'endpoints'].map((plural): Effect => {
    const id = `informer/${plural}`;
    return { type: 'start', machine: 'informer', id, input: { id, plural, handlers: [''], luck } };
  });
  return {
    type: 'batch',
    effects: [{ type: 'start', machine: 'rest-client', id: REST_CLIENT, input: config.server }, ...informers],
  };
}

function after(context: Context, news: Listed | Changed): Partial<Context> {
  const services = news.plural === 'services' ? afterNews(context.services, news) : context.services;
  const endpoints = news.plural === 'endpoints' ? afterNews(context.endpoints, news) : context.endpoints;
  const rules = rulesOf(
    services as Objects<Service>,
    endpoints as Objects<Endpoints>,
    context.input.config.routes,
  );
  return { services, endpoints, rules, changes: changesOf(context.rules, rules) };
}

const kubeProxyMachine = setup({
  types: {} as {
    context: Context;
    events: Timed<Listed | Changed>;
    input: Input;
    emitted: Effect;
  },
  actions: {
    take: assign(({ context, event }) => after(context, event)),
    program: emit(({ context }): Effect => ({ type: 'batch', effects: context.changes })),
  },
}).createMachine({
  id: 'kube-proxy',
  context: ({ input }) => ({
    input,
    services: NO_OBJECTS,
    endpoints: NO_OBJECTS,
    rules: {},
    changes: [],
  }),
  initial: 'syncing',
  states: {
    syncing: {
      entry: emit(({ context }) => startMembers(context)),
      on: {
        listed: { actions: ['take', 'program'] },
        changed: { actions: ['take', 'program'] },
      },
    },
  },
});

/** Its config is a KubeProxyConfig. */
export const kubeProxyProcess: ProcessType = {
  name: 'kube-proxy',
  lead: kubeProxyMachine,
  members: { 'rest-client': restClient, informer },
};
