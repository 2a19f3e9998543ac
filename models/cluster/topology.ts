/**
 * A topology: which hosts there are, what runs on them, and the configuration texts they run with. Plain
 * data that `quorate import --out` writes and that can be edited and read again.
 *
 * haproxy.cfg, keepalived.conf and check scripts are kept as texts, by the name of the file they came
 * from; their own readers parse them when a world is built, so that every finding keeps its file and line.
 */
import { isIpv4 } from '../ipv4.ts';
import { z } from '../zod.ts';
import { DEFAULT_VERSIONS, ETCD_SERIES, VERSION_PATTERN } from './versions.ts';

/** Names of hosts, zones and segments: no dots, as a dot separates the parts of a parameter's path. */
export const NAME_PATTERN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;

export const PROCESS_NAMES = [
  'keepalived',
  'haproxy',
  'kube-vip',
  'cloud-balancer',
  'kubelet',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'web',
] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

export const ROLES = ['control-plane', 'etcd', 'load-balancer', 'worker', 'server', 'client'] as const;
export type Role = (typeof ROLES)[number];

const name = z.string().regex(NAME_PATTERN, {
  error: 'a name has letters, digits, - and _, begins and ends with a letter or digit',
});
const address = z.string().refine(isIpv4, { error: 'expected an IPv4 address' });
const port = z.int().min(1).max(65_535);
const fileName = z.string().min(1);

const Host = z.strictObject({
  name,
  address: address.describe('Address of its interface'),
  roles: z.array(z.enum(ROLES)).describe('What it is for; faults and lints name hosts by it'),
  processes: z.array(z.enum(PROCESS_NAMES)).describe('What runs on it'),
  zone: name.optional().describe('A site; links between zones may be slower'),
  segment: name.optional().describe('Hosts of one segment hear each other’s multicasts and ARP; default lan'),
  nonlocalBind: z
    .boolean()
    .optional()
    .describe('net.ipv4.ip_nonlocal_bind: may listen on an address it does not have; default false'),
  joined: z
    .boolean()
    .optional()
    .describe(
      'Its kubelet and control plane are part of the cluster; false: they wait for kubeadm init or join. Default true',
    ),
  managed: z
    .boolean()
    .optional()
    .describe('A cloud provider runs it: no fault may be aimed at it, only at its links; default false'),
});

const Keepalived = z.strictObject({
  conf: fileName.describe('Its keepalived.conf, a name of `files`'),
  scripts: z
    .record(z.string(), fileName)
    .optional()
    .describe('Check scripts: the path that the configuration calls, and its text, a name of `files`'),
});

const time = z.string().regex(/^\d+(?:\.\d+)?(?:us|ms|s|m)$/, { error: 'expected a time such as 500ms' });

const Web = z.strictObject({
  port,
  tls: z.boolean().optional().describe('It speaks TLS; default false'),
  'answer-time': time.optional().describe('From a request to its answer; default 0s'),
  backlog: z.int().min(0).optional().describe('listen(2); default net.core.somaxconn, 4096'),
});

const Etcd = z.strictObject({
  placement: z.enum(['stacked', 'external']).describe('Which members an apiserver asks: its own, or all'),
  members: z.array(z.strictObject({ name, host: name })),
  spares: z
    .array(z.strictObject({ name, host: name }))
    .optional()
    .describe('Hosts where etcd is installed and not started, for members that an operator adds'),
});

const version = z.string().regex(VERSION_PATTERN, { error: 'expected a version such as 2.6.12' });

