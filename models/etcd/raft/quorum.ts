/**
 * Majorities, single and joint: which index is committed, and how a vote stands.
 *
 * Source: etcd-io/raft v3.7.0, quorum/majority.go and joint.go. Voters are sorted lists of ids.
 */

export type VoteResult = 'VoteWon' | 'VotePending' | 'VoteLost';

/** Both halves must agree; the outgoing one is empty outside of a joint configuration. */
export interface JointVoters {
  readonly voters: readonly number[];
  readonly outgoing: readonly number[];
}

/** Size of a majority of n. */
export function quorum(n: number): number {
  return Math.floor(n / 2) + 1;
}

/**
 * The largest index that a majority has acknowledged. `ackedOf` gives a voter's index, undefined if
 * nothing is known of it (counts as 0). Infinity for the empty majority, so that it never holds back the other half.
 */
export function majorityCommitted(
  voters: readonly number[],
  ackedOf: (id: number) => number | undefined,
): number {
  const n = voters.length;
  if (n === 0) return Number.POSITIVE_INFINITY;
  // Sorted by insertion: there are few, and they come nearly sorted.
  const acked: number[] = [];
  for (let i = 0; i < n; i++) {
    const index = ackedOf(voters[i]!) ?? 0;
    let at = i;
    for (; at > 0 && acked[at - 1]! > index; at--) acked[at] = acked[at - 1]!;
    acked[at] = index;
  }
  return acked[n - quorum(n)]!;
}

export function jointCommitted(config: JointVoters, ackedOf: (id: number) => number | undefined): number {
  const incoming = majorityCommitted(config.voters, ackedOf);
  if (config.outgoing.length === 0) return incoming;
  return Math.min(incoming, majorityCommitted(config.outgoing, ackedOf));
}

/** `votes` holds true (yes) or false (no) of those who have answered. The empty majority wins every vote. */
export function majorityVote(voters: readonly number[], votes: ReadonlyMap<number, boolean>): VoteResult {
  if (voters.length === 0) return 'VoteWon';
  let yes = 0;
  let unknown = 0;
  for (const id of voters) {
    const vote = votes.get(id);
    if (vote === undefined) unknown++;
    else if (vote) yes++;
  }
  const needed = quorum(voters.length);
  if (yes >= needed) return 'VoteWon';
  return yes + unknown >= needed ? 'VotePending' : 'VoteLost';
}

export function jointVote(config: JointVoters, votes: ReadonlyMap<number, boolean>): VoteResult {
  const incoming = majorityVote(config.voters, votes);
  const outgoing = majorityVote(config.outgoing, votes);
  if (incoming === outgoing) return incoming;
  if (incoming === 'VoteLost' || outgoing === 'VoteLost') return 'VoteLost';
  return 'VotePending';
}
