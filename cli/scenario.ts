/** A scenario as the commands that run one take it: found, read, put together with its topology, run in slices. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Finding } from '../models/finding.ts';
import { nearestHint } from '../models/nearest.ts';
import { type ComposedScenario, composeScenario, pathsWanted } from '../scenarios/compose.ts';
import { loadScenario } from '../scenarios/load.ts';
import { type ExecutorName, prepare } from '../scenarios/prepare.ts';
import { type FinishedRun, type RunOptions, runInSlices } from '../scenarios/run.ts';
import { StartError } from '../scenarios/start.ts';
import { TimelineError } from '../scenarios/timeline.ts';
import type { Texts } from '../scenarios/topologies.ts';
import { SimulationError } from '../sim/errors.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { EXIT_INTERRUPTED, Failure, refuse } from './failure.ts';
import { Progress } from './progress.ts';
import { filesBelow, libraryTexts, readText, settings, shippedScenarios } from './shared.ts';

/** Flags of every command that runs a scenario. */
export interface ScenarioFlags {
  readonly topology?: string;
  readonly seed: string;
  readonly until?: string;
  readonly set: readonly string[];
  readonly strict?: boolean;
  readonly executor: string;
}

export function addScenarioFlags(command: Command): Command {
  return command
    .argument('<scenario>', 'a built-in name (quorate list) or a YAML file')
    .option('--topology <name|file>', 'another topology than the scenario names')
    .option('--seed <number>', 'the luck of this run', '1')
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

export function seedOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Failure(`--seed ${text}: a seed is a whole number of 0 or more`);
  return Number(text);
}

export interface ReadyScenario {
  readonly composed: ComposedScenario;
  readonly spec: WorldSpec;
  /** The scenario's own text. */
  readonly text: string;
  /** What is odd about its files without being wrong. */
  readonly findings: readonly Finding[];
}

/** Finds, reads and checks a scenario with its topology, and prepares the world it runs in. */
export function readyScenario(name: string, flags: ScenarioFlags): ReadyScenario {
  const seed = seedOf(flags.seed);
  if (flags.executor !== 'compiled' && flags.executor !== 'reference')
    throw new Failure(`--executor ${flags.executor}: it is compiled or reference`);
  const { composed, text, findings: before } = composedScenario(name, flags);
  const { spec, findings } = prepare(composed.data, composed.topology, {
    seed,
    executor: flags.executor satisfies ExecutorName,
  });
  refuse(`topology ${composed.topology.topology}`, findings, flags.strict);
  return { composed, spec, text, findings: [...before, ...findings] };
}

function composedScenario(
  name: string,
  flags: ScenarioFlags,
): Pick<ReadyScenario, 'composed' | 'text' | 'findings'> {
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
  const loaded = loadScenario(text, shipped === undefined ? name : `scenarios/${name}.yaml`);
  refuse(`scenario ${name}`, loaded.findings, flags.strict);
  if (loaded.scenario === undefined) throw new Failure(`scenario ${name} cannot be used`);
  const texts = new Map<string, string>();
  if (shipped === undefined)
    for (const path of pathsWanted(loaded.scenario.data, library))
      addTexts(texts, path, join(dirname(name), path));
  if (flags.topology !== undefined) addTexts(texts, flags.topology, flags.topology);
  const { composed, findings } = composeScenario(loaded.scenario, library, {
    set,
    texts: texts as Texts,
    ...(flags.topology === undefined ? {} : { topology: flags.topology }),
    ...(flags.until === undefined ? {} : { until: flags.until }),
  });
  refuse(`scenario ${name}`, findings, flags.strict);
  if (composed === undefined) throw new Failure(`scenario ${name} cannot be put together`);
  return { composed, text, findings: [...loaded.findings, ...findings] };
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
    throw placed(error, composed);
  } finally {
    progress.done();
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** What the run could not do, with the place in the scenario that asked for it. */
function placed(error: unknown, { loaded }: ComposedScenario): unknown {
  if (error instanceof SimulationError) return new Failure(`${loaded.file}: ${error.name}: ${error.message}`);
  const path =
    error instanceof TimelineError
      ? ['timeline', error.index]
      : error instanceof StartError
        ? ['start']
        : undefined;
  if (path === undefined) return error;
  const { line, column } = loaded.position(path);
  return new Failure(`${loaded.file}:${line}:${column}: ${(error as Error).message}`);
}