const Versions = z.strictObject({
  kubernetes: version.default(DEFAULT_VERSIONS.kubernetes),
  etcd: z.enum(ETCD_SERIES).default('3.5'),
  keepalived: version.optional(),
  haproxy: version.optional(),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const Shape = z.strictObject({
  topology: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9+._-]*$/, { error: 'a name has letters, digits, -, _, . and +' })
    .describe('Its name'),
  about: z.string().optional(),
  versions: Versions.prefault({}).describe(
    'The versions that are simulated; notes say where a file names others',
  ),
  hosts: z.array(Host).min(1),
  controlPlaneEndpoint: z
    .strictObject({
      name: z.string().optional(),
      address,
      port,
      addresses: z
        .array(address)
        .min(2)
        .optional()
        .describe('All addresses that DNS gives for the name, in turn (round robin); `address` is the first'),
    })
    .describe('Where kubelets, kubectl and the outside world look for the API, or for what is there instead'),
  apiserverPort: port.default(6443).describe('--secure-port of every kube-apiserver'),
  vip: z.strictObject({ address }).optional().describe('The address that keepalived or kube-vip moves'),
  etcd: Etcd.default({ placement: 'stacked', members: [] }),
  networking: z
    .strictObject({ podSubnet: z.string().optional(), serviceSubnet: z.string().optional() })
    .optional(),
  names: z.record(z.string(), address).optional().describe('Names as /etc/hosts of the hosts has them'),
  haproxy: z.record(name, fileName).optional().describe('Host to its haproxy.cfg, a name of `files`'),
  keepalived: z.record(name, Keepalived).optional().describe('Host to its keepalived files'),
  web: z.record(name, Web).optional().describe('Host to its plain web server, which is no API'),
  kubeVip: z.record(name, fileName).optional().describe('Host to its kube-vip manifest, a name of `files`'),
  parameters: z.record(z.string(), scalar).optional().describe('COMPONENT[.HOST].KEY, as in scenarios'),
  files: z.record(fileName, z.string()).optional().describe('Texts of the files it came from'),
  sources: z
    .array(z.strictObject({ what: z.string(), file: z.string(), line: z.int().min(1) }))
    .optional()
    .describe('Which file said what'),
  'claimed-under': z
    .array(z.string())
    .optional()
    .describe(
      'Classes of faults, as `quorate check --faults` has them, under which it is said to keep what it should',
    ),
  notes: z.array(z.string()).optional().describe('Stated defaults and guesses, for the reader'),
});

type TopologyShape = z.infer<typeof Shape>;

/** The schema of a topology. What it says beyond types: names and addresses are unique and refer to something. */
export const Topology = Shape.superRefine((topology, context) => {
  const complain = (path: (string | number)[], message: string) => {
    context.addIssue({ code: 'custom', path, message });
  };
  const hosts = new Map<string, number>();
  const addresses = new Map<string, string>();
  topology.hosts.forEach((host, index) => {
    if (hosts.has(host.name)) complain(['hosts', index, 'name'], `host ${host.name} is named twice`);
    hosts.set(host.name, index);
    const other = addresses.get(host.address);
    if (other !== undefined)
      complain(['hosts', index, 'address'], `${host.address} is the address of ${other} too`);
    addresses.set(host.address, host.name);
    if (new Set(host.processes).size < host.processes.length) {
      complain(['hosts', index, 'processes'], `a process is named twice on ${host.name}`);
    }
  });
  topology.hosts.forEach((host, index) => {
    if (host.zone !== undefined && hosts.has(host.zone)) {
      complain(['hosts', index, 'zone'], `${host.zone} is the name of a host too`);
    }
  });
  if (!topology.hosts.some(({ roles }) => roles.includes('client'))) {
    complain(['hosts'], 'there is no host with the role client, from which the outside world asks');
  }
  const { address: first, addresses: answers } = topology.controlPlaneEndpoint;
  if (answers !== undefined && answers[0] !== first) {
    complain(['controlPlaneEndpoint', 'addresses', 0], `the first of addresses is not ${first}`);
  }
  const vip = topology.vip?.address;
  if (vip !== undefined && addresses.has(vip)) {
    complain(['vip', 'address'], `${vip} is the address of ${addresses.get(vip)}`);
  }
  checkEtcd(topology, hosts, complain);
  checkFiles(topology, hosts, complain);
  checkWeb(topology, hosts, complain);
});

export type Topology = TopologyShape;
export type TopologyHost = TopologyShape['hosts'][number];

type Complain = (path: (string | number)[], message: string) => void;

function checkEtcd(
  { etcd, hosts: all }: TopologyShape,
  hosts: ReadonlyMap<string, number>,
  complain: Complain,
): void {
  const runsApi = all.some(
    ({ processes, joined }) => joined !== false && processes.includes('kube-apiserver'),
  );
  if (etcd.members.length === 0 && runsApi)
    complain(['etcd', 'members'], 'a kube-apiserver needs a member of etcd');
  const names = new Set<string>();
  const places = { members: etcd.members, spares: etcd.spares ?? [] };
  for (const [kind, list] of Object.entries(places)) {
    list.forEach((member, index) => {
      if (names.has(member.name))
        complain(['etcd', kind, index, 'name'], `member ${member.name} is named twice`);
      names.add(member.name);
      const host = hosts.get(member.host);
      if (host === undefined) complain(['etcd', kind, index, 'host'], `there is no host ${member.host}`);
      else if (!all[host]!.processes.includes('etcd')) {
        complain(['etcd', kind, index, 'host'], `no etcd among the processes of ${member.host}`);
      } else if (kind === 'members' && all[host]!.joined === false) {
        complain(['etcd', kind, index, 'host'], `${member.host} has not joined: its etcd is a spare`);
      }
    });
  }
  for (const [index, host] of all.entries()) {
    const isPlaced = etcdPlaces({ etcd }).some((member) => member.host === host.name);
    if (host.processes.includes('etcd') && !isPlaced) {
      complain(['hosts', index, 'processes'], `etcd of ${host.name} is not among etcd.members`);
    }
  }
}

