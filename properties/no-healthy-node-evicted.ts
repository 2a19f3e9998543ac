import { hostsWith } from '../models/cluster/topology.ts';
import type { Pod } from '../models/kube-apiserver/workloads.ts';
import type { FaultEntryData } from '../scenarios/schema.ts';
import type { Session } from '../scenarios/session.ts';
import { effectsOf } from './etcd/watch.ts';
import type { Property } from './property.ts';

const CONTROLLER = 'kube-controller-manager.taint-eviction';
const MARKED = /Marking for deletion Pod (\S+)$/;

/** Hosts whose own power, link, kubelet or clock a fault of the timeline hits. */
function hitHosts({ scenario: { timeline = [] } }: Session): Set<string> {
  const hit = timeline.flatMap((entry) => {
    const { on = '', links = [] } = entry as FaultEntryData;
    return [on, ...links].flatMap((aims) => aims.split(','));
  });
  return new Set(
    hit.flatMap((aim) => {
      const [host = '', process] = aim.split('/');
      return process === undefined || process === 'kubelet' ? [host] : [];
    }),
  );
}

export const noHealthyNodeEvicted: Property = {
  name: 'no-healthy-node-evicted',
  sentence: 'No pod is evicted from a node whose host, link and kubelet no fault has hit.',
  source:
    'kubernetes.io, nodes: node controller, eviction stops when all nodes are not ready; k/k pkg/controller/nodelifecycle (zone states), kubelet leases each 10 s against a grace period of 40 s',
  claimedUnder: ['host power', 'link', 'process stop', 'kill with restart'],
  applies: (topology) => hostsWith(topology, 'kube-controller-manager').length > 0,
  needs: 'workloads',
  about: ['kube-apiserver', 'kube-controller-manager', 'haproxy'],
  judged: 'settled',
  violation: () => undefined,
  watch(session) {
    const { facts, epochUs } = session;
    const hit = hitHosts(session);
    let wrong: string | undefined;
    return {
      observe({ cell, effects, atUs, who }) {
        if (wrong !== undefined || cell?.program.id !== CONTROLLER) return;
        for (const effect of effectsOf(effects)) {
          if (effect.type !== 'log') continue;
          const [, key] = MARKED.exec(effect.line) ?? [];
          if (key === undefined) continue;
          const pod = facts.pods
            .objects<Pod>('pods')
            .find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
          const node = pod?.spec.nodeName;
          if (node === undefined || hit.has(node)) continue;
          const by = who.split('/')[0] ?? '';
          wrong = `${by} evicts ${key} from ${node}, which is well, at ${((atUs - epochUs) / 1e6).toFixed(3)} s`;
        }
      },
      wrong: () => wrong,
    };
  },
};
