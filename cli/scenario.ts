/** A scenario as the commands that run one take it: found, read, put together with its topology, run in slices. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Finding } from '../models/finding.ts';
import { nearestHint } from '../models/nearest.ts';
import type { ScenarioJob } from '../plan/runners/scenario-runs.ts';
import {
  type ComposedScenario,
  type ComposeOptions,
  composeScenario,
  pathsWanted,
} from '../scenarios/compose.ts';
import { loadScenario } from '../scenarios/load.ts';
import { type ExecutorName, prepare } from '../scenarios/prepare.ts';
import { type FinishedRun, type RunOptions, runInSlices } from '../scenarios/run.ts';
import { runErrorText } from '../scenarios/run-errors.ts';
import type { Texts } from '../scenarios/topologies.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { EXIT_INTERRUPTED, Failure, refuse } from './failure.ts';
import { Progress } from './progress.ts';
import { filesBelow, libraryTexts, readText, settings, shippedScenarios } from './shared.ts';

/** Flags of every command that runs a scenario. */
export interface ScenarioFlags {
  readonly topology?: string;
  /** Default: the one that a stored counterexample names, else 1. */
  readonly seed?: string;
  readonly until?: string;
  readonly set: readonly string[];
  readonly strict?: boolean;
  readonly executor: string;
}

export function addScenarioFlags(command: Command): Command {
  return command
    .argument('<scenario>', 'a built-in name (quorate list) or a YAML file')
    .option('--topology <name|file>', 'another topology than the scenario names')
    .option('--seed <number>', 'the luck of this run (default: 1, or what a stored counterexample says)')
    .option('--until <time>', 'end of the run, as 120s')
    .option(
      '--set <path=value>',
      'a parameter, as haproxy.m1.inter=1s; may be given several times',
      collect,
      [],
    )
    .option('--strict', 'refuse what a daemon would warn about')
    .option('--executor <name>', 'compiled, or reference (xstate itself, slow)', 'compiled');
}

export function collect(value: string, all: readonly string[]): string[] {
  return [...all, value];
}

const DEFAULT_SEED = 1;

export function seedOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Failure(`--seed ${text}: a seed is a whole number of 0 or more`);
  return Number(text);
}

export interface ReadyScenario {
  readonly composed: ComposedScenario;
  readonly seed: number;
  readonly spec: WorldSpec;
  /** The scenario's own text. */
  readonly text: string;
  /** What is odd about its files without being wrong. */
  readonly findings: readonly Finding[];
  /** The same for the pool, and the shipped library that it was put together with. */
  readonly job: ScenarioJob;
  readonly library: Texts;
}

/** Finds, reads and checks a scenario with its topology, and prepares the world it runs in. */
export function readyScenario(name: string, flags: ScenarioFlags): ReadyScenario {
  if (flags.seed !== undefined) seedOf(flags.seed);
  if (flags.executor !== 'compiled' && flags.executor !== 'reference')
    throw new Failure(`--executor ${flags.executor}: it is compiled or reference`);
  const { findings: before, ...found } = composedScenario(name, flags);
  const { composed } = found;
  const seed = flags.seed === undefined ? (composed.data.vary?.seed ?? DEFAULT_SEED) : seedOf(flags.seed);
  const executor: ExecutorName = flags.executor;
  const { spec, findings } = prepare(composed.data, composed.topology, {
    seed,
    executor,
  });
  refuse(`topology ${composed.topology.topology}`, findings, flags.strict);
  return { ...found, seed, job: { ...found.job, executor }, spec, findings: [...before, ...findings] };
}

function composedScenario(name: string, flags: ScenarioFlags): Omit<ReadyScenario, 'spec' | 'seed'> {
  const library = libraryTexts();
  const set = settings(flags.set);
  const shipped = library.get(`${name}.yaml`);
  if (shipped === undefined && !existsSync(name)) {
    const hint = nearestHint(name, shippedScenarios(library));
    throw new Failure(
      `there is no scenario ${name}${hint}; quorate list shows all, and a file ends in .yaml`,
    );
  }
  const text = shipped ?? readText(name);
  const file = shipped === undefined ? name : `scenarios/${name}.yaml`;
  const loaded = loadScenario(text, file);
  refuse(`scenario ${name}`, loaded.findings, flags.strict);
  if (loaded.scenario === undefined) throw new Failure(`scenario ${name} cannot be used`);
  const texts = new Map<string, string>();
  if (shipped === undefined)
    for (const path of pathsWanted(loaded.scenario.data, library))
      addTexts(texts, path, join(dirname(name), path));
  if (flags.topology !== undefined) addTexts(texts, flags.topology, flags.topology);
  const options: ComposeOptions = {
    set,
    texts,
    ...(flags.topology === undefined ? {} : { topology: flags.topology }),
    ...(flags.until === undefined ? {} : { until: flags.until }),
  };
  const { composed, findings } = composeScenario(loaded.scenario, library, options);
  refuse(`scenario ${name}`, findings, flags.strict);
  if (composed === undefined) throw new Failure(`scenario ${name} cannot be put together`);
  return {
    composed,
    text,
    library,
    job: { file, text, options },
    findings: [...loaded.findings, ...findings],
  };
}

/** The text of a file, or of every file of a folder, under the name by which the scenario calls it. */
function addTexts(texts: Map<string, string>, name: string, path: string): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    texts.set(name, readText(path));
    return;
  }
  for (const file of filesBelow(path)) texts.set(join(name, file), readText(join(path, file)));
}

/** Runs it to its end, with a progress line when that takes long. Ctrl-C between two slices ends it with exit code 130. */
export async function runReady(
  { composed, spec, text }: ReadyScenario,
  options: Omit<RunOptions, 'scenarioText'> = {},
): Promise<FinishedRun> {
  const progress = new Progress(`${composed.data.scenario}:`);
  let interrupted = false;
  const onInterrupt = (): void => {
    interrupted = true;
  };
  try {
    const slices = runInSlices(composed.data, composed.topology, spec, { ...options, scenarioText: text });
    for (;;) {
      const { done, value } = slices.next();
      if (done === true) return value;
      // Only now: while the world warms up nothing would hear the signal, and the default ends the process at once.
      if (process.listenerCount('SIGINT') === 0) process.on('SIGINT', onInterrupt);
      progress.show(value);
      await setImmediate();
      if (interrupted) throw new Failure('interrupted', EXIT_INTERRUPTED);
    }
  } catch (error) {
    const text = runErrorText(error, composed.loaded);
    throw text === undefined ? error : new Failure(text);
  } finally {
    progress.done();
    process.removeListener('SIGINT', onInterrupt);
  }
}
