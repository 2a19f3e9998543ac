/**
 * Reader of kube-vip's static pod manifest: the environment of its container.
 *
 * Source: kube-vip pkg/kubevip/config_envvar.go and config_environment.go (names and units; values that are no number stop it),
 * cmd/kube-vip.go (defaults); kube-vip.io, Static Pods.
 * Not modelled: modes other than ARP for the control plane, settings in `args` or in a configuration file: said as notes.
 */
import type { Finding } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import { valueAt } from '../schema-findings.ts';
import { readYaml, type YamlDocument } from '../yaml-text.ts';
import { DEFAULTS, type KubeVipConfig } from './config.ts';

/** What a manifest says; the apiserver that is asked is the host's own. */
export type KubeVipManifest = Omit<KubeVipConfig, 'server'>;

/** Variables that shape this model, with the microseconds of one unit for those that are times. */
const TIMES: Readonly<Record<string, number>> = {
  vip_leaseduration: 1_000_000,
  vip_renewdeadline: 1_000_000,
  vip_retryperiod: 1_000_000,
  vip_arpRate: 1_000,
};
/** Modes that this model is without: `true` of one of these is more than a note. */
const OTHER_MODES = ['bgp_enable', 'vip_routingtable', 'vip_wireguard', 'vip_ddns', 'vip_singlenode'];
/** Variables that change nothing here. */
const WITHOUT_EFFECT = new Set([
  ...['vip_interface', 'vip_servicesinterface', 'vip_subnet', 'vip_cidr', 'port', 'vip_nodename'],
  ...['vip_leaderelection', 'cp_enable', 'cp_namespace', 'vip_arp', 'prometheus_server', 'vip_loglevel'],
]);

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly line: number;
  readonly column: number;
}

/** Reads it; without `manifest` there is at least one error among the findings. */
export function readKubeVipManifest(
  text: string,
  file: string,
): { manifest?: KubeVipManifest; findings: Finding[] } {
  const { documents, findings } = readYaml(text, file);
  const pod = documents.find(({ value }) => valueAt(value, ['kind']) === 'Pod');
  if (!pod) {
    if (findings.length === 0)
      findings.push({ severity: 'error', file, line: 1, column: 1, message: 'no Pod of kube-vip is in it' });
    return { findings };
  }
  const read: { -readonly [K in keyof KubeVipManifest]: KubeVipManifest[K] } = { ...DEFAULTS, address: '' };
  const known = new Map<string, Variable>();
  for (const variable of variablesOf(pod)) {
    const { name, value } = variable;
    const say = (severity: Finding['severity'], message: string) =>
      findings.push({ severity, file, line: variable.line, column: variable.column, message });
    known.set(name, variable);
    const unitUs = TIMES[name];
    if (unitUs !== undefined) {
      const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
      if (count > 0) Object.assign(read, { [name]: count * unitUs });
      else say('error', `${name}: ${value.slice(0, 60)} is no whole number above 0`);
    } else if (name === 'vip_leasename') read.vip_leasename = value;
    else if (name === 'address' || (name === 'vip_address' && read.address === '')) {
      if (isIpv4(value)) read.address = value;
      else say('error', `${name}: ${value.slice(0, 60)} is no IPv4 address; names are not modelled`);
    } else if (OTHER_MODES.includes(name) && value === 'true')
      say('error', `${name}: only ARP mode with leader election is modelled`);
    else if (!WITHOUT_EFFECT.has(name) && !OTHER_MODES.includes(name) && value !== 'false' && value !== '')
      say('note', `kube-vip's ${name} is not modelled`);
  }
  const complain = (message: string) =>
    findings.push({ severity: 'error', file, ...pod.position(['spec']), message });
  if (read.address === '' && !findings.some(({ severity }) => severity === 'error'))
    complain('no variable says the address that kube-vip is to hold: address');
  for (const name of ['vip_arp', 'vip_leaderelection', 'cp_enable'] as const) {
    if (known.get(name)?.value !== 'true')
      complain(
        `${name} is not true: only the control plane's VIP in ARP mode with leader election is modelled`,
      );
  }
  return findings.some(({ severity }) => severity === 'error') ? { findings } : { manifest: read, findings };
}

/** The environment of the first container that has one. */
function variablesOf(pod: YamlDocument): Variable[] {
  const containers = valueAt(pod.value, ['spec', 'containers']);
  const index = Array.isArray(containers) ? containers.findIndex((one) => Array.isArray(one?.env)) : -1;
  if (index < 0) return [];
  const path = ['spec', 'containers', index, 'env'];
  return (valueAt(pod.value, path) as readonly unknown[]).map((entry, i) => ({
    name: String(valueAt(entry, ['name'])),
    value: String(valueAt(entry, ['value']) ?? ''),
    ...pod.position([...path, i, 'value']),
  }));
}
