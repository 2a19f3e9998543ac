import { describe, expect, test } from 'vitest';
import type { ClientConfig } from '../../../models/client/config.ts';
import { client } from '../../../models/client/process.ts';
import type { DnsName } from '../../../models/dns/resolve.ts';
import { host, process, SECOND, story } from '../../sim/fixture.ts';
import { echoType } from '../../sim/machines.ts';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

/** Connects to a name of three hosts, of which the first is silent or closed. */
function run(first: 'silent' | 'closed', dns: Partial<DnsName> = {}, config: Partial<ClientConfig> = {}) {
  const s = story({
    hosts: [host('s1', 1), host('s2', 2), host('s3', 3), host('out', 100)],
    processes: [
      process('s2', echoType),
      process('s3', echoType),
      process('out', client, {
        name: 'users',
        request: 'connect',
        address: '10.0.0.1',
        dns: { addresses: ADDRESSES, ttlUs: 0, dial: 'serial', phase: 0, ...dns },
        port: 80,
        everyUs: SECOND,
        timeoutUs: 5 * SECOND,
        connection: 'each',
        ...config,
      }),
    ],
  });
  if (first === 'silent') s.world.act(0, { do: 'host', host: 's1', event: { type: 'power-off' } });
  s.world.runUntil(40.5 * SECOND);
  return s.notes
    .filter(([, , note]) => note['name'] === 'request')
    .map(([, , note]) => ({
      outcome: note['outcome'] as string,
      tookS: ((note['endedAtUs'] as number) - (note['startedAtUs'] as number)) / SECOND,
    }));
}
const slow = (requests: ReturnType<typeof run>) => requests.filter(({ tookS }) => tookS > 1);

describe('a request to a name with several addresses', () => {
  test('goes on to the next address when one refuses', () => {
    const requests = run('closed');
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(slow(requests)).toEqual([]);
  });

  test('loses its share of the time, 2 s, each third time when one is silent', () => {
    const requests = run('silent');
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(slow(requests).length / requests.length).toBeCloseTo(1 / 3, 1);
    for (const { tookS } of slow(requests)) expect(tookS).toBeCloseTo(2, 2);
  });

  test('fails each third time when it has less than that', () => {
    const requests = run('silent', {}, { timeoutUs: SECOND });
    const failed = requests.filter(({ outcome }) => outcome === 'timeout');
    expect(failed.length / requests.length).toBeCloseTo(1 / 3, 1);
  });

  test('fails each third time when only the first address is tried', () => {
    const refused = run('closed', { dial: 'first' }).filter(({ outcome }) => outcome === 'refused');
    expect(refused.length).toBeGreaterThan(10);
    const silent = run('silent', { dial: 'first' }).filter(({ outcome }) => outcome !== 'ok');
    expect(silent.length).toBeGreaterThan(10);
  });

  test('goes to one address for the whole of the TTL', () => {
    const requests = run('closed', { dial: 'first', ttlUs: 15 * SECOND });
    const words = requests.map(({ outcome }) => outcome).join(' ');
    expect(words).toMatch(/(?:refused ){14}/);
    expect(words).toMatch(/(?:ok ){14}/);
  });
});
