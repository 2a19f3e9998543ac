import { isLinearizableRegister, type RegisterOperation } from '../register.ts';
import type { ClientHistory } from './client-history.ts';
import { RAFT_FAULTS } from './watch.ts';

export const noStaleLinearizableRead = {
  sentence:
    'Whatever clients were answered, each put, get and delete took effect at one moment between its call and its answer.',
  source: 'etcd api_guarantees.md: linearizability of all but watches and serializable reads',
  claimedUnder: RAFT_FAULTS,
  violation(history: ClientHistory): string | undefined {
    for (const [key, operations] of history.byKey) {
      if (!isLinearizableRegister(operations))
        return `no order of these operations on ${key} gives these answers:\n${describe(operations)}`;
    }
    return undefined;
  },
};

/** The first of the operations after which there is no order, and what overlaps it or comes shortly before. */
function describe(operations: readonly RegisterOperation[]): string {
  const byReturn = operations.toSorted((a, b) => a.return - b.return);
  let low = 1;
  let high = byReturn.length;
  // The shortest beginning, by returns, that is not linearizable; what was called by then counts as not answered.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLinearizableRegister(beginning(operations, byReturn[middle - 1]!.return))) low = middle + 1;
    else high = middle;
  }
  const end = byReturn[low - 1]!.return;
  return byReturn
    .filter(({ call }) => call <= end)
    .slice(Math.max(0, low - 8), low + 4)
    .map(({ call, return: returned, input, output }) => {
      const what = input.op === 'put' ? `put ${input.value}` : input.op;
      const answer =
        output === undefined || returned > end
          ? 'no answer'
          : input.op === 'get'
            ? (output.value ?? 'nothing')
            : 'done';
      return `  [${call}, ${returned > end ? '' : returned}] ${what}: ${answer}`;
    })
    .join('\n');
}

/** The history as it was known at this moment. */
function beginning(operations: readonly RegisterOperation[], until: number): RegisterOperation[] {
  return operations
    .filter(({ call }) => call <= until)
    .map((each) =>
      each.return <= until ? each : { ...each, output: undefined, return: Number.POSITIVE_INFINITY },
    );
}
