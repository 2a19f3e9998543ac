/**
 * The longer texts that kubeadm prints: what is written where, and what to do next.
 *
 * Sources: k/k cmd/kubeadm/app/cmd/init.go and join.go (done messages), phases/certs, kubeconfig, controlplane, kubelet;
 * the outputs of 1.12 and 1.15 that the guides show.
 */
import { roleLabels, roleTaints } from '../../kubeadm/behaviour.ts';
import { addressOf, CONTROL_PLANE, type Kubeadm, say } from './session.ts';

const SERVICE_ADDRESS = '10.96.0.1';

/** `[preflight] Pulling images ...`: from here on it runs a control plane. */
export function sayPulling(kubeadm: Kubeadm): void {
  say(kubeadm, '[preflight] Pulling images required for setting up a Kubernetes cluster');
  say(
    kubeadm,
    '[preflight] This might take a minute or two, depending on the speed of your internet connection',
  );
  const where = kubeadm.minor >= 30 ? 'beforehand' : 'in beforehand';
  say(kubeadm, `[preflight] You can also perform this action ${where} using 'kubeadm config images pull'`);
}

/** The certificates of a control plane. A host that joins has the authorities from the others. */
export function sayCertificates(kubeadm: Kubeadm, isFirst: boolean, isStacked: boolean): void {
  const { call } = kubeadm;
  const { host, topology } = call.place;
  const own = addressOf(kubeadm, host);
  const { name, address } = topology.controlPlaneEndpoint;
  say(kubeadm, '[certs] Using certificateDir folder "/etc/kubernetes/pki"');
  const generating = (what: string): void => say(kubeadm, `[certs] Generating "${what}" certificate and key`);
  const signed = (what: string, names: readonly string[], addresses: readonly string[]): void =>
    say(
      kubeadm,
      `[certs] ${what} serving cert is signed for DNS names [${names.join(' ')}] and IPs [${addresses.join(' ')}]`,
    );
  if (isFirst) generating('ca');
  generating('apiserver');
  const services = ['', '.default', '.default.svc', '.default.svc.cluster.local'].map(
    (end) => `kubernetes${end}`,
  );
  signed(
    'apiserver',
    [host, ...services, ...(name === undefined ? [] : [name])],
    [SERVICE_ADDRESS, own, ...(address === own ? [] : [address])],
  );
  generating('apiserver-kubelet-client');
  if (isFirst) generating('front-proxy-ca');
  generating('front-proxy-client');
  if (isStacked) {
    if (isFirst) generating('etcd/ca');
    for (const what of ['etcd/server', 'etcd/peer']) {
      generating(what);
      signed(what, [host, 'localhost'], [own, '127.0.0.1', '::1']);
    }
    generating('etcd/healthcheck-client');
    generating('apiserver-etcd-client');
  }
  if (isFirst) say(kubeadm, '[certs] Generating "sa" key and public key');
  else {
    say(kubeadm, '[certs] Valid certificates and keys now exist in "/etc/kubernetes/pki"');
    say(kubeadm, '[certs] Using the existing "sa" key');
  }
}

export function sayKubeconfigs(kubeadm: Kubeadm, isFirst: boolean): void {
  if (!isFirst) say(kubeadm, '[kubeconfig] Generating kubeconfig files');
  say(kubeadm, '[kubeconfig] Using kubeconfig folder "/etc/kubernetes"');
  const first = kubeadm.minor >= 29 ? ['super-admin.conf', 'kubelet.conf'] : ['kubelet.conf'];
  const files = ['admin.conf', ...(isFirst ? first : []), 'controller-manager.conf', 'scheduler.conf'];
  for (const file of files) say(kubeadm, `[kubeconfig] Writing "${file}" kubeconfig file`);
}

export function sayManifests(kubeadm: Kubeadm): void {
  say(kubeadm, '[control-plane] Using manifest folder "/etc/kubernetes/manifests"');
  for (const name of CONTROL_PLANE)
    say(kubeadm, `[control-plane] Creating static Pod manifest for "${name}"`);
}

