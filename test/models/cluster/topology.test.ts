import { describe, expect, test } from 'vitest';
import { importTopology } from '../../../models/cluster/import-topology.ts';
import { PARAMETERS, valueMistake } from '../../../models/cluster/parameter-table.ts';
import {
  readParameterPath,
  readSetting,
  setting,
  settingMistake,
  settingsOf,
} from '../../../models/cluster/parameters.ts';
import { readTopology } from '../../../models/cluster/read-topology.ts';
import { referenceFiles, referenceSize } from '../../../models/cluster/reference.ts';
import { hostOf, hostsWith, outsideHost, type ProcessName } from '../../../models/cluster/topology.ts';
import { etcdRunsAs, haproxyRunsAs, keepalivedRunsAs } from '../../../models/cluster/versions.ts';
import { findingText } from '../../../models/finding.ts';
import { readHaproxyCfg } from '../../../models/haproxy/read-cfg.ts';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';

const MINIMAL = `topology: one
versions: { kubernetes: 1.30.0, etcd: "3.5" }
hosts:
  - { name: m1, address: 10.0.0.11, roles: [control-plane, etcd], processes: [kubelet, etcd, kube-apiserver] }
  - { name: outside, address: 10.0.0.250, roles: [client], processes: [] }
controlPlaneEndpoint: { address: 10.0.0.11, port: 6443 }
apiserverPort: 6443
etcd: { placement: stacked, members: [{ name: m1, host: m1 }] }
`;
const said = (text: string) => readTopology(text, 't.yaml').findings.map(findingText);
const changed = (from: string, to: string) => {
  expect(MINIMAL).toContain(from);
  return said(MINIMAL.replace(from, to));
};

describe('a topology as YAML', () => {
  test('the least that will do is read', () => {
    const { topology, findings } = readTopology(MINIMAL, 't.yaml');
    expect(findings).toEqual([]);
    expect(hostOf(topology!, 'm1').address).toBe('10.0.0.11');
    expect(hostsWith(topology!, 'etcd').map(({ name }) => name)).toEqual(['m1']);
    expect(outsideHost(topology!).name).toBe('outside');
    expect(() => hostOf(topology!, 'm2')).toThrow('topology one has no host m2');
  });

  test.each([
    ['name: outside', 'name: m1', 't.yaml:5:13: hosts[1].name: host m1 is named twice'],
    ['10.0.0.250', '10.0.0.11', 't.yaml:5:31: hosts[1].address: 10.0.0.11 is the address of m1 too'],
    ['10.0.0.250', '10.0.0.256', 't.yaml:5:31: hosts[1].address: expected an IPv4 address'],
    ['port: 6443', 'port: 70000', 't.yaml:6:51: controlPlaneEndpoint.port must be at most 65535, not 70000'],
    ['port: 6443', 'port: 0', 't.yaml:6:51: controlPlaneEndpoint.port must be at least 1, not 0'],
    [
      'roles: [client]',
      'roles: []',
      't.yaml:4:3: hosts: there is no host with the role client, from which the outside world asks',
    ],
    ['roles: [client]', 'roles: [clint]', 't.yaml:5:51: hosts[1].roles[0]: unknown clint; nearest: client'],
    [
      'processes: []',
      'processes: [haproxy]',
      't.yaml:5:71: hosts[1].processes: haproxy of outside has no configuration',
    ],
    [
      'processes: []',
      'processes: [etcd]',
      't.yaml:5:71: hosts[1].processes: etcd of outside is not among etcd.members',
    ],
    [
      'processes: []',
      'processes: [etcd, etcd]',
      't.yaml:5:71: hosts[1].processes: a process is named twice on outside',
    ],
    ['host: m1', 'host: m2', 't.yaml:8:57: etcd.members[0].host: there is no host m2'],
    [
      'host: m1',
      'host: outside',
      't.yaml:8:57: etcd.members[0].host: no etcd among the processes of outside',
    ],
    ['etcd: "3.5"', 'etcd: 3.5', 't.yaml:2:39: versions.etcd: 3.5 is a number here: put it in quotes'],
    ['etcd: "3.5"', 'etcd: "3.7"', 't.yaml:2:39: versions.etcd: unknown 3.7; nearest: 3.4, 3.5, 3.6'],
    [
      'apiserverPort: 6443',
      'apiserverPort: 6443\nvip: { address: 10.0.0.11 }',
      't.yaml:8:17: vip.address: 10.0.0.11 is the address of m1',
    ],
    [
      'apiserverPort: 6443',
      'apiserverPort: 6443\nhaproxy: { m9: haproxy.cfg }',
      't.yaml:8:16: haproxy.m9: there is no host m9',
    ],
    [
      'apiserverPort: 6443',
      'apiserverPort: 6443\nkeepalived: { m1: { conf: k.conf } }',
      't.yaml:8:19: keepalived.m1: no keepalived among the processes of m1',
    ],
    [
      'name: m1,',
      'name: m.1,',
      't.yaml:4:13: hosts[0].name: a name has letters, digits, - and _, begins and ends with a letter or digit',
    ],
    ['apiserverPort', 'apiServerPort', 't.yaml:7:1: unknown key apiServerPort; nearest: apiserverPort'],
  ])('%j as %j is a complaint with its place', (from, to, expected) => {
    expect(changed(from, to)).toContain(expected);
  });

  test('a second document is refused', () => {
    expect(said(`${MINIMAL}---\n${MINIMAL}`)).toEqual([
      't.yaml:10:1: a topology is one document; a second one begins here',
    ]);
  });
});

