/** `npm run soak -- interleavings`: small worlds in every order, and how many states there are. */
import { type SmallRaftOptions, smallRaft } from '../../properties/etcd/small-raft.ts';
import { explore } from '../../properties/interleavings.ts';

/** Bounds that take seconds to minutes. Members other than three, or one bound more, take hours. */
const BOUNDS: readonly SmallRaftOptions[] = [
  { members: 3, campaigns: 1, proposals: 0, crashes: 0 },
  { members: 3, campaigns: 2, proposals: 0, crashes: 0, quickDisks: true },
  { members: 3, campaigns: 1, proposals: 1, crashes: 0, quickDisks: true },
  { members: 3, campaigns: 1, proposals: 1, crashes: 0 },
];

/** @returns the exit code. The bounds are what they are: a count would make them random. */
export async function soakInterleavings(): Promise<number> {
  for (const bounds of BOUNDS) {
    const { members, campaigns, proposals, crashes, quickDisks } = bounds;
    const { states, steps, depth, found } = explore(smallRaft(bounds));
    const about = `${members} members of Raft, ${campaigns} campaigns, ${proposals} proposals, ${crashes} crashes, writes ${quickDisks ? 'at once' : 'at any time'}`;
    const result = `${states.toLocaleString('en-US')} states, ${steps.toLocaleString('en-US')} steps, at most ${depth} in a row`;
    process.stdout.write(`soak: interleavings, ${about}: ${result}\n`);
    if (found !== undefined) {
      process.stdout.write(`${found.violation}\n${JSON.stringify(found.way)}\n`);
      return 1;
    }
  }
  return 0;
}
