/**
 * One request for componentstatuses: the apiserver asks scheduler and controller-manager on its own host, and each etcd server that it
 * was given, and answers with what they say.
 *
 * Sources: k/k pkg/registry/core/componentstatus/{rest,validator}.go (20 s; an error of the connection is a message, not an error),
 * pkg/registry/core/rest/storage_core.go serversToValidate (127.0.0.1 whoever leads; etcd-0 and so on in the order of --etcd-servers;
 * etcd by GET /health, from 1.28 on by a read through its client, k/k PR 118460); kubeadm's --port=0, with which 10251 and
 * 10252 are refused (k/k PR 92720), until the secure ports are asked. Unit: microseconds.
 *
 * Assumptions: the secure ports from 1.23 on; etcd's `reason` from 1.22 on, whose etcd is 3.5; --port=0 from 1.18 on (1.18.6).
 * Not modelled: the ports of scheduler and controller-manager, which answer while the process is there (a paused one does not);
 * that the read from 1.28 on is repeated (what fails here fails after the whole 20 s); 1.25 to 1.27 with the fix.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { METHODS } from '../etcd/api.ts';
import { isEtcdError } from '../etcd/errors.ts';
import { tell } from '../family.ts';
import type { HttpRequest, WireMessage } from '../wire.ts';
import { type ComponentStatus, internal } from './api.ts';
import type { EtcdEndpoint } from './etcd-subchannel.ts';
import type { Reply } from './family.ts';
import type { ApiRequest } from './paths.ts';
import { failed, listOf, respond } from './storage.ts';

const PROBE_TIMEOUT_US = 20_000_000;
const SECURE_PORTS_SINCE = 23;
const INSECURE_PORTS_UNTIL = 18;
const ETCD_CLIENT_SINCE = 28;
const REASON_SINCE = 22;
/** Go 1.14 quotes the URL in an error. */
const QUOTES_SINCE = 19;

interface Component {
  readonly name: string;
  readonly process: string;
  readonly port: number;
  readonly insecurePort: number;
}
const COMPONENTS: readonly Component[] = [
  { name: 'scheduler', process: 'kube-scheduler', port: 10_259, insecurePort: 10_251 },
  { name: 'controller-manager', process: 'kube-controller-manager', port: 10_257, insecurePort: 10_252 },
];

export interface ComponentStatusInput {
  readonly connection: string;
  readonly stream: number;
  readonly request: ApiRequest;
  readonly endpoints: readonly EtcdEndpoint[];
  /** Minor version of Kubernetes. */
  readonly minor: number;
}
interface Context extends ComponentStatusInput {
  readonly results: readonly ComponentStatus[];
  /** What the last step asks for. */
  readonly effects: readonly Effect[];
}
type Event =
  | Extract<
      KernelEvent,
      { readonly type: 'inspected' | 'connected' | 'connect-failed' | 'received' | 'closed' }
    >
  | { readonly type: 'xstate.init' };

const etcdName = (index: number): string => `etcd-${index}`;

function namesOf({ endpoints, request }: ComponentStatusInput): readonly string[] {
  const all = [...COMPONENTS.map(({ name }) => name), ...endpoints.map((_, index) => etcdName(index))];
  return request.name === '' ? all : all.filter((name) => name === request.name);
}

function quoted(minor: number, url: string): string {
  return minor < QUOTES_SINCE ? url : `"${url}"`;
}

function statusOf(name: string, healthy: boolean, message: string, error = ''): ComponentStatus {
  return {
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name },
    conditions: [{ type: 'Healthy', status: healthy ? 'True' : 'False', message, error }],
  };
}

/** What asking a component of this host gives; `runs`: there is such a process. */
export function componentStatus(name: string, runs: boolean, minor: number): ComponentStatus {
  const { port, insecurePort } = COMPONENTS.find((one) => one.name === name) as Component;
  const secure = minor >= SECURE_PORTS_SINCE;
  const listens = secure || minor < INSECURE_PORTS_UNTIL;
  if (runs && listens) return statusOf(name, true, 'ok');
  const place = `127.0.0.1:${secure ? port : insecurePort}`;
  const url = quoted(minor, `${secure ? 'https' : 'http'}://${place}/healthz`);
  return statusOf(name, false, `Get ${url}: dial tcp ${place}: connect: connection refused`);
}

const TROUBLES: Readonly<Record<string, string>> = {
  refused: 'connect: connection refused',
  'no-route': 'connect: no route to host',
  timeout: 'i/o timeout',
};

