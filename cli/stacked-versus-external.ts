/**
 * The page docs/stacked-versus-external.md, made from survival tables that are stored as `quorate survive --json` printed them: what each
 * topology survives, where common belief is wrong, and whether arithmetic agrees with the simulation.
 */
import type { Topology } from '../models/cluster/topology.ts';
import type { Verdict } from '../properties/survival.ts';
import { isFatal } from '../properties/survival-table.ts';
import { hasApiserver, hasFrontDoor, hasMajority } from '../properties/writes-served-iff-majority.ts';
import type { SurvivalReport } from './survive.ts';

export interface StoredTable {
  readonly report: SurvivalReport;
  readonly topology: Topology;
}

/** A single set that no table holds. */
export interface AskedSet {
  readonly topology: string;
  readonly failed: readonly string[];
  readonly verdict: Verdict;
}

type Row = SurvivalReport['rows'][number];

const code = (text: string): string => `\`${text}\``;
const setText = (failed: readonly string[]): string => `{${failed.join(', ')}}`;

/** Sets in a line are listed up to this many. */
const LISTED = 6;

function isOfHosts({ failed }: Row): boolean {
  return failed.every((what) => !what.includes('/'));
}

/** How many of the sets of so many hosts leave every write served. */
function served({ rows }: SurvivalReport, size: number): { readonly served: number; readonly sets: number } {
  const ofSize = rows.filter((row) => isOfHosts(row) && row.failed.length === size);
  return { served: ofSize.filter(({ verdict }) => verdict === 'write').length, sets: ofSize.length };
}

/** Does arithmetic say that writes are served after these failures? */
export function expectedToServe(topology: Topology, failed: readonly string[]): boolean {
  const failures = failed.map((what) => ({ what, atMs: 0 }));
  return (
    hasMajority(topology, failures) && hasApiserver(topology, failures) && hasFrontDoor(topology, failures)
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param tables in the order in which they are told */
export function stackedVersusExternal(tables: readonly StoredTable[], asked: readonly AskedSet[]): string {
  const of = (name: string): SurvivalReport | undefined =>
    tables.find(({ report }) => report.topology === name)?.report;
  return `${[
    '<!-- Made by `npm run docs` from docs/survival/; changes by hand are lost. -->',
    '# Stacked versus external etcd',
    `What each reference topology survives, from ${tables.reduce((sum, { report }) => sum + report.runs, 0)} simulated runs: every subset of its hosts loses power, and every subset of the processes that serve requests, up to a size, is stopped for good, where two or more of keepalived and HAProxy fail in every order of these. Of sets of processes that are the same but for the names of their hosts one was run where the last table says so. The last 30 s of the 150 s after the last failure decide. Workers and clients never fail here. A table is what \`quorate survive NAME --max N --json\` prints; \`npm run soak -- survival-tables\` runs all of them again.`,
    '## What may fail',
    table(
      [
        'topology',
        'hosts',
        'any hosts',
        'sets of 1, 2, 3 hosts that it survives',
        'smallest sets of hosts that stop all writes',
        'single points',
      ],
      tables.map(({ report }) => summaryRow(report)),
    ),
    '*Any hosts*: so many may fail, whichever they are, and every write is served.',
    ...beliefs(of, asked),
    '## Does arithmetic agree?',
    'Writes should be served exactly when a majority of etcd, an apiserver that reaches it (stacked: with its own member), and a way in (a host with keepalived and HAProxy, or the only balancer) are left. The formula and the simulation share no code.',
    table(['topology', 'sets', 'processes that fail together', 'disagreements'], tables.map(agreementRow)),
    'Exhaustive over these sets; one luck each (seed 1). That other luck gives the same is a statistical claim, which `npm run soak -- survival properties` makes.',
  ].join('\n\n')}\n`;
}

function summaryRow(report: SurvivalReport): string[] {
  const { topology, hosts, host_tolerance, smallest_fatal, single_points } = report;
  const sizes = [1, 2, 3].filter((size) => size <= hosts.length);
  const fatal = smallest_fatal.filter((set) => set.every((what) => !what.includes('/')));
  const more = fatal.length > LISTED ? ` and ${fatal.length - LISTED} more` : '';
  return [
    code(topology),
    String(hosts.length),
    String(Math.max(0, host_tolerance)),
    sizes
      .map((size) => served(report, size))
      .map(({ served: good, sets }) => `${good} of ${sets}`)
      .join(', '),
    `${fatal.slice(0, LISTED).map(setText).join(' ')}${more}`,
    single_points.length === 0 ? 'none' : single_points.map(({ what }) => what).join(', '),
  ];
}

function agreementRow({ report, topology }: StoredTable): string[] {
  const wrong = report.rows.filter(
    ({ failed, verdict }) => (verdict === 'write') !== expectedToServe(topology, failed),
  );
  return [
    code(report.topology),
    setsText(report),
    `up to ${report.max}`,
    wrong.length === 0
      ? 'none'
      : wrong.map(({ failed, verdict }) => `${setText(failed)}: ${verdict}`).join('; '),
  ];
}

/** How many sets there are, and how many of them were run. */
function setsText({ rows, symmetry }: SurvivalReport): string {
  // A set whose verdict depends on the order has several rows.
  const sets = new Map(rows.map(({ failed, stands_for: count = 1 }) => [[...failed].sort().join(), count]));
  const all = [...sets.values()].reduce((sum, count) => sum + count, 0);
  return symmetry ? `${all}, ${sets.size} of them run` : String(all);
}

/** An apiserver is of no use without its own member when stacked; of larger sets than the tables hold. */
function localMember(asked: readonly AskedSet[]): string[] {
  const [stacked, external] = ['stacked-3', 'external-3+3'].map((name) =>
    asked.find(({ topology }) => topology === name),
  );
  if (stacked === undefined || external === undefined) return [];
  if (!isFatal(stacked.verdict) || external.verdict !== 'write') return [];
  return [
    `- **One apiserver that runs and a majority of etcd are enough.** Not when stacked: an apiserver knows its own member only. ${setText(stacked.failed)} of \`stacked-3\` leaves two members of three and one apiserver, the one without its member: ${stacked.verdict}. ${setText(external.failed)} of \`external-3+3\` leaves as many of both, and every write is served.`,
  ];
}

