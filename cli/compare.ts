/** `quorate compare A B`: two topologies under the same luck: what each survives, how long it is away, what it costs. */
import type { Command } from 'commander';
import type { Topology } from '../models/cluster/topology.ts';
import { outageRuns } from '../plan/runners/outage-runs.ts';
import { survivalRows } from '../plan/runners/survival-runs.ts';
import { type NumberSummary, summaryOf as summarised } from '../plan/summary.ts';
import { ownHosts } from '../properties/fault-classes.ts';
import { OUTAGE_KINDS } from '../properties/outages.ts';
import type { Verdict } from '../properties/survival.ts';
import { failureSets } from '../properties/survival-sets.ts';
import { type SurvivalRow, type SurvivalSummary, summaryOf } from '../properties/survival-table.ts';
import { Failure } from './failure.ts';
import { onAllCores } from './interruptible.ts';
import { collect, seedOf } from './scenario.ts';
import { settings } from './shared.ts';
import { styleOf } from './style.ts';
import { readyTopology } from './topology.ts';
import { UNLIMITED, wrap } from './wrap.ts';

interface CompareFlags {
  readonly runs: string;
  readonly max: string;
  readonly seed: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

interface Side {
  readonly topology: string;
  readonly hosts: readonly string[];
  readonly host_tolerance: number;
  readonly smallest_fatal: SurvivalSummary['smallestFatal'];
  readonly single_points: SurvivalSummary['singlePoints'];
  /** Of the subsets of so many hosts: how many leave every write served, of how many. */
  readonly survived: readonly {
    readonly failed_hosts: number;
    readonly served: number;
    readonly sets: number;
  }[];
}

interface OutageComparison {
  readonly fault: string;
  readonly about: string;
  readonly a: NumberSummary;
  readonly b: NumberSummary;
  /** B less A, seed by seed. */
  readonly difference: NumberSummary;
  readonly samples: readonly { readonly seed: number; readonly a: number; readonly b: number }[];
}

/** What `compare --json` prints. Times are milliseconds without all writes good, within a minute of the fault. */
export interface Comparison {
  readonly a: Side;
  readonly b: Side;
  /** Sets of hosts that both have, with different verdicts. */
  readonly differ: readonly {
    readonly failed: readonly string[];
    readonly a: Verdict;
    readonly b: Verdict;
  }[];
  readonly outages: readonly OutageComparison[];
  readonly runs: number;
  readonly seed: number;
}

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('two topologies under the same luck: what each survives, outages, cost in hosts')
    .argument('<a>', 'a built-in name (quorate list), a topology file, or a folder of files')
    .argument('<b>', 'the other one')
    .option('--runs <number>', 'worlds of different luck, for the outages', '10')
    .option('--max <number>', 'most processes that fail together, for the single points', '1')
    .option('--seed <number>', 'of the first world', '1')
    .option('--set <path=value>', 'a parameter of both; may be given several times', collect, [])
    .option('--json', 'print one JSON object')
    .action(async (a: string, b: string, flags: CompareFlags) => {
      await compare(a, b, flags);
    });
}

