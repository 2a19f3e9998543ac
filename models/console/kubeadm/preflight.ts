/**
 * What kubeadm looks at on a host before it changes anything: that nothing of a node is there yet.
 *
 * Source: k/k cmd/kubeadm/app/preflight/checks.go (PortOpenCheck, FileAvailableCheck, DirAvailableCheck, their names and
 * words). Not modelled: the other checks (CPU, memory, swap, the container runtime, versions); they pass.
 */
import type { Script } from '../command.ts';
import { flagOf } from '../flags.ts';
import { CONTROL_PLANE, fail, type Kubeadm, piecesHere } from './session.ts';

const MANIFESTS = '/etc/kubernetes/manifests';
const PORTS: Readonly<Record<string, readonly number[]>> = {
  'kube-apiserver': [6443],
  'kube-scheduler': [10259],
  'kube-controller-manager': [10257],
  kubelet: [10250],
  etcd: [2379, 2380],
};

/** Checks of a host that is to run a control plane, or that joins as a worker; undefined: all is well. */
export function* preflight(kubeadm: Kubeadm, role: 'control-plane' | 'worker'): Script<number | undefined> {
  const pieces = yield* piecesHere();
  const names = role === 'worker' ? ['kubelet'] : [...CONTROL_PLANE, 'etcd', 'kubelet'];
  const errors: [check: string, words: string][] = [];
  const apiPort = kubeadm.call.place.topology.apiserverPort;
  for (const name of names) {
    const piece = pieces.get(name);
    if (piece === undefined) continue;
    const ports = name === 'kube-apiserver' ? [apiPort] : (PORTS[name] ?? []);
    if (piece.running) for (const port of ports) errors.push([`Port-${port}`, `Port ${port} is in use`]);
    if (name === 'kubelet' && piece.wanted)
      errors.push([
        'FileAvailable--etc-kubernetes-kubelet.conf',
        '/etc/kubernetes/kubelet.conf already exists',
      ]);
    if (name !== 'kubelet' && piece.wanted)
      errors.push([
        `FileAvailable--etc-kubernetes-manifests-${name}.yaml`,
        `${MANIFESTS}/${name}.yaml already exists`,
      ]);
    if (name === 'etcd' && piece.hasData)
      errors.push(['DirAvailable--var-lib-etcd', '/var/lib/etcd is not empty']);
  }
  const ignored = (flagOf(kubeadm.flags, 'ignore-preflight-errors') ?? '').toLowerCase().split(',');
  const isIgnored = (check: string) => ignored.includes('all') || ignored.includes(check.toLowerCase());
  for (const [check, words] of errors)
    if (isIgnored(check)) kubeadm.call.err(`\t[WARNING ${check}]: ${words}\n`);
  const fatal = errors.filter(([check]) => !isIgnored(check));
  if (fatal.length === 0) return undefined;
  const lines = fatal.map(([check, words]) => `\t[ERROR ${check}]: ${words}\n`).join('');
  return fail(
    kubeadm,
    `[preflight] Some fatal errors occurred:\n${lines}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
    'preflight',
  );
}
