/**
 * What a balancer thinks of its targets, and to which of them it sends connections.
 *
 * Source: Elastic Load Balancing, Health checks for Network Load Balancer target groups: a new target is in service after one
 * good check; later HealthyThresholdCount good or UnhealthyThresholdCount bad ones in a row change it; if no target is healthy,
 * all get traffic (fail open).
 */
import type { CloudBalancerConfig, Target } from './config.ts';

export interface TargetHealth {
  /** As the service shows it (DescribeTargetHealth, State). */
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  /** Checks in a row that speak against the state. */
  readonly against: number;
  readonly reason: string;
}

export const NEW_TARGET: TargetHealth = {
  state: 'initial',
  against: 0,
  reason: 'Initial health checks in progress',
};

export function afterCheck(
  health: TargetHealth,
  ok: boolean,
  reason: string,
  { HealthyThresholdCount, UnhealthyThresholdCount }: CloudBalancerConfig,
): TargetHealth {
  if (health.state === 'initial' && ok) return { state: 'healthy', against: 0, reason: '' };
  if (health.state === (ok ? 'healthy' : 'unhealthy')) return { ...health, against: 0, reason };
  const against = health.against + 1;
  if (ok)
    return against >= HealthyThresholdCount
      ? { state: 'healthy', against: 0, reason }
      : { ...health, against };
  return against >= UnhealthyThresholdCount
    ? { state: 'unhealthy', against: 0, reason }
    : { ...health, against };
}

/** Where connections go: the healthy targets; all of them when none is. */
export function inService(
  targets: readonly Target[],
  health: Readonly<Record<string, TargetHealth>>,
): readonly Target[] {
  const healthy = targets.filter(({ name }) => health[name]?.state === 'healthy');
  return healthy.length === 0 ? targets : healthy;
}
