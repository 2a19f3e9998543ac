/**
 * Settings of a cloud's network balancer under the names that Elastic Load Balancing gives them (API_CreateTargetGroup;
 * Network Load Balancers, Target group attributes). Times in microseconds.
 */
import type { Address } from '../../sim/effects.ts';

export interface Target {
  readonly name: string;
  readonly address: Address;
  readonly port: number;
}

export interface CloudBalancerConfig {
  /** Of the listener. */
  readonly port: number;
  readonly targets: readonly Target[];
  readonly HealthCheckProtocol: 'TCP' | 'HTTPS';
  readonly HealthCheckPath: string;
  readonly HealthCheckIntervalSeconds: number;
  readonly HealthCheckTimeoutSeconds: number;
  readonly HealthyThresholdCount: number;
  readonly UnhealthyThresholdCount: number;
  /** Targets see the clients' addresses; then a client cannot be its own target. */
  readonly 'preserve_client_ip.enabled': boolean;
}

/**
 * Of a Network Load Balancer: a check each 30 s (5 to 300), over TCP, 10 s for TCP and HTTPS (2 to 120), five good ones or two
 * bad ones in a row; clients' addresses are kept for targets by instance, not for targets by address over TCP, as here.
 */
export const DEFAULTS: Omit<CloudBalancerConfig, 'port' | 'targets'> = {
  HealthCheckProtocol: 'TCP',
  HealthCheckPath: '/',
  HealthCheckIntervalSeconds: 30_000_000,
  HealthCheckTimeoutSeconds: 10_000_000,
  HealthyThresholdCount: 5,
  UnhealthyThresholdCount: 2,
  'preserve_client_ip.enabled': false,
};
