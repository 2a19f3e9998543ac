/**
 * `kubeadm upgrade plan|apply VERSION|node`: the static pods of this host, one after the other, each waited for.
 *
 * Sources: k/k cmd/kubeadm/app/phases/upgrade/policy.go (one minor version at a time, not beyond kubeadm's own),
 * health.go (all control planes Ready), staticpods.go (order etcd, kube-apiserver, kube-controller-manager, kube-scheduler;
 * 5 min each; certificates renewed on the way), cmd/upgrade/{plan,apply,node}.go. Unit: microseconds.
 *
 * What changes with the version is what the models know of it: defaults of the daemons, etcd's series. Not modelled: a way
 * back, addons, deprecated flags, images (they are there).
 */
import { kubernetesProcess } from '../../cluster/build-kubernetes.ts';
import { type ParameterMap, settingsOf } from '../../cluster/parameters.ts';
import { hostOf, type ProcessName } from '../../cluster/topology.ts';
import type { EtcdConfig } from '../../etcd/config.ts';
import { collectionPath, configMapPath, type KubeList, type Node } from '../../kube-apiserver/api.ts';
import { act, look, now, type Script, wait } from '../command.ts';
import { isSet } from '../flags.ts';
import { ask, createOrUpdate } from './api.ts';
import { issueAll } from './certs.ts';
import {
  addressOf,
  type Broken,
  CONTROL_PLANE,
  endpointOf,
  fail,
  isBroken,
  type Kubeadm,
  piecesHere,
  say,
} from './session.ts';

const LIMIT_US = 300_000_000;
const POLL_US = 1_000_000;
/** First minor version with etcd 3.6 (kubeadm constants, SupportedEtcdVersion). */
const ETCD_36_MINOR = 34;

const minorOf = (version: string): number => Number(version.split('.')[1]);

interface ClusterConfig {
  readonly data: Readonly<Record<string, string>>;
}

/** The version that the cluster says it has. */
function* clusterVersion(kubeadm: Kubeadm): Script<string | Broken> {
  const path = configMapPath('kube-system', 'kubeadm-config');
  const config = yield* ask<ClusterConfig>(kubeadm, endpointOf(kubeadm), 'GET', path);
  if (!isBroken(config)) return (config.body.data['kubernetesVersion'] ?? '').replace(/^v/, '');
  if (config.status !== 404) return { error: `failed to get config map: ${config.error}` };
  const { kubernetes } = kubeadm.call.place.topology.versions;
  return kubernetes.split('.').length < 3 ? `${kubernetes}.0` : kubernetes;
}

function* storeVersion(kubeadm: Kubeadm, version: string): Script<void> {
  const { name, address, port } = kubeadm.call.place.topology.controlPlaneEndpoint;
  const data = { kubernetesVersion: `v${version}`, controlPlaneEndpoint: `${name ?? address}:${port}` };
  yield* createOrUpdate(kubeadm, endpointOf(kubeadm), collectionPath('configmaps', 'kube-system'), {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', data },
    metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
  });
}

/** Why these nodes are no cluster to upgrade; undefined: all is well. */
function* sickness(kubeadm: Kubeadm): Script<string | undefined> {
  const nodes = yield* ask<KubeList>(kubeadm, endpointOf(kubeadm), 'GET', collectionPath('nodes'));
  if (isBroken(nodes)) return `[ERROR ControlPlaneNodesReady]: could not list control-planes: ${nodes.error}`;
  const down = (nodes.body.items as readonly Node[]).filter(
    ({ metadata, status }) =>
      Object.keys(metadata.labels ?? {}).some((key) =>
        /node-role\.kubernetes\.io\/(control-plane|master)/.test(key),
      ) && status.conditions.some(({ type, status: is }) => type === 'Ready' && is !== 'True'),
  );
  if (down.length === 0) return undefined;
  return `[ERROR ControlPlaneNodesReady]: there are NotReady control-planes in the cluster: [${down.map(({ metadata }) => metadata.name).join(' ')}]`;
}

/** What a static pod of this host is started with in another version. */
function* newConfig(kubeadm: Kubeadm, name: string, version: string): Script<unknown> {
  const { host, topology } = kubeadm.call.place;
  if (name === 'etcd') {
    const old = yield* look(({ world }) => world.process(`${host}/etcd`).spec.config as EtcdConfig);
    return minorOf(version) >= ETCD_36_MINOR ? { ...old, version: '3.6' } : old;
  }
  const versioned = { ...topology, versions: { ...topology.versions, kubernetes: version } };
  const parameters: ParameterMap = topology.parameters ?? {};
  const names = topology.hosts.map((one) => one.name);
  const site = {
    topology: versioned,
    host: hostOf(topology, host),
    parameters,
    settings: (component: string) => settingsOf(parameters, component, host, names),
    findings: [],
  };
  return kubernetesProcess(site, name as ProcessName).config;
}

