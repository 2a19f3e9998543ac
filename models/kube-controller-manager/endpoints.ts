/**
 * The endpoints controller: the addresses of a Service's pods, those that are ready apart from those that are not.
 *
 * Source: k/k pkg/controller/endpoint/endpoints_controller.go. Not modelled: EndpointSlices, the trigger time, Services
 * without a selector, publishNotReadyAddresses.
 */
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type View,
} from '../kube-apiserver/controller.ts';
import {
  type Endpoints,
  isPodReady,
  isTerminating,
  keyOfObject,
  type Pod,
  type Service,
  selects,
} from '../kube-apiserver/workloads.ts';
import { newChild, patch, sorted } from './replicas.ts';

/** The pods that a Service leads to, with an address, by whether they are ready. */
export function addressesOf(service: Service, pods: readonly Pod[]) {
  const { selector } = service.spec;
  const { namespace } = service.metadata;
  const chosen = pods.filter(
    (pod) =>
      selector !== undefined &&
      pod.metadata.namespace === namespace &&
      pod.status.podIP !== undefined &&
      !isTerminating(pod) &&
      selects(selector, pod.metadata.labels),
  );
  const ips = (ready: boolean) =>
    chosen.filter((pod) => isPodReady(pod) === ready).map((pod) => pod.status.podIP as string);
  return { addresses: ips(true), notReadyAddresses: ips(false) };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

function nextOf(service: Service, known: Endpoints | undefined, pods: readonly Pod[]): Planned | undefined {
  const wanted = addressesOf(service, pods);
  const ports = service.spec.ports.map(({ targetPort }) => targetPort);
  if (known === undefined) {
    const { name } = service.metadata;
    const body = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name }, ...wanted, ports };
    return newChild(service, 'endpoints', body);
  }
  const isSame =
    same(known.addresses, wanted.addresses) && same(known.notReadyAddresses, wanted.notReadyAddresses);
  return isSame ? undefined : patch('endpoints', known, wanted);
}

export function decideEndpoints(view: View): Decision<undefined> {
  const services = sorted(all<Service>(view, 'services')).filter(({ spec }) => spec.selector !== undefined);
  if (services.length === 0) return { memory: undefined };
  const pods = sorted(all<Pod>(view, 'pods'));
  for (const service of services) {
    const known = all<Endpoints>(view, 'endpoints').get(keyOfObject(service));
    const call = nextOf(service, known, pods);
    if (call !== undefined) return { memory: undefined, call };
  }
  return { memory: undefined };
}

export const endpoints = controllerMachine<undefined, undefined>({
  id: 'kube-controller-manager.endpoint',
  resources: ['services', 'endpoints', 'pods'],
  memory: undefined,
  decide: decideEndpoints,
});
