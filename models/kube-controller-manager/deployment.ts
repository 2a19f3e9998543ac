/**
 * The deployment controller: one ReplicaSet for each Deployment, of the size that the Deployment says, and its status.
 *
 * Sources: k/k pkg/controller/deployment/deployment_controller.go, sync.go; util/hash.go (pod-template-hash, written in letters
 * that make no words). Not modelled: rolling updates (a changed template is not rolled out), pauses, rollbacks, history.
 */
import type { KubeObject } from '../kube-apiserver/api.ts';
import { all, controllerMachine, type Decision, type View } from '../kube-apiserver/controller.ts';
import type { Occurrence } from '../kube-apiserver/events.ts';
import { isOwnedBy, type ReplicaWorkload } from '../kube-apiserver/workloads.ts';
import { differs, newChild, patch, sorted } from './replicas.ts';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
/** Length of the hash: 8 to 10 in reality. */
const HASH_LENGTH = 10;

/** A text that is the same for the same template (FNV-1a, as in the source; of its JSON). */
export function templateHash(template: object): string {
  let hash = 0x811c9dc5;
  const text = JSON.stringify(template);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return String(hash)
    .padStart(HASH_LENGTH, '0')
    .replace(/./g, (digit) => LETTERS.charAt(Number(digit)));
}

function replicaSetOf(deployment: ReplicaWorkload): KubeObject {
  const { replicas, selector, template } = deployment.spec;
  const hash = templateHash(template);
  const labels = { ...template.labels, 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${deployment.metadata.name}-${hash}`, labels },
    spec: {
      replicas,
      selector: { ...selector, 'pod-template-hash': hash },
      template: { ...template, labels },
    },
  };
}

/** k/k pkg/controller/deployment/sync.go scaleReplicaSet; since 1.27 it says from how many, too. */
function scaled(deployment: KubeObject, way: 'up' | 'down', replicas: number): Occurrence {
  return {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message: `Scaled ${way} replica set {name} to ${replicas}`,
    component: 'deployment-controller',
    about: { kind: 'Deployment', ...deployment.metadata },
  };
}

export function decideDeployments(view: View): Decision<undefined> {
  const sets = all<ReplicaWorkload>(view, 'replicasets');
  for (const deployment of sorted(all<ReplicaWorkload>(view, 'deployments'))) {
    const set = sets.find((one) => isOwnedBy(one, deployment));
    const { replicas } = deployment.spec;
    if (set === undefined) {
      const call = newChild(deployment, 'replicasets', replicaSetOf(deployment));
      return { memory: undefined, call: { ...call, said: [scaled(deployment, 'up', replicas)] } };
    }
    if (set.spec.replicas !== replicas) {
      const call = patch('replicasets', set, { spec: { replicas } });
      const way = set.spec.replicas < replicas ? 'up' : 'down';
      return { memory: undefined, call: { ...call, said: [scaled(deployment, way, replicas)] } };
    }
    const { replicas: made = 0, readyReplicas = 0, availableReplicas = 0 } = set.status ?? {};
    const status = { replicas: made, updatedReplicas: made, readyReplicas, availableReplicas };
    if (differs(deployment.status, status))
      return { memory: undefined, call: patch('deployments', deployment, { status }, '/status') };
  }
  return { memory: undefined };
}

export const deployment = controllerMachine<undefined, undefined>({
  id: 'kube-controller-manager.deployment',
  resources: ['deployments', 'replicasets'],
  memory: undefined,
  decide: decideDeployments,
});
