/**
 * The node-lifecycle controller, a member of kube-controller-manager that exists while the process leads: a pass over all
 * nodes every node-monitor-period, which marks the silent ones Unknown. First form.
 *
 * Sources: k/k pkg/controller/nodelifecycle/node_lifecycle_controller.go (Run, monitorNodeHealth, nodeHealthUpdateRetry 5,
 * retrySleepTime 20 ms; commit 003e8629). Unit: microseconds.
 *
 * The next pass starts one period after the end of the last. What it remembers of nodes is its own, so every node gets a
 * fresh grace period when another controller takes over.
 * Reads nodes and leases through informers (list, then watch), and tells what each pass found to node-tainting.ts. Not
 * modelled: events; the eight workers that update nodes side by side (one after the other here).
 */
import { Map as ImmutableMap, List } from 'immutable';
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { type KubeObject, type Lease, type Node, nodePath } from '../kube-apiserver/api.ts';
import { nodeOccurrence } from '../kube-apiserver/events.ts';
import type { Changed, Listed } from '../kube-apiserver/informer.ts';
import { nodeStatusNote, nodeStatusText } from '../kube-apiserver/observe.ts';
import { askApi, REST_CLIENT, type RestAnswer, type RestCall } from '../kube-apiserver/rest-calls.ts';
import type { NodeLifecycleConfig } from './config.ts';
import {
  isSilent,
  isToBeMarked,
  look,
  markedUnknown,
  type NodeHealth,
  readyCondition,
} from './node-health.ts';
import { NODE_TAINTING, VERDICTS, verdictObject } from './node-tainting.ts';
import { judgeZones, leavesMasterDisruption, NO_VERDICT, sameVerdict, type Verdict } from './zones.ts';

/** Id under which the family starts it. */
export const NODE_LIFECYCLE = 'node-lifecycle';
const NODE_LEASE_NAMESPACE = 'kube-node-lease';

const UPDATE_TRIES = 5;
const RETRY_SLEEP_US = 20_000;

export interface NodeLifecycleInput {
  readonly config: NodeLifecycleConfig;
}
interface Context extends NodeLifecycleInput {
  /** By name; undefined until the first list. */
  readonly nodes: ImmutableMap<string, Node> | undefined;
  readonly leases: ImmutableMap<string, Lease> | undefined;
  readonly health: ImmutableMap<string, NodeHealth>;
  /** Nodes that this pass has yet to mark, the first one is under way. */
  readonly toMark: List<Node>;
  readonly tries: number;
  /** What the last pass found, and whether that was news. */
  readonly verdict: Verdict;
  readonly isNews: boolean;
}
type Event = Timed<RestAnswer | Listed | Changed>;

/** A lister's store after what an informer told. Of leases only those of nodes are kept. */
export function stored<T extends KubeObject>(
  before: ImmutableMap<string, T> | undefined,
  told: Listed | Changed,
): ImmutableMap<string, T> {
  const concerns = ({ metadata }: KubeObject): boolean =>
    told.plural !== 'leases' || metadata.namespace === NODE_LEASE_NAMESPACE;
  if (told.type === 'listed') {
    const objects = told.objects.filter(concerns) as readonly KubeObject[] as readonly T[];
    return ImmutableMap(objects.map((object) => [object.metadata.name, object] as const));
  }
  return (before ?? ImmutableMap<string, T>()).withMutations((store) => {
    for (const { type, object } of told.events) {
      if (type === 'ERROR' || !concerns(object as KubeObject)) continue;
      const { name } = (object as T).metadata;
      if (type === 'DELETED') store.delete(name);
      else store.set(name, object as T);
    }
  });
}

function take(context: Context, told: Listed | Changed): Partial<Context> {
  return told.plural === 'nodes'
    ? { nodes: stored(context.nodes, told) }
    : { leases: stored(context.leases, told) };
}

interface Pass {
  readonly health: ImmutableMap<string, NodeHealth>;
  readonly toMark: List<Node>;
  readonly verdict: Verdict;
  readonly isNews: boolean;
}

/** One pass: what is remembered of each node, which are to be marked, by name, and how the zones stand. */
export function monitor(
  nodes: ImmutableMap<string, Node>,
  leases: ImmutableMap<string, Lease>,
  health: ImmutableMap<string, NodeHealth>,
  before: Verdict,
  config: NodeLifecycleConfig,
  atUs: number,
): Pass {
  const toMark: Node[] = [];
  const next = nodes.map((node, name) => {
    const seen = look(health.get(name), node, leases.get(name), atUs);
    if (isSilent(seen, config, atUs) && isToBeMarked(node)) toMark.push(node);
    return seen;
  });
  toMark.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const observed = nodes.map((node) => readyCondition(node)?.status ?? 'Unknown');
  const current = toMark.reduce((all, { metadata }) => all.set(metadata.name, 'Unknown'), observed);
  const verdict = judgeZones(nodes, observed, current, config);
  const fresh = leavesMasterDisruption(before, verdict);
  return {
    health: fresh ? next.map((seen) => ({ ...seen, probeTimestampUs: atUs })) : next,
    toMark: List(toMark),
    verdict,
    isNews: !sameVerdict(before, verdict),
  };
}

