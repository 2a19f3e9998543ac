// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are variables of the shell
/**
 * The command lines of the five guides that read or change the cluster, in the guides' order, each with a short extract of what
 * the guide shows. Left out: packages and users of the hosts, keys of ssh, editors, pages in a browser.
 */
import type { SessionName } from './sessions.ts';

export interface GuideCommand {
  readonly session: SessionName;
  /** Host of our topology on which it is typed. */
  readonly on: string;
  /** As the guide prints it. */
  readonly line: string;
  /** As it is typed here, where hosts, addresses or made-up keys differ. */
  readonly typed?: string;
  /** Second of the scenario at which it is typed; default directly after the one before. */
  readonly atS?: number;
  /** What the guide shows; empty if it shows nothing. */
  readonly shows: string;
  /** Exit code; default 0. */
  readonly exitCode?: number;
  /** Where our output differs, and why. */
  readonly differs?: string;
}

const CERTS_000 =
  '--cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key';
const STATUS_000 = `ETCDCTL_API=3 etcdctl -w table --endpoints 10.146.0.2:2379,10.146.0.13:2379 ${CERTS_000} endpoint status`;
const CERTS_003 =
  '--cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key --cacert=/etc/kubernetes/pki/etcd/ca.crt --write-out=table';
const etcdctl003 = (endpoint: string, what: string) =>
  `sudo ETCDCTL_API=3 etcdctl --endpoints=https://${endpoint}:2379 ${CERTS_003} ${what}`;
const CERTS_001 =
  '--endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key';
const KEY = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const TOKEN = 'abcdef.0123456789abcdef';
const ETCD_VERSION =
  'etcd 3.2 and 3.3 run as 3.4, which has the columns IS LEARNER, RAFT APPLIED INDEX and ERRORS as well; ids have eight digits here';
const HOST_NAMES = 'the hosts are called m1 to m3 and w1 here';
const member003 = (first: string, name: string, address: string) =>
  `kubectl exec -n kube-system etcd-${first} -- etcdctl --ca-file /etc/kubernetes/pki/etcd/ca.crt --cert-file /etc/kubernetes/pki/etcd/peer.crt --key-file /etc/kubernetes/pki/etcd/peer.key --endpoints=https://192.168.0.9:2379 member add ${name} https://${address}:2380`;

