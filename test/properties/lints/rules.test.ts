/** Where each rule speaks, and where it does not: the reference deployment with a word changed. */
import { describe, expect, test } from 'vitest';
import type { ImportFile } from '../../../models/cluster/import-files.ts';
import { LINT_RULES, lintFiles } from '../../../properties/lints/rules.ts';
import { filesOfTopology } from '../../../scenarios/topologies.ts';

type Edit = (text: string, path: string) => string;

const REFERENCE = filesOfTopology('stacked-3', new Map())!.files;

/** `RULE FILE:LINE` of everything found. */
function lint(files: readonly ImportFile[]): string[] {
  const { lints, findings } = lintFiles(files);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return lints!.map(({ rule, file, line }) => `${rule} ${file}:${line}`);
}

function edited(edit: Edit, ...more: readonly ImportFile[]): string[] {
  return lint([...REFERENCE.map(({ path, text }) => ({ path, text: edit(text, path) })), ...more]);
}

/** One replacement in the files whose path ends so. */
function change(ending: string, from: string | RegExp, to: string): Edit {
  return (text, path) => (path.endsWith(ending) ? text.replace(from, to) : text);
}

const both =
  (...edits: readonly Edit[]): Edit =>
  (text, path) =>
    edits.reduce((now, edit) => edit(now, path), text);
const everywhere = (word: string) => change('keepalived.conf', 'advert_int 1', `advert_int 1\n    ${word}`);
const weights = (weight: string) => change('keepalived.conf', 'weight -60', weight);

test('each rule has a name of its own, a sentence and a cure', () => {
  expect(new Set(LINT_RULES.map(({ name }) => name)).size).toBe(LINT_RULES.length);
  for (const { name, about, cure } of LINT_RULES) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(about).toMatch(/\.$/);
    expect(cure).toMatch(/\.$/);
  }
});

describe('priorities 140, 120, 100', () => {
  const found = (weight: string) => edited(weights(weight)).map((one) => one.replace(/ .*/, ''));
  test.each(['weight -60', 'weight -41', 'weight 60', 'weight 41'])('%s is enough', (weight) => {
    expect(found(weight)).toEqual([]);
  });
  test.each(['weight -40', 'weight 40'])('%s ties after two failures', (weight) => {
    expect(found(weight)).toEqual(['tie-after-failures']);
  });
  test.each(['weight -10', 'weight -19', 'weight 15'])('%s leaves the VIP at the first failure', (weight) => {
    expect(found(weight)).toContain('penalty-not-above-gap');
  });
  test('weight -20 is the gap: the backup accepts an equal advert', () => {
    expect(found('weight -20')).toContain('penalty-not-above-gap');
  });
  test('weight -30 leaves the VIP where it is after two failures', () => {
    expect(found('weight -30')).toEqual(['penalty-not-above-gap']);
  });
  test('the weight at track_script counts, and is the place', () => {
    const edit = change('m1/keepalived.conf', '        haproxy\n', '        haproxy weight -10\n');
    expect(edited(edit)[0]).toMatch(/^penalty-not-above-gap m1\/keepalived\.conf:24$/);
  });
});

describe('preemption', () => {
  test('preempt_delay is cleared as nopreempt is', () => {
    const edit = both(
      everywhere('preempt_delay 30'),
      change('m1/keepalived.conf', 'state BACKUP', 'state MASTER'),
    );
    expect(edited(edit)).toEqual(['nopreempt-with-state-master m1/keepalived.conf:15']);
  });
  test('nopreempt with weight 0 is what it should be, but for nobody left when all fail', () => {
    const found = edited(both(everywhere('nopreempt'), weights('weight 0')));
    expect(found.map((one) => one.replace(/ .*/, ''))).toEqual(['weight-0-everywhere']);
  });
});

describe('what the routers have to agree about', () => {
  test('in version 3 advert_int 0.2 is 0.2 s', () => {
    const short = change('keepalived.conf', 'advert_int 1', 'advert_int 0.2\n    version 3');
    expect(edited(short)).toEqual([]);
  });
  test('unicast peers that list each other are well', () => {
    const peers = (own: number, ...others: readonly number[]) =>
      change(
        `m${own}/keepalived.conf`,
        'advert_int 1',
        `advert_int 1\n    unicast_peer {\n${others.map((one) => `        10.0.0.1${one}\n`).join('')}    }`,
      );
    expect(edited(both(peers(1, 2, 3), peers(2, 1, 3), peers(3, 1, 2)))).toEqual([]);
    expect(edited(both(peers(1, 2, 3), peers(2, 1, 3)))).toEqual([
      'unicast-peer-mismatch m3/keepalived.conf:9',
    ]);
  });
  test.each([
    ['secret#1', true],
    ['"secret#1"', false],
    ['"secrets#1"', true],
    ['secret\\#1', false],
    ['longer-than-8', true],
    ['eight-88', false],
  ])('auth_pass %s is cut: %s', (pass, cut) => {
    const found = edited(change('keepalived.conf', 'auth_pass quorate', `auth_pass ${pass}`));
    expect(found.some((one) => one.startsWith('auth-pass-cut'))).toBe(cut);
    expect(found.some((one) => one.startsWith('auth-pass-mismatch'))).toBe(false);
  });
});

