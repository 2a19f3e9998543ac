/** A planted fault, a balancer that leaves a server in its round when it is DOWN, is caught. */
import { expect, test, vi } from 'vitest';
import { everyOutageIsBounded } from '../../properties/every-outage-is-bounded.ts';
import { noConnectionToADownServer } from '../../properties/no-connection-to-a-down-server.ts';
import { check, fault } from './checks.ts';

vi.mock('../../models/haproxy/round-robin.ts', async (original) => {
  const real = await original<typeof import('../../models/haproxy/round-robin.ts')>();
  const setWeight: typeof real.setWeight = (state, server, eweight) =>
    eweight === 0 ? state : real.setWeight(state, server, eweight);
  return { ...real, setWeight };
});

test('it is caught by its connections', () => {
  const [what] = check(noConnectionToADownServer, 'stacked-2', [
    fault(1_000, { do: 'stop', on: 'm2/kube-apiserver' }),
  ]);
  expect(what).toMatch(/^haproxy on m\d connects to \S+\/m2 at .* which is DOWN for/);
}, 60_000);

test('and by the outage of an apiserver without its etcd, which never ends', () => {
  const [what] = check(everyOutageIsBounded, 'stacked-3', [fault(1_000, { do: 'stop', on: 'm3/etcd' })]);
  expect(what).toMatch(/^a request of api\.\w+ that began \d\d\.\d+ s after the fault failed/);
}, 60_000);
