/** What a host's clock shows, for commands that print dates. */
import type { Seen } from './command.ts';

/** Microseconds since the world's first day by this host's wall clock. */
export function hostWallUs({ world, host }: Seen): number {
  const record = world.host(host);
  return world.localUs(record) + record.clock.wallOffsetUs;
}
