import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingText } from '../../../models/finding.ts';
import { readKubeadmConfig } from '../../../models/kubeadm/config.ts';
import { CONFIG_VERSIONS, etcdSeriesFor, kubernetesMinor } from '../../../models/kubeadm/config-versions.ts';
import { LIBRARY } from '../../scenarios/library.ts';

const cluster = (body: string, version = 'v1beta3') =>
  `apiVersion: kubeadm.k8s.io/${version}\nkind: ClusterConfiguration\n${body}`;
const read = (text: string) => readKubeadmConfig(text, 'k.yaml');
const said = (text: string) =>
  read(text).findings.map((finding) => `${finding.severity} ${findingText(finding)}`);
const values = (args: Readonly<Record<string, { value: string }>>) =>
  Object.fromEntries(Object.entries(args).map(([flag, { value }]) => [flag, value]));

describe('kubeadm-config.yaml', () => {
  test('the file of guide 003 names its version, endpoint, members and subnet', () => {
    const { config, findings } = read(LIBRARY.get('guides/guide-003/k8sm2/kubeadm-config.yaml')!);
    expect(findings).toEqual([]);
    expect(config).toMatchObject({
      apiVersion: 'v1alpha3',
      role: 'cluster',
      kubernetesVersion: { value: '1.12.2', line: 4, column: 20 },
      controlPlaneEndpoint: { value: { host: 'k8slb', port: 6443 }, line: 7 },
      initialCluster: { k8sm1: { value: '192.168.0.9' }, k8sm2: { value: '192.168.0.21' } },
      podSubnet: { value: '192.168.0.0/16' },
      certSANs: ['k8slb'],
    });
    expect(config?.etcdLocal?.extraArgs['initial-cluster-state']?.value).toBe('existing');
    expect(config?.etcdExternal).toBeUndefined();
  });

  test('the file of guide 004 names three external members', () => {
    const { config } = read(LIBRARY.get('guides/guide-004/external/m1/kubeadm-config.yaml')!);
    expect(config?.etcdExternal?.endpoints.map(({ value }) => value)).toEqual([
      { host: '192.168.0.211', port: 2379 },
      { host: '192.168.0.212', port: 2379 },
      { host: '192.168.0.213', port: 2379 },
    ]);
    expect(config?.etcdLocal).toBeUndefined();
    expect(config?.kubernetesVersion).toBeUndefined();
  });

  test('extraArgs are a map up to v1beta3 and a list of names and values from v1beta4', () => {
    const map = cluster('controllerManager: {extraArgs: {node-monitor-grace-period: 20s}}\n');
    const list = cluster(
      'controllerManager: {extraArgs: [{name: node-monitor-grace-period, value: 20s}]}\n',
      'v1beta4',
    );
    for (const text of [map, list]) {
      expect(values(read(text).config!.controllerManagerArgs)).toEqual({
        'node-monitor-grace-period': '20s',
      });
    }
  });

  test("v1alpha3 calls the node's own address apiEndpoint, later versions localAPIEndpoint", () => {
    const init = (version: string, name: string) =>
      `apiVersion: kubeadm.k8s.io/${version}\nkind: InitConfiguration\n${name}: {advertiseAddress: 10.0.0.11, bindPort: 7443}\n`;
    for (const text of [init('v1alpha3', 'apiEndpoint'), init('v1beta2', 'localAPIEndpoint')]) {
      const { config } = read(text);
      expect(config).toMatchObject({
        role: 'init',
        advertiseAddress: { value: '10.0.0.11' },
        bindPort: { value: 7443 },
      });
    }
  });

  test('a file may hold several documents, one a kind, and kubelet and kube-proxy configurations beside them', () => {
    const text = `${cluster('controlPlaneEndpoint: lb:8443\n')}---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: JoinConfiguration\ncontrolPlane: {localAPIEndpoint: {advertiseAddress: 10.0.0.12}}\ndiscovery: {bootstrapToken: {token: a, apiServerEndpoint: "lb:8443"}}\n---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n`;
    const { config } = read(text);
    expect(config).toMatchObject({
      role: 'join-control-plane',
      controlPlaneEndpoint: { value: { host: 'lb', port: 8443 } },
      joinEndpoint: { value: { host: 'lb', port: 8443 } },
      advertiseAddress: { value: '10.0.0.12' },
    });
    expect(said(text)).toEqual([
      'note k.yaml:11:7: KubeletConfiguration is read over: it does not shape the cluster',
    ]);
  });

  test('an endpoint without a port has the bind port, 6443 by default', () => {
    expect(
      read(cluster('controlPlaneEndpoint: lb.example.org\n')).config?.controlPlaneEndpoint?.value,
    ).toEqual({
      host: 'lb.example.org',
      port: 6443,
    });
  });

  test.each([
    [
      'controlPlaneEndpoint: "10.0.0.1:66000"\n',
      'error k.yaml:3:23: controlPlaneEndpoint 10.0.0.1:66000: port 66000 is not in 1..65535',
    ],
    [
      'controlPlaneEndpoint: "LOAD_BALANCER_DNS:LOAD_BALANCER_PORT"\n',
      'error k.yaml:3:23: controlPlaneEndpoint LOAD_BALANCER_DNS:LOAD_BALANCER_PORT: port LOAD_BALANCER_PORT is not in 1..65535',
    ],
    [
      'controlPlaneEndpoint: "a b"\n',
      'error k.yaml:3:23: controlPlaneEndpoint a b: expected HOST or HOST:PORT',
    ],
    [
      'kubernetesVersion: 1.12\n',
      'error k.yaml:3:20: kubernetesVersion must be text, not 1.12 (put it in quotes)',
    ],
    [
      'kubernetesVersion: nonsense\n',
      'error k.yaml:3:20: kubernetesVersion nonsense is not a version of Kubernetes 1.x',
    ],
    [
      'kubernetesVersion: stable\n',
      'note k.yaml:3:20: kubernetesVersion stable is a label, not a version: the default is taken',
    ],
    [
      'controlPlanEndpoint: x\n',
      'warning k.yaml:3:1: unknown field controlPlanEndpoint: kubeadm warns and ignores it; nearest: controlPlaneEndpoint',
    ],
    ['imageRepository: x\n', 'note k.yaml:3:1: imageRepository is known to kubeadm and not modelled'],
    ['etcd: {external: {endpoints: []}}\n', 'error k.yaml:3:18: etcd.external has no endpoints'],
    [
      'etcd: {local: {dataDir: /a}, external: {endpoints: ["https://a:1"]}}\n',
      'error k.yaml:3:7: etcd.local and etcd.external exclude each other',
    ],
    [
      'etcd: {local: {extraArgs: {initial-cluster: "x"}}}\n',
      'error k.yaml:3:45: initial-cluster: expected NAME=https://ADDRESS:PORT, not x',
    ],
    ['networking: 7\n', 'error k.yaml:3:13: networking must be a map, not 7'],
    ['apiServer: {certSANs: x}\n', 'error k.yaml:3:23: apiServer.certSANs must be a list of texts'],
    ['kubernetesVersion: 1.20.7\n', 'warning k.yaml:1:13: kubeadm 1.20 does not read v1beta3'],
  ])('%j gives a complaint with its place', (body, expected) => {
    expect(said(cluster(body))).toContain(expected);
  });

  test('kubeadm of one minor later installs a version, too: 1.21 from v1beta3', () => {
    expect(said(cluster('kubernetesVersion: 1.21.0\n'))).toEqual([]);
  });

  test.each([
    ['', 'error k.yaml:1:1: the file is empty'],
    ['a: 1\n', 'error k.yaml:1:1: a document needs apiVersion and kind'],
    [
      'apiVersion: v1\nkind: ClusterConfiguration\n',
      'error k.yaml:1:13: v1 is not a version of kubeadm.k8s.io',
    ],
    [
      'apiVersion: kubeadm.k8s.io/v1beta33\nkind: ClusterConfiguration\n',
      'error k.yaml:1:13: kubeadm.k8s.io/v1beta33 is not read; nearest: v1beta3, v1beta1, v1beta2',
    ],
    [
      'apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfig\n',
      'error k.yaml:2:7: unknown kind ClusterConfig; nearest: ClusterConfiguration',
    ],
    [`${cluster('')}---\n${cluster('')}`, 'error k.yaml:5:7: a second ClusterConfiguration in one file'],
    [
      'apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nlocalAPIEndpoint: {advertiseAddress: "::1"}\n',
      'error k.yaml:3:38: ::1 is no IPv4 address',
    ],
    [
      'apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nlocalAPIEndpoint: {bindPort: 70000}\n',
      'error k.yaml:3:30: port 70000 is not in 1..65535',
    ],
  ])('%j cannot be used, and says why and where', (text, expected) => {
    expect(said(text)).toContain(expected);
    expect(read(text).config).toBeUndefined();
  });

  test('kubeadm 1.22 refuses v1beta1 and older, 1.27 refuses v1beta2', () => {
    const refused = (name: string) => CONFIG_VERSIONS.find((version) => version.name === name)?.refusedFrom;
    expect([refused('v1alpha3'), refused('v1beta1'), refused('v1beta2'), refused('v1beta3')]).toEqual([
      22,
      22,
      27,
      undefined,
    ]);
  });

  test('the guides had etcd 3.2 with Kubernetes 1.12 and 3.3 with 1.15', () => {
    expect([12, 15, 20, 30, 34].map(etcdSeriesFor)).toEqual(['3.2', '3.3', '3.4', '3.5', '3.6']);
    expect(['v1.12.2', '1.20', '1.33.0-rc.1', 'stable', '2.0'].map(kubernetesMinor)).toEqual([
      12,
      20,
      33,
      undefined,
      undefined,
    ]);
  });

  test('no variant of a real file makes the reader throw', () => {
    const real = [...LIBRARY]
      .filter(([path]) => path.endsWith('kubeadm-config.yaml'))
      .map(([, text]) => text);
    const cut = fc.record({
      text: fc.constantFrom(...real),
      at: fc.nat(900),
      to: fc.nat(900),
      put: fc.string({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(cut, ({ text, at, to, put }) => {
        const { config, findings } = read(text.slice(0, at) + put + text.slice(to));
        expect(config !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true);
        for (const { line, column } of findings) expect(line >= 1 && column >= 1).toBe(true);
      }),
      { seed: 1_234, numRuns: 1_000 },
    );
  });
});
