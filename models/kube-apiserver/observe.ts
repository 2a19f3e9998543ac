/** What observers and consoles see of API objects. */
import type { Effect } from '../../sim/effects.ts';
import type { Node } from './api.ts';

/** STATUS of `kubectl get nodes`: a condition that is False or Unknown prints NotReady (k/k printers.go printNode). */
export function nodeStatusText(node: Node): 'Ready' | 'NotReady' | 'Unknown' {
  const ready = node.status.conditions.find((condition) => condition.type === 'Ready');
  if (ready === undefined) return 'Unknown';
  return ready.status === 'True' ? 'Ready' : 'NotReady';
}

/** The note `node-status` {node, status}: what the API object says, by whoever has just written or read it. */
export function nodeStatusNote(node: Node): Effect {
  return { type: 'note', name: 'node-status', node: node.metadata.name, status: nodeStatusText(node) };
}
