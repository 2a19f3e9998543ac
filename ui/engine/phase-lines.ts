/** The parameter behind each phase of an outage, and the lines of the configuration that set it. */
import type { Topology } from '../../models/cluster/topology.ts';
import type { PhaseName } from '../run/phases.ts';
import { type ConfigLine, linesOf } from './config-lines.ts';

export interface PhaseLines {
  readonly parameter: string;
  readonly lines: readonly ConfigLine[];
}

/** `host`: where the phase is decided. */
export function phaseLines(name: PhaseName, host: string | undefined, topology: Topology): PhaseLines {
  const files = topology.files ?? {};
  const keepalived = topology.keepalived?.[host ?? ''] ?? Object.values(topology.keepalived ?? {})[0];
  const haproxy = topology.haproxy?.[host ?? ''] ?? Object.values(topology.haproxy ?? {})[0];
  const kept = (...keys: string[]) => linesOf(keepalived?.conf, files, keys);
  const balanced = (...keys: string[]) => linesOf(haproxy, files, keys);
  const cluster = (...keys: string[]) =>
    Object.keys(files)
      .filter((file) => /ya?ml$/.test(file))
      .flatMap((file) => linesOf(file, files, keys));
  switch (name) {
    case 'detection':
      return { parameter: '3 × advert_int + (256 − priority)/256 s', lines: kept('advert_int', 'priority') };
    case 'takeover':
      return {
        parameter: 'preempt_delay, and the way of one advert',
        lines: kept('preempt_delay', 'nopreempt'),
      };
    case 'ARP':
      return {
        parameter: 'gratuitous ARP: garp_master_delay, garp_master_repeat',
        lines: kept('garp_master_delay', 'garp_master_repeat'),
      };
    case 'election':
      return {
        parameter: 'election-timeout (default 1000 ms), drawn up to twice as long',
        lines: cluster('election-timeout', 'heartbeat-interval'),
      };
    case 'backend check':
      return {
        parameter: 'inter × fall, and timeout check or inter for each check that gets no answer',
        lines: balanced('inter', 'fall', 'timeout check', 'option httpchk', 'default-server'),
      };
    case 'retry':
      return {
        parameter: 'timeout connect × (retries + 1), redispatch',
        lines: balanced('retries', 'redispatch', 'timeout connect'),
      };
    case 'client':
      return {
        parameter: 'the prober: a request every 100 ms, given up after 5 s, 20 good ones in a row',
        lines: [],
      };
  }
}
