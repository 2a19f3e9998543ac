/**
 * The reference topologies: what a careful engineer deploys, as real configuration texts. `stacked-N` has N masters
 * with keepalived, HAProxy and an etcd member each; `external-N+M` has N masters and M hosts for etcd. One worker.
 * `-lb1` behind the name puts HAProxy on a host of its own, whose address is the endpoint; `-lb2` and more put keepalived
 * and HAProxy on as many hosts of their own. `stacked-N-kube-vip`, `-cloud` and `-dns` have other front doors
 * (reference-doors.ts).
 *
 * What the texts cure: a check of the local proxy whose penalty exceeds every gap of priorities; gaps of 20, so that
 * backups do not fire together; state BACKUP everywhere; gratuitous ARP repeated; /readyz over TLS as health check;
 * redispatch; time-outs longer than Go's HTTP/2 ping, so that watches live.
 * Sources: kubeadm docs/ha-considerations.md for the shape; keepalived.conf(5); haproxy configuration.txt.
 */
import type { ImportFile } from './import-files.ts';
import { DOORS, type Door, doorFiles, type Reference } from './reference-doors.ts';

/** What they are made to live through, as `quorate check --faults` has it; `npm run soak -- properties` looks for what refutes it. */
export const CLAIMED_UNDER = ['power', 'stop', 'link'];

const VIP = '10.0.0.100';
const PORT = 8443;
/** More masters than this would leave no gap between their priorities. */
const MOST = 15;

export interface ReferenceSize {
  readonly masters: number;
  /** Hosts of their own for etcd; 0: a member on each master. */
  readonly etcd: number;
  /** Hosts of their own for HAProxy; 0: it runs on each master. */
  readonly balancers: number;
  /** Another front door than HAProxy. */
  readonly door?: Door;
}

/** Sizes of `stacked-3` or `external-3+3-lb2`; undefined if the name is neither or too large. */
export function referenceSize(name: string): ReferenceSize | undefined {
  const match = /^(?:stacked-([1-9]\d?)|external-([1-9]\d?)\+([1-9]\d?))(?:-lb([1-9]))?$/.exec(name);
  if (!match) return doorSize(name);
  const masters = Number(match[1] ?? match[2]);
  const etcd = Number(match[3] ?? 0);
  const balancers = Number(match[4] ?? 0);
  return masters <= MOST && etcd <= MOST ? { masters, etcd, balancers } : undefined;
}

/** A size with another front door: stacked masters only. */
function doorSize(name: string): ReferenceSize | undefined {
  const match = /^stacked-([1-9]\d?)-([a-z-]+)$/.exec(name);
  const door = DOORS.find((one) => one === match?.[2]);
  const masters = Number(match?.[1] ?? 0);
  return door === undefined || masters > MOST ? undefined : { masters, etcd: 0, balancers: 0, door };
}

/** The files of a reference topology, ready for importTopology. */
export function referenceFiles({ masters, etcd, balancers, door }: ReferenceSize): Reference {
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
  const names = numbered('m', masters);
  if (door !== undefined) return doorFiles(door, names);
  const members = Array.from({ length: etcd }, (_, i) => `10.0.0.${21 + i}`);
  const doors = balancers === 0 ? names : numbered('lb', balancers);
  const { lowest, gap, penalty } = prioritiesOf(doors.length);
  const routers = balancers === 1 ? [] : doors;
  const files: ImportFile[] = routers.map((name, i) => ({
    path: `${name}/keepalived.conf`,
    text: keepalivedConf(lowest + gap * (doors.length - 1 - i), penalty),
  }));
  if (balancers === 0) files.push({ path: 'haproxy.cfg', text: haproxyCfg(names) });
  else for (const name of doors) files.push({ path: `${name}/haproxy.cfg`, text: haproxyCfg(names) });
  const endpoint = balancers === 1 ? balancerAddress(0) : VIP;
  files.push({ path: 'm1/kubeadm-config.yaml', text: kubeadmConfig(endpoint, members) });
  const own = Object.fromEntries(
    Array.from({ length: balancers }, (_, i) => [`host.lb${i + 1}.address`, balancerAddress(i)]),
  );
  return {
    files,
    set: { 'cluster.workers': 'w1', 'host.w1.address': '10.0.0.61', ...own },
    about: aboutOf({ masters, etcd, balancers }),
  };
}

function balancerAddress(index: number): string {
  return `10.0.0.${41 + index}`;
}

function aboutOf({ masters, etcd, balancers }: ReferenceSize): string {
  const hosts = `${masters} ${masters === 1 ? 'master' : 'masters'}`;
  const members = etcd === 0 ? 'an etcd member on each' : `etcd on ${etcd} hosts of its own`;
  if (balancers === 0) return `${hosts} with keepalived and HAProxy, ${members}, and a worker.`;
  const door =
    balancers === 1 ? 'one HAProxy host in front' : `keepalived and HAProxy on ${balancers} hosts in front`;
  return `${hosts}, ${members}, ${door}, and a worker.`;
}

/**
 * Gaps as wide as 1 to 254 allows, 20 at most, when the penalty has to exceed all of them together and nobody's
 * priority may be clamped at 1, where those with a dead proxy would tie.
 */
function prioritiesOf(masters: number): { lowest: number; gap: number; penalty: number } {
  const gap = Math.min(20, Math.floor(116 / Math.max(1, masters - 1)));
  const penalty = gap * (masters - 1) + 20;
  return { lowest: Math.max(100, Math.ceil((penalty + 1) / 10) * 10), gap, penalty };
}

function keepalivedConf(priority: number, penalty: number): string {
  return `vrrp_script haproxy {
    script "/usr/bin/killall -0 haproxy"
    interval 2
    weight -${penalty}
    fall 2
    rise 2
}

vrrp_instance control_plane {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    garp_master_refresh 10
    authentication {
        auth_type PASS
        auth_pass quorate
    }
    virtual_ipaddress {
        ${VIP}/24
    }
    track_script {
        haproxy
    }
}
`;
}

function haproxyCfg(names: readonly string[]): string {
  const servers = names.map((name, i) => `    server ${name} 10.0.0.${11 + i}:6443`);
  return `global
    maxconn 4000

defaults
    mode tcp
    option redispatch
    retries 3
    timeout connect 2s
    timeout check 2s
    timeout client 5m
    timeout server 5m

frontend apiserver
    bind *:${PORT}
    default_backend apiserver

backend apiserver
    balance roundrobin
    option httpchk GET /readyz
    http-check expect status 200
    default-server check check-ssl verify none inter 2s fall 3 rise 2 on-marked-down shutdown-sessions
${servers.join('\n')}
`;
}

function kubeadmConfig(endpoint: string, etcd: readonly string[]): string {
  const head = `apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
kubernetesVersion: 1.30.0
controlPlaneEndpoint: "${endpoint}:${PORT}"
networking:
  podSubnet: 10.244.0.0/16
`;
  if (etcd.length === 0) return head;
  return `${head}etcd:
  external:
    endpoints:
${etcd.map((address) => `      - https://${address}:2379`).join('\n')}
    caFile: /etc/kubernetes/pki/etcd/ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
`;
}
