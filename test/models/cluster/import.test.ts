import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImportFile, sortFiles } from '../../../models/cluster/import-files.ts';
import { type ImportOptions, importTopology } from '../../../models/cluster/import-topology.ts';
import { readTopology, writeTopology } from '../../../models/cluster/read-topology.ts';
import { referenceFiles } from '../../../models/cluster/reference.ts';
import { hostOf, type Topology } from '../../../models/cluster/topology.ts';
import { findingText } from '../../../models/finding.ts';
import { LIBRARY } from '../../scenarios/library.ts';

const keepalived = (priority: number, vip = '10.0.0.100') =>
  `vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 51\n  priority ${priority}\n  virtual_ipaddress {\n    ${vip}\n  }\n}\n`;
const haproxy = (...servers: string[]) =>
  `defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend api\n  bind *:8443\n  default_backend api\nbackend api\n${servers.map((server) => `  server ${server}\n`).join('')}`;
const file = (path: string, text: string): ImportFile => ({ path, text });
const errors = (files: ImportFile[], options: ImportOptions = {}) =>
  importTopology(files, options)
    .findings.filter(({ severity }) => severity === 'error')
    .map(findingText);
const imported = (files: ImportFile[], options: ImportOptions = {}) => {
  const result = importTopology(files, options);
  expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result.topology!;
};
const three = [
  file('m1/keepalived.conf', keepalived(102)),
  file('m2/keepalived.conf', keepalived(101)),
  file('m3/keepalived.conf', keepalived(100)),
];

