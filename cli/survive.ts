/** `quorate survive TOPOLOGY`: which failures leave what of the API, from one real run a set of failures. */
import type { Command } from 'commander';
import type { Topology } from '../models/cluster/topology.ts';
import { survivalRows } from '../plan/runners/survival-runs.ts';
import { ownHosts } from '../properties/fault-classes.ts';
import { VERDICT_WORDS, VERDICTS, type Verdict } from '../properties/survival.ts';
import {
  type ChosenSets,
  chosenSets,
  MOST_PROCESSES,
  RUNS_UNASKED,
  runsOf,
} from '../properties/survival-choice.ts';
import { type SurvivalRow, type SurvivalSummary, summaryOf } from '../properties/survival-table.ts';
import { Failure } from './failure.ts';
import { onAllCores } from './interruptible.ts';
import { noteLines } from './notes.ts';
import { collect, seedOf } from './scenario.ts';
import { settings } from './shared.ts';
import { type Style, styleOf } from './style.ts';
import { readyTopology } from './topology.ts';
import { UNLIMITED, wrap } from './wrap.ts';

interface SurviveFlags {
  readonly max?: string;
  readonly seed: string;
  readonly set: readonly string[];
  readonly symmetry?: boolean;
  readonly json?: boolean;
}

/** What `survive --json` prints. */
export interface SurvivalReport {
  readonly topology: string;
  readonly seed: number;
  readonly hosts: readonly string[];
  readonly rows: readonly (Omit<SurvivalRow, 'kind' | 'alike'> & {
    /** So many sets, this one included, that are the same but for the names of their hosts. */
    readonly stands_for?: number;
  })[];
  readonly smallest_fatal: readonly (readonly string[])[];
  /** So many hosts, so many processes may fail, whichever they are, and every write is served. */
  readonly host_tolerance: number;
  readonly process_tolerance: number;
  readonly single_points: SurvivalSummary['singlePoints'];
  /** Most processes that failed together. */
  readonly max: number;
  /** Of sets of processes that are the same but for the names of their hosts one was run. */
  readonly symmetry: boolean;
  readonly runs: number;
}

/** More host subsets than this are counted and not listed. */
const MOST_ROWS = 64;

export function addSurvive(program: Command): void {
  program
    .command('survive')
    .description('try every set of failed hosts and processes, and say what is left of the API')
    .argument('<topology...>', 'a built-in name (quorate list), a topology file, or files to import')
    .option(
      '--max <number>',
      `most processes that fail together (default: ${MOST_PROCESSES}, or fewer where that is more than ${RUNS_UNASKED} runs)`,
    )
    .option(
      '--symmetry',
      `of sets of processes that are the same but for the names of their hosts run one (default: where all are more than ${RUNS_UNASKED} runs)`,
    )
    .option('--no-symmetry', 'run all of them')
    .option('--seed <number>', 'the luck of all runs', '1')
    .option('--set <path=value>', 'a parameter; may be given several times', collect, [])
    .option('--json', 'print one JSON object')
    .action(async (wanted: readonly string[], flags: SurviveFlags) => {
      await survive(wanted, flags);
    });
}

