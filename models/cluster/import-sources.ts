/**
 * The files of a deployment, each read by its own reader.
 */
import type { Finding } from '../finding.ts';
import type { BackendConfig, HaproxyConfig } from '../haproxy/config.ts';
import { readHaproxyCfg } from '../haproxy/read-cfg.ts';
import type { KeepalivedConfig } from '../keepalived/config.ts';
import { readKeepalivedConf } from '../keepalived/read-conf.ts';
import { type KubeVipManifest, readKubeVipManifest } from '../kube-vip/read-manifest.ts';
import { type KubeadmCommand, readKubeadmCommands } from '../kubeadm/commands.ts';
import { type KubeadmConfig, readKubeadmConfig } from '../kubeadm/config.ts';
import { type SortedFile, scriptNamed } from './import-files.ts';
import type { ImportSettings } from './import-settings.ts';
import { settingsOf } from './parameters.ts';
import { type HostsEntry, readEtcHosts, readNonlocalBind } from './system-files.ts';

export interface HaproxySource {
  readonly file: SortedFile;
  readonly config: HaproxyConfig;
}
export interface KeepalivedSource {
  readonly file: SortedFile;
  /** Its folder's or prefix's name; m1, m2, ... where neither names one. */
  readonly host: string;
  readonly config: KeepalivedConfig;
  /** Scripts that its configuration calls: path to the file that was found for it. */
  readonly scripts: Readonly<Record<string, SortedFile>>;
}
export interface KubeadmSource {
  readonly file: SortedFile;
  readonly config: KubeadmConfig;
}

export interface CommandsSource {
  readonly file: SortedFile;
  readonly commands: readonly KubeadmCommand[];
}

export interface KubeVipSource {
  readonly file: SortedFile;
  readonly manifest: KubeVipManifest;
}

export interface Sources {
  readonly haproxy: readonly HaproxySource[];
  readonly keepalived: readonly KeepalivedSource[];
  readonly kubeadm: readonly KubeadmSource[];
  /** kubeadm's commands in notes and scripts. */
  readonly commands: readonly CommandsSource[];
  readonly kubeVip: readonly KubeVipSource[];
  readonly hosts: readonly HostsEntry[];
  /** Files that switch net.ipv4.ip_nonlocal_bind on. */
  readonly nonlocalBind: readonly { readonly file: SortedFile; readonly line: number }[];
}

/** Reads everything; whatever a reader says is among the findings. */
export function readSources(
  sorted: readonly SortedFile[],
  settings: ImportSettings,
): { sources: Sources; findings: Finding[] } {
  const findings: Finding[] = [];
  const of = (kind: SortedFile['kind']) => sorted.filter((file) => file.kind === kind);
  const hosts = of('hosts').flatMap((file) => {
    const read = readEtcHosts(file.text, file.path);
    findings.push(...read.findings);
    return read.entries;
  });
  const haproxy = of('haproxy').map((file): HaproxySource => {
    const read = readHaproxyCfg(file.text, file.path);
    findings.push(...read.findings);
    return { file, config: read.config };
  });
  const addresses = Object.fromEntries(
    hosts.flatMap(({ address, names }) => names.map((name) => [name, address])),
  );
  const keepalived = of('keepalived').map((file, index): KeepalivedSource => {
    const host = file.host ?? `m${index + 1}`;
    const scripts: Record<string, SortedFile> = {};
    const read = readKeepalivedConf(file.text, file.path, {
      version: settings.versions['keepalived'],
      readScript: (path: string) => {
        const script = scriptNamed(sorted, file.host, path);
        if (script) scripts[path] = script;
        return script && { file: script.path, text: script.text };
      },
      set: textsOf(settingsOf(settings.parameters, 'keepalived', host, [host])),
      addresses,
    });
    findings.push(...read.findings);
    return { file, host, config: read.config, scripts };
  });
  const kubeadm = of('kubeadm').flatMap((file): KubeadmSource[] => {
    const read = readKubeadmConfig(file.text, file.path);
    findings.push(...read.findings);
    return read.config ? [{ file, config: read.config }] : [];
  });
  const commands = of('commands').map((file) => ({ file, commands: readKubeadmCommands(file.text) }));
  const kubeVip = of('kube-vip').flatMap((file): KubeVipSource[] => {
    const read = readKubeVipManifest(file.text, file.path);
    findings.push(...read.findings);
    return read.manifest ? [{ file, manifest: read.manifest }] : [];
  });
  const nonlocalBind = of('sysctl').flatMap((file) => {
    const { nonlocalBind, line } = readNonlocalBind(file.text);
    return nonlocalBind ? [{ file, line }] : [];
  });
  return { sources: { haproxy, keepalived, kubeadm, commands, kubeVip, hosts, nonlocalBind }, findings };
}

function textsOf(settings: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));
}

/**
 * The backend whose servers are the apiservers: the first with a server on their port, else the first that
 * has servers at all.
 */
export function apiserverBackend(config: HaproxyConfig, port: number): BackendConfig | undefined {
  const filled = config.backends.filter(({ servers }) => servers.length > 0);
  return filled.find(({ servers }) => servers.some((server) => server.port === port)) ?? filled[0];
}

/** Does one of its backends have a server on the apiservers' port, or one that is asked at the port the client asked for? */
export function leadsToApiservers(config: HaproxyConfig, port: number): boolean {
  const backend = apiserverBackend(config, port);
  return backend?.servers.some((server) => server.port === port || server.port === 0) === true;
}

/** Where clients reach a backend: the bind lines of the frontends that lead to it. */
export function bindsOf(config: HaproxyConfig, backend: BackendConfig) {
  return config.frontends
    .filter((frontend) => frontend.backend === backend.name)
    .flatMap(({ binds }) => binds);
}

/** Line and column of the first match in a text, for findings about what a reader has taken apart already. */
export function placeOf(text: string, pattern: RegExp): { line: number; column: number } {
  const index = text.search(pattern);
  if (index < 0) return { line: 1, column: 1 };
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  return { line, column: index - before.lastIndexOf('\n') };
}
