/**
 * `npm run soak [-- PART...] [--times N]`: the tests that draw, with many more seeds than `npm test` gives them. Runs vitest on
 * the files named below; exit code 1 if a part fails.
 */
import { spawnSync } from 'node:child_process';
import { packageRoot } from '../cli/shared.ts';

interface Part {
  readonly about: string;
  readonly file: string;
  /** What the file reads how many seeds or runs from, and how many an ordinary soak gives it. */
  readonly variable: 'QUORATE_SEEDS' | 'QUORATE_RUNS';
  readonly count: number;
}

const PARTS: Readonly<Record<string, Part>> = {
  'power-off': {
    about: 'times of the default scenario, seeds',
    file: 'test/scenarios/power-off.test.ts',
    variable: 'QUORATE_SEEDS',
    count: 200,
  },
  shipped: {
    about: 'every shipped scenario does what it says, ten times the seeds of each',
    file: 'test/scenarios/shipped.test.ts',
    variable: 'QUORATE_SEEDS',
    count: 200,
  },
  survival: {
    about: 'survival tables against the formulas, sets a topology',
    file: 'test/properties/survival.test.ts',
    variable: 'QUORATE_RUNS',
    count: 100_000,
  },
  'survival-tables': {
    about: 'the tables of docs/survival, sets a topology',
    file: 'test/docs/stacked-versus-external.test.ts',
    variable: 'QUORATE_RUNS',
    count: 100_000,
  },
  failures: {
    about: 'properties over drawn schedules of faults, runs a topology',
    file: 'test/properties/failures.test.ts',
    variable: 'QUORATE_RUNS',
    count: 200,
  },
  readers: {
    about: 'variants of real configuration files through every reader, variants in all',
    file: 'test/readers/fuzz.test.ts',
    variable: 'QUORATE_RUNS',
    count: 10_000,
  },
  lints: {
    about: 'the scenario of each lint fails, and passes with the cure, twenty times the seeds',
    file: 'test/properties/lints/scenarios.test.ts',
    variable: 'QUORATE_SEEDS',
    count: 200,
  },
  executors: {
    about: 'both executors on every whole scenario, seeds',
    file: 'test/sim/executors-on-scenarios.test.ts',
    variable: 'QUORATE_SEEDS',
    count: 20,
  },
};

const USAGE = `usage: npm run soak [-- PART...] [--times N]
  --times N     N times as many as stated (default 1)
${Object.entries(PARTS)
  .map(([name, { about, count }]) => `  ${name.padEnd(14)}${about}: ${count}`)
  .join('\n')}
`;

function main(args: readonly string[]): number {
  const names: string[] = [];
  let times = 1;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--help' || arg === '-h') {
      process.stdout.write(USAGE);
      return 0;
    }
    if (arg === '--times') times = Number(args[++i]);
    else if (Object.hasOwn(PARTS, arg)) names.push(arg);
    else return refuse(`${arg}: no such part or flag`);
  }
  if (!Number.isSafeInteger(times) || times < 1) return refuse('--times takes a whole number from 1');
  const wanted = Object.entries(PARTS).filter(([name]) => names.length === 0 || names.includes(name));
  const failed = wanted.filter(([name, part]) => !passes(name, part, part.count * times));
  process.stdout.write(`soak: ${wanted.length - failed.length} of ${wanted.length} parts passed\n`);
  return failed.length === 0 ? 0 : 1;
}

function refuse(message: string): number {
  process.stderr.write(`soak: ${message}\n${USAGE}`);
  return 2;
}

function passes(name: string, { file, variable, count }: Part, drawn = count): boolean {
  process.stderr.write(`soak: ${name}, ${variable}=${drawn}\n`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', file, '--testTimeout=0', '--hookTimeout=0'];
  const env = { ...process.env, [variable]: String(drawn) };
  return spawnSync(process.execPath, vitest, { cwd: packageRoot(), env, stdio: 'inherit' }).status === 0;
}

process.exitCode = main(process.argv.slice(2));
