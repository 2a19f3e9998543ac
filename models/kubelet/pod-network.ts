/**
 * Where the pods of a node can be reached: each that runs has a port of its own at its node (models/kube-proxy/rules.ts), and
 * its program answers there, every request alike, as nginx with its first page does.
 *
 * In reality the programs are processes of their own; here they are the kubelet's members, so that they are silent while it is
 * stopped. Only where there is a kube-proxy. Unit: microseconds.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { Timed } from '../family.ts';
import type { HttpResponse, WireMessage } from '../wire.ts';

/** Id under which the family starts it. */
export const POD_NETWORK = 'pod-network';

/** From pod-workers: these ports are those of pods that run, with the name of each. */
export interface PodPorts {
  readonly type: 'pod-ports';
  readonly ports: Readonly<Record<string, string>>;
}

interface Context {
  readonly ports: PodPorts['ports'];
  /** Connections taken so far. */
  readonly taken: number;
}
type Event = Timed<PodPorts> | Extract<KernelEvent, { readonly type: 'accepted' }>;
type Accepted = Extract<Event, { readonly type: 'accepted' }>;

function listen(before: PodPorts['ports'], after: PodPorts['ports']): Effect {
  const gone = Object.keys(before).filter((port) => !Object.hasOwn(after, port));
  const come = Object.keys(after).filter((port) => !Object.hasOwn(before, port));
  return {
    type: 'batch',
    effects: [
      ...gone.map((port): Effect => ({ type: 'unlisten', port: Number(port) })),
      ...come.map((port): Effect => ({ type: 'listen', port: Number(port) })),
    ],
  };
}

function take({ taken, ports }: Context, { connection, port }: Accepted): Effect {
  const id = `pod-connection/${taken}`;
  return {
    type: 'batch',
    effects: [
      { type: 'start', machine: 'pod-connection', id, input: { pod: ports[port] ?? '' } },
      { type: 'hand-over', connection, to: id, as: CONNECTION },
    ],
  };
}

export const podNetwork = setup({
  types: {} as { context: Context; events: Event; input: null; emitted: Effect },
}).createMachine({
  id: 'kubelet.pod-network',
  context: { ports: {}, taken: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        'pod-ports': {
          actions: [
            emit(({ context, event }) => listen(context.ports, event.ports)),
            assign({ ports: ({ event }) => event.ports }),
          ],
        },
        accepted: {
          actions: [
            emit(({ context, event }) => take(context, event)),
            assign({ taken: ({ context }) => context.taken + 1 }),
          ],
        },
      },
    },
  },
});

const CONNECTION = 'in';

/** The first page of nginx, with the pod that gave it. */
function page(pod: string): string {
  return `<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>${pod}</p>\n</body>\n</html>\n`;
}

function answer(pod: string, message: WireMessage): Effect {
  if (message.kind !== 'request') return { type: 'batch', effects: [] };
  const response: HttpResponse = { kind: 'response', id: message.id, status: 200, body: page(pod) };
  return { type: 'transmit', connection: CONNECTION, message: response };
}

/** One connection to a pod. */
export const podConnection = setup({
  types: {} as {
    context: { readonly pod: string };
    events: Extract<KernelEvent, { readonly type: 'received' | 'closed' }>;
    input: { readonly pod: string };
    emitted: Effect;
  },
}).createMachine({
  id: 'kubelet.pod-connection',
  context: ({ input }) => input,
  initial: 'serving',
  states: {
    serving: {
      on: {
        received: {
          actions: emit(({ context, event }) => answer(context.pod, event.message as WireMessage)),
        },
        closed: { actions: emit({ type: 'exit', code: 0 } as Effect) },
      },
    },
  },
});
