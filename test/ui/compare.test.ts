import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../ui/run/compare.ts';
import type { RunRequest } from '../../ui/run/request.ts';
import { requested } from './requested.ts';

describe('two runs beside each other', () => {
  const trunk: RunRequest = { scenario: 'power-off', seed: 1, until: '20s', set: [] };
  const fork: RunRequest = { ...trunk, changes: [{ at: '6000001us', do: 'kill', on: 'm2/haproxy' }] };
  const [a, b] = [requested(trunk), requested(fork)];

  it('never part if they are the same', () => {
    expect(compareRuns(a, a).partMs).toBeUndefined();
  });

  it('part where one of them was changed, and not before: the same luck, the same trace until then', () => {
    expect(compareRuns(a, b).partMs).toBeCloseTo(6_000.001, 3);
  });

  it('are told apart by what their clients lost', () => {
    for (const { a: one, b: other } of compareRuns(a, b).services) {
      expect(one.lostMs).toBeGreaterThanOrEqual(0);
      expect(other.count).toBeGreaterThanOrEqual(0);
    }
  });
});