export function sayEtcdManifest(kubeadm: Kubeadm, isFirst: boolean): void {
  if (isFirst)
    say(kubeadm, '[etcd] Creating static Pod manifest for local etcd in "/etc/kubernetes/manifests"');
  else if (kubeadm.minor >= 17) say(kubeadm, '[etcd] Creating static Pod manifest for "etcd"');
  else
    say(
      kubeadm,
      '[etcd] Wrote Static Pod manifest for a local etcd member to "/etc/kubernetes/manifests/etcd.yaml"',
    );
}

export function sayKubeletStart(kubeadm: Kubeadm, isJoin: boolean): void {
  const { minor } = kubeadm;
  if (isJoin && minor < 20)
    say(
      kubeadm,
      `[kubelet-start] Downloading configuration for the kubelet from the "kubelet-config-1.${minor}" ConfigMap in the kube-system namespace`,
    );
  if (isJoin)
    say(kubeadm, '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  say(
    kubeadm,
    '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"',
  );
  if (!isJoin)
    say(kubeadm, '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  say(
    kubeadm,
    minor < 18 ? '[kubelet-start] Activating the kubelet service' : '[kubelet-start] Starting the kubelet',
  );
}

export function sayMarked(kubeadm: Kubeadm): void {
  const { call, minor } = kubeadm;
  const labels = roleLabels(minor).map((role) => `node-role.kubernetes.io/${role}`);
  const words =
    minor < 20
      ? `the label "node-role.kubernetes.io/master=''"`
      : `the labels: [${[...labels, 'node.kubernetes.io/exclude-from-external-load-balancers'].join(' ')}]`;
  const taints = roleTaints(minor).map((role) => `node-role.kubernetes.io/${role}:NoSchedule`);
  say(
    kubeadm,
    `[mark-control-plane] Marking the node ${call.place.host} as control-plane by adding ${words}`,
  );
  say(
    kubeadm,
    `[mark-control-plane] Marking the node ${call.place.host} as control-plane by adding the taints [${taints.join(' ')}]`,
  );
}

const COPY_CONFIG = `\tmkdir -p $HOME/.kube
\tsudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
\tsudo chown $(id -u):$(id -g) $HOME/.kube/config
`;

export function sayControlPlaneJoined(kubeadm: Kubeadm, isStacked: boolean): void {
  const label = kubeadm.minor < 20 ? 'Control plane (master) label' : 'Control plane label';
  kubeadm.call.out(`
This node has joined the cluster and a new control plane instance was created:

* Certificate signing request was sent to apiserver and approval was received.
* The Kubelet was informed of the new secure connection details.
* ${label} and taint were applied to the new node.
* The Kubernetes control plane instances scaled up.
${isStacked ? '* A new etcd member was added to the local/stacked etcd cluster.\n' : ''}
To start administering your cluster from this node, you need to run the following as a regular user:

${COPY_CONFIG}
Run 'kubectl get nodes' to see this node join the cluster.

`);
}

export function sayWorkerJoined({ call }: Kubeadm): void {
  call.out(`
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.

`);
}

/** @param commands the join commands of a control plane (if its certificates were uploaded) and of a worker */
export function sayInitialised(
  { call, minor }: Kubeadm,
  commands: { readonly controlPlane: string | undefined; readonly worker: string },
): void {
  const who = minor < 16 ? 'master' : 'control-plane';
  const { controlPlane, worker } = commands;
  const forMasters =
    controlPlane === undefined
      ? ''
      : `You can now join any number of ${minor < 18 ? 'the ' : ''}control-plane nodes running the following command on each as root:

  ${controlPlane}

Please note that the certificate-key gives access to cluster sensitive data, keep it secret!
As a safeguard, uploaded-certs will be deleted in two hours; If necessary, you can use
"kubeadm init phase upload-certs --upload-certs" to reload certs afterward.

`;
  call.out(`
Your Kubernetes ${who} has initialized successfully!

To start using your cluster, you need to run the following as a regular user:

${COPY_CONFIG.replaceAll('\t', '  ')}
You should now deploy a pod network to the cluster.
Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:
  https://kubernetes.io/docs/concepts/cluster-administration/addons/

${forMasters}Then you can join any number of worker nodes by running the following on each as root:

${worker}
`);
}
