/**
 * Where HAProxy's versions differ in what can be seen. Sources: CHANGELOGs of the release branches, doc of
 * v3.2.0 and v3.3.0, LAB-recorded 2.6.12.
 */
import type { Algorithm, BackendConfig } from './config.ts';

/** `2.6.12` as numbers; parts that are not written are 0. */
export function versionParts(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return [major, minor, patch];
}

export function atLeast(version: string, major: number, minor: number, patch = 0): boolean {
  const [a, b, c] = versionParts(version);
  if (a !== major) return a > major;
  return b !== minor ? b > minor : c >= patch;
}

/** `balance` when none is written: roundrobin up to 3.2, random from 3.3 (doc v3.2.0:5980, v3.3.0:6217). */
export function algorithmOf(backend: BackendConfig, version: string): Algorithm {
  return backend.balance ?? (atLeast(version, 3, 3) ? 'random' : 'roundrobin');
}

/**
 * "BUG/MEDIUM: check: Requeue healthchecks on I/O events to handle check timeout" is in 3.2.1 and 2.8.16.
 * Without it `timeout check` may be noticed late (wait-queue.ts). Which patch release of 3.0 and 3.1 has it
 * is not known here; they count as without.
 */
export function requeuesCheckTimeout(version: string): boolean {
  const [major, minor, patch] = versionParts(version);
  if (atLeast(version, 3, 3)) return true;
  return (major === 3 && minor === 2 && patch >= 1) || (major === 2 && minor === 8 && patch >= 16);
}

/** Up to 2.1 a wrong HTTP status was told as the check's description instead of the answer's own text. */
export function oldStatusText(version: string): boolean {
  return !atLeast(version, 2, 2);
}
