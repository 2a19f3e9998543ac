/**
 * The certificates of a control plane's host: which there are, when they expire, and who has read them.
 *
 * Sources: k/k cmd/kubeadm/app/phases/certs/renewal/manager.go commit 04791b49 (names, long names, their order),
 * constants (a year; authorities ten). Unit: microseconds by the host's clock.
 *
 * A certificate that was renewed is a line in a file of the host's shell; what a process has read is in its configuration and
 * counts from its next start on. Modelled is what three of them do: the apiserver's own (clients refuse it), and those in
 * controller-manager.conf, scheduler.conf and admin.conf (the apiserver refuses them). Not modelled: etcd's and the apiserver's
 * for etcd, whose connections are old; the kubelet's, which it renews by itself; copies of admin.conf.
 */
import { microseconds } from '../../cluster/parameters.ts';
import { hostsWith } from '../../cluster/topology.ts';
import type { KubeApiserverConfig } from '../../kube-apiserver/config.ts';
import type { ApiServerAddress } from '../../kube-apiserver/rest-calls.ts';
import { act, look, type Place, type Script } from '../command.ts';
import { listFiles, writeFile } from '../files.ts';

const DAY_US = 86_400_000_000;
export const YEAR_US = 365 * DAY_US;
export const AUTHORITY_US = 10 * YEAR_US;

const RENEWED = '/etc/kubernetes/pki/renewed';

export interface Certificate {
  readonly name: string;
  readonly longName: string;
  /** Name of its authority. */
  readonly authority: string;
}

const embedded = (name: string, who: string): Certificate => ({
  name,
  longName: `certificate embedded in the kubeconfig file for the ${who} to use`,
  authority: '',
});
const signed = (name: string, longName: string, authority: string): Certificate => ({
  name,
  longName,
  authority,
});

/** In the order of their names, as kubeadm lists them. */
export function certificatesOf(minor: number, isStacked: boolean): readonly Certificate[] {
  const all = [
    {
      name: 'admin.conf',
      longName: 'certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself',
      authority: '',
    },
    signed('apiserver', 'certificate for serving the Kubernetes API', 'ca'),
    signed('apiserver-etcd-client', 'certificate the apiserver uses to access etcd', 'etcd-ca'),
    signed('apiserver-kubelet-client', 'certificate for the API server to connect to kubelet', 'ca'),
    embedded('controller-manager.conf', 'controller manager'),
    signed('etcd-healthcheck-client', 'certificate for liveness probes to healthcheck etcd', 'etcd-ca'),
    signed('etcd-peer', 'certificate for etcd nodes to communicate with each other', 'etcd-ca'),
    signed('etcd-server', 'certificate for serving etcd', 'etcd-ca'),
    signed('front-proxy-client', 'certificate for the front proxy client', 'front-proxy-ca'),
    embedded('scheduler.conf', 'scheduler manager'),
    ...(minor >= 29 ? [embedded('super-admin.conf', 'super-admin')] : []),
  ];
  return isStacked ? all : all.filter(({ authority }) => authority !== 'etcd-ca');
}

/** certificateValidityPeriod as it was set; undefined: the default of a year. */
export function validityUs({ topology }: Place): number | undefined {
  const set = topology.parameters?.['kubeadm.certificateValidityPeriod'];
  return set === undefined ? undefined : microseconds(set);
}

type Renewed = Readonly<Record<string, number>>;

function* renewedOn(host: string): Script<Renewed> {
  const text = (yield* listFiles(host))[RENEWED];
  return typeof text === 'string' ? (JSON.parse(text) as Renewed) : {};
}

/** When the certificates of a host expire, by name; those that were never renewed are of the world's beginning. */
export function* expiries(place: Place): Script<(name: string) => number> {
  const renewed = yield* renewedOn(place.host);
  const first = validityUs(place) ?? YEAR_US;
  return (name) => renewed[name] ?? first;
}

/** What admin.conf on this host says; undefined while nobody has asked for certificates that expire. */
export function* adminNotAfter(place: Place): Script<number | undefined> {
  const isMaster = place.topology.hosts.some(
    ({ name, roles }) => name === place.host && roles.includes('control-plane'),
  );
  const host = isMaster ? place.host : (hostsWith(place.topology, 'kube-apiserver')[0]?.name ?? place.host);
  return (yield* renewedOn(host))['admin.conf'] ?? validityUs(place);
}

/** Writes new certificates. Processes read them when they start. */
export function* issue(place: Place, names: readonly string[], nowUs: number): Script<void> {
  const { host } = place;
  const notAfterUs = nowUs + (validityUs(place) ?? YEAR_US);
  const renewed = {
    ...(yield* renewedOn(host)),
    ...Object.fromEntries(names.map((name) => [name, notAfterUs])),
  };
  yield* writeFile(host, RENEWED, JSON.stringify(renewed));
  const configs = yield* look(({ world }) =>
    world.host(host).processes.flatMap((index) => {
      const spec = world.processes[index]?.spec;
      return spec === undefined ? [] : [{ name: spec.name, config: spec.config }];
    }),
  );
  for (const { name, config } of configs) {
    const next = withExpiry(name, config, names, notAfterUs);
    if (next !== undefined) yield* act([{ do: 'configure', process: `${host}/${name}`, config: next }]);
  }
}

/** The configuration of a process that will read a new certificate. */
function withExpiry(process: string, config: unknown, names: readonly string[], notAfterUs: number): unknown {
  if (process === 'kube-apiserver' && names.includes('apiserver'))
    return { ...(config as KubeApiserverConfig), certificatesNotAfterUs: notAfterUs };
  if (process.startsWith('kube-') && names.includes(`${process.slice('kube-'.length)}.conf`)) {
    const { server, ...rest } = config as { readonly server: ApiServerAddress };
    return { ...rest, server: { ...server, notAfterUs } };
  }
  return undefined;
}
