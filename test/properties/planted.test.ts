/** Each property catches a planted fault of the design, or a fault under which it is not claimed. */
import { describe, expect, test } from 'vitest';
import { apiRecovers } from '../../properties/api-recovers.ts';
import { Checker } from '../../properties/check-run.ts';
import { inevitableFromMs, momentsOf } from '../../properties/inevitable.ts';
import { noAcknowledgedWriteLost } from '../../properties/no-acknowledged-write-lost.ts';
import { oneVipHolder } from '../../properties/one-vip-holder.ts';
import { vipMove, vipMovesInTime } from '../../properties/vip-moves-in-time.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { check, fault } from './checks.ts';

const LIMIT = 120_000;

describe('one-vip-holder', () => {
  test(
    'virtual_router_id of one router differs: both hold the VIP',
    () => {
      expect(check(oneVipHolder, 'stacked-2', [], { 'keepalived.m2.virtual_router_id': 52 })).toEqual([
        'm1 and m2 hold the VIP',
      ]);
    },
    LIMIT,
  );

  test(
    'keepalived is killed and stays dead: the VIP stays as well',
    () => {
      const killed = { ...fault(1_000, { do: 'kill', on: 'm1/keepalived', restart: false }) };
      expect(check(oneVipHolder, 'stacked-2', [killed])).toEqual(['m1 and m2 hold the VIP']);
    },
    LIMIT,
  );
});

describe('vip-moves-in-time', () => {
  test(
    'nopreempt on the backups: a lower priority of the master moves nothing',
    () => {
      const stopped = [fault(1_000, { do: 'stop', on: 'm1/haproxy' })];
      const [what] = check(
        vipMovesInTime,
        'stacked-2',
        stopped,
        { 'keepalived.nopreempt': true },
        { vip: 'm1' },
      );
      expect(what).toMatch(/^the VIP's move never came, and its configuration says \d\.\d{3} s$/);
    },
    LIMIT,
  );

  test(
    'the bound is tight: of ten moments of the fault one comes within a tenth of it',
    () => {
      const topology = topologyNamed('stacked-2', LIBRARY)!.topology!;
      const checker = new Checker({ topology }, [vipMovesInTime]);
      const shares = Array.from({ length: 10 }, (_, i) => {
        const faults = [fault(1_000 + 97 * i, { do: 'power-off', on: 'm1' })];
        const { session, violations } = checker.run({ faults, seed: 1 });
        expect(violations).toEqual([]);
        const move = vipMove(session, [{ what: 'm1', atMs: faults[0]!.atMs }])!;
        return move.tookUs / move.boundUs;
      });
      expect(Math.max(...shares)).toBeGreaterThan(0.9);
      expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    },
    LIMIT,
  );
});

describe('api-recovers', () => {
  test(
    'a majority of the members stays away: nothing comes back',
    () => {
      const faults = ['m1/etcd', 'm2/etcd'].map((on) => fault(1_000, { do: 'stop', on }, 600_000));
      const [what] = check(apiRecovers, 'stacked-3', faults);
      expect(what).toMatch(/^\d+ of \d+ writes still failed/);
    },
    LIMIT,
  );
});

describe('no-acknowledged-write-lost', () => {
  test(
    'all disks are empty after a power cut: the members begin anew, at small revisions',
    () => {
      const faults = ['m1', 'm2'].flatMap((on) => [
        fault(8_990, { do: 'disk-lost', on }),
        fault(9_000, { do: 'reset', on }),
      ]);
      const [what] = check(noAcknowledgedWriteLost, 'stacked-2', faults);
      expect(what).toMatch(/is gone|was acknowledged at revision/);
    },
    LIMIT,
  );
});

describe('when it became inevitable', () => {
  test('moments are the start, both sides of each fault, and sparser ones after the last', () => {
    const faults = [fault(1_000, { do: 'stop', on: 'm1/haproxy' })];
    expect(momentsOf({ faults, seed: 1 }, 5_000)).toEqual([0, 999, 1_001, 1_500, 2_000, 3_000, 4_000]);
  });

  test('it is inevitable from the first moment from which on every try failed', () => {
    const chance = (atMs: number, failed: number) => ({ atMs, failed, tried: 4 });
    expect(inevitableFromMs([chance(0, 1), chance(1, 4), chance(2, 3), chance(3, 4), chance(4, 4)])).toBe(3);
    expect(inevitableFromMs([chance(0, 4), chance(1, 4)])).toBe(0);
    expect(inevitableFromMs([chance(0, 4), chance(1, 3)])).toBeUndefined();
  });
});