function checkFiles(topology: TopologyShape, hosts: ReadonlyMap<string, number>, complain: Complain): void {
  const files = topology.files ?? {};
  const check = (path: (string | number)[], host: string, process: ProcessName, file: string) => {
    const index = hosts.get(host);
    if (index === undefined) complain(path, `there is no host ${host}`);
    else if (!topology.hosts[index]!.processes.includes(process)) {
      complain(path, `no ${process} among the processes of ${host}`);
    }
    if (!Object.hasOwn(files, file)) complain(path, `there is no text of ${file} among files`);
  };
  for (const [host, file] of Object.entries(topology.haproxy ?? {}))
    check(['haproxy', host], host, 'haproxy', file);
  for (const [host, file] of Object.entries(topology.kubeVip ?? {}))
    check(['kubeVip', host], host, 'kube-vip', file);
  for (const [host, entry] of Object.entries(topology.keepalived ?? {})) {
    check(['keepalived', host], host, 'keepalived', entry.conf);
    for (const [path, file] of Object.entries(entry.scripts ?? {})) {
      if (!Object.hasOwn(files, file))
        complain(['keepalived', host, 'scripts', path], `there is no text of ${file}`);
    }
  }
  topology.hosts.forEach((host, index) => {
    const configured = {
      haproxy: topology.haproxy,
      keepalived: topology.keepalived,
      'kube-vip': topology.kubeVip,
    };
    for (const [process, files = {}] of Object.entries(configured)) {
      if ((host.processes as readonly string[]).includes(process) && !Object.hasOwn(files, host.name)) {
        complain(['hosts', index, 'processes'], `${process} of ${host.name} has no configuration`);
      }
    }
  });
}

function checkWeb(topology: TopologyShape, hosts: ReadonlyMap<string, number>, complain: Complain): void {
  for (const host of Object.keys(topology.web ?? {})) {
    const index = hosts.get(host);
    if (index === undefined) complain(['web', host], `there is no host ${host}`);
    else if (!topology.hosts[index]!.processes.includes('web'))
      complain(['web', host], `no web among the processes of ${host}`);
  }
  topology.hosts.forEach(({ name: host, processes }, index) => {
    if (processes.includes('web') && !Object.hasOwn(topology.web ?? {}, host))
      complain(['hosts', index, 'processes'], `web of ${host} has no configuration`);
  });
}

/** Every place where etcd runs or may come to run: the members, then the spares. */
export function etcdPlaces({ etcd }: Pick<TopologyShape, 'etcd'>): readonly { name: string; host: string }[] {
  return etcd.spares === undefined ? etcd.members : [...etcd.members, ...etcd.spares];
}

/** The host with this name. Throws if there is none: the topology was checked. */
export function hostOf(topology: Topology, wanted: string): TopologyHost {
  const host = topology.hosts.find((candidate) => candidate.name === wanted);
  if (!host) throw new Error(`topology ${topology.topology} has no host ${wanted}`);
  return host;
}

/** What is not started on a host before kubeadm has let it join. */
const OF_THE_CLUSTER: readonly ProcessName[] = [
  'kubelet',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
];

/** Does this process wait on this host for kubeadm? */
export function waitsForKubeadm(host: TopologyHost, process: ProcessName): boolean {
  return host.joined === false && OF_THE_CLUSTER.includes(process);
}

/** Hosts that run this process from the start, in the topology's order. */
export function hostsWith(topology: Topology, process: ProcessName): TopologyHost[] {
  return topology.hosts.filter((host) => host.processes.includes(process) && !waitsForKubeadm(host, process));
}

/** Hosts that run this process or may come to run it, in the topology's order. */
export function placesOf(topology: Topology, process: ProcessName): TopologyHost[] {
  return topology.hosts.filter(({ processes }) => processes.includes(process));
}

/** The host outside of the cluster from which the standard probers ask. */
export function outsideHost(topology: Topology): TopologyHost {
  return topology.hosts.find(({ roles }) => roles.includes('client'))!;
}