function tellVerdict({ verdict, isNews }: Context): Effect {
  if (!isNews) return { type: 'batch', effects: [] };
  return tell<Listed>(NODE_TAINTING, { type: 'listed', plural: VERDICTS, objects: [verdictObject(verdict)] });
}

function read(path: string): Effect {
  return askApi(NODE_LIFECYCLE, 'GET', path);
}

function write(path: string, body: Node): Effect {
  const { name } = body.metadata;
  const said = [nodeOccurrence('NodeNotReady', name, 'node-controller')];
  return tell<RestCall>(REST_CLIENT, { type: 'call', from: NODE_LIFECYCLE, method: 'PUT', path, body, said });
}

function first(context: Context): Node {
  return context.toMark.first() as Node;
}

export const nodeLifecycle = setup({
  types: {} as { context: Context; events: Event; input: NodeLifecycleInput; emitted: Effect },
  actions: {
    take: assign(({ context, event }) => take(context, event as Listed | Changed)),
    noteMarked: emit(({ event }) => {
      const node = (event as RestAnswer).body as Node;
      return {
        type: 'batch',
        effects: [
          { type: 'log', line: `Node ${node.metadata.name} is ${nodeStatusText(node)}` },
          nodeStatusNote(node),
        ],
      };
    }),
    /** An update whose answer was lost may have been made after all. */
    noteRead: emit(({ event }) => nodeStatusNote((event as RestAnswer).body as Node)),
    logFailure: emit(({ context, event }) => ({
      type: 'log',
      line: `Error updating node ${first(context).metadata.name}: ${(event as RestAnswer).error}`,
      level: 'error',
    })),
    skip: assign({ toMark: ({ context }) => context.toMark.shift(), tries: 0 }),
  },
  guards: {
    synced: ({ context }) => context.nodes !== undefined && context.leases !== undefined,
    done: ({ context }) => context.toMark.size === 0,
    failed: ({ event }) => (event as RestAnswer).error !== '',
    /** The node as the API has it now is alive, or marked already; the next pass remembers it. */
    recovered: ({ context, event }) => {
      const node = (event as RestAnswer).body as Node;
      const { name } = node.metadata;
      const seen = look(context.health.get(name), node, context.leases?.get(name), event.atUs);
      return !isToBeMarked(node) || !isSilent(seen, context.config, event.atUs);
    },
    mayTryAgain: ({ context }) => context.tries < UPDATE_TRIES,
  },
  delays: {
    monitorPeriod: ({ context }) => context.config['node-monitor-period'],
    retrySleep: RETRY_SLEEP_US,
  },
}).createMachine({
  id: 'kube-controller-manager.node-lifecycle',
  context: ({ input }) => ({
    ...input,
    nodes: undefined,
    leases: undefined,
    health: ImmutableMap<string, NodeHealth>(),
    toMark: List<Node>(),
    tries: 0,
    verdict: NO_VERDICT,
    isNews: false,
  }),
  initial: 'syncing',
  states: {
    syncing: {
      always: { guard: 'synced', target: 'monitoring' },
      on: { listed: { actions: 'take' }, changed: { actions: 'take' } },
    },
    monitoring: {
      initial: 'passing',
      on: { listed: { actions: 'take' }, changed: { actions: 'take' } },
      states: {
        passing: {
          entry: [
            assign(({ context, event }) =>
              monitor(
                context.nodes as ImmutableMap<string, Node>,
                context.leases as ImmutableMap<string, Lease>,
                context.health,
                context.verdict,
                context.config,
                event.atUs,
              ),
            ),
            emit(({ context }) => tellVerdict(context)),
          ],
          always: [{ guard: 'done', target: 'waiting' }, { target: 'marking' }],
        },
        marking: {
          entry: [
            assign({ tries: ({ context }) => context.tries + 1 }),
            emit(({ context, event }) => {
              const node = markedUnknown(first(context), event.atUs);
              return write(`${nodePath(node.metadata.name)}/status`, node);
            }),
          ],
          on: {
            answer: [
              { guard: 'failed', target: 'sleeping', actions: 'logFailure' },
              { target: 'next', actions: ['noteMarked', 'skip'] },
            ],
          },
        },
        sleeping: {
          always: [
            { guard: 'mayTryAgain', target: 'retrying' },
            { target: 'next', actions: 'skip' },
          ],
        },
        retrying: { after: { retrySleep: 'rereading' } },
        rereading: {
          entry: emit(({ context }) => read(nodePath(first(context).metadata.name))),
          on: {
            answer: [
              { guard: 'failed', target: 'next', actions: 'skip' },
              { guard: 'recovered', target: 'next', actions: ['noteRead', 'skip'] },
              {
                target: 'marking',
                actions: assign({
                  toMark: ({ context, event }) => context.toMark.set(0, event.body as Node),
                }),
              },
            ],
          },
        },
        next: { always: [{ guard: 'done', target: 'waiting' }, { target: 'marking' }] },
        waiting: { after: { monitorPeriod: 'passing' } },
      },
    },
  },
});
