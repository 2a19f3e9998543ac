/**
 * `npm run bench [-- TABLE...] [--json]`: the tables of bench/README.md, in CPU time. Results go to standard output, progress to
 * standard error. --json prints one object of the figures by name, of the tables that were asked for.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledProgram } from '../sim/compiled.ts';
import { referenceProgram } from '../sim/reference.ts';
import { median } from './cpu.ts';
import { measureIdleEtcd } from './etcd-idle.ts';
import { measureEtcdWrites } from './etcd-writes.ts';
import { measureExecutors, ratiosOf } from './executors.ts';
import { measureFullDetail } from './full-detail.ts';
import { measureHold } from './hold.ts';
import { measureMemory } from './memory.ts';
import { measureRaftCore } from './raft-core.ts';
import { measureRecording } from './recording.ts';
import { scaleTable } from './scale-table.ts';
import { measureSeek, measureSeek24h, type Seek } from './seek.ts';
import { measureShrink } from './shrink.ts';
import { count, type Row, ratio, type Table } from './table.ts';
import { measurePage } from './ui.ts';

const FILE = fileURLToPath(import.meta.url);
/** With this the one table that is named is measured in this very process and printed as JSON. */
const ALONE = '--alone';

/** Of the unrecorded run that is measured each time; bench/README.md has a whole day's. */
const UNRECORDED_HOURS = 1;

interface Bench {
  readonly about: string;
  /** Takes minutes: measured only when it is asked for by its name. */
  readonly long?: true;
  measure(): Table | Promise<Table>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  hold: { about: 'the kernel alone: hold model, 100 processes', measure: hold },
  executors: { about: 'the executors: five members elect (bench/election.ts)', measure: executors },
  raft5: { about: 'five idle members of etcd, in the whole simulator', measure: raft5 },
  writes: {
    about: 'three members of etcd under 1,000 writes a second, in the whole simulator',
    measure: writes,
  },
  'full-detail': { about: 'a whole cluster (bench/full-detail.yaml)', measure: fullDetail },
  recording: { about: 'recording it, against nobody watching', measure: recording },
  seek: { about: 'seeking, CPU ms, 100 random moments', measure: seek },
  shrink: { about: 'shrinking a two-fault cause on stacked-3, CPU ms, 20 of them', measure: shrinking },
  scale: {
    about: '5,000 kubelets lose a master (bench/scale.yaml); only by name',
    long: true,
    measure: scaleTable,
  },
  ui: { about: 'the page in Chromium, real ms (bench/ui.ts)', measure: ui },
  memory: { about: 'memory of a process that runs it, MB', measure: memory },
};

async function hold(): Promise<Table> {
  const { ours, simjs } = await measureHold();
  return {
    figures: { hold_events_per_cpu_s: Math.round(ours), hold_over_simjs: ratio(ours / simjs) },
    rows: [
      ['events per CPU second', count(ours), 'at least 6,000,000'],
      ['SIM.js in the same run', count(simjs), ''],
      ['times SIM.js', ratio(ours / simjs).toString(), 'at least 1.5'],
    ],
  };
}

function executors(): Table {
  const costs = measureExecutors();
  const { executor_cost_ratio, election_compiled_over_reference } = ratiosOf(costs);
  const ns = (whole: number, own: number): string => `${whole.toFixed(0)} (own ${own.toFixed(0)})`;
  return {
    figures: {
      executor_cost_ratio: ratio(executor_cost_ratio),
      election_compiled_over_reference: ratio(election_compiled_over_reference),
    },
    rows: [
      ['xstate transition(), ns an event', ns(costs.transitionNs, costs.transitionOwnNs), ''],
      ['reference, ns an event', costs.referenceNs.toFixed(0), ''],
      ['compiled, ns an event', ns(costs.compiledNs, costs.compiledOwnNs), ''],
      ['own cost, transition() over compiled', count(executor_cost_ratio), 'at least 80'],
      ['whole, reference over compiled', count(election_compiled_over_reference), 'at least 80'],
    ],
  };
}

