/**
 * `npm run soak [-- PART...] [--times N]`: the tests that draw, with many more seeds than `npm test` gives them. Runs vitest on
 * the files named below, and the searches that need no vitest; exit code 1 if a part fails.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { packageRoot, shippedScenarios } from '../cli/shared.ts';
import { LIBRARY } from './scenarios/library.ts';
import { soakInterleavings } from './soak/interleavings.ts';
import { soakProperties } from './soak/properties.ts';
import { replayRaft, soakRaft } from './soak/raft.ts';
import { SWITCHED_NAMES, soakExecutors, soakShipped, soakSwitches } from './soak/scenarios.ts';

/** A search of its own. */
interface Search {
  readonly about: string;
  readonly count: number;
  /** Exit code. */
  run(count: number, seed: number, threads: number): Promise<number>;
}

/** Tests that are run with more. */
interface Part {
  readonly about: string;
  readonly file: string;
  /** What the file reads how many seeds or runs from, and how many an ordinary soak gives it. */
  readonly variable: 'QUORATE_SEEDS' | 'QUORATE_RUNS';
  readonly count: number;
}

const PARTS: Readonly<Record<string, Part | Search>> = {
  'power-off': {
    about: 'times of the default scenario, seeds',
    file: 'test/scenarios/power-off.test.ts',
    variable: 'QUORATE_SEEDS',
    count: 200,
  },
  shipped: {
    about: 'every shipped scenario does what it says, on all cores, goes on after Ctrl-C; seeds of each',
    count: 50,
    run: soakShipped,
  },
  page: {
    about: 'every shipped scenario on the page, in Chromium; scenarios',
    file: 'test/browser/scenarios.test.ts',
    variable: 'QUORATE_RUNS',
    count: shippedScenarios(LIBRARY).length,
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
  properties: {
    about:
      'all properties, on all cores, goes on after Ctrl-C; runs on reference topologies, a tenth on each cured guide',
    count: 100_000,
    run: soakProperties,
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
  switches: {
    about:
      'no expectation of a shipped scenario is empty: each fails with some switch, on all cores, goes on after Ctrl-C; scenarios',
    count: SWITCHED_NAMES.length,
    run: soakSwitches,
  },
  executors: {
    about:
      'compiled and xstate leave the same trace of every shipped scenario, on all cores, goes on after Ctrl-C; seeds',
    count: 20,
    run: soakExecutors,
  },
  raft: {
    about: "etcd's promises under random fault schedules, on all cores, schedules",
    count: 100_000,
    run: soakRaft,
  },
  ticks: {
    about:
      "etcd's followers do the same whether their ticks are made up for or counted one by one, schedules",
    file: 'test/models/etcd/ticks.test.ts',
    variable: 'QUORATE_RUNS',
    count: 4_000,
  },
  interleavings: {
    about: 'Raft with few messages, and VRRP routers, in every order; sets of bounds',
    count: 7,
    run: soakInterleavings,
  },
};

const USAGE = `usage: npm run soak [-- PART...] [--times N] [--count N] [--seed N] [--threads N]
  --times N     N times as many as stated (default 1)
  --count N     so many, whatever is stated
  --seed N      of the searches that need no vitest (default 1)
  --threads N   of those searches (default all cores)
  raft --schedule JSON
                one schedule that such a search printed
${Object.entries(PARTS)
  .map(([name, { about, count }]) => `  ${name.padEnd(16)}${about}: ${count}`)
  .join('\n')}
`;

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const names: string[] = [];
  const numbers = { '--times': 1, '--count': 0, '--seed': 1, '--threads': availableParallelism() };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--help' || arg === '-h') {
      process.stdout.write(USAGE);
      return 0;
    }
    if (arg === '--schedule') return replayRaft(JSON.parse(args[i + 1] ?? ''));
    if (Object.hasOwn(numbers, arg)) {
      const value = Number(args[++i]);
      if (!Number.isSafeInteger(value) || value < 1) return refuse(`${arg} takes a whole number from 1`);
      numbers[arg as keyof typeof numbers] = value;
    } else if (Object.hasOwn(PARTS, arg)) names.push(arg);
    else return refuse(`${arg}: no such part or flag`);
  }
  const wanted = Object.entries(PARTS).filter(([name]) => names.length === 0 || names.includes(name));
  let passed = 0;
  for (const [name, part] of wanted) {
    const count = numbers['--count'] > 0 ? numbers['--count'] : part.count * numbers['--times'];
    const code =
      'run' in part
        ? await part.run(count, numbers['--seed'], numbers['--threads'])
        : passes(name, part, count)
          ? 0
          : 1;
    if (code === 130) return code;
    if (code === 0) passed++;
  }
  process.stdout.write(`soak: ${passed} of ${wanted.length} parts passed\n`);
  return passed === wanted.length ? 0 : 1;
}

function refuse(message: string): number {
  process.stderr.write(`soak: ${message}\n${USAGE}`);
  return 2;
}

function passes(name: string, { file, variable }: Part, drawn: number): boolean {
  process.stderr.write(`soak: ${name}, ${variable}=${drawn}\n`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', file, '--testTimeout=0', '--hookTimeout=0'];
  const env = { ...process.env, [variable]: String(drawn) };
  return spawnSync(process.execPath, vitest, { cwd: packageRoot(), env, stdio: 'inherit' }).status === 0;
}

process.exitCode = await main(process.argv.slice(2));
