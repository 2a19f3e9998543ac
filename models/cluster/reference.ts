/**
 * The reference topologies: what a careful engineer deploys, as real configuration texts. `stacked-N` has N masters
 * with keepalived, HAProxy and an etcd member each; `external-N+M` has N masters and M hosts for etcd. One worker.
 *
 * What the texts cure: a check of the local proxy whose penalty exceeds every gap of priorities; gaps of 20, so that
 * backups do not fire together; state BACKUP everywhere; gratuitous ARP repeated; /readyz over TLS as health check;
 * redispatch; time-outs longer than Go's HTTP/2 ping, so that watches live.
 * Sources: kubeadm docs/ha-considerations.md for the shape; keepalived.conf(5); haproxy configuration.txt.
 */
import type { ImportFile } from './import-files.ts';
import type { ParameterMap } from './parameters.ts';

const VIP = '10.0.0.100';
const PORT = 8443;
/** More masters than this would leave no gap between their priorities. */
const MOST = 15;

export interface Reference {
  readonly files: readonly ImportFile[];
  readonly set: ParameterMap;
  readonly about: string;
}

/** Sizes of `stacked-3` or `external-3+3`; undefined if the name is neither or too large. */
export function referenceSize(name: string): { masters: number; etcd: number } | undefined {
  const match = /^(?:stacked-([1-9]\d?)|external-([1-9]\d?)\+([1-9]\d?))$/.exec(name);
  if (!match) return undefined;
  const masters = Number(match[1] ?? match[2]);
  const etcd = Number(match[3] ?? 0);
  return masters <= MOST && etcd <= MOST ? { masters, etcd } : undefined;
}

/** The files of a reference topology, ready for importTopology. */
export function referenceFiles({ masters, etcd }: { masters: number; etcd: number }): Reference {
  const names = Array.from({ length: masters }, (_, i) => `m${i + 1}`);
  const members = Array.from({ length: etcd }, (_, i) => `10.0.0.${21 + i}`);
  const { lowest, gap, penalty } = prioritiesOf(masters);
  const files: ImportFile[] = names.map((name, i) => ({
    path: `${name}/keepalived.conf`,
    text: keepalivedConf(lowest + gap * (masters - 1 - i), penalty),
  }));
  files.push({ path: 'haproxy.cfg', text: haproxyCfg(names) });
  files.push({ path: 'm1/kubeadm-config.yaml', text: kubeadmConfig(members) });
  const place = etcd === 0 ? 'an etcd member on each' : `etcd on ${etcd} hosts of its own`;
  return {
    files,
    set: { 'cluster.workers': 'w1', 'host.w1.address': '10.0.0.61' },
    about: `${masters} ${masters === 1 ? 'master' : 'masters'} with keepalived and HAProxy, ${place}, and a worker.`,
  };
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

function kubeadmConfig(etcd: readonly string[]): string {
  const head = `apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
kubernetesVersion: 1.30.0
controlPlaneEndpoint: "${VIP}:${PORT}"
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