async function survive(wanted: readonly string[], flags: SurviveFlags): Promise<void> {
  const seed = seedOf(flags.seed);
  const { topology, findings } = readyTopology(wanted, settings(flags.set));
  const asked = flags.max === undefined ? undefined : maxOf(flags.max);
  const { max, symmetry, sets } = chosenSets(topology, asked, flags.symmetry);
  for (const line of noteLines(findings, topology.notes ?? [])) process.stderr.write(`${line}\n`);
  const rows = await onAllCores(`${topology.topology}:`, sets.length, (options) =>
    survivalRows({ topology, seed }, sets, options),
  );
  const report = reportOf(topology, { seed, max, symmetry, sets }, rows);
  const columns = process.stdout.columns ?? UNLIMITED;
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify(report)}\n`
      : `${survivalText(report, rows, styleOf(process.stdout), columns)}\n`,
  );
}

function maxOf(text: string): number {
  if (!/^[0-9]$/.test(text)) throw new Failure(`--max ${text}: a whole number from 0 to 9`);
  return Number(text);
}

export function reportOf(
  topology: Topology,
  { seed, max, symmetry, sets }: ChosenSets & { readonly seed: number },
  rows: readonly SurvivalRow[],
): SurvivalReport {
  const summary = summaryOf(rows);
  return {
    topology: topology.topology,
    seed,
    hosts: ownHosts(topology).map(({ name }) => name),
    rows: rows.map(({ kind: _, alike = [], ...row }) => ({
      ...row,
      ...(alike.length === 0 ? {} : { stands_for: alike.length + 1 }),
    })),
    smallest_fatal: summary.smallestFatal,
    host_tolerance: summary.hostTolerance,
    process_tolerance: summary.processTolerance,
    single_points: summary.singlePoints,
    max,
    symmetry,
    runs: runsOf(sets),
  };
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const SYMMETRY =
  'Of sets of processes that are the same but for the names of their hosts (in the order of these) one was run, with the first hosts: xN says how many it stands for, --no-symmetry runs all.';

/** The table: every set of hosts; of processes those that do any harm. Then what follows. */
function survivalText(
  report: SurvivalReport,
  rows: readonly SurvivalRow[],
  style: Style,
  columns: number,
): string {
  const { topology, hosts, max, runs, seed, symmetry } = report;
  const of = (kind: SurvivalRow['kind']) => rows.filter((row) => row.kind === kind);
  const harmful = of('processes').filter(({ verdict }) => verdict !== 'write');
  const lines = [
    style.bold(`${topology}: what is left of the API, seed ${seed}`),
    wrap(
      `${plural(hosts.length, 'host')}: every subset loses its power; processes: every subset of up to ${max} is stopped for good. ${plural(runs, 'run')}, each judged by the last 30 s of 150 s after the last failure.`,
      columns,
    ),
    '',
    ...hostLines(of('hosts'), style),
    '',
    ...(harmful.length === 0
      ? [`processes: none of the ${of('processes').length} sets of up to ${max} does any harm`]
      : [
          `processes: ${harmful.length} of the ${of('processes').length} sets of up to ${max} do harm; every write is served after the others`,
          ...table(harmful, style),
        ]),
    '',
    ...summaryLines(report),
    '',
    wrap(
      `Exhaustive over these sets with this luck; where two or more of keepalived and HAProxy fail, in every order of these as well (only VRRP remembers who came first). ${symmetry ? SYMMETRY : 'No symmetry is used.'}`,
      columns,
    ),
  ];
  return lines.join('\n');
}

/** All of them, or, where that would fill screens, how many of each size leave what. `--json` has all. */
function hostLines(rows: readonly SurvivalRow[], style: Style): string[] {
  if (rows.length <= MOST_ROWS) return table(rows, style);
  const most = Math.max(...rows.map(({ failed }) => failed.length));
  return Array.from({ length: most + 1 }, (_, size) => {
    const ofSize = rows.filter(({ failed }) => failed.length === size);
    const counts = VERDICTS.flatMap((verdict) => {
      const count = ofSize.filter((row) => row.verdict === verdict).length;
      return count === 0 ? [] : [paintOf(verdict, style)(`${count} ${verdict}`)];
    });
    return `  ${`${size} of ${most} hosts:`.padEnd(16)}${counts.join(', ')}`;
  });
}

function paintOf(verdict: Verdict, style: Style): (text: string) => string {
  const level = VERDICTS.indexOf(verdict);
  return level === 0 ? style.green : level === 1 ? style.yellow : style.red;
}

function table(rows: readonly SurvivalRow[], style: Style): string[] {
  const name = ({ failed, order, alike = [] }: SurvivalRow): string => {
    if (failed.length === 0) return 'nothing fails';
    const times = alike.length === 0 ? '' : ` x${alike.length + 1}`;
    return `${order === 'in turn' ? failed.join(', then ') : failed.join(' + ')}${times}`;
  };
  const width = Math.max(...rows.map((row) => name(row).length));
  return rows.map((row) => {
    const together = row.order === 'together' ? ' (at once)' : '';
    return `  ${name(row).padEnd(width)}  ${paintOf(row.verdict, style)(row.verdict)}${together}`;
  });
}

function summaryLines(report: SurvivalReport): string[] {
  const { max, smallest_fatal: fatal, single_points: singlePoints } = report;
  const tolerated = (count: number, one: string, many: string, most: number): string => {
    if (count < 0) return 'writes are not all served even when nothing fails';
    if (count === 0) return `not any ${one} may fail: see the single points`;
    const which = count === 1 ? `any one ${one}` : `any ${count} ${many}`;
    return `${which} may fail, and every write is served${count >= most ? ' (no larger set was tried)' : ''}`;
  };
  return [
    tolerated(report.host_tolerance, 'host', 'hosts', report.hosts.length + 1),
    tolerated(report.process_tolerance, 'process', 'processes', max),
    `smallest sets that stop all writes: ${fatal.length === 0 ? 'none' : fatal.map((set) => `{${set.join(', ')}}`).join(' ')}`,
    singlePoints.length === 0
      ? 'no single point of failure is left'
      : `single points: ${singlePoints.map(({ what, verdict }) => `${what} (${VERDICT_WORDS[verdict]})`).join('; ')}`,
  ];
}