function raft5(): Table {
  const compiled = measureIdleEtcd(3_000, compiledProgram);
  const reference = measureIdleEtcd(20, referenceProgram, 1);
  const core = measureRaftCore(20_000);
  const over = compiled.simulatedPerCpu / reference.simulatedPerCpu;
  return {
    figures: {
      etcd_compiled_over_reference: ratio(over),
      raft5_sim_s_per_cpu_s: Math.round(compiled.simulatedPerCpu),
    },
    rows: [
      [
        'simulated s per CPU second',
        count(compiled.simulatedPerCpu),
        'at least 10,000 (raft.js 5,050-6,600)',
      ],
      ['kernel events per CPU second', count(compiled.stepsPerCpu), ''],
      ['kernel events per simulated s', count(compiled.stepsPerSimulated), ''],
      ['Raft alone, simulated s per CPU second', count(core.simulatedPerCpu), 'no network, no disk'],
      ['compiled over reference', ratio(over).toString(), 'not judged'],
    ],
  };
}

function writes(): Table {
  const { simulatedPerCpu, stepsPerWrite, acknowledged, sent } = measureEtcdWrites();
  return {
    figures: { etcd_writes_sim_s_per_cpu_s: ratio(simulatedPerCpu) },
    rows: [
      ['simulated s per CPU second', ratio(simulatedPerCpu).toString(), 'more than 1'],
      ['kernel events per write', stepsPerWrite.toFixed(1), ''],
      ['acknowledged of sent', `${count(acknowledged)} of ${count(sent)}`, ''],
    ],
  };
}

function fullDetail(): Table {
  const { simulatedPerCpu, eventsPerCpu, eventsPerSimulated, byComponent } = measureFullDetail();
  return {
    figures: {
      full_detail_sim_s_per_cpu_s: ratio(simulatedPerCpu),
      full_detail_events_per_cpu_s: Math.round(eventsPerCpu),
      full_detail_events_per_sim_s: ratio(eventsPerSimulated),
    },
    rows: [
      ['simulated s per CPU second', count(simulatedPerCpu), 'at least 5,000, or'],
      ['kernel events per CPU second', count(eventsPerCpu), 'at least 2,000,000'],
      ['kernel events per simulated s', count(eventsPerSimulated), 'of these:'],
      ...[...byComponent].map(([name, n]): Row => [`  ${name}`, n.toFixed(1), '']),
    ],
  };
}

function recording(): Table {
  const { judged, recorded, hashed } = measureRecording();
  return {
    figures: { recording_cost_ratio: ratio(recorded) },
    rows: [
      ['judged: facts and conditions', ratio(judged).toString(), ''],
      ['recorded: that, lanes, story, snapshots', ratio(recorded).toString(), 'at most 1.2'],
      ['every step, hashed', ratio(hashed).toString(), 'what run --json does'],
    ],
  };
}

function seek(): Table {
  const short = measureSeek();
  const day = measureSeek24h();
  const both = ({ medianMs, ninetiethMs }: Seek): string =>
    `${medianMs.toFixed(1)} (p90 ${ninetiethMs.toFixed(1)})`;
  return {
    figures: { seek_ms_p50: ratio(short.medianMs), seek_24h_ms_p50: ratio(day.medianMs) },
    rows: [
      ['10 minutes of the whole cluster', both(short), 'at most 5'],
      ['24 hours of five idle members of etcd', both(day), 'at most 50'],
    ],
  };
}

function shrinking(): Table {
  const { cpuMs, runs, runCpuMs } = measureShrink(20);
  const medianMs = median(cpuMs);
  return {
    figures: { shrink_ms_p50: Math.round(medianMs), check_run_ms_p50: ratio(median(runCpuMs)) },
    rows: [
      ['from hit to shrunk, median', count(medianMs), 'under 2,000'],
      ['the dearest of them', count(Math.max(...cpuMs)), ''],
      ['simulated runs of each, median', median(runs).toString(), ''],
      ['one run of the search, median', ratio(median(runCpuMs)).toString(), ''],
    ],
  };
}

