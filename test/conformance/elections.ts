/**
 * `npm run conformance -- elections [--runs N] [--json]`: how many elections of three members need two terms after the leader was
 * killed, with and without pre-vote.
 *
 * What must come out: without pre-vote 8 to 13 %, since a peer that still holds the old leader's lease ignores the vote (recorded:
 * E1 and E17, 3 of 30 and 4 of 50); with it fewer than 0.5 %, since a pre-vote burns no term.
 */
import { parseArgs } from 'node:util';
import { Progress } from '../../cli/progress.ts';
import { libraryTexts } from '../../cli/shared.ts';
import { runScenarios, type ScenarioTask } from '../../plan/runners/scenario-runs.ts';
import { UsageError } from './usage.ts';

const scenario = (preVote: boolean): string => `scenario: elections
version: 1
topology: etcd-3
parameters: {etcd.version: "3.4", etcd.pre-vote: ${preVote}}
start: {etcd-leader: m1}
until: 10s
timeline:
  - {name: fault, between: [1s, 2s], do: kill, on: m1/etcd, restart: false}
measure:
  - {name: terms, count: etcd.term, from: fault, to: end}
  - {name: took, from: fault, until: "etcd.leader in ['m2', 'm3']"}
`;

interface Wanted {
  readonly preVote: boolean;
  readonly least: number;
  readonly most: number;
}
const WANTED: readonly Wanted[] = [
  { preVote: false, least: 0.08, most: 0.13 },
  { preVote: true, least: 0, most: 0.005 },
];

interface Found extends Wanted {
  readonly runs: number;
  /** Terms that an election took to how often. */
  readonly terms: Readonly<Record<string, number>>;
  readonly share: number;
  readonly agrees: boolean;
}

/** True if both shares are as they must be. */
export async function elections(args: readonly string[]): Promise<boolean> {
  const { runs, json } = optionsOf(args);
  const progress = new Progress('conformance:');
  const jobs = WANTED.map(({ preVote }) => ({ file: 'elections', text: scenario(preVote) }));
  const tasks = jobs.flatMap((_, job) =>
    Array.from({ length: runs }, (__, seed): ScenarioTask => ({ job, seed: seed + 1, give: 'measures' })),
  );
  const shared = { library: libraryTexts(), jobs };
  const answers = await runScenarios(shared, tasks, {
    answered: (_, __, done) => progress.show(done / tasks.length),
  });
  progress.done();
  const found = WANTED.map((wanted, job): Found => {
    const terms: Record<string, number> = {};
    for (const answer of answers.slice(job * runs, (job + 1) * runs)) {
      if (!('measures' in answer)) throw new UsageError('error' in answer ? answer.error : 'no measures');
      const count = String(answer.measures['terms']);
      terms[count] = (terms[count] ?? 0) + 1;
    }
    const share = (runs - (terms['1'] ?? 0)) / runs;
    return { ...wanted, runs, terms, share, agrees: share >= wanted.least && share <= wanted.most };
  });
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : found.map(textOf).join(''));
  return found.every(({ agrees }) => agrees);
}

function textOf({ preVote, runs, terms, share, least, most, agrees }: Found): string {
  const each = Object.entries(terms).map(([count, times]) => `${count}: ${times}`);
  const percent = (number: number): string => `${Number((100 * number).toFixed(2))} %`;
  return `pre-vote ${preVote ? 'on' : 'off'}: ${percent(share)} of ${runs} elections took more than one term (must be ${percent(least)} to ${percent(most)}): ${agrees ? 'agrees' : 'DIFFERS'} (terms ${each.join(', ')})\n`;
}

function optionsOf(args: readonly string[]): { readonly runs: number; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { runs: { type: 'string' }, json: { type: 'boolean' } },
    });
    const runs = Number(values.runs ?? '2000');
    if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: a whole number`);
    return { runs, json: values.json === true };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