/** What an etcd server that does not answer gives, or cannot be reached: `how` says why. */
function etcdTrouble(context: Context, index: number, how: string): ComponentStatus {
  const { address, port } = context.endpoints[index] as EtcdEndpoint;
  const name = etcdName(index);
  if (context.minor >= ETCD_CLIENT_SINCE) return statusOf(name, false, '', 'context deadline exceeded');
  const place = `${address}:${port}`;
  const dialled = TROUBLES[how];
  const why = dialled === undefined ? how : `dial tcp ${place}: ${dialled}`;
  return statusOf(name, false, `Get ${quoted(context.minor, `https://${place}/health`)}: ${why}`);
}

function question({ minor }: Context): HttpRequest {
  const common = { kind: 'request', id: 1, tls: true } as const;
  return minor < ETCD_CLIENT_SINCE
    ? { ...common, method: 'GET', path: '/health' }
    : { ...common, method: 'POST', path: METHODS.range, body: { key: '/registry/health' } };
}

/** What etcd's answer says; undefined: nothing yet, as the client goes on trying. */
function etcdStatus(
  { minor }: Context,
  name: string,
  status: number,
  body: unknown,
): ComponentStatus | undefined {
  if (minor >= ETCD_CLIENT_SINCE) return isEtcdError(body) ? undefined : statusOf(name, true, 'ok');
  if (status >= 400) return statusOf(name, false, `HTTP probe failed with statuscode: ${status}`);
  return statusOf(name, true, minor < REASON_SINCE ? '{"health":"true"}' : '{"health":"true","reason":""}');
}

function begin(context: Context): Effect {
  const names = namesOf(context);
  return {
    type: 'batch',
    effects: [
      ...context.endpoints.flatMap(({ address, port }, index): Effect[] =>
        names.includes(etcdName(index))
          ? [{ type: 'connect', connection: etcdName(index), to: address, port }]
          : [],
      ),
      ...COMPONENTS.flatMap(({ name, process }): Effect[] =>
        names.includes(name) ? [{ type: 'inspect', id: name, process }] : [],
      ),
    ],
  };
}

type Step = Pick<Context, 'results' | 'effects'>;

function heard(context: Context, event: Event): Step {
  const on = (effects: readonly Effect[]): Step => ({ results: context.results, effects });
  const end = (result: ComponentStatus, effects: readonly Effect[] = []): Step => {
    const known = context.results.some(({ metadata }) => metadata.name === result.metadata.name);
    return { results: known ? context.results : [...context.results, result], effects };
  };
  if (event.type === 'xstate.init') return on([]);
  if (event.type === 'inspected') return end(componentStatus(event.id, event.ok, context.minor));
  const { connection } = event;
  const index = Number(connection.slice('etcd-'.length));
  const asks = context.minor >= ETCD_CLIENT_SINCE;
  switch (event.type) {
    case 'connected':
      return on([{ type: 'transmit', connection, message: { kind: 'tls-hello', version: 'tls' } }]);
    case 'received': {
      const message = event.message as WireMessage;
      if (message.kind === 'tls-answer')
        return on([{ type: 'transmit', connection, message: question(context) }]);
      if (message.kind !== 'response') return on([]);
      const result = etcdStatus(context, connection, message.status, message.body);
      return result === undefined ? on([]) : end(result, [{ type: 'close', connection }]);
    }
    // From 1.28 on the client dials again until its time is over.
    case 'connect-failed':
      return asks ? on([]) : end(etcdTrouble(context, index, event.reason));
    case 'closed':
      return asks ? on([]) : end(etcdTrouble(context, index, 'EOF'));
  }
}

/** The time is over: who has not answered is unhealthy. */
function late(context: Context): Step {
  const known = new Set(context.results.map(({ metadata }) => metadata.name));
  const missing = context.endpoints.flatMap((_, index) =>
    namesOf(context).includes(etcdName(index)) && !known.has(etcdName(index)) ? [index] : [],
  );
  const words = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  return {
    results: [...context.results, ...missing.map((index) => etcdTrouble(context, index, words))],
    effects: missing.map((index): Effect => ({ type: 'close', connection: etcdName(index) })),
  };
}

function answer({ connection, stream, request, results }: Context): Effect {
  const [first] = results;
  const outcome =
    request.name === ''
      ? { status: 200, body: listOf(request, results, 0) }
      : first === undefined
        ? failed(internal(`Component not found: ${request.name}`))
        : { status: 200, body: first };
  return tell<Reply>('', { type: 'reply', connection, message: respond(stream, outcome) });
}

export const componentStatuses = setup({
  types: {} as { context: Context; events: Event; input: ComponentStatusInput; emitted: Effect },
  actions: {
    hear: assign(({ context, event }) => heard(context, event)),
    act: emit(({ context }) => ({ type: 'batch', effects: context.effects })),
  },
  guards: { complete: ({ context }) => context.results.length === namesOf(context).length },
  delays: { probeTimeout: PROBE_TIMEOUT_US },
}).createMachine({
  id: 'kube-apiserver.component-status',
  context: ({ input }) => ({ ...input, results: [], effects: [] }),
  initial: 'asking',
  states: {
    asking: {
      entry: emit(({ context }) => begin(context)),
      always: { guard: 'complete', target: 'answered' },
      on: {
        inspected: { actions: ['hear', 'act'] },
        connected: { actions: ['hear', 'act'] },
        'connect-failed': { actions: ['hear', 'act'] },
        received: { actions: ['hear', 'act'] },
        closed: { actions: ['hear', 'act'] },
      },
      after: {
        probeTimeout: { target: 'answered', actions: [assign(({ context }) => late(context)), 'act'] },
      },
    },
    answered: { entry: emit(({ context }) => answer(context)) },
  },
});
