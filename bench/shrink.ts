/**
 * Finding the cause of a violation that was hit: schedules of up to four faults that leave the VIP of three stacked masters on a dead
 * proxy, each shrunk to what is needed of it. The design has a planted fault: a penalty that the loss of two routers makes up
 * for. CPU milliseconds; the settled world that the violation was hit in is at hand, as in a worker of `quorate check`.
 */
import fc from 'fast-check';
import { libraryTexts } from '../cli/shared.ts';
import { uniform } from '../models/uniform.ts';
import { Checker } from '../properties/check-run.ts';
import { candidates, DEFAULT_CLASSES } from '../properties/fault-classes.ts';
import { aimOf, schedules } from '../properties/schedule-arbitrary.ts';
import { shrink } from '../properties/shrink.ts';
import { vipOnAWorkingProxy } from '../properties/vip-on-a-working-proxy.ts';
import { topologyNamed } from '../scenarios/topologies.ts';
import { cpuSeconds } from './cpu.ts';

const PLANTED = { 'keepalived.script.haproxy.weight': -30 };
/** What it takes: the second router is gone, and then the first one's proxy. Beside these up to two faults are drawn. */
const CAUSE = [
  { on: 'm2', atMs: 2_000, drawnMs: 2_000 },
  { on: 'm1/haproxy', atMs: 5_000, drawnMs: 4_000 },
];

export interface ShrinkCost {
  /** Of each that shrank to two faults. */
  readonly cpuMs: readonly number[];
  readonly runs: readonly number[];
  /** CPU time of one run, of those that hit. */
  readonly runCpuMs: readonly number[];
}

/** @param wanted two-fault causes */
export function measureShrink(wanted: number): ShrinkCost {
  const topology = topologyNamed('stacked-3', libraryTexts(), PLANTED)?.topology;
  if (topology === undefined) throw new Error('stacked-3 cannot be read');
  const checker = new Checker({ topology }, [vipOnAWorkingProxy]);
  const all = candidates(topology, DEFAULT_CLASSES);
  const others = schedules(all, 2);
  const cost = { cpuMs: [] as number[], runs: [] as number[], runCpuMs: [] as number[] };
  for (let place = 0; cost.cpuMs.length < wanted; place++) {
    const [drawn] = fc.sample(others, { seed: place + 1, numRuns: 1 });
    const cause = CAUSE.flatMap(({ on, atMs, drawnMs }, index) => {
      const found = all.find(({ entry }) => entry.on === on);
      return found === undefined
        ? []
        : [{ ...found, atMs: atMs + Math.floor(uniform(place, 'cause', index) * drawnMs) }];
    });
    const rest = (drawn?.faults ?? []).filter((one) => !cause.some((other) => aimOf(other) === aimOf(one)));
    const schedule = { faults: [...rest, ...cause], seed: 1 + Math.floor(place / RUNS_OF_WORLD) };
    const run = cpuSeconds(() => checker.run(schedule).violations.length > 0);
    if (!run.result) continue;
    const shrinking = cpuSeconds(() => shrink(checker, schedule));
    if (shrinking.result.schedule.faults.length !== 2) continue;
    cost.cpuMs.push(shrinking.seconds * 1000);
    cost.runs.push(shrinking.result.runs);
    cost.runCpuMs.push(run.seconds * 1000);
  }
  return cost;
}

/** Runs that share a settled world. */
const RUNS_OF_WORLD = 10;
