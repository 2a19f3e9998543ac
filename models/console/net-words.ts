/**
 * Names and addresses as commands on a host resolve them, and its network card as ip(8) and arp(8) show it.
 *
 * Names are those of /etc/hosts: the topology's own and the hosts'. Hardware addresses are made up from the host's place in
 * the topology.
 */
import type { Place } from './command.ts';

/** The address that a name or address means on this host; undefined if nobody has that name. */
export function resolveName({ host, topology }: Place, text: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return text;
  if (text === 'localhost') return '127.0.0.1';
  if (text === host || topology.hosts.some(({ name }) => name === text))
    return topology.hosts.find(({ name }) => name === text)?.address;
  return (
    topology.names?.[text] ??
    (topology.controlPlaneEndpoint.name === text ? topology.controlPlaneEndpoint.address : undefined)
  );
}

export function hardwareAddress(index: number): string {
  const two = (number: number) => number.toString(16).padStart(2, '0');
  return `52:54:00:7a:${two(index >> 8)}:${two((index & 255) + 16)}`;
}

/** The interface that its keepalived.conf names, or eth0. */
export function interfaceOf({ host, topology }: Place): string {
  return /^\s*interface\s+(\S+)/m.exec(keepalivedConf(host, topology))?.[1] ?? 'eth0';
}

function keepalivedConf(host: string, topology: Place['topology']): string {
  const file = topology.keepalived?.[host]?.conf;
  return file === undefined ? '' : (topology.files?.[file] ?? '');
}

/** `10.0.0.100/24` as keepalived.conf has it; /32 if it gives no length. */
export function withPrefix({ host, topology }: Place, address: string): string {
  const found = new RegExp(`\\b${address.replaceAll('.', '\\.')}/(\\d+)`).exec(
    keepalivedConf(host, topology),
  );
  return `${address}/${found?.[1] ?? '32'}`;
}

/** Name of the host whose own address this is. */
export function nameOfAddress({ topology }: Place, address: string): string | undefined {
  return topology.hosts.find((one) => one.address === address)?.name;
}