describe('importing deployment files', () => {
  test('the host of a keepalived.conf is its folder, or its prefix', () => {
    const hosts = (paths: string[]) =>
      sortFiles(paths.map((path) => file(path, 'x'))).sorted.map(
        ({ kind, host }) => `${kind} ${host ?? '-'}`,
      );
    expect(hosts(['m1/keepalived.conf', 'm2/keepalived.conf', 'haproxy.cfg'])).toEqual([
      'keepalived m1',
      'keepalived m2',
      'haproxy -',
    ]);
    expect(hosts(['m1.keepalived.conf', 'm2.keepalived.conf'])).toEqual(['keepalived m1', 'keepalived m2']);
    expect(hosts(['a/b/m1/etc/keepalived/keepalived.conf', 'a/b/m2/etc/haproxy/haproxy.cfg'])).toEqual([
      'keepalived m1',
      'haproxy m2',
    ]);
    expect(hosts(['./m1/keepalived.conf'])).toEqual(['keepalived m1']);
    // What lies beside the folders of several hosts is everybody's, also when another folder has a part of it.
    expect(
      hosts(['a/m1/keepalived.conf', 'a/m2/keepalived.conf', 'a/haproxy.cfg', 'b/check.sh']).slice(2),
    ).toEqual(['haproxy -', 'script b']);
    expect(hosts(['m1/haproxy.cfg', 'm1/more/keepalived.conf', 'm2/haproxy.cfg'])).toEqual([
      'haproxy m1',
      'keepalived more',
      'haproxy m2',
    ]);
    expect(
      hosts(['keepalived.conf', 'kubeadm-config.yaml', 'hosts', 'check_apiserver.sh', 'sysctl.conf']),
    ).toEqual(['keepalived -', 'kubeadm -', 'hosts -', 'script -', 'sysctl -']);
  });

  test('files of other daemons and manifests in the same folder are read over, with a note', () => {
    const strangers = [
      file('nginx.conf', 'server {}\n'),
      file('deploy.yaml', 'apiVersion: apps/v1\nkind: Deployment\n'),
      file('other.cfg', '[section]\n'),
      file('README.md', 'text'),
    ];
    const { topology, findings } = importTopology([...three, ...strangers]);
    expect(topology).toBeDefined();
    expect(findings.map(findingText)).toEqual(
      strangers.map(({ path }) => `${path}:1:1: no kind of file that is read; read over`),
    );
    const renamed = sortFiles([
      file('lb.cfg', haproxy()),
      file('vip.conf', keepalived(1)),
      file('c.yaml', '# kubeadm.k8s.io/v1beta3\n'),
    ]);
    expect(renamed.sorted.map(({ kind }) => kind)).toEqual(['haproxy', 'keepalived', 'kubeadm']);
  });

  test("hosts are matched to HAProxy's servers by name", () => {
    const topology = imported([
      ...three,
      file('haproxy.cfg', haproxy('m3 10.0.0.13:6443', 'm1 10.0.0.11:6443', 'M2 10.0.0.12:6443')),
    ]);
    expect(['m1', 'm2', 'm3'].map((name) => hostOf(topology, name).address)).toEqual([
      '10.0.0.11',
      '10.0.0.12',
      '10.0.0.13',
    ]);
  });

  test('else in order, with a warning at each server', () => {
    const { topology, findings } = importTopology([
      ...three,
      file('haproxy.cfg', haproxy('a 10.0.0.11:6443', 'b 10.0.0.12:6443', 'c 10.0.0.13:6443')),
    ]);
    expect(hostOf(topology!, 'm2').address).toBe('10.0.0.12');
    expect(findings.map(findingText)).toContain(
      'haproxy.cfg:11:3: server b is no name of a host: taken for m2, by its place in the list',
    );
  });

  test('of two haproxy.cfg the one that leads to apiservers names the masters; a lone other one with a warning', () => {
    const web = file('web/haproxy.cfg', haproxy('x 10.0.0.21:443'));
    const api = file('api/haproxy.cfg', haproxy('a 10.0.0.11:6443'));
    const masters = ({ hosts }: Topology): string[] =>
      hosts.filter(({ roles }) => roles.includes('control-plane')).map(({ name }) => name);
    expect(masters(imported([web, api]))).toEqual(['a']);
    const { findings } = importTopology([web]);
    expect(findings.map(findingText).join()).toMatch(
      /no server has the port of the apiservers, 6443: those of/,
    );
  });

  test('balancers of their own are not taken for masters', () => {
    const topology = imported([
      file('lb1/keepalived.conf', keepalived(102)),
      file('lb2/keepalived.conf', keepalived(101)),
      file('haproxy.cfg', haproxy('a 10.0.0.11:6443', 'b 10.0.0.12:6443', 'c 10.0.0.13:6443')),
    ]);
    expect(hostOf(topology, 'lb1')).toMatchObject({
      roles: ['load-balancer'],
      processes: ['keepalived', 'haproxy'],
    });
    expect(hostOf(topology, 'b')).toMatchObject({ roles: ['control-plane', 'etcd'], address: '10.0.0.12' });
  });

  test('nor those of which --set says that they are elsewhere, however many servers are left', () => {
    const topology = imported(
      [
        file('lb1/keepalived.conf', keepalived(102)),
        file('lb2/keepalived.conf', keepalived(101)),
        file('haproxy.cfg', haproxy('a 10.0.0.11:6443', 'b 10.0.0.12:6443')),
      ],
      { set: { 'host.lb1.address': '10.0.0.41', 'host.lb2.address': '10.0.0.42' } },
    );
    expect(hostOf(topology, 'lb2')).toMatchObject({ roles: ['load-balancer'], address: '10.0.0.42' });
    expect(hostOf(topology, 'b')).toMatchObject({ roles: ['control-plane', 'etcd'], address: '10.0.0.12' });
  });

  test('a haproxy.cfg without a host is run by every host with keepalived, else by one of its own', () => {
    const text = haproxy('m1 10.0.0.11:6443', 'm2 10.0.0.12:6443');
    expect(Object.keys(imported([...three.slice(0, 2), file('haproxy.cfg', text)]).haproxy!)).toEqual([
      'm1',
      'm2',
    ]);
    const alone = imported([file('haproxy.cfg', text)]);
    expect(alone.haproxy).toEqual({ lb: 'haproxy.cfg' });
    expect(alone.notes?.join('\n')).toContain('No file says which host runs haproxy.cfg: it is lb');
    const chosen = imported([file('haproxy.cfg', text)], { set: { 'cluster.balancers': 'm1,m2' } });
    expect(Object.keys(chosen.haproxy!)).toEqual(['m1', 'm2']);
  });

  test('what the files do not say takes a stated default that --set overrides', () => {
    const plain = imported(three);
    expect(hostOf(plain, 'm2').address).toBe('10.0.0.12');
    expect(plain.notes).toEqual([
      'No file says a version of Kubernetes: it is 1.30. Set kubernetes.version for another.',
      'No file names a worker: there is one, w1. Set cluster.workers for others.',
      'No file says these addresses: m1 10.0.0.11, m2 10.0.0.12, m3 10.0.0.13, w1 10.0.0.14. Set host.NAME.address for others.',
      "No file says the control plane's endpoint: it is 10.0.0.100:6443. Set cluster.endpoint for another.",
    ]);
    const set = {
      'host.m2.address': '10.0.0.77',
      'cluster.workers': 'a,b',
      'cluster.endpoint': '10.0.0.100:8443',
      'kubernetes.version': '1.20.7',
      'host.m1.zone': 'east',
      'host.m1.nonlocal-bind': true,
      'etcd.election-timeout': 2000,
    };
    const topology = imported(three, { set });
    expect(hostOf(topology, 'm2').address).toBe('10.0.0.77');
    expect(hostOf(topology, 'm1')).toMatchObject({ zone: 'east', nonlocalBind: true });
    expect(topology.hosts.filter(({ roles }) => roles.includes('worker')).map(({ name }) => name)).toEqual([
      'a',
      'b',
    ]);
    expect(topology.controlPlaneEndpoint).toEqual({ address: '10.0.0.100', port: 8443 });
    expect(topology.versions).toMatchObject({ kubernetes: '1.20.7', etcd: '3.4' });
    expect(topology.parameters).toEqual({ 'etcd.election-timeout': 2000 });
  });

  test('invented addresses avoid those that the files have', () => {
    const topology = imported([...three, file('haproxy.cfg', haproxy('x 10.0.0.11:6443'))]);
    const all = topology.hosts.map(({ address }) => address);
    expect(new Set(all).size).toBe(all.length);
  });

  test("a server that points to another host's address is said, and the file keeps it", () => {
    const kubeadm = (name: string, address: string) =>
      `apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nnodeRegistration: {name: ${name}}\nlocalAPIEndpoint: {advertiseAddress: ${address}}\n`;
    const { topology, findings } = importTopology([
      file('a/kubeadm-config.yaml', kubeadm('a', '10.0.0.1')),
      file('b/kubeadm-config.yaml', kubeadm('b', '10.0.0.2')),
      file('haproxy.cfg', haproxy('a 10.0.0.2:6443', 'b 10.0.0.9:6443')),
    ]);
    const said = findings.map(findingText);
    expect(said).toContain('haproxy.cfg:10:3: server a points to 10.0.0.2, the address of b; a has 10.0.0.1');
    expect(said).toContain(
      'haproxy.cfg:11:3: server b points to 10.0.0.9, no address of a host; b has 10.0.0.2',
    );
    expect(topology?.files?.['haproxy.cfg']).toContain('server a 10.0.0.2:6443');
  });

  test('external endpoints become hosts of their own, or the hosts that have these addresses', () => {
    const text = (...urls: string[]) =>
      `apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd: {external: {endpoints: [${urls.join(', ')}]}}\n`;
    const proxy = file('haproxy.cfg', haproxy('m1 10.0.0.11:6443'));
    const apart = imported([
      proxy,
      file('m1/kubeadm-config.yaml', text('https://10.0.0.21:2379', 'https://10.0.0.22:2379')),
    ]);
    expect(apart.etcd).toEqual({
      placement: 'external',
      members: [
        { name: 'e1', host: 'e1' },
        { name: 'e2', host: 'e2' },
      ],
    });
    expect(hostOf(apart, 'm1').processes).not.toContain('etcd');
    const shared = imported([proxy, file('m1/kubeadm-config.yaml', text('https://10.0.0.11:2379'))]);
    expect(shared.etcd).toEqual({ placement: 'external', members: [{ name: 'm1', host: 'm1' }] });
  });

  test("flags of kubeadm's extraArgs become parameters, unknown ones are said", () => {
    const text =
      'apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\ncontrollerManager: {extraArgs: {node-monitor-grace-period: 20s, profiling: "false"}}\netcd: {local: {extraArgs: {election-timeout: "2500"}}}\n';
    const { topology, findings } = importTopology([...three, file('m1/kubeadm-config.yaml', text)]);
    expect(topology?.parameters).toEqual({
      'kube-controller-manager.node-monitor-grace-period': '20s',
      'etcd.m1.election-timeout': 2500,
    });
    expect(findings.map(findingText)).toContain(
      'm1/kubeadm-config.yaml:3:76: kube-controller-manager --profiling is not modelled',
    );
  });

  test('versions below the modelled ones run as the nearest and say so', () => {
    const set = { 'etcd.version': '3.2.24', 'haproxy.version': '1.8.8', 'kubernetes.version': '1.12.2' };
    const topology = imported(
      [...three, file('haproxy.cfg', haproxy('m1 10.0.0.11:6443', 'm2 10.0.0.12:6443', 'm3 10.0.0.13:6443'))],
      { set },
    );
    expect(topology.versions).toEqual({
      kubernetes: '1.12.2',
      etcd: '3.4',
      keepalived: '2.2.7',
      haproxy: '2.6.12',
    });
    expect(topology.notes).toContain('etcd 3.2.24 runs as 3.4, the nearest version that is modelled.');
    expect(topology.notes).toContain('haproxy 1.8.8 runs as 2.6.12, the nearest version that is modelled.');
  });

  test('sysctl.conf says whether a proxy may listen on the VIP before it has it', () => {
    const proxy = file('haproxy.cfg', haproxy('m1 10.0.0.11:6443', 'm2 10.0.0.12:6443', 'm3 10.0.0.13:6443'));
    const bound = (text: string) =>
      hostOf(imported([...three, proxy, file('sysctl.conf', text)]), 'm1').nonlocalBind ?? false;
    expect(bound('net.ipv4.ip_nonlocal_bind = 1\n')).toBe(true);
    expect(bound('net.ipv4.ip_nonlocal_bind=1\nnet.ipv4.ip_nonlocal_bind = 0\n')).toBe(false);
    expect(bound('# net.ipv4.ip_nonlocal_bind = 1\n')).toBe(false);
  });

  test('a check script is found beside its configuration, by the name that the configuration calls', () => {
    const conf = `vrrp_script c {\n  script "/etc/keepalived/check.sh"\n}\n${keepalived(101).replace('priority', 'track_script {\n c\n}\n priority')}`;
    const topology = imported([
      file('m1/keepalived.conf', conf),
      file('m2/keepalived.conf', conf),
      file('check.sh', '#!/bin/sh\nkillall -0 haproxy\n'),
      file('m2/check.sh', '#!/bin/sh\npidof haproxy\n'),
    ]);
    expect(topology.keepalived?.['m1']?.scripts).toEqual({ '/etc/keepalived/check.sh': 'check.sh' });
    expect(topology.keepalived?.['m2']?.scripts).toEqual({ '/etc/keepalived/check.sh': 'm2/check.sh' });
  });

  test.each([
    ['an empty file', [file('haproxy.cfg', '')], 'haproxy.cfg:1:1: the file is empty'],
    [
      'a file of junk',
      [file('haproxy.cfg', 'x'.repeat(10_000_000))],
      'haproxy.cfg:1:1: the file has 10000000 characters; at most 1000000 are read',
    ],
    [
      'a YAML file of junk',
      [file('kubeadm-config.yaml', '{['.repeat(5_000_000))],
      'kubeadm-config.yaml:1:1: the file has 10000000 characters; at most 1000000 are read',
    ],
    [
      'a host with two files',
      [...three, file('x/m1/keepalived.conf', keepalived(1))],
      'x/m1/keepalived.conf:1:1: a second keepalived.conf of m1',
    ],
    ['a file given twice', [three[0]!, three[0]!], 'm1/keepalived.conf:1:1: the file is given twice'],
    [
      'no control plane',
      [file('hosts', '10.0.0.1 a\n')],
      'hosts:1:1: the files name no control plane: no servers in a haproxy.cfg, no keepalived.conf, no kubeadm configuration of a host',
    ],
    [
      'a line of hosts that is none',
      [file('hosts', '10.0.0.1 a\n  10.0.0.256 b\n')],
      'hosts:2:3: expected ADDRESS NAME...',
    ],
    [
      'a port out of range',
      [file('haproxy.cfg', haproxy('m1 10.0.0.11:66443'))],
      /^haproxy\.cfg:10:\d+: .*66443/,
    ],
    [
      'a folder that cannot be a host',
      [file('a b/keepalived.conf', keepalived(1)), file('haproxy.cfg', haproxy('m1 10.0.0.11:6443'))],
      'a b/keepalived.conf:1:1: a b cannot be the name of a host: letters, digits, - and _ only',
    ],
  ] as [string, ImportFile[], string | RegExp][])('%s is one clear complaint', (_name, files, expected) => {
    const began = performance.now();
    const said = errors(files);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(said).toHaveLength(1);
    if (typeof expected === 'string') expect(said[0]).toBe(expected);
    else expect(said[0]).toMatch(expected);
  });

  test.each([
    [{ 'cluster.endpont': 'x' }, '--set:1:1: cluster has no setting endpont; nearest: endpoint'],
    [
      { 'cluster.endpoint': '10.0.0.1:70000' },
      '--set:1:1: cluster.endpoint: 10.0.0.1:70000 is not HOST:PORT with a port in 1..65535',
    ],
    [{ 'cluster.vip': 'x' }, '--set:1:1: cluster.vip: x is no IPv4 address'],
    [{ 'cluster.workers': 'a b' }, '--set:1:1: cluster.workers: a b is no name of a host'],
    [{ 'host.m1.address': 'x' }, '--set:1:1: host.m1.address: x is no IPv4 address'],
    [{ 'host.m9.zone': 'x' }, '--set:1:1: there is no host m9'],
    [
      { 'etcd.elction-timeout': 5 },
      '--set:1:1: etcd has no parameter elction-timeout; nearest: election-timeout',
    ],
    [{ 'host.w1.address': '10.0.0.11' }, 'm1/keepalived.conf:1:1: 10.0.0.11 is the address of m1 too'],
  ] as [Record<string, string | number>, string][])('a wrong setting %j is a complaint', (set, expected) => {
    expect(errors(three, { set: { 'host.m1.address': '10.0.0.11', ...set } })).toContain(expected);
  });

  test('a topology can be written as YAML and read back as it was', () => {
    for (const size of [
      { masters: 1, etcd: 0, balancers: 0 },
      { masters: 3, etcd: 3, balancers: 2 },
    ]) {
      const { files, set } = referenceFiles(size);
      const topology = imported([...files], { set, name: 'external-3+3' });
      const again = readTopology(writeTopology(topology), 'topology.yaml');
      expect(again).toEqual({ topology, findings: [] });
    }
  });

  test('no variant of real files makes the import throw, hang or complain without a place', () => {
    const real = [...LIBRARY].filter(([path]) => path.startsWith('guides/guide-00'));
    const damage = fc.record({
      which: fc.nat(real.length - 1),
      at: fc.nat(2_000),
      to: fc.nat(2_000),
      put: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('\0', '\r\n', '{', '}', 'x'.repeat(2_000))),
    });
    fc.assert(
      fc.property(
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.subarray(real, { minLength: 1 }),
        (damages, chosen) => {
          const files = chosen.map(([path, text]) => {
            const hit = damages.filter(({ which }) => real[which]![0] === path);
            return file(
              path,
              hit.reduce(
                (now, { at, to, put }) => now.slice(0, at) + put + now.slice(Math.max(at, to)),
                text,
              ),
            );
          });
          const { topology, findings } = importTopology(files);
          expect(topology !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true);
          for (const { line, column, file: where } of findings)
            expect(line >= 1 && column >= 1 && where !== '').toBe(true);
        },
      ),
      { seed: 42, numRuns: 150 },
    );
  });
});
