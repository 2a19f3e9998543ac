/** A member of etcd: who the first members are, and its flags as kubeadm and the parameters set them. */
import { type EtcdConfig, type EtcdFlags, flagError, PEER_PORT } from '../etcd/config.ts';
import { etcd } from '../etcd/process.ts';
import type { EtcdVersion } from '../etcd/version.ts';
import type { Daemon, Site } from './build.ts';
import { etcdPlaces, hostOf } from './topology.ts';
import { etcdPatch, etcdRunsAs } from './versions.ts';

/** kubeadm's manifest (cmd/kubeadm/app/phases/etcd/local.go getEtcdCommand). */
const KUBEADM_FLAGS: EtcdFlags = { 'snapshot-count': 10_000, 'watch-progress-notify-interval': 5_000 };

export function etcdProcess(site: Site): Daemon {
  const { topology, host } = site;
  const {
    version: asked,
    enabled: _,
    Restart: __,
    'database-bytes': databaseBytes = 0,
    ...flags
  } = site.settings('etcd');
  const version =
    asked === undefined
      ? topology.versions.etcd
      : (etcdRunsAs(String(asked))?.version ?? topology.versions.etcd);
  const patch = etcdPatch(asked);
  const member = etcdPlaces(topology).find((one) => one.host === host.name);
  const config: EtcdConfig = {
    name: member?.name ?? host.name,
    version: version as EtcdVersion,
    ...(patch === undefined ? {} : { patch }),
    initialCluster: topology.etcd.members.map(({ name, host: on }) => ({
      name,
      peerAddress: hostOf(topology, on).address,
      peerPort: PEER_PORT,
    })),
    initialClusterState: 'new',
    databaseBytes: Number(databaseBytes),
    flags: { ...KUBEADM_FLAGS, ...(flags as EtcdFlags) },
  };
  const wrong = flagError(config.flags ?? {});
  if (wrong !== undefined)
    site.findings.push({
      severity: 'error',
      file: 'parameters',
      line: 1,
      column: 1,
      message: `etcd on ${host.name}: ${wrong}`,
    });
  return { type: etcd, config };
}