export const GUIDE_COMMANDS: readonly GuideCommand[] = [
  // --- 000
  { session: '000', on: 'proxy', line: 'sudo service haproxy restart', shows: '' },
  {
    session: '000',
    on: 'proxy',
    line: 'sudo service haproxy status',
    shows:
      '● haproxy.service - HAProxy Load Balancer\n   Active: active (running) since Tue 2020-02-18 06:02:59 UTC; 9s ago',
  },
  {
    session: '000',
    on: 'master1',
    line: 'cat /etc/hosts',
    shows: '127.0.0.1 localhost\n10.146.0.9  k8smaster   master',
  },
  {
    session: '000',
    on: 'master1',
    line: 'http://35.243.70.115:9999/stats',
    typed: "curl -s 'http://proxy:9999/stats;csv' | grep -c master",
    shows: '(the page of statistics)',
    differs: 'in a terminal the page is its CSV',
  },
  {
    session: '000',
    on: 'master1',
    line: 'kubectl get node',
    shows:
      'NAME         STATUS   ROLES    AGE   VERSION\nk8smaster1   Ready    master   21d   v1.15.1\nk8sworker1   Ready    <none>   21d   v1.15.1',
    differs: 'nodes are called master1, master2 and worker1; master2 has joined already',
  },
  { session: '000', on: 'master1', line: 'sudo kubeadm token create', shows: 'nmub4r.x6pnwhwicqosxtbn' },
  {
    session: '000',
    on: 'master1',
    line: "openssl x509 -pubkey -in /etc/kubernetes/pki/ca.crt | openssl rsa -pubin -outform der 2>/dev/null | openssl dgst -sha256 -hex | sed 's/^.* //'",
    shows: '16e1304347fa2f5cb6f1660e582ed3501aa63e0ddce276773566098aef13d0ba',
  },
  {
    session: '000',
    on: 'master1',
    line: 'sudo kubeadm init phase upload-certs --upload-certs',
    shows:
      '[upload-certs] Storing the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace\n[upload-certs] Using certificate key:',
    differs: 'nobody looks for a newer version on the internet',
  },
  { session: '000', on: 'master2', line: 'mkdir -p $HOME/.kube', shows: '' },
  {
    session: '000',
    on: 'master2',
    line: 'sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config',
    shows: '',
  },
  { session: '000', on: 'master2', line: 'sudo chown $(id -u):$(id -g) $HOME/.kube/config', shows: '' },
  {
    session: '000',
    on: 'master1',
    line: 'kubectl -n kube-system get pods | grep etcd',
    shows:
      'etcd-k8smaster1                      1/1     Running   0          21d\netcd-k8smaster2                      1/1     Running   0          117m',
  },
  {
    session: '000',
    on: 'master1',
    line: 'kubectl -n kube-system logs -f etcd-k8smaster2',
    typed: 'kubectl -n kube-system logs -f etcd-master2 | tail -3',
    shows: '2020-02-19 03:30:02.972421 I | mvcc: store.index: compact 2528020',
    differs: 'the log is shown as it is now, and not followed; snapshots of the log come after 10000 entries',
  },
  {
    session: '000',
    on: 'master1',
    line: 'kubectl -n kube-system exec -it etcd-k8smaster1 -- /bin/sh',
    typed: 'kubectl -n kube-system exec -it etcd-master1 -- /bin/sh',
    shows: '',
  },
  {
    session: '000',
    on: 'master1',
    line: STATUS_000,
    shows:
      '|  10.146.0.2:2379 | 7a2c7e572714edd4 |  3.3.10 |  5.3 MB |      true |         6 |    2936615 |\n| 10.146.0.13:2379 | fb2d7152d16646c3 |  3.3.10 |  5.3 MB |     false |         6 |    2936615 |',
    differs: ETCD_VERSION,
  },
  {
    session: '000',
    on: 'master1',
    line: 'sudo service docker stop',
    shows: '',
    differs:
      'with docker.socket, which starts docker again (an assumption; see labs/guide-000-docker-socket)',
  },
  {
    session: '000',
    on: 'master1',
    atS: 30,
    line: 'kubectl -n kube-system logs -f etcd-k8smaster2',
    typed:
      "kubectl -n kube-system logs -f etcd-master2 | grep -E 'became leader|stepped down|stream Message' | tail -8",
    shows:
      '2020-02-19 04:20:17.075534 I | raft: fb2d7152d16646c3 became leader at term 7\n2020-02-19 04:20:17.170081 W | rafthttp: lost the TCP streaming connection with peer 7a2c7e572714edd4 (stream Message reader)\n2020-02-19 04:20:19.054260 W | raft: fb2d7152d16646c3 stepped down to follower since quorum is not active',
  },
  {
    session: '000',
    on: 'master1',
    line: 'kubectl get nodes',
    shows:
      'k8smaster1   NotReady   master   21d    v1.15.1\nk8smaster2   Ready      master   138m   v1.15.1\nk8sworker1   NotReady   <none>   21d    v1.15.1',
    differs: 'the gap is some seconds long here, too short for NotReady',
  },
  {
    session: '000',
    on: 'master1',
    line: STATUS_000,
    shows:
      '|  10.146.0.2:2379 | 7a2c7e572714edd4 |  3.3.10 |  5.3 MB |     false |        10 |    2937708 |\n| 10.146.0.13:2379 | fb2d7152d16646c3 |  3.3.10 |  5.3 MB |      true |        10 |    2937708 |',
    differs: `the term rises by one to five, by luck, where the guide's rose by four; ${ETCD_VERSION}`,
  },
  { session: '000', on: 'master1', line: 'sudo service docker start', shows: '' },
  // --- 001
  {
    session: '001',
    on: 'm1',
    line: 'sudo sysctl -p',
    shows: 'net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1',
  },
  { session: '001', on: 'm1', line: 'sudo systemctl daemon-reload', shows: '' },
  {
    session: '001',
    on: 'm1',
    line: 'keepalived -version',
    shows: 'Keepalived v1.3.9 (10/21,2017)',
    differs: 'it runs as 2.2.7; keepalived.version sets another',
  },
  { session: '001', on: 'm1', line: 'haproxy -v', shows: 'HA-Proxy version 1.8.8-1ubuntu0.11 2020/06/22' },
  { session: '001', on: 'm1', line: 'sudo systemctl enable keepalived --now', shows: '' },
  { session: '001', on: 'm1', line: 'sudo systemctl enable haproxy --now', shows: '' },
  {
    session: '001',
    on: 'm1',
    line: 'ip a s',
    shows:
      '2: ens3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000\n    inet 10.0.0.163/24 brd 10.0.0.255 scope global ens3\n    inet 10.0.0.162/24 scope global secondary ens3',
  },
  {
    session: '001',
    on: 'm1',
    line: 'nc -v 10.231.238.162 8443',
    typed: 'nc -v 10.0.0.162 8443',
    shows: 'Connection to 10.231.238.162 8443 port [tcp/*] succeeded',
  },
  {
    session: '001',
    on: 'm1',
    line: `kubectl apply -f "https://cloud.weave.works/k8s/net?k8s-version=$(kubectl version | base64 | tr -d '\\n')"`,
    shows: '',
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubeadm token create --print-join-command',
    shows:
      'kubeadm join 10.231.238.162:6443 --token 054ks4.8cg3a3rkh5aye5xt --discovery-token-ca-cert-hash sha256:8a1a0dd5643edccefd202e36e7503da2a0dbff7d55c670d02521986202f96ca5',
  },
  {
    session: '001',
    on: 'm1',
    line: 'k get no',
    shows:
      'NAME                  STATUS   ROLES                  AGE    VERSION\ndtlab-dev-k8s-pjb-1   Ready    control-plane,master   3h6m   v1.20.7\ndtlab-dev-k8s-pjb-4   Ready    <none>                 89m    v1.20.7',
    differs: HOST_NAMES,
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubectl create deployment nginx-lab --image=nginx',
    shows: 'deployment.apps/nginx-lab created',
  },
  {
    session: '001',
    on: 'm1',
    atS: 20,
    line: 'kubectl get deployments.apps nginx-lab',
    shows:
      'NAME        READY   UP-TO-DATE   AVAILABLE   AGE\nnginx-lab   1/1     1            1           79m',
  },
  {
    session: '001',
    on: 'm1',
    line: 'k get po',
    shows: 'nginx-lab-5c8f4ffff8-dwnz8   1/1     Running   0          80m',
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubectl scale deployment nginx-lab --replicas=4',
    shows: 'deployment.apps/nginx-lab scaled',
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubectl expose deployment nginx-lab --name=nginx-lab --type=NodePort --port=80 --target-port=80',
    shows: 'service/nginx-lab exposed',
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubectl get svc nginx-lab',
    shows:
      'NAME        TYPE       CLUSTER-IP      EXTERNAL-IP   PORT(S)        AGE\nnginx-lab   NodePort   10.100.46.233   <none>        80:31736/TCP   78m',
  },
  ...['162', '163', '166'].map(
    (last): GuideCommand => ({
      session: '001',
      on: 'm1',
      line: `curl http://10.231.238.${last}:31736`,
      typed: `curl http://10.0.0.${last}:$(kubectl get svc nginx-lab --no-headers | sed 's/.*80:\\([0-9]*\\).*/\\1/')`,
      shows: '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>',
      differs: 'the page names the pod that gave it',
    }),
  ),
  {
    session: '001',
    on: 'm2',
    line: 'k get po -o wide',
    shows:
      'NAME                     READY   STATUS    RESTARTS   AGE    IP           NODE                  NOMINATED NODE   READINESS GATES\nnginx-6799fc88d8-nv5cb   1/1     Running   0          164m   10.42.0.1    dtlab-dev-k8s-pjb-1   <none>           <none>',
  },
  {
    session: '001',
    on: 'm2',
    line: 'k get deploy',
    shows: 'NAME    READY   UP-TO-DATE   AVAILABLE   AGE\nnginx   13/13   13           13          3h6m',
  },
  {
    session: '001',
    on: 'm2',
    line: 'k get po --no-headers | wc -l',
    shows: '13',
    differs: 'the four pods of nginx-lab are counted, too',
  },
  {
    session: '001',
    on: 'm1',
    line: `sudo ETCDCTL_API=3 etcdctl ${CERTS_001} snapshot save /home/ldccai/etcd-bkp-20210611.db`,
    shows: '',
  },
  {
    session: '001',
    on: 'm1',
    line: 'sudo ETCDCTL_API=3 etcdctl snapshot status /home/ldccai/etcd-bkp-20210611.db --write-out=table',
    shows:
      '|   HASH   | REVISION | TOTAL KEYS | TOTAL SIZE |\n| 107812bf |   344862 |       1262 |     4.3 MB |',
  },
  {
    session: '001',
    on: 'm1',
    line: 'k create deploy nginx-after-bkp --replicas=4 --image=nginx',
    shows: 'deployment.apps/nginx-after-bkp created',
  },
  {
    session: '001',
    on: 'm1',
    atS: 40,
    line: 'k get deploy nginx-after-bkp',
    shows:
      'NAME              READY   UP-TO-DATE   AVAILABLE   AGE\nnginx-after-bkp   4/4     4            4           37s',
  },
  {
    session: '001',
    on: 'm1',
    line: 'k get po -l app=nginx-after-bkp -o wide',
    shows:
      'nginx-after-bkp-798567d8b9-kfnq8   1/1     Running   0          65s   10.42.0.0   dtlab-dev-k8s-pjb-1   <none>           <none>',
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubectl get po -n kube-system etcd-controlplane',
    typed: 'kubectl get po -n kube-system etcd-m1',
    shows: 'etcd-controlplane   1/1     Running   0          4m52s',
  },
  {
    session: '001',
    on: 'm1',
    line: 'kubectl get all',
    shows:
      'NAME                        READY   STATUS    RESTARTS   AGE\npod/blue-746c87566d-8m8c9   1/1     Running   0          2m26s\n\nNAME                   TYPE        CLUSTER-IP       EXTERNAL-IP   PORT(S)        AGE\nservice/kubernetes     ClusterIP   10.96.0.1        <none>        443/TCP        17m',
    differs: 'the guide shows another cluster',
  },
  {
    session: '001',
    on: 'm1',
    line: 'ETCDCTL_API=3 etcdctl --data-dir /var/lib/etcd-from-backup snapshot restore /home/ldccai/etcd-bkp-20210611.db',
    shows: '',
  },
  {
    session: '001',
    on: 'm1',
    line: 'watch "docker ps | grep etcd"',
    shows:
      'd44732f897fc        d4ca8726196c                     "etcd --advertise-cl   "   19 seconds ago      Up 18 seconds                           k8s_etcd_etcd-contr',
    differs: 'the first screen only',
  },
  {
    session: '001 two off',
    on: 'm3',
    atS: 130,
    line: 'k get no',
    shows:
      'Error from server (InternalError): an error on the server ("") has prevented the request from succeeding (get nodes)',
    exitCode: 1,
    differs:
      'by then HAProxy has no server left and closes the connection: EOF. The 500 of the guide is an answer of the last seconds before',
  },
  {
    session: '001 two off',
    on: 'm3',
    line: 'ip a s | grep ens3',
    shows:
      '    inet 10.231.238.165/24 brd 10.231.238.255 scope global ens3\n    inet 10.231.238.162/24 scope global secondary ens3',
  },
  {
    session: '001 two off',
    on: 'm3',
    line: 'nc -v 10.231.238.162 8443',
    typed: 'nc -v 10.0.0.162 8443',
    shows: 'Connection to 10.231.238.162 8443 port [tcp/*] succeeded!',
  },
  {
    session: '001 three off',
    on: 'w1',
    atS: 60,
    line: 'ping 10.231.238.162',
    typed: 'ping 10.0.0.162',
    shows:
      'From 10.231.238.166 icmp_seq=1 Destination Host Unreachable\n3 packets transmitted, 0 received, +2 errors, 100% packet loss, time 2000ms',
    exitCode: 1,
  },
  {
    session: '001 three off',
    on: 'w1',
    line: 'nc -v 10.231.238.162 8443',
    typed: 'nc -v 10.0.0.162 8443',
    shows: 'nc: connect to 10.231.238.162 port 8443 (tcp) failed: No route to host',
    exitCode: 1,
  },
  // --- 002
  { session: '002', on: 'm1', line: 'chkconfig haproxy on && chkconfig keepalived on', shows: '' },
  {
    session: '002',
    on: 'm1',
    line: 'echo "net.ipv4.ip_nonlocal_bind = 1" >> /etc/sysctl.conf && sysctl -p',
    shows: 'net.ipv4.ip_nonlocal_bind = 1',
    differs: 'the other settings of the guide’s host are not listed',
  },
  { session: '002', on: 'm1', line: 'systemctl enable keepalived', shows: '' },
  { session: '002', on: 'm1', line: 'systemctl start keepalived', shows: '' },
  {
    session: '002',
    on: 'm1',
    line: 'systemctl status keepalived',
    shows:
      '● keepalived.service - LVS and VRRP High Availability Monitor\n   Active: active (running) since 월 2018-10-01 14:11:44 KST; 7s ago',
    differs: 'the description is Debian’s',
  },
  {
    session: '002',
    on: 'm1',
    line: 'ip addr show eth0',
    shows:
      '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000\n    inet <VIP> scope global eth0',
  },
  {
    session: '002',
    on: 'w1',
    line: 'arp -a',
    typed: 'ping -c 1 192.168.0.100 > /dev/null; arp -a',
    shows:
      '? (192.168.000.100) at 00:0c:29:c4:76:05 [ether] on eth1\n? (192.168.000.101) at 00:0c:29:c4:76:05 [ether] on eth1',
    differs: 'known hosts are named; hardware addresses are made up',
  },
  // --- 003
  {
    session: '003',
    on: 'k8sm1',
    line: etcdctl003('[127.0.0.1]', 'member list'),
    shows: 'aaaacf0529a32f2f  started  k8sm1  https://192.168.0.9:2380  https://192.168.0.9:2379',
    differs: ETCD_VERSION,
  },
  {
    session: '003',
    on: 'k8sm1',
    line: etcdctl003('k8sm2', 'endpoint status'),
    shows: 'https://k8sm2:2379  9fbcd3041fa6d4b  3.2.24  3.3 MB  true  8  188059',
    differs: ETCD_VERSION,
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl logs kube-scheduler-k8sm1 -n=kube-system',
    shows:
      'I1107 02:59:18.134883       1 leaderelection.go:187] attempting to acquire leader lease  kube-system/kube-scheduler...',
    differs: 'lines about its start are left out',
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl logs kube-controller-manager-k8sm2 -n=kube-system | grep leader',
    shows:
      'I1108 07:31:15.830909       1 leaderelection.go:187] attempting to acquire leader lease  kube-system/kube-controller-manager...',
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl apply -f https://docs.projectcalico.org/v3.3/getting-started/kubernetes/installation/hosted/rbac-kdd.yaml',
    shows:
      'clusterrole.rbac.authorization.k8s.io/calico-node created\nclusterrolebinding.rbac.authorization.k8s.io/calico-node created',
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl apply -f https://docs.projectcalico.org/v3.3/getting-started/kubernetes/installation/hosted/kubernetes-datastore/calico-networking/1.7/calico.yaml',
    shows:
      'configmap/calico-config created\nservice/calico-typha created\ndaemonset.extensions/calico-node created',
    differs: 'workloads are in the group apps; typha and the definitions are named and not made',
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl get pods -n=kube-system',
    shows:
      'calico-node-49s7t                    2/2     Running   0          3m21s\netcd-k8sm1                           1/1     Running   0          14m\nkube-apiserver-k8sm1                 1/1     Running   0          14m',
    differs: 'pods have one container; kube-proxy is there when a host joins with kubeadm',
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl get nodes -o wide',
    shows:
      'k8sm1   Ready    master   16m     v1.12.2   192.168.0.9    <none>   Ubuntu 18.04.1 LTS   4.15.0-38-generic   docker://17.12.1-ce',
    differs: 'the operating system is made up',
  },
  {
    session: '003',
    on: 'k8sm1',
    line: 'kubectl get pods',
    shows: 'nginx-deployment3-6759fc9475-4kslh   1/1     Running   0          12m',
  },
  {
    session: '003',
    on: 'k8slb',
    line: 'cat /etc/haproxy/haproxy.cfg',
    shows: 'frontend k8s\n    bind *:6443',
  },
  { session: '003', on: 'k8sm1', line: 'sudo cat /etc/hostname', shows: '' },
  { session: '003', on: 'k8sm1', line: 'sudo ip l', shows: '' },
  { session: '003', on: 'k8sm1', line: 'sudo cat /sys/class/dmi/id/product_uuid', shows: '' },
  { session: '003', on: 'k8sm1', line: 'sudo systemctl restart docker', shows: '' },
  { session: '003', on: 'k8sm1', line: 'sudo systemctl restart kubelet', shows: '' },
  { session: '003', on: 'k8sm1', line: 'sudo systemctl enable kubelet', shows: '' },
  { session: '003', on: 'k8sm2', line: 'systemctl start kubelet', shows: '' },
  {
    session: '003',
    on: 'k8sm1',
    atS: 40,
    line: member003('${CP0_HOSTNAME}', '${CP2_HOSTNAME}', '${CP2_IP}'),
    typed: `export CP0_HOSTNAME=k8sm1; export CP2_HOSTNAME=k8sm3; export CP2_IP=192.168.0.3; export KUBECONFIG=/etc/kubernetes/admin.conf; ${member003('${CP0_HOSTNAME}', '${CP2_HOSTNAME}', '${CP2_IP}')}`,
    shows: '',
    exitCode: 1,
    differs:
      'k8sm3 is a member already, so that it is refused here; labs/guide-003-dead-master adds it after a removal',
  },
  ...[
    'certs all',
    'kubelet config write-to-disk',
    'kubelet write-env-file',
    'kubeconfig kubelet',
    'etcd local',
    'kubeconfig all',
    'controlplane all',
    'kubelet config annotate-cri',
    'mark-master',
  ].map(
    (phase): GuideCommand => ({
      session: '003',
      on: 'k8sm3',
      line: `kubeadm alpha phase ${phase} --config kubeadm-config.yaml`,
      shows: '',
    }),
  ),
  {
    session: '003',
    on: 'k8sm1',
    line: 'sudo kubectl join k8s1b:6443 --token 65ivj1.hxj7xvhbyd53r4x3 --discovery-token-ca-cert-hash sha256:eb748b20c648028abd7690911c61bb14eb9f6c6ef0631e35fc3c660e73c19792',
    shows: '',
    exitCode: 1,
    differs: 'kubectl has no join: the guide means kubeadm',
  },
  {
    session: '003 k8sm2 off',
    on: 'k8sm1',
    atS: 100,
    line: 'kubectl get nodes -o wide',
    shows:
      'k8sm2         NotReady  master   22h   v1.12.2   192.168.0.21  <none>        Ubuntu 18.04.1 LTS   4.15.0-38-generic   docker://17.12.1-ce',
  },
  {
    session: '003 k8sm2 off',
    on: 'k8sm1',
    line: 'kubectl get pods -n=kube-system',
    shows:
      'etcd-k8sm2                           1/1    Unknown   0           22h\nkube-proxy-fb82h                     1/1    NodeLost  0           22h',
    differs:
      '1.12 marks pods of a lost node Unknown or NodeLost; here they keep what their kubelet said last, as in later versions',
  },
  {
    session: '003 k8sm2 off',
    on: 'k8sm1',
    line: etcdctl003('k8sm1', 'endpoint status'),
    shows: 'https://k8sm1:2379  aaaacf0529a32f2f  3.2.24  3.7 MB  true  9  190012',
    differs: 'k8sm1 or k8sm3 leads, by luck',
  },
  {
    session: '003 k8sm2 off',
    on: 'k8sm1',
    line: 'kubectl logs kube-scheduler-k8sm3 -n=kube-system',
    shows:
      'E1107 05:45:01.610248       1 streamwatcher.go:109] Unable to decode an event from the watch stream: http2: server sent GOAWAY and closed the connection\nI1107 05:45:17.470853       1 leaderelection.go:196] successfully acquired lease kube-system/kube-scheduler',
    differs: 'watches that end are not logged; k8sm1 or k8sm3 gets the lease, by luck',
  },
  {
    session: '003 k8sm2 off',
    on: 'k8sm1',
    line: 'kubectl delete node k8sm2',
    shows: '',
  },
  {
    session: '003 two off',
    on: 'k8sm1',
    atS: 30,
    line: "(the log of k8sm1's etcd)",
    typed: "docker logs etcd | grep -E 'election|candidate|Vote' | tail -5",
    shows:
      '2018-11-07 07:47:51.927800 I | raft: aaaacf0529a32f2f is starting a new election at term 524\n2018-11-07 07:47:51.927869 I | raft: aaaacf0529a32f2f became candidate at term 525\n2018-11-07 07:47:51.927887 I | raft: aaaacf0529a32f2f received MsgVoteResp from aaaacf0529a32f2f at term 525',
  },
  {
    session: '003 two off',
    on: 'k8sm1',
    atS: 120,
    line: 'kubectl get pods',
    shows: 'Unable to connect to the server: EOF',
    exitCode: 1,
  },
  // --- 004
  {
    session: '004',
    on: 'm1',
    line: 'nc -v <LOAD_BALANCER_IP> <PORT>',
    typed: 'nc -v 192.168.0.200 6443',
    shows: '(refused is expected, timed out is a fault)',
    differs:
      'HAProxy takes the connection itself: see labs/guide-004-haproxy-first and guide-004-load-balancer-first',
  },
  {
    session: '004',
    on: 'm1',
    line: 'sudo kubeadm init --control-plane-endpoint "LOAD_BALANCER_DNS:LOAD_BALANCER_PORT" --upload-certs',
    typed: `sudo kubeadm init --control-plane-endpoint 192.168.0.200:6443 --upload-certs --token ${TOKEN} --certificate-key ${KEY}`,
    shows:
      'You can now join any number of control-plane node by running the following on each as a root:\n    kubeadm join 192.168.0.200:6443 --token 9vr73a.a8uxyaju799qwdjv --discovery-token-ca-cert-hash sha256:7c2e69131a36ae2a042a339b33381c6d0d43887e2de83720eff5359e26aec866 --control-plane --certificate-key f8902e114ef118304e561c3ecd4d0b543adc226b7a07f675f56564185ffe0c07',
    differs: 'token and key are given, so that the lines below can name them',
  },
  {
    session: '004',
    on: 'm1',
    line: 'kubectl get pod -n kube-system -w',
    typed: 'kubectl get pod -n kube-system -w --request-timeout=5s',
    shows: '',
    differs: 'a watch is read for as long as --request-timeout says',
  },
  {
    session: '004',
    on: 'm2',
    line: 'sudo kubeadm join 192.168.0.200:6443 --token 9vr73a.a8uxyaju799qwdjv --discovery-token-ca-cert-hash sha256:7c2e... --control-plane --certificate-key f8902e114ef118304e561c3ecd4d0b543adc226b7a07f675f56564185ffe0c07',
    typed: `sudo kubeadm join 192.168.0.200:6443 --token ${TOKEN} --discovery-token-unsafe-skip-ca-verification --control-plane --certificate-key ${KEY}`,
    shows: '',
  },
  {
    session: '004',
    on: 'w1',
    line: 'kubeadm join 192.168.0.200:6443 --token 9vr73a.a8uxyaju799qwdjv --discovery-token-ca-cert-hash sha256:7c2e...',
    typed: `kubeadm join 192.168.0.200:6443 --token ${TOKEN} --discovery-token-unsafe-skip-ca-verification`,
    shows: '',
  },
  {
    session: '004',
    on: 'm2',
    line: 'scp /etc/kubernetes/pki/etcd/ca.crt "${CONTROL_PLANE}":',
    typed: 'export CONTROL_PLANE="ubuntu@m1"; scp /etc/kubernetes/pki/etcd/ca.crt "${CONTROL_PLANE}":',
    shows: '',
  },
];

/** Lines of the guides that this console does not have, and says so; by the guide and host where they would be typed. */
export const NOT_THERE: readonly Pick<GuideCommand, 'session' | 'on' | 'line'>[] = [];