describe('parameters', () => {
  const hosts = ['m1', 'm2'];
  test('a path is COMPONENT.KEY or COMPONENT.HOST.KEY', () => {
    expect(readParameterPath('etcd.election-timeout', hosts)).toMatchObject({
      component: 'etcd',
      key: 'election-timeout',
    });
    expect(readParameterPath('haproxy.m1.inter', hosts)).toMatchObject({
      component: 'haproxy',
      host: 'm1',
      key: 'inter',
    });
    expect(readParameterPath('haproxy.m1.timeout.connect', hosts)).toMatchObject({
      host: 'm1',
      key: 'timeout.connect',
    });
    expect(readParameterPath('keepalived.m1.script.check', hosts)).toMatchObject({
      host: 'm1',
      key: 'script.check',
    });
    expect(readParameterPath('keepalived.VI_1.priority', hosts)).toMatchObject({ key: 'VI_1.priority' });
    expect(readParameterPath('keepalived.m1.priority', hosts)).toMatchObject({ host: 'm1', key: 'priority' });
  });

  test.each([
    ['hproxy.inter', '1s', 'unknown component hproxy in hproxy.inter; nearest: haproxy'],
    ['haproxy.m3.inter', '1s', 'there is no host m3 in haproxy.m3.inter; nearest: m1, m2'],
    ['haproxy.m1.intr', '1s', 'haproxy has no parameter intr; nearest: inter'],
    ['haproxy.intr', '1s', 'haproxy has no parameter intr; nearest: inter'],
    ['haproxy', '1s', 'unknown component'],
    ['haproxy.inter', 3, 'haproxy.inter: 3 has no unit: write 3s or 3ms'],
    ['haproxy.inter', 'x', 'haproxy.inter: x is not a time such as 10s, 250ms, 2m or 1h'],
    ['haproxy.fall', 1.5, 'haproxy.fall: 1.5 is not a whole number of 0 or more'],
    ['haproxy.redispatch', 1, 'haproxy.redispatch: 1 is neither true nor false'],
    [
      'haproxy.balance',
      'x',
      'haproxy.balance: x is none of roundrobin, static-rr, leastconn, first, source, random',
    ],
    [
      'etcd.election-timeout',
      '1s',
      'etcd.election-timeout: 1s is not a whole number of milliseconds, as the flag has it',
    ],
    ['etcd.version', 'x', 'etcd.version: x is no version such as 3.4'],
    ['keepalived.script.c', '', 'keepalived.script.c: must not be empty'],
    [
      'kube-controller-manager.unhealthy-zone-threshold',
      'x',
      'kube-controller-manager.unhealthy-zone-threshold: x is not a number',
    ],
  ])('%s set to %j is refused with the nearest names', (path, value, expected) => {
    if (path === 'haproxy') expect(settingMistake(path, value, hosts)).toMatch(/^haproxy has no parameter/);
    else expect(settingMistake(path, value, hosts)).toBe(expected);
  });

  test('what names a host overrides what does not, whatever the order', () => {
    const map = { 'haproxy.m1.inter': '1s', 'haproxy.inter': '2s', 'haproxy.fall': 2, 'etcd.version': '3.4' };
    expect(settingsOf(map, 'haproxy', 'm1', hosts)).toEqual({ inter: '1s', fall: 2 });
    expect(settingsOf(map, 'haproxy', 'm2', hosts)).toEqual({ inter: '2s', fall: 2 });
    expect(setting(map, 'haproxy', 'm1', 'inter')).toBe('1s');
    expect(setting(map, 'haproxy', 'm2', 'inter')).toBe('2s');
    expect(setting(map, 'haproxy', undefined, 'rise')).toBeUndefined();
  });

  test('a setting of a command line is what it looks like', () => {
    expect(readSetting('haproxy.m1.inter=1s')).toEqual({ path: 'haproxy.m1.inter', value: '1s' });
    expect(readSetting('etcd.election-timeout=2000')).toEqual({ path: 'etcd.election-timeout', value: 2000 });
    expect(readSetting('etcd.pre-vote=false')).toEqual({ path: 'etcd.pre-vote', value: false });
    expect(readSetting('keepalived.m1.script.c=http:http://a/?x=1')).toMatchObject({
      value: 'http:http://a/?x=1',
    });
    expect(readSetting('nothing')).toBe('nothing: write COMPONENT[.HOST].KEY=VALUE');
  });

  test('every row of the table can be reached by its path', () => {
    for (const { component, key } of PARAMETERS) {
      const path = `${component}.${key.replace('NAME', 'x')}`;
      expect(typeof readParameterPath(path, hosts)).toBe('object');
    }
    expect(valueMistake(PARAMETERS.find(({ kind }) => kind === 'any')!, 'anything')).toBeUndefined();
  });
});

