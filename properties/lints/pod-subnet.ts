/**
 * Pods and hosts need networks of their own.
 *
 * Source: kubeadm "ClusterConfiguration" networking.podSubnet; a pod network's routes take precedence over the host's own.
 */
import { ipv4Number, isIpv4 } from '../../models/ipv4.ts';
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';

/** Is the address in `10.244.0.0/16`? False for what is no IPv4 network. */
export function inNetwork(address: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  if (!isIpv4(address) || !isIpv4(base) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(ipv4Number(address) / size) === Math.floor(ipv4Number(base) / size);
}

export const podSubnetOverlap: LintRule = {
  name: 'pod-subnet-overlap',
  severity: 'error',
  about: 'The pods’ network contains addresses of hosts, or the VIP.',
  cure: 'Choose a podSubnet that no host, balancer or VIP is in.',
  find: ({ sources, hosts, virtualRouters }) => {
    const written = [
      ...sources.kubeadm.flatMap(({ file, config }) =>
        config.podSubnet ? [{ file: file.path, by: 'podSubnet', ...config.podSubnet }] : [],
      ),
      ...sources.commands.flatMap(({ file, commands }) =>
        commands.flatMap(({ podSubnet }) =>
          podSubnet ? [{ file: file.path, by: '--pod-network-cidr', ...podSubnet }] : [],
        ),
      ),
    ];
    return written.flatMap(({ file, line, by, value }): Complaint[] => {
      const subnets = value.split(',').map((text) => text.trim());
      const inside = (address: string | undefined) =>
        address !== undefined && subnets.some((subnet) => inNetwork(address, subnet));
      const names = [
        ...hosts.filter(({ address }) => inside(address)).map(({ name, address }) => `${name} (${address})`),
        ...virtualRouters.filter(({ vip }) => inside(vip)).map(({ vip }) => `the VIP ${vip}`),
      ];
      if (names.length === 0) return [];
      const message = `${by} ${value} contains ${listed(names)}: a pod may get a host's address, and packets for the host go to the pod network`;
      return [{ file, line, message }];
    });
  },
};