describe('the VIP’s check', () => {
  const script = (line: string) => change('keepalived.conf', '/usr/bin/killall -0 haproxy', line);
  test('of the local proxy is well', () => {
    expect(edited(script('/usr/bin/curl -sfk -m 1 https://localhost:8443/readyz'))).toEqual([]);
  });
  test('of the VIP beside the local proxy is well', () => {
    const check =
      '#!/bin/sh\ncurl -sk -m 1 https://localhost:8443/ || exit 1\nif ip addr | grep -q 10.0.0.100; then\n  curl -sk -m 1 https://10.0.0.100:8443/ || exit 1\nfi\n';
    expect(edited(script('/etc/keepalived/check.sh'), { path: 'check.sh', text: check })).toEqual([]);
  });
  test('by a script that is not there is judged by its weight only', () => {
    expect(edited(both(script('/opt/unknown'), weights('weight -10')))[0]).toMatch(/^penalty-not-above-gap/);
  });
});

describe('a VIP that nothing takes away', () => {
  const script = (line: string) => change('m1/keepalived.conf', '/usr/bin/killall -0 haproxy', line);
  const untracked = change('m1/keepalived.conf', /track_script \{[^}]*\}/, '');
  test('a router that tracks nothing, or a script that is not there', () => {
    expect(edited(untracked)).toContain('vip-without-check m1/keepalived.conf:9');
    const misspelt = change('m1/keepalived.conf', '        haproxy\n', '        haproxi\n');
    expect(edited(misspelt)).toContain('vip-without-check m1/keepalived.conf:9');
  });
  test.each([
    [
      'of its sync group',
      'vrrp_sync_group g {\n group {\n  control_plane\n }\n track_script {\n  haproxy\n }\n}\n',
    ],
    ['of its own balancing', 'virtual_server 10.0.0.100 6443 {\n protocol TCP\n}\n'],
  ])('a router that tracks nothing because %s is well', (_, block) => {
    const more: Edit = (text, path) => (path === 'm1/keepalived.conf' ? `${text}${block}` : text);
    expect(edited(both(untracked, more)).filter((one) => one.startsWith('vip-without'))).toEqual([]);
  });
  test('a check that always succeeds', () => {
    expect(edited(script('/bin/true'))).toContain('check-never-fails m1/keepalived.conf:2');
    const finds = { path: 'm1/check_haproxy.sh', text: 'pgrep haproxy > /dev/null\n' };
    expect(edited(script('/etc/keepalived/check_haproxy.sh'), finds)).toContain(
      'check-never-fails m1/keepalived.conf:2',
    );
  });
  test('a check that stops keepalived, which nobody starts', () => {
    const text =
      '#!/bin/sh\n# systemctl stop keepalived\nif ! pidof haproxy; then\n  systemctl stop keepalived\nfi\n';
    expect(edited(script('/etc/keepalived/chk.sh'), { path: 'm1/chk.sh', text })).toContain(
      'check-stops-keepalived m1/chk.sh:4',
    );
  });
  test('a password without a type is none, and cannot be cut', () => {
    const none = change(
      'keepalived.conf',
      /auth_type PASS\s+auth_pass quorate/,
      'auth_type PASS;\n auth_pass quorate-pw',
    );
    expect(edited(none).filter((one) => one.startsWith('auth-pass-cut'))).toEqual([]);
  });
});

test('an endpoint that is the first master’s own address, whether it has a name or not', () => {
  const text =
    'apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nlocalAPIEndpoint: { advertiseAddress: 10.0.0.11 }\n---\n' +
    'apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: 10.0.0.11:6443\n';
  expect(lint([{ path: 'kubeadm-config.yaml', text }])).toEqual([
    'endpoint-is-one-master kubeadm-config.yaml:7',
  ]);
});