describe('versions', () => {
  test('etcd runs by series, the nearest one outside of what is modelled', () => {
    expect(['3.2.24', '3.4.13', 'v3.5', '3.9', '4.0', '2.3'].map((version) => etcdRunsAs(version))).toEqual([
      { version: '3.4', same: false },
      { version: '3.4', same: true },
      { version: '3.5', same: true },
      { version: '3.6', same: false },
      { version: '3.6', same: false },
      { version: '3.4', same: false },
    ]);
    expect(etcdRunsAs('x')).toBeUndefined();
  });
  test('HAProxy before 2.6 runs as 2.6, keepalived 1.3 as itself', () => {
    expect(haproxyRunsAs('1.8.8')).toEqual({ version: '2.6.12', same: false });
    expect(haproxyRunsAs('3.3.1')).toEqual({ version: '3.3.1', same: true });
    expect(haproxyRunsAs('x')).toBeUndefined();
    expect(keepalivedRunsAs('1.3.5')).toEqual({ version: '1.3.5', same: true });
    expect(keepalivedRunsAs('1.2.19')?.same).toBe(false);
    expect(keepalivedRunsAs('x')).toBeUndefined();
  });
});

describe('the reference topologies', () => {
  test('stacked-N and external-N+M are names of sizes', () => {
    expect(referenceSize('stacked-3')).toEqual({ masters: 3, etcd: 0, balancers: 0 });
    expect(referenceSize('external-3+3-lb2')).toEqual({ masters: 3, etcd: 3, balancers: 2 });
    expect(referenceSize('external-2+5')).toEqual({ masters: 2, etcd: 5, balancers: 0 });
    for (const none of [
      'stacked-0',
      'stacked-16',
      'stacked',
      'external-3',
      'external-3+0',
      'xstacked-3',
      'stacked-3x',
    ]) {
      expect(referenceSize(none)).toBeUndefined();
    }
  });

  test.each([
    'stacked-3',
    'stacked-3-lb1',
    'stacked-3-lb2',
    'stacked-3-lb3',
    'external-2+3-lb2',
    'external-3+3-lb2',
  ])('%s has as many hosts of each kind as its name says, and no complaint', (name) => {
    const size = referenceSize(name)!;
    const { files, set } = referenceFiles(size);
    const { topology, findings } = importTopology(files, { name, set });
    expect(findings).toEqual([]);
    const withProcess = (process: ProcessName) => hostsWith(topology!, process).length;
    expect(withProcess('kube-apiserver')).toBe(size.masters);
    expect(withProcess('etcd')).toBe(size.etcd === 0 ? size.masters : size.etcd);
    expect(withProcess('haproxy')).toBe(size.balancers === 0 ? size.masters : size.balancers);
  });

  test.each([1, 2, 3, 5, 8, 9, 15])(
    'with %i masters, a dead proxy costs more than any gap of priorities',
    (masters) => {
      const { files } = referenceFiles({ masters, etcd: 0, balancers: 0 });
      const instances = files
        .filter(({ path }) => path.endsWith('keepalived.conf'))
        .map(({ path, text }) => {
          const { config, findings } = readKeepalivedConf(text, path);
          expect(findings).toEqual([]);
          return { priority: config.instances[0]!.priority, weight: config.scripts[0]!.weight };
        });
      const priorities = instances.map(({ priority }) => priority);
      expect(new Set(priorities).size).toBe(masters);
      for (const { priority, weight } of instances) {
        expect(priority).toBeLessThan(255);
        expect(priority + weight).toBeLessThan(Math.min(...priorities));
        expect(priority + weight).toBeGreaterThan(0);
      }
    },
  );

  test('the balancer asks /readyz over TLS and redispatches', () => {
    const text = referenceFiles({ masters: 3, etcd: 0, balancers: 0 }).files.find(
      ({ path }) => path === 'haproxy.cfg',
    )!.text;
    const { config, findings } = readHaproxyCfg(text, 'haproxy.cfg');
    expect(findings).toEqual([]);
    const [backend] = config.backends;
    expect(backend).toMatchObject({ redispatch: -1, checks: { kind: 'httpchk' } });
    expect(backend?.servers.map(({ check }) => check?.ssl)).toEqual([true, true, true]);
  });
});
