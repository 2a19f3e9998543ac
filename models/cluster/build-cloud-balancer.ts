/** The cloud's balancer: every apiserver is a target; its health checks as the parameters have them. */
import { type CloudBalancerConfig, DEFAULTS } from '../cloud-balancer/config.ts';
import { cloudBalancer } from '../cloud-balancer/process.ts';
import type { Daemon, Site } from './build.ts';
import { placesOf } from './topology.ts';

const SECOND_US = 1_000_000;

export function cloudBalancerDaemon(site: Site): Daemon {
  const { topology } = site;
  const targets = placesOf(topology, 'kube-apiserver').map(({ name, address }) => ({
    name,
    address,
    port: topology.apiserverPort,
  }));
  const set = Object.fromEntries(
    Object.entries(site.settings('cloud-balancer')).map(([key, value]) => [
      key,
      key.endsWith('Seconds') ? (value as number) * SECOND_US : value,
    ]),
  );
  const config: CloudBalancerConfig = {
    ...DEFAULTS,
    ...set,
    port: topology.controlPlaneEndpoint.port,
    targets,
  };
  return { type: cloudBalancer, config };
}
