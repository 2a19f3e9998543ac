/**
 * kubeadm: reads its flags, finds the subcommand, and says which there are.
 *
 * Source: k/k cmd/kubeadm/app/cmd/cmd.go. Its version is that of the cluster, until another package is installed.
 */
import { nearestHint } from '../../nearest.ts';
import { type Call, look, type Script } from '../command.ts';
import { type FlagTable, isFlagError, readFlags } from '../flags.ts';
import { isControlPlane } from '../kubectl/client.ts';
import { installedVersion } from '../packages.ts';
import { adminNotAfter } from './certificates.ts';
import { checkExpiration, renew } from './certs.ts';
import { init } from './init.ts';
import { join } from './join.ts';
import {
  annotateCri,
  certsAll,
  controlPlaneAll,
  etcdLocal,
  kubeconfigAll,
  kubeconfigKubelet,
  kubeletConfig,
  kubeletEnvironment,
  markMaster,
} from './phases.ts';
import { reset } from './reset.ts';
import { fail, type Kubeadm, say } from './session.ts';
import { certificateKey, token, uploadCerts } from './token.ts';
import { upgradeApply, upgradeNode, upgradePlan } from './upgrade.ts';

const FLAGS: FlagTable = {
  'apiserver-advertise-address': 'value',
  'apiserver-bind-port': 'value',
  'certificate-key': 'value',
  config: 'value',
  'control-plane': 'switch',
  'control-plane-endpoint': 'value',
  'cri-socket': 'value',
  description: 'value',
  'discovery-token': 'value',
  'discovery-token-ca-cert-hash': 'list',
  'discovery-token-unsafe-skip-ca-verification': 'switch',
  'experimental-control-plane': 'switch',
  'experimental-upload-certs': 'switch',
  force: 'switch',
  groups: 'value',
  'ignore-preflight-errors': 'value',
  kubeconfig: 'value',
  'kubernetes-version': 'value',
  'node-name': 'value',
  'pod-network-cidr': 'value',
  'print-join-command': 'switch',
  'service-cidr': 'value',
  'skip-phases': 'value',
  token: 'value',
  'token-ttl': 'value',
  ttl: 'value',
  'upload-certs': 'switch',
  usages: 'value',
  v: 'value',
  yes: 'switch',
};
const SHORT: Readonly<Record<string, string>> = { f: 'force', y: 'yes', v: 'v' };

type Subcommand = (kubeadm: Kubeadm) => Script;

/** The same for hosts that have an admin.conf, with which it asks. */
function asAdmin(subcommand: Subcommand): Subcommand {
  return function* run(kubeadm) {
    if (!(yield* look(isControlPlane))) {
      const why = 'open /etc/kubernetes/admin.conf: no such file or directory';
      return fail(kubeadm, `failed to load admin kubeconfig: ${why}`);
    }
    const notAfterUs = yield* adminNotAfter(kubeadm.call.place);
    return yield* subcommand(notAfterUs === undefined ? kubeadm : { ...kubeadm, notAfterUs });
  };
}

// biome-ignore lint/correctness/useYield: every subcommand is a script
function* printVersion(kubeadm: Kubeadm): Script {
  const { minor, version } = kubeadm;
  say(kubeadm, `kubeadm version: &version.Info{Major:"1", Minor:"${minor}", GitVersion:"v${version}"}`);
  return 0;
}

/** By their words before 1.13 and since. */
const PHASES: Readonly<Record<string, Subcommand>> = {
  'alpha phase certs all': certsAll,
  'alpha phase kubelet config write-to-disk': kubeletConfig,
  'alpha phase kubelet write-env-file': kubeletEnvironment,
  'alpha phase kubelet config annotate-cri': annotateCri,
  'alpha phase kubeconfig all': kubeconfigAll,
  'alpha phase kubeconfig kubelet': kubeconfigKubelet,
  'alpha phase etcd local': etcdLocal,
  'alpha phase controlplane all': controlPlaneAll,
  'alpha phase mark-master': markMaster,
  'init phase certs all': certsAll,
  'init phase kubeconfig all': kubeconfigAll,
  'init phase etcd local': etcdLocal,
  'init phase control-plane all': controlPlaneAll,
  'init phase mark-control-plane': markMaster,
};

/** By their words. */
const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  init,
  join,
  reset,
  token: asAdmin(token),
  'init phase upload-certs': asAdmin(uploadCerts),
  'certs certificate-key': certificateKey,
  'certs check-expiration': asAdmin(checkExpiration),
  'certs renew': asAdmin(renew),
  'alpha certs certificate-key': certificateKey,
  'alpha certs check-expiration': asAdmin(checkExpiration),
  'alpha certs renew': asAdmin(renew),
  ...PHASES,
  'upgrade plan': asAdmin(upgradePlan),
  'upgrade apply': asAdmin(upgradeApply),
  'upgrade node': upgradeNode,
  version: printVersion,
};

const MOST_WORDS = 5;

/** The longest row of words that names a subcommand, and what follows it. */
function subcommandOf(words: readonly string[]): readonly [Subcommand, readonly string[]] | undefined {
  for (let count = Math.min(MOST_WORDS, words.length); count > 0; count--) {
    const name = words.slice(0, count).join(' ');
    const found = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
    if (found !== undefined) return [found, words.slice(count)];
  }
  return undefined;
}

function usage(): string {
  return `This console has: ${Object.keys(SUBCOMMANDS)
    .sort()
    .map((name) => `kubeadm ${name}`)
    .join(', ')}\n`;
}

export function* kubeadm(call: Call): Script {
  const flags = readFlags(call.args, FLAGS, SHORT);
  const version = yield* installedVersion(call.place, 'kubeadm');
  const minor = Number(version.split('.')[1]);
  if (isFlagError(flags)) return fail({ call }, flags.error);
  const words = flags.positional;
  if (words.length === 0 || words[0] === 'help') {
    call.out(usage());
    return 0;
  }
  const found = subcommandOf(words);
  if (found === undefined) {
    const name = words.join(' ');
    call.err(
      `error: unknown command "${name}" for "kubeadm"${nearestHint(name, Object.keys(SUBCOMMANDS))}\n`,
    );
    call.err(usage());
    return 1;
  }
  const [subcommand, args] = found;
  return yield* subcommand({ call, flags, args, version, minor });
}