test('kubeadm’s configuration without controlPlaneEndpoint, beside a VIP, unless init names it', () => {
  const conf = {
    path: 'kubeadm-config.yaml',
    text: 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: 1.33.0\n',
  };
  const rule = (files: readonly ImportFile[]) =>
    lint(files).filter((one) => one.startsWith('no-control-plane-endpoint'));
  const others = REFERENCE.filter(({ path }) => !path.includes('kubeadm'));
  const init = { path: 'notes.txt', text: 'kubeadm init --control-plane-endpoint 10.0.0.100:8443\n' };
  expect(rule([...others, conf])).toEqual(['no-control-plane-endpoint kubeadm-config.yaml:2']);
  expect(rule([...others, conf, init])).toEqual([]);
  expect(rule([conf])).toEqual([]);
});

test('a balancer of something else is said to be one, and judged by no rule', () => {
  const text = 'defaults\n mode tcp\nlisten db\n bind :5432\n server a 10.0.0.21:5432\n';
  const { lints, findings } = lintFiles([{ path: 'haproxy.cfg', text }]);
  expect(lints).toEqual([]);
  expect(findings.map(({ message }) => message).join()).toContain('balancer of something else');
});

describe('checks of the servers', () => {
  const chk = (text: string) => change('haproxy.cfg', / {4}option httpchk[\s\S]*?status 200\n/, text);
  test('httpchk over TLS by http-check connect ssl is well', () => {
    const connect = both(
      chk('    option httpchk\n    http-check connect ssl\n    http-check send meth GET uri /readyz\n'),
      change('haproxy.cfg', ' check-ssl verify none', ''),
    );
    expect(edited(connect)).toEqual([]);
  });
  test('httpchk after ssl-hello-chk is the one that counts', () => {
    expect(edited(chk('    option ssl-hello-chk\n    option httpchk GET /readyz\n'))).toEqual([]);
  });
  test('timeout tunnel keeps watches that timeout server would cut', () => {
    const short = change('haproxy.cfg', /timeout server 5m/, 'timeout server 5s');
    const tunnel = change('haproxy.cfg', /timeout client 5m/, 'timeout client 5m\n    timeout tunnel 1h');
    expect(edited(short)).toEqual(['timeouts-cut-watches haproxy.cfg:11']);
    expect(edited(both(short, tunnel))).toEqual([]);
  });
  test('a master of /etc/hosts that no server is, is missing', () => {
    const text = '10.0.0.11 m1\n10.0.0.12 m2\n10.0.0.13 m3\n10.0.0.14 m4\n10.0.0.61 w1\n';
    expect(edited((one) => one, { path: 'hosts', text })).toEqual(['backend-lacks-master haproxy.cfg:17']);
  });
});

describe('addresses and ports', () => {
  const vipBind = change('haproxy.cfg', 'bind *:8443', 'bind 10.0.0.100:8443');
  test('ip_nonlocal_bind, in whatever file of sysctl.d, lets HAProxy bind the VIP', () => {
    expect(edited(vipBind)).toEqual(['vip-bind-without-nonlocal haproxy.cfg:14']);
    expect(edited(vipBind, { path: '90-k8s.conf', text: 'net.ipv4.ip_nonlocal_bind = 1\n' })).toEqual([]);
    expect(edited(both(vipBind, change('haproxy.cfg', '100:8443', '100:8443 transparent')))).toEqual([]);
  });
  const join = (text: string) => edited((one) => one, { path: 'join.txt', text });
  test('a join command by the balancer’s port is well, by another it is not', () => {
    expect(join('kubeadm join 10.0.0.100:8443 --token T\n')).toEqual([]);
    expect(join('# as printed\n$ sudo kubeadm join \\\n    10.0.0.100:6443 --token T\n')).toEqual([
      'join-names-another-port join.txt:3',
    ]);
  });
  test('kubeadm init with one master’s address, and with the hosts’ network for pods', () => {
    expect(
      join('kubeadm init --control-plane-endpoint=10.0.0.12:6443 --pod-network-cidr=10.0.0.0/16\n'),
    ).toEqual(['endpoint-is-one-master join.txt:1', 'pod-subnet-overlap join.txt:1']);
  });
  test('an address that was not the endpoint at init is in no certificate, unless certSANs name it', () => {
    const other = { path: 'join.txt', text: 'kubeadm join 10.0.0.200:8443 --token T\n' };
    expect(edited((text) => text, other)).toContain('certificate-lacks-endpoint join.txt:1');
    const sans = change(
      'kubeadm-config.yaml',
      'networking:',
      'apiServer:\n  certSANs: [10.0.0.200]\nnetworking:',
    );
    expect(edited(sans, other)).not.toContain('certificate-lacks-endpoint join.txt:1');
  });
  test('a balancer that ends TLS hides the certificates of clients from the apiservers', () => {
    const ends = change('haproxy.cfg', 'bind *:8443', 'bind *:8443 ssl crt /etc/haproxy/vip.pem');
    expect(edited(ends)).toContain('tls-ends-at-balancer haproxy.cfg:14');
  });
});
