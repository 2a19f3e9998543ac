/**
 * The units of a host, as systemd has them, for systemctl and journalctl.
 *
 * A process that systemd starts is a unit; so is the container runtime. Process ids are made up: they change with each start.
 */
import type { Process } from '../../sim/state.ts';
import type { Seen } from './command.ts';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  keepalived: 'Keepalive Daemon (LVS and VRRP)',
  haproxy: 'HAProxy Load Balancer',
  kubelet: 'kubelet: The Kubernetes Node Agent',
  etcd: 'etcd',
  docker: 'Docker Application Container Engine',
  containerd: 'containerd container runtime',
};

export interface Unit {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  /** `activating`: it waits to be started again. */
  readonly active: 'active' | 'inactive' | 'activating' | 'failed';
  readonly since: number;
  readonly pid: number;
  /** Path of the process; undefined for the container runtime. */
  readonly process: string | undefined;
}

export function pidOf(process: Process): number {
  return 700 + process.index * 37 + process.incarnation * 1_103;
}

function activeOf(process: Process): Unit['active'] {
  if (process.state === 'running' || process.state === 'paused') return 'active';
  if (process.state === 'waiting') return 'activating';
  return process.wanted ? 'failed' : 'inactive';
}

/** Without `.service`. */
export function unitName(text: string): string {
  return text.replace(/\.(service|socket)$/, '');
}

export function unitsOf({ world, host }: Seen): Unit[] {
  const record = world.host(host);
  const units = record.processes.flatMap((index): Unit[] => {
    const process = world.processes[index] as Process;
    const { name, supervisor, enabled } = process.spec;
    if (supervisor.kind !== 'systemd') return [];
    return [
      {
        name,
        description: DESCRIPTIONS[name] ?? name,
        enabled,
        active: activeOf(process),
        since: process.startedAtUs,
        pid: pidOf(process),
        process: `${host}/${name}`,
      },
    ];
  });
  const kubelet = units.find(({ name }) => name === 'kubelet');
  if (kubelet === undefined) return units;
  const name = record.containerRuntime;
  const runtime: Unit = {
    name,
    description: DESCRIPTIONS[name] as string,
    enabled: true,
    active: record.runtime ? 'active' : 'inactive',
    since: kubelet.since,
    pid: 640,
    process: undefined,
  };
  return [...units, runtime];
}