async function compare(nameA: string, nameB: string, flags: CompareFlags): Promise<void> {
  const seed = seedOf(flags.seed);
  if (!/^[1-9]\d{0,4}$/.test(flags.runs)) throw new Failure(`--runs ${flags.runs}: a whole number from 1 on`);
  const runs = Number(flags.runs);
  if (!/^[0-3]$/.test(flags.max)) throw new Failure(`--max ${flags.max}: a whole number from 0 to 3`);
  const set = settings(flags.set);
  const topologies = [nameA, nameB].map((name) => readyTopology([name], set).topology) as [
    Topology,
    Topology,
  ];
  const rows: SurvivalRow[][] = [];
  for (const topology of topologies) {
    const sets = failureSets(topology, Number(flags.max));
    rows.push(
      await onAllCores(`${topology.topology}, failures:`, sets.length, (options) =>
        survivalRows({ topology, seed }, sets, options),
      ),
    );
  }
  const tasks = Array.from({ length: runs }, (_, i) =>
    topologies.map((__, topology) => ({ topology, seed: seed + i })),
  ).flat();
  const measured = await onAllCores('outages:', tasks.length, (options) =>
    outageRuns({ topologies }, tasks, options),
  );
  const [rowsA = [], rowsB = []] = rows;
  const comparison: Comparison = {
    a: sideOf(topologies[0], rowsA),
    b: sideOf(topologies[1], rowsB),
    differ: rowsA.flatMap(({ kind, failed, verdict }) => {
      const other = rowsB.find((row) => row.kind === kind && row.failed.join() === failed.join());
      return kind !== 'hosts' || other === undefined || other.verdict === verdict
        ? []
        : [{ failed, a: verdict, b: other.verdict }];
    }),
    outages: OUTAGE_KINDS.filter(({ entry }) => topologies.every((one) => entry(one) !== undefined)).map(
      ({ name, about }) => {
        const samples = Array.from({ length: runs }, (_, i) => ({
          seed: seed + i,
          a: measured[2 * i]?.[name] as number,
          b: measured[2 * i + 1]?.[name] as number,
        }));
        const of = (values: number[]): NumberSummary => summarised(values) as NumberSummary;
        return {
          fault: name,
          about,
          a: of(samples.map(({ a }) => a)),
          b: of(samples.map(({ b }) => b)),
          difference: of(samples.map(({ a, b }) => b - a)),
          samples,
        };
      },
    ),
    runs,
    seed,
  };
  const columns = process.stdout.columns ?? UNLIMITED;
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(comparison)}\n` : comparisonText(comparison, columns),
  );
}

function sideOf(topology: Topology, rows: readonly SurvivalRow[]): Side {
  const { hostTolerance, smallestFatal, singlePoints } = summaryOf(rows);
  const hosts = ownHosts(topology).map(({ name }) => name);
  const ofHosts = rows.filter(({ kind }) => kind === 'hosts');
  return {
    topology: topology.topology,
    hosts,
    host_tolerance: hostTolerance,
    smallest_fatal: smallestFatal,
    single_points: singlePoints,
    survived: Array.from({ length: hosts.length + 1 }, (_, size) => {
      const ofSize = ofHosts.filter(({ failed }) => failed.length === size);
      return {
        failed_hosts: size,
        served: ofSize.filter(({ verdict }) => verdict === 'write').length,
        sets: ofSize.length,
      };
    }),
  };
}

function comparisonText(comparison: Comparison, columns: number): string {
  const { a, b, differ, outages, runs, seed } = comparison;
  const style = styleOf(process.stdout);
  const width = Math.max(a.topology.length, b.topology.length, 12);
  const row = (what: string, left: string, right: string): string =>
    `  ${what.padEnd(34)}  ${left.padEnd(width)}  ${right}`.trimEnd();
  const tolerance = (side: Side): string => String(Math.max(0, side.host_tolerance));
  const sizes = Math.max(a.hosts.length, b.hosts.length);
  const survived = (side: Side, size: number): string => {
    const found = side.survived[size];
    return found === undefined ? '-' : `${found.served} of ${found.sets}`;
  };
  const lines = [
    style.bold(row('', a.topology, b.topology)),
    row('hosts, without workers', String(a.hosts.length), String(b.hosts.length)),
    row('hosts that may fail, whichever', tolerance(a), tolerance(b)),
    row('single points', String(a.single_points.length), String(b.single_points.length)),
    '',
    'sets of hosts after whose loss every write is served',
    ...Array.from({ length: sizes }, (_, i) =>
      row(`${i + 1} ${i === 0 ? 'host' : 'hosts'} lost`, survived(a, i + 1), survived(b, i + 1)),
    ),
    '',
    ...(differ.length === 0
      ? ['sets of hosts that both have: no difference']
      : [
          'sets of hosts that both have, where they differ',
          ...differ.map(({ failed, a: left, b: right }) => row(failed.join(' + ') || 'nothing', left, right)),
        ]),
    '',
    `seconds without all writes good after one fault, ${runs} worlds of the same luck from seed ${seed} on (median, worst)`,
    ...outages.map(({ about, a: left, b: right, difference }) =>
      [
        row(about.length > 34 ? '' : about, secondsText(left), secondsText(right)),
        `    ${about.length > 34 ? `${about}; ` : ''}${differenceText(difference, a.topology, b.topology)}`,
      ].join('\n'),
    ),
    '',
    wrap(
      'Both run under common random numbers: hosts and processes of the same name have the same phases and draws. The sets are exhaustive for this luck, the outages statistical.',
      columns,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

function secondsText({ p50, max }: NumberSummary): string {
  return `${seconds(p50)}, ${seconds(max)}`;
}

function differenceText({ min, p50, max }: NumberSummary, a: string, b: string): string {
  if (min === 0 && max === 0) return 'the same in every world';
  const longer = p50 > 0 ? b : a;
  return p50 === 0
    ? `no difference in the median; from ${seconds(min)} to ${seconds(max)} s`
    : `${longer} is away ${seconds(Math.abs(p50))} s longer in the median; differences from ${seconds(min)} to ${seconds(max)} s`;
}
