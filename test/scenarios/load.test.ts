import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingText } from '../../models/finding.ts';
import { type ComposeOptions, composeScenario, pathsWanted } from '../../scenarios/compose.ts';
import { loadScenario, scenarioOf } from '../../scenarios/load.ts';
import { jsonSchema, Scenario } from '../../scenarios/schema.ts';
import { topologyNamed, topologyNames } from '../../scenarios/topologies.ts';
import { cpuMsOf } from '../cpu-time.ts';
import { LIBRARY, SCENARIO_NAMES } from './library.ts';

const HEAD = 'scenario: s\nversion: 1\ntopology: guide-001\nuntil: 240s\n';
const load = (body: string) => loadScenario(HEAD + body, 's.yaml');
const said = (body: string) => load(body).findings.map(findingText);
const composed = (body: string, options: ComposeOptions = {}) => {
  const { scenario, findings } = load(body);
  expect(findings.map(findingText)).toEqual([]);
  return composeScenario(scenario!, LIBRARY, options);
};
const complaints = (body: string, options: ComposeOptions = {}) =>
  composed(body, options)
    .findings.filter(({ severity }) => severity === 'error')
    .map(findingText);

describe('a scenario’s text', () => {
  test('unknown keys are errors, everywhere', () => {
    expect(said('strat: {}\n')).toEqual(['s.yaml:5:1: unknown key strat; nearest: start']);
    expect(said('start: {vpi: m1}\n')).toEqual(['s.yaml:5:9: unknown key start.vpi; nearest: vip']);
    expect(said('expect: [{eventualy: "true"}]\n')).toEqual([
      's.yaml:5:11: unknown key expect[0].eventualy; nearest: eventually',
    ]);
    expect(
      said('clients: [{name: a, form: outside, to: vip, rate: 1/s, request: write, timeout: 5s}]\n'),
    ).toContain('s.yaml:5:21: unknown key clients[0].form; nearest: from');
  });

  test('bare numbers are refused as times', () => {
    expect(loadScenario(HEAD.replace('240s', '240'), 's.yaml').findings.map(findingText)).toEqual([
      's.yaml:4:8: until: 240 has no unit: write 240s or 240ms',
    ]);
    expect(said('timeline: [{at: 10, do: mark}]\n')).toEqual([
      's.yaml:5:17: timeline[0].at: 10 has no unit: write 10s or 10ms',
    ]);
    expect(said('expect: [{always: "true", from: 10}]\n')).toEqual([
      's.yaml:5:33: expect[0].from: 10 has no unit: write 10s or 10ms',
    ]);
  });

  test.each([
    [
      'timeline: [{do: mark}]',
      '5:12: when does it happen? exactly one of at, between and when is needed; none is given',
    ],
    [
      'timeline: [{do: mark, at: 1s, when: "true"}]',
      '5:12: when does it happen? exactly one of at, between and when is needed; at and when are given',
    ],
    ['timeline: [{do: mark, at: 1s, within: 2s}]', '5:31: within goes with when'],
    ['timeline: [{do: mark, between: [5s, 2s]}]', '5:32: 5s is later than 2s'],
    [
      'timeline: [{do: mark, between: [5s]}]',
      '5:32: timeline[0].between must have at least 2 entries, not a list',
    ],
    ['timeline: [{do: mark, at: 241s}]', '5:27: 241s is after the end of the run'],
    ['timeline: [{do: mark, at: 239s, after: 2s}]', '5:27: 239s is after the end of the run'],
    ['timeline: [{do: mark, at: -1s}]', '5:27: timeline[0].at: -1s is negative'],
    ['timeline: [{do: power-off, at: 1s, on: m1, for: -3s}]', '5:49: timeline[0].for: -3s is negative'],
    [
      'timeline: [{do: powr-off, at: 1s, on: m1}]',
      '5:17: timeline[0].do: unknown powr-off; nearest: power-off, power-on',
    ],
    ['timeline: [{at: 1s, on: m1}]', '5:12: timeline[0].do is missing'],
    ['timeline: [{do: power-off, at: 1s}]', '5:12: timeline[0].on is missing'],
    [
      'timeline: [{do: power-on, at: 1s, on: m1, for: 3s}]',
      '5:43: unknown key timeline[0].for; there are: name, at, between, when, within, after, do, on',
    ],
    ['timeline: [{do: latency, at: 1s, on: m1}]', '5:12: timeline[0].by is missing'],
    [
      'timeline: [{do: loss, at: 1s, on: m1, share: 30}]',
      '5:46: timeline[0].share: 30 has no unit: write 30%',
    ],
    ['timeline: [{do: partition, at: 1s, on: m1, links: [m1, m2]}]', '5:36: on and links exclude each other'],
    ['timeline: [{do: partition, at: 1s, on: m1, direction: to}]', '5:44: direction goes with links'],
    [
      'timeline: [{do: one-way, at: 1s, links: [m1, m2], direction: to}]',
      '5:51: one-way is from the first group to the second already',
    ],
    ['timeline: [{run: "ls", at: 1s}]', '5:12: timeline[0].on is missing'],
    [
      'timeline: [{run: "ls", at: 1s, on: m1, for: 1s}]',
      '5:40: unknown key timeline[0].for; there are: name, at, between, when, within, after, run, on',
    ],
    ['timeline: [7]', '5:12: timeline[0]: must be a map'],
    [
      'timeline: [{name: a, do: mark, at: 1s}, {name: a, do: mark, at: 2s}]',
      '5:48: the name a is given twice',
    ],
    [
      'timeline: [{name: end, do: mark, at: 1s}]',
      '5:19: timeline[0].name: start and end are names of moments already',
    ],
    ['timeline: [{do: mark, when: "vip.holder == []"}]', '5:34: vip has no holder; nearest: holders'],
    ['expect: [{within: 3s}]', '5:10: exactly one of eventually, always, sometimes, never is needed'],
    [
      'expect: [{always: "true", never: "false"}]',
      '5:10: exactly one of eventually, always, sometimes, never is needed',
    ],
    ['expect: [{eventually: "true", after: fualt}]', '5:38: there is no moment fualt; there are: start, end'],
    [
      'expect: [{eventually: "true", after: start, from: start}]',
      '5:45: after and from are the same: give one',
    ],
    [
      'expect: [{eventually: "true", within: 3s, to: end}]',
      '5:43: within and to are both the end of the span: give one',
    ],
    ['expect: [{eventually: "etcd.term"}]', '5:24: this is double; true or false is needed'],
    ['expect: [{eventually: ""}]', '5:23: expect[0].eventually must have at least 1 characters, not '],
    [
      'measure: [{name: a}]',
      '5:11: exactly one of until, value, count, total, most, changes, last and requests is needed',
    ],
    ['measure: [{name: a, until: "true"}]', '5:11: until needs from'],
    ['measure: [{name: a, value: "now_ms"}]', '5:11: value needs at'],
    ['measure: [{name: a, at: start, value: "now_ms", to: end}]', '5:49: to does not go with value'],
    [
      'measure: [{name: a, at: b, value: "now_ms"}, {name: b, from: start, until: "true"}]',
      '5:25: there is no moment b; there are: start, end',
    ],
    ['measure: [{name: a, count: "etcd.leader", from: start}]', '5:29: this is string; a number is needed'],
    [
      'clients: [{name: vip, from: outside, to: vip, rate: 1/s, request: write, timeout: 5s}]',
      '5:18: the name vip is given twice',
    ],
    [
      'clients: [{name: a, from: outside, to: vip, rate: 10, request: write, timeout: 5s}]',
      '5:51: clients[0].rate: 10 has no unit: write 10/s',
    ],
    ['topology: [a]', '5:1: Map keys must be unique'],
  ])('%s is a complaint with its place', (body, expected) => {
    expect(said(`${body}\n`)).toContain(`s.yaml:${expected}`);
  });

  test.each([
    [
      'scenario: s',
      'scenario: Not_Kebab',
      '1:11: scenario: a name is kebab-case: lower-case words joined by -',
    ],
    ['version: 1', 'version: 2', '2:10: version must be 1, not 2'],
    ['until: 240s', 'until: 0s', '4:8: until must be longer than 0s'],
    ['topology: guide-001', 'topology: {imprt: [a]}', '3:12: unknown key topology.imprt'],
    ['topology: guide-001\n', '', '1:1: topology is missing'],
    ['topology: guide-001', 'topology: 7', '3:11: topology: must be text or a map'],
    ['scenario: s', 'scenario: other', '1:11: the scenario is called other and its file s.yaml'],
  ])('%j as %j is a complaint with its place', (from, to, expected) => {
    expect(loadScenario(HEAD.replace(from, to), 's.yaml').findings.map(findingText).join('\n')).toContain(
      `s.yaml:${expected}`,
    );
  });

  test('a measure may speak of an earlier measure and an entry of the timeline', () => {
    const body =
      'timeline: [{name: fault, at: 10s, do: power-off, on: m1}]\nmeasure:\n  - {name: moved, from: fault, until: "vip.holders == [\'m2\']"}\n  - {name: winner, at: moved, value: "vip.holders[0]"}\n';
    expect(said(body)).toEqual([]);
  });

  test('a scenario that was made and not read is checked alike', () => {
    const data = load('').scenario!.data;
    expect(scenarioOf(data).data).toEqual(data);
    expect(() => scenarioOf({ ...data, until: '0s' })).toThrow('s: until must be longer than 0s');
    expect(() => scenarioOf({ ...data, until: 'x' })).toThrow();
  });

  test('an empty file, two documents and 10 MB of junk are one complaint each', () => {
    expect(loadScenario('', 's.yaml').findings.map(findingText)).toEqual(['s.yaml:1:1: the file is empty']);
    expect(loadScenario(`${HEAD}---\n${HEAD}`, 's.yaml').findings.map(findingText)).toEqual([
      's.yaml:6:1: a scenario is one document; a second one begins here',
    ]);
    const took = cpuMsOf(() => {
      expect(loadScenario('x'.repeat(10_000_000), 's.yaml').findings).toHaveLength(1);
    });
    expect(took).toBeLessThan(500);
  });

  test('no variant of a shipped scenario makes the loader throw', () => {
    const texts = SCENARIO_NAMES.map((name) => LIBRARY.get(`${name}.yaml`)!);
    const damage = fc.record({
      text: fc.constantFrom(...texts),
      at: fc.nat(4_000),
      to: fc.nat(4_000),
      put: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom('{', '[', ': ', '"', '- ', '\0', '1e999', '~', '&a ', '*a', '\n'),
      ),
    });
    fc.assert(
      fc.property(damage, ({ text, at, to, put }) => {
        const { scenario, findings } = loadScenario(text.slice(0, at) + put + text.slice(to), 's.yaml');
        expect(scenario !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true);
        for (const { line, column } of findings) expect(line >= 1 && column >= 1).toBe(true);
        if (scenario) composeScenario(scenario, LIBRARY);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('a scenario and its topology', () => {
  test.each([
    ['timeline: [{at: 1s, do: power-off, on: m4}]', '5:40: there is no host or zone m4; nearest: m1, m2, m3'],
    ['timeline: [{at: 1s, do: power-off, on: m1/haproxy}]', '5:40: power-off is no fault of a process'],
    ['timeline: [{at: 1s, do: power-off, on: "m1->m2"}]', '5:40: power-off is no fault of a link'],
    ['timeline: [{at: 1s, do: stop, on: m1}]', '5:35: stop needs a process: HOST/PROCESS'],
    [
      'timeline: [{at: 1s, do: stop, on: m1/haprox}]',
      '5:35: there is no process haprox on m1; nearest: haproxy',
    ],
    ['timeline: [{at: 1s, do: stop, on: vip-holder}]', '5:35: stop needs a process: HOST/PROCESS'],
    [
      'timeline: [{at: 1s, do: stop, on: etcd-leder/etcd}]',
      '5:35: there is no host or zone etcd-leder; nearest: etcd-leader',
    ],
    [
      'timeline: [{at: 1s, do: stop, on: backup:0/keepalived}]',
      '5:35: backup:0: write backup:1, backup:2, ...',
    ],
    [
      'timeline: [{at: 1s, do: kill, on: m1/etcd, part: child}]',
      '5:50: only keepalived has a parent and a child',
    ],
    ['timeline: [{at: 1s, do: partition}]', '5:12: partition needs links or on'],
    [
      'timeline: [{at: 1s, do: partition, links: [m1, "m2,m5"]}]',
      '5:48: there is no host or zone m5; nearest: m1, m2, m3',
    ],
    ['timeline: [{at: 1s, do: partition, links: [m1, "m2,m1"]}]', '5:43: m1 is on both sides'],
    ['timeline: [{at: 1s, do: one-way, on: m1}]', '5:38: one-way needs two sides: links, or on: A->B'],
    ['timeline: [{at: 1s, run: ls, on: "m1,m2"}]', '5:34: a command runs on one host'],
    [
      'timeline: [{name: a, at: 1s, do: power-off, on: m1, for: 10s}, {at: 5s, do: power-on, on: m1}]',
      '5:64: contradicts a (power-off), which still lasts on m1',
    ],
    [
      'timeline: [{at: 1s, do: disk-full, on: "m1,m2", for: 10s}, {at: 5s, do: disk-full, on: m2, for: 1s}]',
      '5:60: contradicts timeline-0 (disk-full), which still lasts on m2',
    ],
    [
      'timeline: [{at: 1s, do: kill, on: m1/etcd}, {at: 1s, do: stop, on: m1/etcd}]',
      '5:45: contradicts timeline-0 (kill), which happens at the same moment on m1/etcd',
    ],
    ['start: {vip: w1}', '5:14: w1 is no host with keepalived; there are: m1, m2, m3'],
    ['start: {etcd-leader: w1}', '5:22: w1 is no member of etcd; there are: m1, m2, m3'],
    ['start: {leases: {kube-shceduler: m1}}', '5:18: unknown lease kube-shceduler; nearest: kube-scheduler'],
    [
      'start: {leases: {kube-scheduler: w1}}',
      '5:34: w1 is no host with kube-scheduler; there are: m1, m2, m3',
    ],
    [
      'clients: [{name: a, from: insde, to: vip, rate: 1/s, request: write, timeout: 5s}]',
      '5:27: there is no host insde',
    ],
    [
      'clients: [{name: a, from: outside, to: "m1:99999", rate: 1/s, request: write, timeout: 5s}]',
      '5:40: m1:99999: the port is not in 1..65535',
    ],
    ["expect: [{always: \"hosts['m9'].power == 'up'\"}]", '5:26: hosts has no m9; nearest: m1, m2, m3'],
    [
      "expect: [{always: \"backends['m2']['apiserver/m1'].state == 'UP'\"}]",
      '5:35: backends.m2 has no apiserver/m1',
    ],
    ['expect: [{always: "clients[\'users\'].failed == 0.0"}]', '5:28: clients has no users'],
    ['parameters: {etcd.verson: "3.4"}', '5:14: etcd has no parameter verson; nearest: version'],
    [
      'parameters: {haproxy.m9.inter: 1s}',
      '5:14: there is no host m9 in haproxy.m9.inter; nearest: m1, m2, m3',
    ],
    ['parameters: {haproxy.inter: 3}', '5:14: haproxy.inter: 3 has no unit: write 3s or 3ms'],
  ])('%s is a complaint with its place', (body, expected) => {
    expect(complaints(`${body}\n`).join('\n')).toContain(`s.yaml:${expected}`);
  });

  test('an unknown topology names the nearest, where it is named', () => {
    const { scenario } = loadScenario(HEAD.replace('guide-001', 'guide-01'), 's.yaml');
    expect(composeScenario(scenario!, LIBRARY).findings.map(findingText)).toEqual([
      's.yaml:3:11: there is no topology guide-01; nearest: guide-001, guide-000, guide-002',
    ]);
    expect(complaints('', { topology: 'stackd-3' })).toEqual([
      '--topology:1:1: there is no topology stackd-3; nearest: stacked-3, stacked-1, stacked-2',
    ]);
  });

  test('parameters are merged: the topology’s, the scenario’s, --set', () => {
    const body = 'parameters: {etcd.election-timeout: 2000, haproxy.m1.inter: 1s, etcd.version: "3.5"}\n';
    const result = composed(body, { set: { 'haproxy.m1.inter': '3s' }, until: '10s' }).composed!;
    expect(result.topology.parameters).toEqual({ 'etcd.election-timeout': 2000, 'haproxy.m1.inter': '3s' });
    expect(result.topology.versions.etcd).toBe('3.5');
    expect(result.data.until).toBe('10s');
    expect(composed('').composed?.topology.versions.etcd).toBe('3.4');
    expect(complaints('', { set: { 'haproxy.m1.intr': '3s' } })).toEqual([
      '--set:1:1: haproxy has no parameter intr; nearest: inter',
    ]);
    expect(complaints('', { until: '10' })).toEqual(['--until:1:1: 10 has no unit: write 10s or 10ms']);
  });

  test('a script that cannot be read is refused with its line, unless a setting says what it tests', () => {
    const conf = (name: string) =>
      [
        `d/${name}/keepalived.conf`,
        'vrrp_script c {\n  script "/usr/local/bin/own-check --all"\n}\nvrrp_instance V {\n  interface eth0\n  virtual_router_id 1\n  priority 100\n  virtual_ipaddress {\n    10.0.0.9\n  }\n  track_script {\n    c\n  }\n}\n',
      ] as const;
    const texts = new Map([conf('m1'), conf('m2')]);
    const { scenario } = loadScenario(HEAD.replace('guide-001', '{import: [d]}'), 's.yaml');
    const refused = composeScenario(scenario!, LIBRARY, { texts });
    expect(refused.composed).toBeUndefined();
    expect(refused.findings.map(findingText).join('\n')).toMatch(/d\/m1\/keepalived\.conf:2:\d+: /);
    const set = {
      'keepalived.m1.script.c': 'process:haproxy',
      'keepalived.m2.script.c': 'tcp:localhost:8443',
    };
    const read = composeScenario(scenario!, LIBRARY, { texts, set });
    expect(read.composed?.topology.hosts.map(({ name }) => name)).toEqual(['m1', 'm2', 'w1', 'outside']);
  });

  test('a topology is a name, a file, a folder, a map or a list of files', () => {
    const whole = topologyNamed('stacked-1', LIBRARY)!.topology!;
    const files = new Map(Object.entries(whole.files!).map(([path, text]) => [`f/${path}`, text]));
    const at = (topology: string, texts: ReadonlyMap<string, string>) => {
      const { scenario, findings } = loadScenario(HEAD.replace('guide-001', topology), 's.yaml');
      expect(findings.map(findingText)).toEqual([]);
      return composeScenario(scenario!, LIBRARY, { texts });
    };
    expect(at('f', files).composed?.topology.hosts[0]?.name).toBe('m1');
    expect(
      at('{import: [f/m1/keepalived.conf, f/haproxy.cfg], set: {host.m1.zone: east}}', files).composed
        ?.topology.hosts[0]?.zone,
    ).toBe('east');
    expect(at(JSON.stringify(whole), new Map()).composed?.topology).toEqual(whole);
    expect(at('own.yaml', new Map([['own.yaml', JSON.stringify(whole)]])).composed?.topology).toEqual(whole);
    expect(at('{import: [nowhere]}', files).findings.map(findingText)).toEqual([
      's.yaml:3:21: there is no file or folder nowhere',
    ]);
    const { scenario } = loadScenario(HEAD.replace('guide-001', '{import: [f, guides/guide-001]}'), 's.yaml');
    expect(pathsWanted(scenario!.data, LIBRARY)).toEqual(['f']);
    expect(pathsWanted(load('').scenario!.data, LIBRARY)).toEqual([]);
  });
});

describe('what is shipped', () => {
  test.each(SCENARIO_NAMES)('%s loads and composes without a complaint about itself', (name) => {
    const file = `${name}.yaml`;
    const { scenario, findings } = loadScenario(LIBRARY.get(file)!, file);
    expect(findings).toEqual([]);
    expect(scenario!.data.scenario).toBe(name);
    expect(scenario!.data.expect?.length).toBeGreaterThan(0);
    const result = composeScenario(scenario!, LIBRARY);
    expect(
      result.findings.filter((finding) => finding.severity === 'error' || finding.file === file),
    ).toEqual([]);
    expect(result.composed).toBeDefined();
  });

  test('every listed topology is there, with the hosts of its name', () => {
    const hosts = (name: string) => topologyNamed(name, LIBRARY)!.topology!.hosts.map((host) => host.name);
    expect(topologyNames(LIBRARY)).toEqual([
      'door-3',
      'guide-000',
      'guide-001',
      'guide-001-cured',
      'guide-002',
      'guide-002-cured',
      'guide-003',
      'guide-003-as-printed',
      'guide-004-external',
      'guide-004-stacked',
      'stacked-1',
      'stacked-2',
      'stacked-3',
      'stacked-4',
      'stacked-5',
      'stacked-7',
      'external-2+3',
      'external-3+3',
      'external-3+5',
      'stacked-3-lb1',
      'stacked-3-lb2',
      'external-3+3-lb1',
      'external-3+3-lb2',
      'stacked-3-kube-vip',
      'stacked-3-cloud',
      'stacked-3-dns',
    ]);
    expect(hosts('guide-000')).toEqual(['proxy', 'master1', 'master2', 'worker1', 'outside']);
    expect(hosts('guide-001')).toEqual(['m1', 'm2', 'm3', 'w1', 'outside']);
    expect(hosts('guide-003')).toEqual(['k8slb', 'k8sm1', 'k8sm2', 'k8sm3', 'k8sw1', 'k8sw2', 'outside']);
    expect(hosts('stacked-3-lb1')).toEqual(['lb1', 'm1', 'm2', 'm3', 'w1', 'outside']);
    expect(hosts('external-3+3')).toEqual(['m1', 'm2', 'm3', 'e1', 'e2', 'e3', 'w1', 'outside']);
    expect(topologyNamed('stacked-7', LIBRARY)?.topology?.etcd.members).toHaveLength(7);
    expect(topologyNamed('nothing', LIBRARY)).toBeUndefined();
  });

  test('the guides keep their traps', () => {
    const { findings, topology } = topologyNamed('guide-001', LIBRARY)!;
    const text = findings.map(findingText).join('\n');
    expect(text).toContain("m1/keepalived.conf:22:19: '#' begins a comment: the word is read as 'P@'");
    expect(text).toContain("m2/keepalived.conf:16:11: (VI_1) unknown state 'SLAVE', defaulting to BACKUP");
    expect(text).toContain("'option ssl-hello-chk' overrides 'option httpchk'");
    expect(topology).toMatchObject({
      vip: { address: '10.0.0.162' },
      controlPlaneEndpoint: { address: '10.0.0.162', port: 8443 },
    });
    expect(topologyNamed('guide-002', LIBRARY)?.topology?.hosts[0]).toMatchObject({
      name: 'm1',
      nonlocalBind: true,
    });
    const printed = topologyNamed('guide-003-as-printed', LIBRARY)!;
    expect(printed.findings.map(findingText).join('\n')).toContain(
      'server k8sm3 points to 192.168.0.21, the address of k8sm2; k8sm3 has 192.168.0.3',
    );
    expect(topologyNamed('guide-003', LIBRARY)?.findings).toEqual([]);
  });

  test('JSON Schema knows every fault and refuses what the reader refuses', () => {
    const schema = JSON.stringify(jsonSchema('scenario'));
    for (const word of ['power-off', 'burst-loss', 'kube-scheduler', 'etcd-leader', 'additionalProperties']) {
      if (word !== 'kube-scheduler') expect(schema).toContain(word);
    }
    expect(JSON.stringify(jsonSchema('topology'))).toContain('controlPlaneEndpoint');
    expect(Scenario.safeParse({}).success).toBe(false);
  });
});
