/**
 * `kubectl create deployment` and `create namespace`.
 *
 * Sources: kubectl pkg/cmd/create/create_deployment.go (`failed to create deployment`, from 1.19 on), create_namespace.go.
 */
import { collectionPath } from '../../kube-apiserver/api.ts';
import { namespaceObject, workloadObject } from '../../operator/manifests.ts';
import type { Script } from '../command.ts';
import { flagOf } from '../flags.ts';
import { fail, isFailed, type Kubectl, minorOf, request } from './client.ts';
import { pluralOf } from './resources.ts';

const OWN_WORDS_SINCE = 19;
/** What an apiserver refuses by a Status of its own. */
const REFUSALS = [404, 409];

function* createNamespace(kubectl: Kubectl, name: string): Script {
  const { object } = namespaceObject(name);
  const options = { body: object, what: 'post namespaces' };
  const answer = yield* request(kubectl, 'POST', collectionPath('namespaces'), options);
  if (isFailed(answer)) return 1;
  kubectl.call.out(`namespace/${name} created\n`);
  return 0;
}

function* createDeployment(kubectl: Kubectl, name: string): Script {
  const { call, flags, namespace } = kubectl;
  const image = flagOf(flags, 'image');
  if (image === undefined) return fail(kubectl, 'error: required flag(s) "image" not set');
  const { object } = workloadObject({
    name,
    kind: 'deployment',
    namespace,
    replicas: Number(flagOf(flags, 'replicas') ?? 1),
    image,
    tolerationSeconds: undefined,
    onControlPlanes: false,
    runsForSeconds: undefined,
    expose: undefined,
  });
  const quiet = minorOf(kubectl) < OWN_WORDS_SINCE ? [] : REFUSALS;
  const options = { body: object, what: 'post deployments.apps', quiet };
  const answer = yield* request(kubectl, 'POST', collectionPath('deployments', namespace), options);
  if (isFailed(answer))
    return quiet.includes(answer.failed)
      ? fail(kubectl, `error: failed to create deployment: ${answer.message}`)
      : 1;
  call.out(`deployment.apps/${name} created\n`);
  return 0;
}

export function* create(kubectl: Kubectl): Script {
  const [kind = '', name] = kubectl.args;
  const plural = pluralOf(kind);
  if (plural !== 'deployments' && plural !== 'namespaces')
    return fail(
      kubectl,
      'error: this console creates deployments and namespaces only: kubectl create deployment NAME --image=IMAGE',
    );
  if (name === undefined) return fail(kubectl, 'error: exactly one NAME is required, got 0');
  return yield* plural === 'namespaces' ? createNamespace(kubectl, name) : createDeployment(kubectl, name);
}
