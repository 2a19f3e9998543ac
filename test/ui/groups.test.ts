/** How lanes are grouped and pinned. */
import { expect, it } from 'vitest';
import { GROUP_HEIGHT, pinnedRows, rowsOf } from '../../ui/lanes/rows.ts';
import { fixtureRun } from './fixture.ts';

const groups = (by: 'host' | 'kind' | 'component' | 'protocol') =>
  rowsOf(fixtureRun, by, new Set()).filter(({ type }) => type === 'group');

it('every grouping shows every lane once', () => {
  for (const by of ['host', 'kind', 'component', 'protocol'] as const) {
    const shown = rowsOf(fixtureRun, by, new Set()).flatMap(({ lane }) => lane?.id ?? []);
    expect(shown.toSorted()).toEqual(fixtureRun.lanes.map(({ id }) => id).toSorted());
  }
});

it('by component and by protocol a VRRP instance stands with the VIP, and a backend with its balancer', () => {
  expect(groups('component').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['keepalived', 'haproxy', 'etcd']),
  );
  expect(groups('protocol').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['VRRP and ARP', 'Health checks', 'Raft', "Kubernetes' API"]),
  );
});

it('pinned lanes come in the order in which they were pinned, without their groups', () => {
  const [a, b] = fixtureRun.lanes.map(({ id }) => id);
  const rows = pinnedRows(fixtureRun, [b!, a!, 'no such lane']);
  expect(rows.map(({ id }) => id)).toEqual([b, a]);
  expect(rows.every(({ height }) => height < GROUP_HEIGHT)).toBe(true);
});
