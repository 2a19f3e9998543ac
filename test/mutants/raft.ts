/**
 * Bugs planted in etcd, each of which a search over random fault schedules must find and shrink within a minute. Each is
 * an edit of the compiled source while it is loaded (planted-loader.ts), in a process of its own.
 *
 * `npm run mutants -- raft` prints how long each took.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Edit } from './planted-loader.ts';
import type { Asked, Found } from './raft-search.ts';

/** What each has to be found and shrunk within. */
const LIMIT_S = 60;

interface Mutant {
  readonly edits: readonly Edit[];
  /** Found by random orders of messages on Raft alone, not by fault schedules on etcd. */
  readonly orders?: boolean;
}

export const RAFT_MUTANTS: Readonly<Record<string, Mutant>> = {
  'vote twice in a term': {
    edits: [
      {
        file: 'models/etcd/raft/election.js',
        from: '(raft.vote === NONE && raft.lead === NONE) ||',
        to: 'raft.lead === NONE ||',
      },
    ],
  },
  // The leader of figure 8 must hear an acknowledgement of the old entry alone, which etcd's large messages rule out.
  'commit entries of older terms by counting': {
    edits: [
      { file: 'models/etcd/raft/replication.js', from: ' || !matchesTerm(log, index, raft.term)', to: '' },
    ],
    orders: true,
  },
  'acknowledge before the fsync': {
    edits: [
      {
        file: 'models/etcd/raft-saving.js',
        from: 'const sync = ready.mustSync || ready.snapshot !== null;',
        to: 'const sync = false;',
      },
    ],
  },
  'read without a quorum': {
    edits: [
      {
        file: 'models/etcd/raft/leader-reads.js',
        from: "if (raft.config.readOnly === 'lease-based') {",
        to: 'if (true) {',
      },
    ],
  },
  'ignore the lease': {
    edits: [
      {
        file: 'models/etcd/raft/election.js',
        from: 'raft.electionElapsed < raft.config.electionTick);',
        to: 'false);',
      },
    ],
  },
};

/** Searches for one mutant in a process of its own. Seconds are of its CPU. */
export function search({ edits, orders = false }: Partial<Mutant>, limitS = LIMIT_S): Found {
  const file = fileURLToPath(new URL('./raft-search.js', import.meta.url));
  const asked = JSON.stringify({ edits: edits ?? [], orders, limitS } satisfies Asked);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, asked], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the search ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Found;
}

/** Prints what became of each mutant. Returns how many were not found and shrunk in time. */
export function main(): number {
  let missed = 0;
  for (const [name, mutant] of Object.entries(RAFT_MUTANTS)) {
    const { sentence, tried, foundS, shrunkS, found, shrunk } = search(mutant);
    const what = mutant.orders === true ? 'orders of messages' : 'fault schedules';
    if (sentence === undefined || shrunkS > LIMIT_S) missed++;
    process.stdout.write(
      sentence === undefined
        ? `${name}: SURVIVED ${tried} ${what} in ${foundS} CPU s\n`
        : `${name}: found after ${tried} ${what} in ${foundS} CPU s, shrunk by ${shrunkS} CPU s\n` +
            `  ${sentence}\n  ${found?.split('\n')[0]}\n  ${JSON.stringify(shrunk)}\n`,
    );
  }
  return missed;
}
