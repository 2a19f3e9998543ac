/**
 * Single phases, as `kubeadm alpha phase ...` (until 1.12) and `kubeadm init phase ...` (from 1.13) run them: how a master was
 * added before `join --control-plane`, by hand and one step at a time.
 *
 * Source: k/k cmd/kubeadm/app/cmd/phases of 1.12 (their words as guide-003's output shows them).
 *
 * What --config says of the members in initial-cluster is taken to be: those of the topology up to this host, as the guide's
 * files have it. Phases of a host that has joined write again what is there, and change nothing.
 */
import { etcdPlaces } from '../../cluster/topology.ts';
import { PEER_PORT } from '../../etcd/config.ts';
import type { Script } from '../command.ts';
import { issueAll } from './certs.ts';
import { markControlPlane } from './join.ts';
import { ownMember, startMember } from './member.ts';
import { addressOf, CONTROL_PLANE, fail, install, type Kubeadm, piecesHere, say } from './session.ts';

const KUBECONFIGS = ['admin.conf', 'kubelet.conf', 'controller-manager.conf', 'scheduler.conf'];

export function* certsAll(kubeadm: Kubeadm): Script {
  yield* issueAll(kubeadm);
  say(kubeadm, '[certificates] valid certificates and keys now exist in "/etc/kubernetes/pki"');
  return 0;
}

function written(kubeadm: Kubeadm, files: readonly string[]): number {
  for (const file of files)
    say(kubeadm, `[kubeconfig] Wrote KubeConfig file to disk: "/etc/kubernetes/${file}"`);
  return 0;
}

// biome-ignore lint/correctness/useYield: every subcommand is a script
export function* kubeconfigAll(kubeadm: Kubeadm): Script {
  return written(kubeadm, KUBECONFIGS);
}

// biome-ignore lint/correctness/useYield: every subcommand is a script
export function* kubeconfigKubelet(kubeadm: Kubeadm): Script {
  return written(kubeadm, ['kubelet.conf']);
}

// biome-ignore lint/correctness/useYield: every subcommand is a script
export function* kubeletConfig(kubeadm: Kubeadm): Script {
  say(kubeadm, '[kubelet] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  return 0;
}

// biome-ignore lint/correctness/useYield: every subcommand is a script
export function* kubeletEnvironment(kubeadm: Kubeadm): Script {
  say(
    kubeadm,
    '[kubelet] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"',
  );
  return 0;
}

// biome-ignore lint/correctness/useYield: every subcommand is a script
export function* annotateCri(kubeadm: Kubeadm): Script {
  say(
    kubeadm,
    `[patchnode] Uploading the CRI Socket information "/var/run/docker.sock" to the Node API object "${kubeadm.call.place.host}" as an annotation`,
  );
  return 0;
}

/** The manifest of a member that joins those before it, which have to know it by then. */
export function* etcdLocal(kubeadm: Kubeadm): Script {
  const { host, topology } = kubeadm.call.place;
  const pieces = yield* piecesHere();
  const own = pieces.get('etcd');
  if (own === undefined) return fail(kubeadm, `this console cannot: the topology has no etcd on ${host}`);
  say(
    kubeadm,
    '[etcd] Wrote Static Pod manifest for a local etcd instance to "/etc/kubernetes/manifests/etcd.yaml"',
  );
  if (own.wanted) return 0;
  const places = etcdPlaces(topology);
  const upToHere = places.slice(0, places.findIndex((place) => place.host === host) + 1);
  const members = upToHere.map(({ name, host: on }) => ({
    name,
    peerAddress: addressOf(kubeadm, on),
    peerPort: PEER_PORT,
  }));
  const isFirst = members.length === 1;
  yield* startMember(kubeadm, isFirst ? [ownMember(kubeadm)] : members, isFirst ? 'new' : 'existing');
  return 0;
}

export function* controlPlaneAll(kubeadm: Kubeadm): Script {
  const pieces = yield* piecesHere();
  const names = CONTROL_PLANE.filter((name) => pieces.has(name));
  if (names.length === 0) return fail(kubeadm, 'this console cannot: the topology has no control plane here');
  for (const name of names)
    say(
      kubeadm,
      `[controlplane] wrote Static Pod manifest for component ${name} to "/etc/kubernetes/manifests/${name}.yaml"`,
    );
  yield* install(
    kubeadm,
    names.filter((name) => pieces.get(name)?.wanted !== true),
  );
  return 0;
}

export function* markMaster(kubeadm: Kubeadm): Script {
  const broken = yield* markControlPlane(kubeadm);
  return broken === undefined ? 0 : fail(kubeadm, broken.error);
}
