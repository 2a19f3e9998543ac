/** `npm run soak -- interleavings`: small worlds in every order, and how many states there are. */
import { type SmallRaftOptions, smallRaft } from '../../properties/etcd/small-raft.ts';
import { explore, type SmallWorld } from '../../properties/interleavings.ts';
import { type SmallVrrpOptions, smallVrrp } from '../../properties/small-vrrp.ts';

/** Bounds that take seconds to minutes. Members other than three, or one bound more, take hours. */
const BOUNDS: readonly SmallRaftOptions[] = [
  { members: 3, campaigns: 1, proposals: 0, crashes: 0 },
  { members: 3, campaigns: 2, proposals: 0, crashes: 0, quickDisks: true },
  { members: 3, campaigns: 1, proposals: 1, crashes: 0, quickDisks: true },
  { members: 3, campaigns: 1, proposals: 1, crashes: 0 },
];

/** Three routers; one crash more takes minutes. */
const ROUTERS: readonly SmallVrrpOptions[] = [
  { priorities: [100, 95, 90], crashes: 0 },
  { priorities: [100, 95, 90], crashes: 1 },
  { priorities: [100, 100, 90], crashes: 1 },
];

/** @returns the exit code. The bounds are what they are: a count would make them random. */
export async function soakInterleavings(): Promise<number> {
  for (const bounds of BOUNDS) {
    const { members, campaigns, proposals, crashes, quickDisks } = bounds;
    const about = `${members} members of Raft, ${campaigns} campaigns, ${proposals} proposals, ${crashes} crashes, writes ${quickDisks ? 'at once' : 'at any time'}`;
    if (!isExplored(about, smallRaft(bounds))) return 1;
  }
  for (const bounds of ROUTERS) {
    const about = `VRRP routers of priorities ${bounds.priorities.join(', ')}, ${bounds.crashes} crashes`;
    if (!isExplored(about, smallVrrp(bounds))) return 1;
  }
  return 0;
}

function isExplored<State, Action>(about: string, world: SmallWorld<State, Action>): boolean {
  const { states, steps, depth, found } = explore(world);
  const result = `${states.toLocaleString('en-US')} states, ${steps.toLocaleString('en-US')} steps, at most ${depth} in a row`;
  process.stdout.write(`soak: interleavings, ${about}: ${result}\n`);
  if (found !== undefined) process.stdout.write(`${found.violation}\n${JSON.stringify(found.way)}\n`);
  return found === undefined;
}
