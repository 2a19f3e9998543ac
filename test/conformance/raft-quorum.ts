/**
 * The quorum suite: what a majority, or two together, have committed or voted.
 *
 * Source: etcd-io/raft v3.7.0, quorum/datadriven_test.go and quorum/majority.go (Describe).
 */
import { jointCommitted, jointVote, majorityCommitted, majorityVote } from '../../models/etcd/raft/quorum.ts';
import type { Directive } from './data-driven.ts';

interface Case {
  readonly voters: readonly number[];
  readonly outgoing: readonly number[];
  readonly joint: boolean;
  /** Distinct ids: those of the first half as given, then the second's. */
  readonly order: readonly number[];
  /** One value for each of them. */
  readonly values: readonly string[];
}

const sorted = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b);

/** The result of one directive; a wrong one of the checks that upstream makes silently is text, too. */
export function quorumDirective(directive: Directive): string {
  const read = readCase(directive);
  const needed = directive.command === 'vote' ? 'votes' : 'idx';
  if (read.values.length !== read.order.length) {
    return `error: mismatched input (explicit or _) for voters [${read.order.join(' ')}]: ${needed}=(${read.values.join(' ')})`;
  }
  switch (directive.command) {
    case 'vote':
      return vote(read);
    case 'committed':
      return committed(read);
    default:
      return 'unknown command';
  }
}

function readCase({ command, arguments: args }: Directive): Case {
  const valuesOf = (key: string): readonly string[] =>
    args.filter((argument) => argument.key === key).flatMap(({ values }) => values);
  const voters = valuesOf('cfg')
    .filter((value) => value !== '')
    .map(Number);
  const second = valuesOf('cfgj');
  const outgoing = second.filter((value) => value !== 'zero' && value !== '').map(Number);
  return {
    voters: sorted(voters),
    outgoing: sorted(outgoing),
    joint: second.length > 0,
    order: [...new Set([...voters, ...outgoing])],
    values: valuesOf(command === 'vote' ? 'votes' : 'idx').filter((value) => value !== ''),
  };
}

function vote({ voters, outgoing, joint, order, values }: Case): string {
  const votes = new Map<number, boolean>();
  order.forEach((id, i) => {
    if (values[i] !== '_') votes.set(id, values[i] === 'y');
  });
  const result = joint ? jointVote({ voters, outgoing }, votes) : majorityVote(voters, votes);
  let text = `${result}\n`;
  if (joint && jointVote({ voters: outgoing, outgoing: voters }, votes) !== result) {
    text += 'the halves swapped give another result\n';
  }
  return text;
}

function committed({ voters, outgoing, joint, order, values }: Case): string {
  const acked = new Map<number, number>();
  order.forEach((id, i) => {
    if (values[i] !== '_') acked.set(id, Number(values[i]));
  });
  const of = (id: number): number | undefined => acked.get(id);
  const result = joint ? jointCommitted({ voters, outgoing }, of) : majorityCommitted(voters, of);
  let text = table(sorted(order), acked);
  const check = (what: string, other: number): void => {
    if (other !== result) text += `${other} <-- ${what}\n`;
  };
  if (joint) check('the halves swapped', jointCommitted({ voters: outgoing, outgoing: voters }, of));
  else {
    check('joint with nobody', jointCommitted({ voters, outgoing: [] }, of));
    check('joint with itself', jointCommitted({ voters, outgoing: voters }, of));
  }
  for (const id of order) {
    const index = of(id) ?? 0;
    if (index === 0 || index > result) continue;
    for (const lower of [index - 1, 0]) {
      const lowered = (other: number): number | undefined => (other === id ? lower : of(other));
      if (index < result) check(`${id} lowered to ${lower}`, jointCommitted({ voters, outgoing }, lowered));
    }
  }
  return `${text}${result === Number.POSITIVE_INFINITY ? '∞' : result}\n`;
}

/** A bar for each id, as long as it has others behind it. */
function table(ids: readonly number[], acked: ReadonlyMap<number, number>): string {
  if (ids.length === 0) return '<empty majority quorum>';
  const n = ids.length;
  const ranked = [...ids].sort((a, b) => (acked.get(a) ?? 0) - (acked.get(b) ?? 0) || a - b);
  const bars = new Map<number, number>();
  ranked.forEach((id, i) => {
    const before = ranked[i - 1];
    if (before === undefined) bars.set(id, 0);
    else if ((acked.get(id) ?? 0) > (acked.get(before) ?? 0)) bars.set(id, i);
    else bars.set(id, bars.get(before)!);
  });
  let text = `${' '.repeat(n)}    idx\n`;
  for (const id of ids) {
    const index = acked.get(id);
    const bar = bars.get(id)!;
    text += index === undefined ? `?${' '.repeat(n)}` : `${'x'.repeat(bar)}>${' '.repeat(n - bar)}`;
    text += ` ${String(index ?? 0).padStart(5)}    (id=${id.toString(16)})\n`;
  }
  return text;
}
