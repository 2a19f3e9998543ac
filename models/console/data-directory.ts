/**
 * Where etcd's data of a host are in its file system: the directory that the member uses is the disk of its process; any other
 * (a restored one, a copy) is a file that holds what such a disk would.
 */
import type { World } from '../../sim/world.ts';
import type { FileValue } from './files.ts';

export const ETCD = 'etcd';
/** kubeadm's and the packages' --data-dir. */
export const DATA_DIR = '/var/lib/etcd';

/** A data directory that no member uses. */
export interface DataDirectory {
  readonly kind: 'etcd-data';
  /** What the disk of a member's etcd that uses it will hold. */
  readonly values: Readonly<Record<string, unknown>>;
}

export function isDataDirectory(value: unknown): value is DataDirectory {
  return (value as { kind?: string } | undefined)?.kind === 'etcd-data';
}

/** Marks the directory in use, if it is another than the default. */
export function liveMark(): FileValue {
  return { kind: 'etcd-live' };
}

/** The directory that the host's member uses. */
export function liveDataDir(files: Readonly<Record<string, FileValue>>): string {
  const marked = Object.entries(files).find(
    ([, value]) => typeof value !== 'string' && value.kind === 'etcd-live',
  );
  return marked?.[0] ?? DATA_DIR;
}

/** What the disk of the host's etcd holds now. */
export function etcdDisk(world: World, host: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, { value }] of world.host(host).disk.values) {
    if (key.startsWith(`${ETCD}/`)) found[key.slice(ETCD.length + 1)] = value;
  }
  return found;
}
