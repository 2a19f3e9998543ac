import { describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../../models/cloud-balancer/config.ts';
import {
  afterCheck,
  inService,
  NEW_TARGET,
  type TargetHealth,
} from '../../../models/cloud-balancer/target-health.ts';

const CONFIG = { ...DEFAULTS, port: 6443, targets: [] };

/** States after each of these checks: + is good. */
function states(checks: string, from: TargetHealth = NEW_TARGET): string[] {
  let health = from;
  return [...checks].map((check) => {
    health = afterCheck(health, check === '+', '', CONFIG);
    return health.state;
  });
}

describe('the health of a target', () => {
  test('a target must pass one health check to be in service at first', () => {
    expect(states('+')).toEqual(['healthy']);
    expect(states('-+')).toEqual(['initial', 'healthy']);
    expect(states('--')).toEqual(['initial', 'unhealthy']);
  });

  test('UnhealthyThresholdCount failures in a row make it unhealthy', () => {
    expect(states('+-+--')).toEqual(['healthy', 'healthy', 'healthy', 'healthy', 'unhealthy']);
  });

  test('HealthyThresholdCount successes in a row make it healthy again', () => {
    const down: TargetHealth = { state: 'unhealthy', against: 0, reason: '' };
    expect(states('++++-+++++', down).filter((state) => state === 'healthy')).toEqual(['healthy']);
    expect(states('+++++', down).at(-1)).toBe('healthy');
  });

  test('if no target is healthy all of them get traffic (fail open)', () => {
    const targets = ['m1', 'm2'].map((name) => ({ name, address: '', port: 1 }));
    const down: TargetHealth = { state: 'unhealthy', against: 0, reason: '' };
    const up: TargetHealth = { state: 'healthy', against: 0, reason: '' };
    expect(inService(targets, { m1: up, m2: down }).map(({ name }) => name)).toEqual(['m1']);
    expect(inService(targets, { m1: down, m2: down }).map(({ name }) => name)).toEqual(['m1', 'm2']);
  });
});
