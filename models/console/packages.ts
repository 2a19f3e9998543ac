/**
 * apt-get and apt, as far as an upgrade of Kubernetes needs them: `install -y kubeadm=1.31.0-1.1`, and which version is there.
 *
 * Source: pkgs.k8s.io (names of packages and their versions; `-00` in the old repository). A new kubelet is in force from its
 * next start. Not modelled: everything else that packages are; installing takes 5 s (an assumption).
 */
import type { KubeletConfig } from '../kubelet/config.ts';
import { act, type Call, look, type Place, type Script, wait } from './command.ts';
import { listFiles, writeFile } from './files.ts';

const INSTALLED = '/var/lib/dpkg/kubernetes';
const INSTALL_US = 5_000_000;
const PACKAGES = ['kubeadm', 'kubelet', 'kubectl'];

function* installedOn(host: string): Script<Readonly<Record<string, string>>> {
  const text = (yield* listFiles(host))[INSTALLED];
  return typeof text === 'string' ? (JSON.parse(text) as Record<string, string>) : {};
}

/** The version of a package of Kubernetes here: what was installed, or the cluster's own. */
export function* installedVersion({ host, topology }: Place, name: string): Script<string> {
  const version = (yield* installedOn(host))[name] ?? topology.versions.kubernetes;
  return version.split('.').length < 3 ? `${version}.0` : version;
}

export function* apt(call: Call): Script {
  const { host } = call.place;
  const [verb, ...names] = call.args.filter((arg) => !arg.startsWith('-'));
  if (verb === 'update') {
    call.out('Reading package lists... Done\n');
    return 0;
  }
  if (verb !== 'install') {
    call.err(`E: Invalid operation ${verb ?? ''}\n(this console has update, install)\n`);
    return 100;
  }
  const chosen: Record<string, string> = {};
  for (const name of names) {
    const [, known = '', version] = /^([a-z]+)=(\d+\.\d+\.\d+)(?:-[\d.]+)?$/.exec(name) ?? [];
    if (!PACKAGES.includes(known) || version === undefined) {
      call.err(
        `E: Unable to locate package ${name}\n(this console installs PACKAGE=VERSION of ${PACKAGES.join(', ')})\n`,
      );
      return 100;
    }
    chosen[known] = version;
  }
  yield* wait(INSTALL_US);
  for (const [name, version] of Object.entries(chosen)) {
    const before = yield* installedVersion(call.place, name);
    call.out(`Unpacking ${name} (${version}) over (${before}) ...\nSetting up ${name} (${version}) ...\n`);
  }
  yield* writeFile(host, INSTALLED, JSON.stringify({ ...(yield* installedOn(host)), ...chosen }));
  const { kubelet } = chosen;
  if (kubelet === undefined) return 0;
  const config = yield* look(({ world }) =>
    world
      .host(host)
      .processes.map((index) => world.processes[index]?.spec)
      .find((spec) => spec?.name === 'kubelet'),
  );
  if (config !== undefined) {
    const next: KubeletConfig = { ...(config.config as KubeletConfig), kubernetesVersion: kubelet };
    yield* act([{ do: 'configure', process: `${host}/kubelet`, config: next }]);
  }
  return 0;
}
