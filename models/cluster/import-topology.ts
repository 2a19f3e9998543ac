/**
 * A topology from the files that people deploy: haproxy.cfg, keepalived.conf with its check scripts (one a host),
 * kubeadm-config.yaml, /etc/hosts, sysctl.conf. What the files do not say takes a default that is stated in the
 * topology's notes and that --set overrides.
 */
import { boundedFindings, type Finding } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import { addressBook } from './import-addresses.ts';
import { findEndpoint } from './import-endpoint.ts';
import { type ImportFile, sortFiles } from './import-files.ts';
import { type HostDraft, matchHosts } from './import-hosts.ts';
import { importedParameters } from './import-parameters.ts';
import { type ImportSettings, readImportSettings } from './import-settings.ts';
import { type HaproxySource, readSources, type Sources } from './import-sources.ts';
import { importedVersions } from './import-versions.ts';
import { type ParameterMap, settingMistake } from './parameters.ts';
import { type ProcessName, type Role, Topology, type TopologyHost } from './topology.ts';

export interface ImportOptions {
  /** Name of the topology; default `imported`. */
  readonly name?: string;
  readonly about?: string;
  readonly set?: ParameterMap;
  /** What findings about settings name as their file; default `--set`. */
  readonly setFrom?: string;
  /** Classes of faults under which it is said to keep what it should. */
  readonly claimedUnder?: readonly string[];
  /** Said by whoever asks for the import, before the import's own notes. */
  readonly notes?: readonly string[];
}

/** The most findings that one import gives; errors come first. */
const MAX_FINDINGS = 200;

/** Reads the files together. Without `topology` there is at least one error among the findings. */
export function importTopology(
  files: readonly ImportFile[],
  options: ImportOptions = {},
): { topology?: Topology; findings: Finding[] } {
  const where = options.setFrom ?? '--set';
  const { settings, findings: settingFindings } = readImportSettings(options.set ?? {}, where);
  const { sorted, findings: fileFindings } = sortFiles(files);
  const { sources, findings: readFindings } = readSources(sorted, settings);
  const findings = [...settingFindings, ...fileFindings, ...readFindings];
  const error = (file: string, message: string): Finding => ({
    severity: 'error',
    file,
    line: 1,
    column: 1,
    message,
  });
  if (findings.some(isError)) return { findings: bounded(findings) };
  const { drafts, apiserverPort, findings: matchFindings } = matchHosts(sources, settings);
  findings.push(...matchFindings);
  const first = sorted[0]?.path ?? where;
  if (!drafts.some(({ controlPlane }) => controlPlane)) {
    findings.push(
      error(
        first,
        'the files name no control plane: no servers in a haproxy.cfg, no keepalived.conf, no kubeadm configuration of a host',
      ),
    );
  }
  if (findings.some(isError)) return { findings: bounded(findings) };
  const topology = assemble({ sources, settings, drafts, apiserverPort, options, findings });
  for (const [path, value] of Object.entries(topology.parameters ?? {})) {
    const wrong = settingMistake(
      path,
      value,
      topology.hosts.map(({ name }) => name),
    );
    if (wrong) findings.push(error(where, wrong));
  }
  for (const name of settings.hosts.keys()) {
    if (!topology.hosts.some((host) => host.name === name))
      findings.push(error(where, `there is no host ${name}`));
  }
  const checked = Topology.safeParse(topology);
  for (const issue of checked.success ? [] : checked.error.issues) findings.push(error(first, issue.message));
  return checked.success && !findings.some(isError)
    ? { topology: checked.data, findings: bounded(findings) }
    : { findings: bounded(findings) };
}

type Member = Topology['etcd']['members'][number];

interface Parts {
  readonly sources: Sources;
  readonly settings: ImportSettings;
  readonly drafts: HostDraft[];
  readonly apiserverPort: number;
  readonly options: ImportOptions;
  readonly findings: Finding[];
}

