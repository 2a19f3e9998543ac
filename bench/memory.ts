/**
 * Memory of the runs of bench/full-detail.yaml, each in a Node process of its own, as the peak of the resident set is a process's.
 * `recorded`: 10 minutes with everything a recording keeps (bench/recording.ts). `unrecorded`: nobody watches, for as
 * many hours as asked; etcd truncates its log after --snapshot-count entries (100,000 until 3.5), so that what is held
 * levels off only after hours, and a short run says little.
 *
 * `node --expose-gc dist/bench/memory.js unrecorded 24` prints the line of one run; `npm run bench` asks for both.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { collectSooner } from '../cli/heap.ts';
import { SECOND_US } from '../sim/time.ts';
import { fullDetailWorld } from './full-detail.ts';
import { recordedSession } from './recording.ts';

const FILE = fileURLToPath(import.meta.url);
const PARTS = 8;

export interface Memory {
  /** Peak of the resident set, in MB of 2^20 bytes. */
  readonly peakMb: number;
  /** Heap in use after a full collection at each eighth of the run. */
  readonly heapMb: readonly number[];
}

/** @param hours of the unrecorded run; the recorded one has 10 minutes. */
export function measureMemory(kind: 'recorded' | 'unrecorded', hours: number): Memory {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', FILE, kind, String(hours)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the memory of the ${kind} run was not measured: ${stderr}`);
  return JSON.parse(stdout) as Memory;
}

function run(kind: string, hours: number): Memory {
  const { seconds, runUntil, startUs } = started(kind, hours);
  const heapMb: number[] = [];
  for (let part = 1; part <= PARTS; part++) {
    runUntil(startUs + Math.floor((seconds * SECOND_US * part) / PARTS));
    globalThis.gc?.();
    heapMb.push(Math.round(process.memoryUsage().heapUsed / 2 ** 20));
  }
  // Linux: kilobytes.
  return { peakMb: process.resourceUsage().maxRSS / 1024, heapMb };
}

function started(kind: string, hours: number) {
  if (kind === 'recorded') {
    const session = recordedSession();
    const runUntil = (us: number): void => session.runUntil(us);
    return { seconds: 600, startUs: session.epochUs, runUntil };
  }
  const world = fullDetailWorld();
  const runUntil = (us: number): void => world.runUntil(us);
  return { seconds: hours * 3600, startUs: world.nowUs, runUntil };
}

if (process.argv[1] === FILE) {
  // As the command line does.
  collectSooner();
  const [kind = 'recorded', hours = '1'] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(run(kind, Number(hours)))}\n`);
}
