/** Versions of an import: what is set, else what a file says, else the stated default; run as the nearest modelled. */
import { etcdSeriesFor, kubernetesMinor } from '../kubeadm/config-versions.ts';
import type { ImportSettings } from './import-settings.ts';
import type { Sources } from './import-sources.ts';
import type { Topology } from './topology.ts';
import {
  DEFAULT_VERSIONS,
  etcdRunsAs,
  haproxyRunsAs,
  keepalivedRunsAs,
  VERSION_PATTERN,
} from './versions.ts';

export function importedVersions(
  sources: Sources,
  settings: ImportSettings,
  notes: string[],
): Topology['versions'] {
  const set = settings.versions;
  const file = sources.kubeadm
    .map(({ config }) => config.kubernetesVersion?.value)
    .find((found) => found !== undefined);
  const kubernetes = set['kubernetes']?.replace(/^v/, '') ?? file ?? DEFAULT_VERSIONS.kubernetes;
  if (set['kubernetes'] === undefined && file === undefined) {
    notes.push(
      `No file says a version of Kubernetes: it is ${kubernetes}. Set kubernetes.version for another.`,
    );
  }
  const wanted =
    set['etcd'] ??
    etcdSeriesFor(kubernetesMinor(kubernetes) ?? kubernetesMinor(DEFAULT_VERSIONS.kubernetes)!);
  const etcd = etcdRunsAs(wanted) ?? { version: '3.5' as const, same: false };
  if (!etcd.same) notes.push(`etcd ${wanted} runs as ${etcd.version}, the nearest version that is modelled.`);
  const keepalived = versionOf('keepalived', sources.keepalived.length > 0, keepalivedRunsAs);
  const haproxy = versionOf('haproxy', sources.haproxy.length > 0, haproxyRunsAs);

  function versionOf(
    component: 'keepalived' | 'haproxy',
    used: boolean,
    runsAs: (version: string) => { version: string; same: boolean } | undefined,
  ): string | undefined {
    if (!used) return undefined;
    const asked = set[component];
    const found = asked === undefined ? undefined : runsAs(asked);
    if (asked !== undefined && !found?.same) {
      notes.push(
        `${component} ${asked} runs as ${found?.version ?? DEFAULT_VERSIONS[component]}, the nearest version that is modelled.`,
      );
    }
    const version = found?.version ?? DEFAULT_VERSIONS[component];
    return VERSION_PATTERN.test(version) ? version : `${version}.0`;
  }
  return {
    kubernetes,
    etcd: etcd.version,
    ...(keepalived === undefined ? {} : { keepalived }),
    ...(haproxy === undefined ? {} : { haproxy }),
  };
}