async function ui(): Promise<Table> {
  const figures = await measurePage();
  const ms = (value: number): string => value.toFixed(1);
  return {
    figures: {
      ui_first_picture_ms: Math.round(figures.firstPictureMs),
      ui_drag_frame_ms_p95: ratio(figures.dragP95Ms),
      ui_seek_ms_p95: ratio(figures.seekP95Ms),
      ui_many_frame_ms_p95: ratio(figures.manyP95Ms),
    },
    rows: [
      ['first picture from a cold load', ms(figures.firstPictureMs), 'under 1,500'],
      ['frame while dragging, p95', ms(figures.dragP95Ms), 'under 33'],
      [
        'seek until painted, p95',
        `${ms(figures.seekP95Ms)} (median ${ms(figures.seekMedianMs)})`,
        'under 100',
      ],
      ['frame with 100,000 changes, p95', ms(figures.manyP95Ms), 'under 33'],
    ],
  };
}

function memory(): Table {
  const recorded = measureMemory('recorded', 0);
  const unrecorded = measureMemory('unrecorded', UNRECORDED_HOURS);
  return {
    figures: { peak_rss_mb: Math.round(Math.max(recorded.peakMb, unrecorded.peakMb)) },
    rows: [
      ['recorded, 10 minutes: peak', count(recorded.peakMb), 'at most 300'],
      [`unrecorded, ${UNRECORDED_HOURS} h: peak`, count(unrecorded.peakMb), 'a day: bench/README.md'],
      ['heap in use at each eighth of it', unrecorded.heapMb.join(' '), ''],
    ],
  };
}

function text(about: string, rows: readonly Row[]): string {
  const lines = rows.map(([what, measured, beside]) =>
    `  ${what.padEnd(42)}${measured.padStart(22)}  ${beside}`.trimEnd(),
  );
  return `${about}\n${lines.join('\n')}\n\n`;
}

const USAGE = `usage: npm run bench [-- TABLE...] [--json]
${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(14)}${about}`)
  .join('\n')}
`;

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const wanted = args.filter((arg) => !arg.startsWith('-'));
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.includes('--help') || flags.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wrong = [
    ...flags.filter((flag) => flag !== '--json' && flag !== ALONE),
    ...wanted.filter((name) => !Object.hasOwn(BENCHES, name)),
  ];
  if (wrong.length > 0) {
    process.stderr.write(`bench: ${wrong.join(', ')}: no such table or flag\n${USAGE}`);
    return 2;
  }
  const names = Object.entries(BENCHES)
    .filter(([name, { long }]) => (wanted.length === 0 ? long !== true : wanted.includes(name)))
    .map(([name]) => name);
  if (flags.includes(ALONE)) {
    const table = await (BENCHES[names[0] as string] as Bench).measure();
    process.stdout.write(JSON.stringify(table));
    return 0;
  }
  const json = flags.includes('--json');
  const figures: Record<string, number> = {};
  if (!json)
    process.stdout.write(`CPU time, each table in a process of its own; Node ${process.version}\n\n`);
  for (const [i, name] of names.entries()) {
    process.stderr.write(`bench: ${i + 1} of ${names.length}, ${name} ...\n`);
    const table = measuredAlone(name);
    if (table === undefined) return 1;
    Object.assign(figures, table.figures);
    if (!json) process.stdout.write(text((BENCHES[name] as Bench).about, table.rows));
  }
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  return 0;
}

/**
 * A table, measured in a process of its own: what one table leaves in the engine (code made for what it saw) made the next
 * by 10 to 15 % slower. Undefined if that failed; it has said why.
 */
function measuredAlone(name: string): Table | undefined {
  const { status, stdout } = spawnSync(process.execPath, [FILE, name, ALONE], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return status === 0 ? (JSON.parse(stdout) as Table) : undefined;
}

process.exitCode = await main(process.argv.slice(2));