/** Until the new container runs, and an apiserver says that it is ready. */
function* waitFor(kubeadm: Kubeadm, name: string, sinceStarts: number): Script<boolean> {
  const { host, topology } = kubeadm.call.place;
  const untilUs = (yield* now()) + LIMIT_US;
  const own = { address: addressOf(kubeadm, host), port: topology.apiserverPort, tls: true };
  while ((yield* now()) < untilUs) {
    yield* wait(POLL_US);
    const isNew = yield* look(({ world }) => {
      const process = world.process(`${host}/${name}`);
      return process.state === 'running' && process.incarnation > sinceStarts;
    });
    if (!isNew) continue;
    if (name !== 'kube-apiserver') return true;
    if (!isBroken(yield* ask(kubeadm, own, 'GET', '/readyz'))) return true;
  }
  return false;
}

/** Puts the static pods of this host on another version; the exit code. */
function* upgradeStaticPods(kubeadm: Kubeadm, version: string, what: string): Script {
  const { host } = kubeadm.call.place;
  const pieces = yield* piecesHere();
  const names = ['etcd', ...CONTROL_PLANE].filter((name) => pieces.get(name)?.wanted === true);
  const before = new Map<string, unknown>();
  for (const name of names) {
    before.set(name, yield* look(({ world }) => world.process(`${host}/${name}`).spec.config));
    const config = yield* newConfig(kubeadm, name, version);
    yield* act([{ do: 'configure', process: `${host}/${name}`, config }]);
  }
  yield* issueAll({ ...kubeadm, minor: minorOf(version) });
  for (const name of names) {
    say(kubeadm, `[upgrade/staticpods] Preparing for "${name}" upgrade`);
    const isSame =
      name === 'etcd' &&
      JSON.stringify(yield* newConfig(kubeadm, name, version)) === JSON.stringify(before.get(name));
    if (isSame) {
      say(kubeadm, '[upgrade/staticpods] Current and new manifests of etcd are equal, skipping upgrade');
      continue;
    }
    say(
      kubeadm,
      `[upgrade/staticpods] Moved new manifest to "/etc/kubernetes/manifests/${name}.yaml" and backed up old manifest to "/etc/kubernetes/tmp/kubeadm-backup-manifests/${name}.yaml"`,
    );
    say(kubeadm, '[upgrade/staticpods] Waiting for the kubelet to restart the component');
    say(kubeadm, '[upgrade/staticpods] This can take up to 5m0s');
    const starts = yield* look(({ world }) => world.process(`${host}/${name}`).incarnation);
    yield* act([{ do: 'restart', process: `${host}/${name}` }]);
    if (!(yield* waitFor(kubeadm, name, starts)))
      return fail(
        kubeadm,
        `[upgrade/${what}] FATAL: couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: timed out waiting for the condition`,
      );
    say(kubeadm, `[upgrade/staticpods] Component "${name}" upgraded successfully!`);
  }
  return 0;
}

/** Why kubeadm does not go from one version to the other. */
export function versionMistake(from: string, to: string, kubeadm: string): string | undefined {
  const words = `Specified version to upgrade to "v${to}"`;
  if (minorOf(to) > minorOf(kubeadm))
    return `${words} is at least one minor release higher than the kubeadm minor release (${minorOf(to)} > ${minorOf(kubeadm)}). Such an upgrade is not supported`;
  if (minorOf(to) - minorOf(from) > 1)
    return `${words} is too high; kubeadm can upgrade only 1 minor version at a time`;
  return minorOf(to) < minorOf(from) - 1
    ? `${words} is too low; kubeadm can downgrade only 1 minor version at a time`
    : undefined;
}

function* begin(kubeadm: Kubeadm): Script<string | number> {
  say(kubeadm, '[upgrade/config] Making sure the configuration is correct:');
  say(kubeadm, '[upgrade/config] Reading configuration from the cluster...');
  say(
    kubeadm,
    "[upgrade/config] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'",
  );
  const from = yield* clusterVersion(kubeadm);
  return isBroken(from) ? fail(kubeadm, `[upgrade/config] FATAL: ${from.error}`) : from;
}

