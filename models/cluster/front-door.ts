/** The front door as its users see it: the endpoint's address, or all the addresses of its name. */
import type { DnsName } from '../dns/resolve.ts';
import type { ApiServerAddress } from '../kube-apiserver/rest-calls.ts';
import { microseconds, type ParameterMap, setting } from './parameters.ts';
import type { Topology } from './topology.ts';

/** Where a client on this host finds the API. With several addresses each host begins with another one. */
export function endpointFor(topology: Topology, parameters: ParameterMap, host: string): ApiServerAddress {
  const { address, port, addresses } = topology.controlPlaneEndpoint;
  if (addresses === undefined) return { address, port };
  const of = (key: string) => setting(parameters, 'dns', host, key);
  const dns: DnsName = {
    addresses,
    ttlUs: microseconds(of('ttl')) ?? 0,
    dial: (of('dial') as DnsName['dial'] | undefined) ?? 'serial',
    phase: Math.max(
      0,
      topology.hosts.findIndex(({ name }) => name === host),
    ),
  };
  return { address, port, dns };
}
