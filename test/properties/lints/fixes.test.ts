/** Cures that are written: which lines, and that the same failures leave the VIP on a working proxy afterwards. */
import { describe, expect, test } from 'vitest';
import { Checker } from '../../../properties/check-run.ts';
import { FIXABLE, fixFiles } from '../../../properties/lints/fixes.ts';
import { vipOnAWorkingProxy } from '../../../properties/vip-on-a-working-proxy.ts';
import { filesOfTopology, topologyNamed } from '../../../scenarios/topologies.ts';
import { LIBRARY } from '../../scenarios/library.ts';
import { fault } from '../checks.ts';

function fixedOf(name: string) {
  const { files, set } = filesOfTopology(name, LIBRARY)!;
  return fixFiles(files, set);
}

const changes = (name: string): string[] =>
  fixedOf(name).edits.map(
    ({ file, line, before, after }) =>
      `${file.replace(`guides/${name}/`, '')}:${line} ${before?.trim() ?? ''} > ${after.trim()}`,
  );

describe('the lines that change', () => {
  test('guide-002: the weight exceeds every gap of priorities, and retries go elsewhere', () => {
    expect(changes('guide-002')).toEqual([
      'm1/keepalived.conf:17 weight 2 > weight 10',
      'm2/keepalived.conf:17 weight 2 > weight 10',
      'm3/keepalived.conf:17 weight 2 > weight 10',
      'haproxy.cfg:15  > option redispatch',
    ]);
  });

  test('guide-001: nobody owns the address any more, in the same order, and the check is quicker', () => {
    const lines = changes('guide-001');
    expect(lines).toContain('m1/keepalived.conf:19 priority 255 > priority 254');
    expect(lines).toContain('m3/keepalived.conf:19 priority 253 > priority 252');
    expect(lines).toContain('m2/keepalived.conf:10 weight -2 > weight -10');
    expect(lines).toContain('m1/keepalived.conf:11 fall 10 > fall 3');
  });

  test.each(['guide-001', 'guide-002'])('%s: what is left has no written cure', (name) => {
    expect(fixedOf(name).left.filter(({ rule }) => FIXABLE.includes(rule))).toEqual([]);
  });

  test('nothing changes where nothing is found', () => {
    expect(fixedOf('stacked-3').edits).toEqual([]);
  });
});

test.each([
  ['guide-001', ['m1']],
  ['guide-002', ['m2', 'm1']],
])(
  'the dead proxies of %s before and after, under the same luck',
  (name, hosts) => {
    const faults = hosts.map((host, index) =>
      fault(1_000 + 7_000 * index, { do: 'stop', on: `${host}/haproxy` }),
    );
    const changed = Object.fromEntries(fixedOf(name).files.map(({ path, text }) => [path, text]));
    const broken = [{}, changed].map((files) => {
      const topology = topologyNamed(name, LIBRARY, {}, files)!.topology!;
      return new Checker({ topology }, [vipOnAWorkingProxy]).run({ faults, seed: 1 }).violations.length;
    });
    expect(broken).toEqual([1, 0]);
  },
  120_000,
);