export function* upgradePlan(kubeadm: Kubeadm): Script {
  const from = yield* begin(kubeadm);
  if (typeof from === 'number') return from;
  const { version } = kubeadm;
  say(kubeadm, '[preflight] Running pre-flight checks.');
  say(kubeadm, '[upgrade] Running cluster health checks');
  const sick = yield* sickness(kubeadm);
  if (sick !== undefined)
    return fail(kubeadm, `[upgrade/health] FATAL: [preflight] Some fatal errors occurred:\n\t${sick}`);
  say(kubeadm, `[upgrade/versions] Cluster version: v${from}`);
  say(kubeadm, `[upgrade/versions] kubeadm version: v${version}`);
  if (version === from) {
    say(kubeadm, "\nAwesome, you're up-to-date! Enjoy!");
    return 0;
  }
  kubeadm.call.out(
    '\nUpgrade to the latest version kubeadm knows:\n\nCOMPONENT                 NODE      CURRENT    TARGET\n',
  );
  for (const name of CONTROL_PLANE)
    say(kubeadm, `${name.padEnd(26)}${kubeadm.call.place.host.padEnd(10)}v${from}    v${version}`);
  kubeadm.call.out(
    `\nYou can now apply the upgrade by executing the following command:\n\n\tkubeadm upgrade apply v${version}\n\n`,
  );
  return 0;
}

export function* upgradeApply(kubeadm: Kubeadm): Script {
  const { args, flags, version: own } = kubeadm;
  const wanted = args[0]?.replace(/^v/, '');
  if (wanted === undefined || !/^\d+\.\d+\.\d+$/.test(wanted))
    return fail(kubeadm, 'missing one or more required arguments. Required arguments: [version]');
  const from = yield* begin(kubeadm);
  if (typeof from === 'number') return from;
  say(kubeadm, '[preflight] Running pre-flight checks.');
  say(kubeadm, '[upgrade] Running cluster health checks');
  const sick = yield* sickness(kubeadm);
  if (sick !== undefined)
    return fail(kubeadm, `[upgrade/health] FATAL: [preflight] Some fatal errors occurred:\n\t${sick}`);
  say(kubeadm, `[upgrade/version] You have chosen to change the cluster version to "v${wanted}"`);
  say(kubeadm, `[upgrade/versions] Cluster version: v${from}`);
  say(kubeadm, `[upgrade/versions] kubeadm version: v${own}`);
  const mistake = versionMistake(from, wanted, own);
  if (mistake !== undefined)
    return fail(
      kubeadm,
      `[upgrade/version] FATAL: the --version argument is invalid due to these fatal errors:\n\n\t- ${mistake}\n\nPlease fix the misconfigurations highlighted above and try upgrading again`,
    );
  if (!isSet(flags, 'yes') && !isSet(flags, 'force') && !/^y/i.test(kubeadm.call.input ?? ''))
    return fail(
      kubeadm,
      "[upgrade] Are you sure you want to proceed? [y/N]: won't proceed; the user didn't answer (Y|y) in order to continue",
    );
  say(kubeadm, '[upgrade/prepull] Pulling images required for setting up a Kubernetes cluster');
  say(
    kubeadm,
    `[upgrade/apply] Upgrading your Static Pod-hosted control plane to version "v${wanted}" (timeout: 5m0s)...`,
  );
  const code = yield* upgradeStaticPods(kubeadm, wanted, 'apply');
  if (code !== 0) return code;
  say(
    kubeadm,
    '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
  );
  yield* storeVersion(kubeadm, wanted);
  say(kubeadm, `\n[upgrade/successful] SUCCESS! Your cluster was upgraded to "v${wanted}". Enjoy!\n`);
  say(
    kubeadm,
    "[upgrade/kubelet] Now that your control plane is upgraded, please proceed with upgrading your kubelets if you haven't already done so.",
  );
  return 0;
}

export function* upgradeNode(kubeadm: Kubeadm): Script {
  say(kubeadm, '[upgrade] Reading configuration from the cluster...');
  const to = yield* clusterVersion(kubeadm);
  if (isBroken(to))
    return fail(kubeadm, `unable to fetch the kubeadm-config ConfigMap: ${to.error}`, 'preflight');
  say(kubeadm, '[preflight] Running pre-flight checks');
  const pieces = yield* piecesHere();
  if (pieces.get('kube-apiserver')?.wanted === true) {
    say(kubeadm, `[upgrade] Upgrading your Static Pod-hosted control plane instance to version "v${to}"...`);
    const code = yield* upgradeStaticPods(kubeadm, to, 'node');
    if (code !== 0) return code;
    say(kubeadm, '[upgrade] The control plane instance for this node was successfully updated!');
  } else say(kubeadm, '[upgrade] Skipping phase. Not a control plane node.');
  say(kubeadm, '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  say(kubeadm, '[upgrade] The configuration for this node was successfully updated!');
  say(
    kubeadm,
    '[upgrade] Now you should go ahead and upgrade the kubelet package using your package manager.',
  );
  return 0;
}