function assemble({ sources, settings, drafts, apiserverPort, options, findings }: Parts): Topology {
  const notes = [...(options.notes ?? [])];
  const versions = importedVersions(sources, settings, notes);
  const external = sources.kubeadm.find(({ config }) => config.etcdExternal);
  const etcdHosts = external
    ? etcdDrafts(external.config.etcdExternal!.endpoints, drafts, sources)
    : undefined;
  const vip = vipOf(sources, settings, findings);
  const proxies = giveBalancers(sources, settings, drafts, notes);
  const { cloudBalancer } = settings;
  if (cloudBalancer !== undefined && !drafts.some(({ name }) => name === cloudBalancer))
    drafts.push({ name: cloudBalancer, controlPlane: false, worker: false });
  if (!drafts.some(({ worker }) => worker)) {
    drafts.push({ name: freeName('w1', drafts), controlPlane: false, worker: true });
    notes.push('No file names a worker: there is one, w1. Set cluster.workers for others.');
  }
  drafts.sort((a, b) => Number(isOnlyWorker(a)) - Number(isOnlyWorker(b)));
  const book = addressBook(drafts, vip, settings, notes);
  const hosts = drafts.map((draft) =>
    hostFrom(draft, book.addressOf(draft), etcdHosts, proxies, sources, settings),
  );
  hosts.push({
    name: freeName('outside', drafts),
    address: book.outside(),
    roles: ['client'],
    processes: [],
  });
  const endpoint = findEndpoint({ sources, settings, hosts, vip, apiserverPort, notes, findings });
  const places = hosts.filter(({ processes }) => processes.includes('etcd'));
  const [members, spares] = [true, false].map((joined) =>
    places.filter((host) => (host.joined ?? true) === joined).map(({ name }) => ({ name, host: name })),
  ) as [Member[], Member[]];
  const kubeadm = sources.kubeadm[0]?.config;
  const networking = {
    ...(kubeadm?.podSubnet ? { podSubnet: kubeadm.podSubnet.value } : {}),
    ...(kubeadm?.serviceSubnet ? { serviceSubnet: kubeadm.serviceSubnet.value } : {}),
  };
  const names = Object.fromEntries(
    sources.hosts.flatMap((entry) => entry.names.map((name) => [name, entry.address])),
  );
  const parameters = { ...importedParameters(sources, findings), ...settings.parameters };
  const texts: Record<string, string> = {};
  const keep = (file: { path: string; text: string }) => {
    texts[file.path] = file.text;
    return file.path;
  };
  const haproxy = Object.fromEntries([...proxies].map(([host, source]) => [host, keep(source.file)]));
  const keepalived = Object.fromEntries(
    sources.keepalived.map(({ host, file, scripts }) => {
      const kept = Object.fromEntries(Object.entries(scripts).map(([path, script]) => [path, keep(script)]));
      return [host, { conf: keep(file), ...(Object.keys(kept).length > 0 ? { scripts: kept } : {}) }];
    }),
  );
  const kubeVip = Object.fromEntries(
    drafts.flatMap(({ name, kubeVip }) => (kubeVip ? [[name, keep(kubeVip.file)]] : [])),
  );
  const said = drafts.flatMap(({ name, source }) =>
    source ? [{ what: `address of ${name}`, ...source }] : [],
  );
  const optional = {
    networking,
    names,
    haproxy,
    keepalived,
    kubeVip,
    parameters,
    files: texts,
    sources: said,
    notes,
  };
  return {
    topology: options.name ?? 'imported',
    ...(options.about === undefined ? {} : { about: options.about }),
    ...(options.claimedUnder === undefined ? {} : { 'claimed-under': [...options.claimedUnder] }),
    versions,
    hosts,
    controlPlaneEndpoint: endpoint,
    apiserverPort,
    ...(vip === undefined ? {} : { vip: { address: vip } }),
    etcd: {
      placement: external ? 'external' : 'stacked',
      members,
      ...(spares.length === 0 ? {} : { spares }),
    },
    ...withoutEmpty(optional),
  };
}

/** The hosts of an external etcd, by the addresses (or names) of its endpoints. */
function etcdDrafts(
  endpoints: readonly { readonly value: { readonly host: string } }[],
  drafts: HostDraft[],
  sources: Sources,
): Set<string> {
  const names = new Set<string>();
  for (const [
    index,
    {
      value: { host },
    },
  ] of endpoints.entries()) {
    const address = isIpv4(host) ? host : sources.hosts.find((entry) => entry.names.includes(host))?.address;
    const known = drafts.find(
      (draft) => draft.name === host || (address !== undefined && draft.address === address),
    );
    const name = known?.name ?? freeName(isIpv4(host) ? `e${index + 1}` : host.split('.')[0]!, drafts);
    if (!known)
      drafts.push({
        name,
        controlPlane: false,
        worker: false,
        ...(address === undefined ? {} : { address }),
      });
    names.add(name);
  }
  return names;
}