type Of = (name: string) => SurvivalReport | undefined;

interface Belief {
  readonly belief: string;
  readonly needs: readonly string[];
  /** What the tables say; undefined if they do not say it. */
  readonly answer: (reports: readonly SurvivalReport[]) => string | undefined;
}

const ofTwo = (report: SurvivalReport): string => {
  const { served: good, sets } = served(report, 2);
  return `${good} of ${sets}`;
};

const BELIEFS: readonly Belief[] = [
  {
    belief: 'Two masters are better than one.',
    needs: ['stacked-1', 'stacked-2'],
    answer: ([one, two]) =>
      one && two && served(two, 1).served === 0
        ? `They are worse: a majority of two is two, so ${served(two, 1).sets} hosts instead of ${served(one, 1).sets} can each stop all writes. What the second one gains is a VIP that still takes connections and answers none of them.`
        : undefined,
  },
  {
    belief: 'Four are better than three.',
    needs: ['stacked-3', 'stacked-4'],
    answer: ([three, four]) =>
      three && four && three.host_tolerance === four.host_tolerance
        ? `Both survive any ${three.host_tolerance} and no more: of the sets of two hosts, three masters survive ${ofTwo(three)}, four ${ofTwo(four)}; but there are ${served(four, 2).sets} ways to lose two of four, and ${served(three, 2).sets} to lose two of three.`
        : undefined,
  },
  {
    belief: 'Without a majority the cluster is read-only.',
    needs: ['stacked-3'],
    answer: ([three]) => {
      const lost = three?.rows.filter((row) => isOfHosts(row) && row.failed.length === 2) ?? [];
      return lost.length > 0 && lost.every(({ verdict }) => verdict === 'VIP without API')
        ? 'It is not even that: an apiserver without its etcd fails its health checks, the balancer takes it out, and soon the VIP takes connections that nobody answers. All sets of two of three hosts end so.'
        : undefined;
    },
  },
  {
    belief: 'External etcd survives more failures.',
    needs: ['stacked-3', 'external-3+3'],
    answer: ([stacked, external]) =>
      stacked && external && stacked.host_tolerance === external.host_tolerance
        ? `It survives more sets, and no larger number: both survive any ${stacked.host_tolerance} ${stacked.host_tolerance === 1 ? 'host' : 'hosts'}. Of the sets of two hosts \`stacked-3\` survives ${ofTwo(stacked)} and \`external-3+3\` ${ofTwo(external)}, with ${external.hosts.length} hosts instead of ${stacked.hosts.length}. Five stacked masters cost fewer hosts than that and survive any two.`
        : undefined,
  },
  {
    belief: 'With three masters nothing single can stop it.',
    needs: ['stacked-3-lb1'],
    answer: ([one]) =>
      one && one.single_points.length > 0
        ? `One balancer in front can: ${one.single_points.map(({ what }) => what).join(', ')}. Behind it any one of three masters may fail, and the whole survives no more than the balancer does. With keepalived and HAProxy on the masters themselves nothing single is left, with ${one.hosts.length - 1} hosts instead of ${one.hosts.length}.`
        : undefined,
  },
  {
    belief: 'Balancers of their own are safer than proxies on the masters.',
    needs: ['stacked-3', 'stacked-3-lb2'],
    answer: ([own, two]) =>
      own && two && own.host_tolerance === two.host_tolerance && two.single_points.length === 0
        ? `Two of them, with keepalived, leave no single point either; but both survive any ${two.host_tolerance}, \`stacked-3-lb2\` with ${two.hosts.length} hosts and \`stacked-3\` with ${own.hosts.length}. Of the sets of two hosts they survive ${ofTwo(two)} and ${ofTwo(own)}.`
        : undefined,
  },
  {
    belief: 'More control-plane hosts make up for fewer.',
    needs: ['external-2+3'],
    answer: ([small]) =>
      small
        ? `With external etcd two masters do lose any one: \`external-2+3\` survives any ${small.host_tolerance} of ${small.hosts.length}, as only etcd needs a majority. Apiservers and VIP hosts are no quorum.`
        : undefined,
  },
];

function beliefs(of: Of, asked: readonly AskedSet[]): string[] {
  const parts = BELIEFS.flatMap(({ belief, needs, answer }) => {
    const reports = needs.map(of);
    if (reports.some((report) => report === undefined)) return [];
    const text = answer(reports as SurvivalReport[]);
    return text === undefined ? [] : [`- **${belief}** ${text}`];
  });
  const all = [...parts, ...localMember(asked)];
  return all.length === 0 ? [] : ['## Where common belief is wrong', all.join('\n')];
}
