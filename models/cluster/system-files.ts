/**
 * Two small files that deployments bring along: /etc/hosts (names of hosts and of the endpoint) and
 * sysctl.conf (may a proxy listen on an address the host does not have).
 *
 * Sources: hosts(5); sysctl.conf(5); kernel ip-sysctl `ip_nonlocal_bind` (default 0).
 */
import type { Finding } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import { MAX_FINDINGS, refuseText } from '../yaml-text.ts';
import { NAME_PATTERN } from './topology.ts';

export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
  readonly line: number;
}

/** `ADDRESS NAME ALIAS...` a line, # begins a comment. Loopback and IPv6 lines are read over. */
export function readEtcHosts(text: string, file: string): { entries: HostsEntry[]; findings: Finding[] } {
  const entries: HostsEntry[] = [];
  const refusal = refuseText(text, file);
  if (refusal) return { entries, findings: [refusal] };
  const findings: Finding[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const [address, ...names] = raw.replace(/#.*/s, '').trim().split(/\s+/);
    if (address === undefined || address === '' || address.includes(':') || address.startsWith('127.'))
      continue;
    const line = index + 1;
    if (
      isIpv4(address) &&
      names.length > 0 &&
      names.every((name) => NAME_PATTERN.test(name.replaceAll('.', '-')))
    ) {
      entries.push({ address, names, line });
    } else if (findings.length < MAX_FINDINGS) {
      const message = 'expected ADDRESS NAME...';
      findings.push({ severity: 'error', file, line, column: 1 + raw.search(/\S/), message });
    }
  }
  return { entries, findings };
}

/** Does this sysctl.conf switch net.ipv4.ip_nonlocal_bind on? The last setting counts; other keys are read over. */
export function readNonlocalBind(text: string): { nonlocalBind: boolean; line: number } {
  let found = { nonlocalBind: false, line: 1 };
  for (const [index, raw] of text.split('\n').entries()) {
    const match = /^\s*-?\s*net[./]ipv4[./]ip_nonlocal_bind\s*=\s*(\d+)\s*$/.exec(raw);
    if (match) found = { nonlocalBind: match[1] !== '0', line: index + 1 };
  }
  return found;
}
