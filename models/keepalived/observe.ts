/** What a person would say of a VRRP instance, from a member of keepalived's family. */
import type { InstanceContext } from './instance-context.ts';

export interface RouterObservation {
  /** As keepalived logs it. */
  readonly state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';
  /** The effective priority: what is advertised. */
  readonly priority: number;
}

const STATES: Readonly<Record<string, RouterObservation['state']>> = {
  init: 'INIT',
  starting: 'INIT',
  stopped: 'INIT',
  backup: 'BACKUP',
  'goto-master': 'BACKUP',
  transition: 'MASTER',
  master: 'MASTER',
  fault: 'FAULT',
};

/**
 * @param machine id of the member's machine; undefined comes back for anything but an instance
 * @param leaf path of its state
 */
export function observeInstance(
  machine: string,
  leaf: string,
  context: unknown,
): RouterObservation | undefined {
  if (machine !== 'keepalived.instance') return undefined;
  return { state: STATES[leaf] ?? 'INIT', priority: (context as InstanceContext).effectivePriority };
}

/** The state's word as keepalived logs it; a path that is no instance's (a process that does not run) stays as it is. */
export function stateWord(leaf: string): string {
  return STATES[leaf] ?? leaf;
}
