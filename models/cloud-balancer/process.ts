/** A cloud's network balancer as a process of the kernel, on a host that is the provider's. */
import type { ProcessType } from '../../sim/process-type.ts';
import { balancer } from './balancer.ts';
import { healthCheck } from './health-check.ts';

/** Its config is a CloudBalancerConfig. */
export const cloudBalancer: ProcessType = {
  name: 'cloud-balancer',
  lead: balancer,
  members: { 'health-check': healthCheck },
};
