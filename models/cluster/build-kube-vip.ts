/** kube-vip's configuration: what its manifest says, with the parameters written over it. */
import { electionOf, type KubeVipConfig } from '../kube-vip/config.ts';
import { kubeVipProcess } from '../kube-vip/process.ts';
import { readKubeVipManifest } from '../kube-vip/read-manifest.ts';
import { refusal } from '../leader-election/config.ts';
import type { Daemon, Site } from './build.ts';

export function kubeVipDaemon(site: Site): Daemon {
  const { topology, host, findings } = site;
  const file = topology.kubeVip?.[host.name] as string;
  const { manifest, findings: found } = readKubeVipManifest(topology.files?.[file] as string, file);
  findings.push(...found);
  const settings = site.settings('kube-vip');
  const set: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    const unitUs = key === 'vip_arpRate' ? 1_000 : 1_000_000;
    set[key] = typeof value === 'number' ? value * unitUs : value;
  }
  const server = { address: '127.0.0.1', port: topology.apiserverPort };
  const config = { ...manifest, ...set, server } as KubeVipConfig;
  const wrong = manifest === undefined ? undefined : refusal(electionOf(config));
  if (wrong !== undefined)
    findings.push({
      severity: 'error',
      file,
      line: 1,
      column: 1,
      message: `kube-vip stops at once: ${wrong}`,
    });
  return { type: kubeVipProcess, config };
}
