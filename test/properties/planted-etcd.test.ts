/** Planted faults of etcd that the properties of its clients catch: reads that ask nobody, a snapshot that lacks a key, lost disks. */
import { expect, test, vi } from 'vitest';
import type { ServerContext } from '../../models/etcd/server.ts';
import { aRestoreLosesWhatCameAfter } from '../../properties/a-restore-loses-what-came-after.ts';
import { etcdKeepsWhatItAcknowledged } from '../../properties/etcd-keeps-what-it-acknowledged.ts';
import { etcdReadsAreNeverStale } from '../../properties/etcd-reads-are-never-stale.ts';
import { check, fault } from './checks.ts';

vi.mock('../../models/etcd/reads.ts', async (original) => {
  const real = await original<typeof import('../../models/etcd/reads.ts')>();
  const waitToRead: typeof real.waitToRead = (server, { reply, what }, atUs) => {
    if (reply !== null) real.serveOwn(server, reply, what, atUs);
  };
  return { ...real, waitToRead };
});

vi.mock('../../models/etcd/maintenance.ts', async (original) => {
  const real = await original<typeof import('../../models/etcd/maintenance.ts')>();
  const snapshot: typeof real.snapshot = (server, reply) => {
    const { backend } = server;
    const { store } = backend as ServerContext['server']['backend'];
    server.backend = { ...backend, store: { ...store, keys: store.keys.delete('probe-put-1') } };
    real.snapshot(server, reply);
    server.backend = backend;
  };
  return { ...real, snapshot };
});

test('reads from the own store: a member that is cut off from the others gives an old value', () => {
  const cut = ['m2', 'm3'].map((other) => fault(2_000, { do: 'partition', links: ['m1', other] }));
  const [what] = check(etcdReadsAreNeverStale, 'etcd-3', cut);
  expect(what).toMatch(/^no order of these operations on register gives these answers/);
}, 60_000);

test('a snapshot without one of the keys', () => {
  expect(check(aRestoreLosesWhatCameAfter, 'etcd-3', [])).toEqual([
    expect.stringMatching(/^probe-put-1, acknowledged at revision \d+, is not in the snapshot$/),
  ]);
}, 60_000);

test('a disk that is empty when its member starts again: it begins anew, at small revisions', () => {
  const faults = [fault(14_999, { do: 'disk-lost', on: 'm1' }), fault(15_000, { do: 'kill', on: 'm1/etcd' })];
  const [what] = check(etcdKeepsWhatItAcknowledged, 'etcd-1', faults);
  expect(what).toMatch(/is gone|is at revision/);
}, 60_000);
