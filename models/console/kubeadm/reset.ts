/**
 * `kubeadm reset`: takes this host's member out of etcd, if the others can be asked, and everything that init or join put here
 * away.
 *
 * Sources: k/k cmd/kubeadm/app/cmd/reset.go, cmd/phases/reset/{preflight,removeetcdmember,cleanupnode}.go, phases/etcd/local.go
 * commit 0009808f (RemoveStackedEtcdMemberFromCluster: not the last one). Unit: microseconds.
 *
 * Not modelled: the node's object in the API, which kubeadm leaves there as well; containers of ordinary pods; that docker
 * (until 1.23) gives a container 10 s to end.
 */
import type { Action } from '../../../sim/faults.ts';
import { METHODS } from '../../etcd/api.ts';
import { peerUrl } from '../../etcd/ids.ts';
import { configMapPath } from '../../kube-apiserver/api.ts';
import { act, type Script, wait } from '../command.ts';
import { ETCD } from '../data-directory.ts';
import { isSet } from '../flags.ts';
import { klogHeader } from '../log-text.ts';
import { ask } from './api.ts';
import { changeMember, connect } from './etcd.ts';
import { ownMember } from './member.ts';
import {
  CONTROL_PLANE,
  type Done,
  endpointOf,
  fail,
  isBroken,
  type Kubeadm,
  piecesHere,
  say,
  wallUs,
} from './session.ts';

/** What removing the containers takes: an assumption, half a second. */
const REMOVAL_US = 500_000;

/**
 * Stops the kubelet and removes its containers, which get no time to end (containerd internal/cri/server/sandbox_stop.go: StopPodSandbox
 * stops each with a time-out of 0).
 */
function* uninstall({ call }: Kubeadm, names: readonly string[]): Script<void> {
  const { host } = call.place;
  yield* act(
    names.flatMap((name): Action[] => {
      const process = `${host}/${name}`;
      return [
        { do: 'enable', process, on: false },
        { do: 'stop', process },
        { do: 'kill', process },
      ];
    }),
  );
}

function* warn(kubeadm: Kubeadm, source: string, text: string): Script<void> {
  kubeadm.call.err(`${klogHeader('warn', yield* wallUs())} ${source}] ${text}\n`);
}

function* confirmed(kubeadm: Kubeadm): Script<boolean> {
  if (isSet(kubeadm.flags, 'force')) return true;
  yield* warn(
    kubeadm,
    'preflight.go:56',
    "[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.",
  );
  kubeadm.call.out('[reset] Are you sure you want to proceed? [y/N]: ');
  const yes = /^y$/i.test((kubeadm.call.input ?? '').split('\n')[0]?.trim() ?? '');
  if (yes) kubeadm.call.out('\n');
  return yes;
}

/** The others are told that this member goes. */
function* removeMember(kubeadm: Kubeadm): Script<Done> {
  const client = yield* connect(kubeadm);
  if (isBroken(client)) return client;
  const { peerAddress, peerPort } = ownMember(kubeadm);
  const url = peerUrl(peerAddress, peerPort);
  const own = client.members.find(({ peerUrls }) => peerUrls.includes(url));
  if (own === undefined || client.members.length === 1) return undefined;
  return yield* changeMember(kubeadm, client, METHODS.memberRemove, own.id);
}

export function* reset(kubeadm: Kubeadm): Script {
  const { call, minor } = kubeadm;
  const { host } = call.place;
  const pieces = yield* piecesHere();
  const isControlPlane = pieces.get('kube-apiserver')?.wanted === true;
  if (isControlPlane) {
    say(kubeadm, '[reset] Reading configuration from the cluster...');
    say(
      kubeadm,
      `[reset] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config ${minor >= 20 ? '-o yaml' : '-oyaml'}'`,
    );
    const path = configMapPath('kube-system', 'kubeadm-config');
    const config = yield* ask(kubeadm, endpointOf(kubeadm), 'GET', path);
    if (isBroken(config) && config.status !== 404)
      yield* warn(
        kubeadm,
        'reset.go:120',
        `[reset] Unable to fetch the kubeadm-config ConfigMap from cluster: failed to get config map: ${config.error}`,
      );
  }
  if (!(yield* confirmed(kubeadm)))
    return fail(kubeadm, "won't proceed; the user didn't answer (Y|y) in order to continue", 'preflight');
  say(kubeadm, '[preflight] Running pre-flight checks');
  const hasEtcd = pieces.get(ETCD)?.wanted === true;
  if (hasEtcd) {
    const kept = yield* removeMember(kubeadm);
    if (kept !== undefined)
      yield* warn(
        kubeadm,
        'removeetcdmember.go:106',
        `[reset] Failed to remove etcd member: ${kept.error}, please manually remove this etcd member using etcdctl`,
      );
    say(kubeadm, '[reset] Deleted contents of the etcd data directory: /var/lib/etcd');
  } else
    yield* warn(
      kubeadm,
      'removeetcdmember.go:106',
      '[reset] No kubeadm config, using etcd pod spec to get data directory',
    );
  say(kubeadm, '[reset] Stopping the kubelet service');
  say(kubeadm, '[reset] Unmounting mounted directories in "/var/lib/kubelet"');
  yield* uninstall(
    kubeadm,
    ['kubelet', ...CONTROL_PLANE, ETCD].filter((name) => pieces.has(name)),
  );
  yield* wait(REMOVAL_US);
  yield* act(
    [ETCD, 'kubelet']
      .filter((name) => pieces.has(name))
      .map((process) => ({ do: 'disk-lost', host, process })),
  );
  say(
    kubeadm,
    '[reset] Deleting contents of directories: [/etc/kubernetes/manifests /var/lib/kubelet /etc/kubernetes/pki]',
  );
  say(
    kubeadm,
    '[reset] Deleting files: [/etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf /etc/kubernetes/kubelet.conf /etc/kubernetes/bootstrap-kubelet.conf /etc/kubernetes/controller-manager.conf /etc/kubernetes/scheduler.conf]',
  );
  call.out(`
The reset process does not clean CNI configuration. To do so, you must remove /etc/cni/net.d

The reset process does not reset or clean up iptables rules or IPVS tables.
If you wish to reset iptables, you must do so manually by using the "iptables" command.

If your cluster was setup to utilize IPVS, run ipvsadm --clear (or similar)
to reset your system's IPVS tables.

The reset process does not clean your kubeconfig files and you must remove them manually.
Please, check the contents of the $HOME/.kube/config file.
`);
  return 0;
}