function vipOf(sources: Sources, settings: ImportSettings, findings: Finding[]): string | undefined {
  if (settings.vip !== undefined) return settings.vip;
  let vip: string | undefined;
  for (const { file, manifest } of sources.kubeVip) {
    vip ??= manifest.address;
    if (manifest.address !== vip) {
      const message = `kube-vip holds ${manifest.address} here and ${vip} elsewhere; ${vip} is taken for the VIP`;
      findings.push({ severity: 'warning', file: file.path, line: 1, column: 1, message });
    }
  }
  for (const { file, config } of sources.keepalived) {
    const [address] = config.instances.flatMap((instance) => instance.virtualIpAddresses);
    vip ??= address;
    if (address !== undefined && address !== vip) {
      const message = `the first virtual address is ${address} here and ${vip} elsewhere; ${vip} is taken for the VIP`;
      findings.push({ severity: 'warning', file: file.path, line: 1, column: 1, message });
    }
  }
  return vip;
}

/** Which host runs which haproxy.cfg. One without a host is run by every host with keepalived, else by one of its own. */
function giveBalancers(
  sources: Sources,
  settings: ImportSettings,
  drafts: HostDraft[],
  notes: string[],
): Map<string, HaproxySource> {
  const proxies = new Map<string, HaproxySource>();
  for (const draft of drafts) if (draft.haproxy) proxies.set(draft.name, draft.haproxy);
  const shared = sources.haproxy.find(({ file }) => file.host === undefined);
  if (!shared) return proxies;
  let names = settings.balancers ?? drafts.filter(({ keepalived }) => keepalived).map(({ name }) => name);
  if (names.length === 0) {
    names = [freeName('lb', drafts)];
    notes.push(
      `No file says which host runs ${shared.file.short}: it is lb, a host of its own. Set cluster.balancers for others.`,
    );
  }
  for (const name of names) {
    if (!drafts.some((draft) => draft.name === name))
      drafts.push({ name, controlPlane: false, worker: false });
    if (!proxies.has(name)) proxies.set(name, shared);
  }
  return proxies;
}

function hostFrom(
  draft: HostDraft,
  address: string,
  etcdHosts: ReadonlySet<string> | undefined,
  proxies: ReadonlyMap<string, HaproxySource>,
  sources: Sources,
  settings: ImportSettings,
): TopologyHost {
  const runsEtcd = etcdHosts ? etcdHosts.has(draft.name) : draft.controlPlane;
  const balances = proxies.has(draft.name);
  const managed = settings.cloudBalancer === draft.name;
  const roles: Role[] = [];
  if (draft.controlPlane) roles.push('control-plane');
  if (runsEtcd) roles.push('etcd');
  if (balances || managed || draft.keepalived || draft.kubeVip) roles.push('load-balancer');
  if (draft.worker) roles.push('worker');
  const processes: ProcessName[] = [];
  if (draft.keepalived) processes.push('keepalived');
  if (balances) processes.push('haproxy');
  if (draft.kubeVip) processes.push('kube-vip');
  if (managed) processes.push('cloud-balancer');
  if (draft.controlPlane || draft.worker || runsEtcd) processes.push('kubelet');
  if (runsEtcd) processes.push('etcd');
  if (draft.controlPlane) processes.push('kube-apiserver', 'kube-controller-manager', 'kube-scheduler');
  const set = settings.hosts.get(draft.name);
  const files = sources.nonlocalBind.some(({ file }) => file.host === undefined || file.host === draft.name);
  const nonlocalBind = set?.['nonlocal-bind'] ?? (files && balances);
  return {
    name: draft.name,
    address,
    roles,
    processes,
    ...(set?.['zone'] === undefined ? {} : { zone: String(set['zone']) }),
    ...(set?.['segment'] === undefined ? {} : { segment: String(set['segment']) }),
    ...(nonlocalBind === true ? { nonlocalBind } : {}),
    ...(set?.['joined'] === false ? { joined: false } : {}),
    ...(managed ? { managed } : {}),
  };
}

/** Workers stand last in every list of hosts. */
function isOnlyWorker({ worker, controlPlane }: HostDraft): boolean {
  return worker && !controlPlane;
}

function freeName(wanted: string, drafts: readonly HostDraft[]): string {
  let name = wanted;
  for (let count = 2; drafts.some((draft) => draft.name === name); count++) name = `${wanted}-${count}`;
  return name;
}

function withoutEmpty<T extends Record<string, object>>(parts: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0),
  ) as Partial<T>;
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function bounded(findings: readonly Finding[]): Finding[] {
  return [...boundedFindings(findings, MAX_FINDINGS)];
}
