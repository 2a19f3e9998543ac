/** What the lints must find in the five guides, and that its scenarios show it on the guides' own files. */
import { describe, expect, test } from 'vitest';
import { SHOWN_ON_GUIDES } from '../../../cli/guides-audit.ts';
import type { ParameterMap } from '../../../models/cluster/parameters.ts';
import { lintFiles } from '../../../properties/lints/rules.ts';
import { judgeExpectation } from '../../../scenarios/expectations.ts';
import { loadScenario } from '../../../scenarios/load.ts';
import type { ScenarioData } from '../../../scenarios/schema.ts';
import { filesOfTopology } from '../../../scenarios/topologies.ts';
import { LIBRARY } from '../../scenarios/library.ts';
import { session } from '../../scenarios/runs.ts';

function found(guide: string): string[] {
  const given = filesOfTopology(guide, LIBRARY)!;
  return (lintFiles(given.files, given.set).lints ?? []).map(
    ({ rule, file, line }) => `${file.replace(/^guides\/[^/]+\//, '')}:${line} ${rule}`,
  );
}

describe('places', () => {
  test('guide-001: the weighted check that priority 255 ignores, httpchk overridden by ssl-hello-chk, the 30 s detection', () => {
    expect(found('guide-001')).toEqual(
      expect.arrayContaining([
        'm1/keepalived.conf:19 priority-255-ignores-weight',
        'haproxy.cfg:29 httpchk-overridden',
        'm1/keepalived.conf:11 slow-vip-check',
        'join.txt:6 join-names-another-port',
      ]),
    );
  });
  test('guide-002: the tie at 101 after two proxy failures', () => {
    const given = filesOfTopology('guide-002', LIBRARY)!;
    const tie = lintFiles(given.files).lints?.find(({ rule }) => rule === 'tie-after-failures');
    expect(tie?.message).toMatch(/fails on m1 and m2, m1 and m3 tie at 101/);
  });
  test('guide-003: the pods have the hosts’ network, and as printed two servers point elsewhere', () => {
    expect(found('guide-003')).toContain('k8sm1/kubeadm-config.yaml:24 pod-subnet-overlap');
    expect(found('guide-003-as-printed')).toEqual(
      expect.arrayContaining([
        'k8slb/haproxy.cfg:28 server-address-of-another-host',
        'k8slb/haproxy.cfg:29 server-address-of-another-host',
      ]),
    );
  });
  test.each(['guide-000', 'guide-003', 'guide-004-stacked', 'guide-004-external'])(
    '%s: one balancer alone',
    (guide) => {
      expect(found(guide).some((place) => place.endsWith(' single-balancer'))).toBe(true);
    },
  );
  test.each([1, 2, 3, 4, 5, 7, 9].map((size) => `stacked-${size}`))('nothing in %s', (name) => {
    expect(found(name)).toEqual([]);
  });
  test('nothing in external-3+3', () => expect(found('external-3+3')).toEqual([]));
});

function holds(data: ScenarioData, set: ParameterMap, topology?: string): boolean {
  const withoutProbers = !JSON.stringify(data.expect).includes('services[');
  const run = session(data, 1, { set, withoutProbers, ...(topology === undefined ? {} : { topology }) });
  return (data.expect ?? []).every((one) => judgeExpectation(one, run.watchlist, run.moments).ok);
}

/** What cures it on the guide's own files, all else left as it is. */
const CURES: Readonly<Record<string, ParameterMap>> = {
  'priority-255-ignores-weight': {
    'keepalived.m1.priority': 254,
    'keepalived.m2.priority': 253,
    'keepalived.m3.priority': 252,
  },
  'slow-vip-check': {
    'keepalived.m1.priority': 254,
    'keepalived.m2.priority': 253,
    'keepalived.m3.priority': 252,
    'keepalived.script.check_apiserver.fall': 2,
  },
  'tie-after-failures': { 'keepalived.script.chk_haproxy.weight': 4 },
};

describe.each(Object.entries(SHOWN_ON_GUIDES))('on the files of %s', (guide, rules) => {
  test.each(rules)(
    'lints/%s fails, and passes with the cure',
    (rule) => {
      const data = loadScenario(LIBRARY.get(`lints/${rule}.yaml`) ?? '', `${rule}.yaml`).scenario!.data;
      expect(holds(data, {}, guide)).toBe(false);
      const cure = CURES[rule];
      if (cure !== undefined) expect(holds(data, cure, guide)).toBe(true);
      else {
        const path = `guides/${guide}/haproxy.cfg`;
        const text = (LIBRARY.get(path) ?? '')
          .replace('    option ssl-hello-chk\n', '')
          .replaceAll(':6443 check', ':6443 check check-ssl verify none');
        expect(holds({ ...data, topology: { like: guide, files: { [path]: text } } }, {})).toBe(true);
      }
    },
    600_000,
  );
});
