/** `quorate run SCENARIO`: runs a scenario and tells its story. */
import { closeSync, existsSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { nearestHint } from '../models/nearest.ts';
import { type ComposedScenario, composeScenario, pathsWanted } from '../scenarios/compose.ts';
import { loadScenario } from '../scenarios/load.ts';
import { type ExecutorName, prepare } from '../scenarios/prepare.ts';
import { type FinishedRun, Interrupted, runScenario } from '../scenarios/run.ts';
import type { Texts } from '../scenarios/topologies.ts';
import { EXIT_EXPECTATION, EXIT_INTERRUPTED, Failure, refuse } from './failure.ts';
import { storyText } from './print-story.ts';
import { Progress } from './progress.ts';
import { filesBelow, libraryTexts, readText, settings } from './shared.ts';
import { styleOf } from './style.ts';

export interface RunFlags {
  readonly topology?: string;
  readonly seed: string;
  readonly until?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly trace?: string;
  readonly save?: string;
  readonly strict?: boolean;
  readonly executor: string;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run a scenario and tell what happened')
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
    .option('--json', 'print one JSON object instead of the story')
    .option('--trace <file>', 'write the trace as NDJSON, one step a line')
    .option('--save <file>', 'store the run, to be dropped on the page')
    .option('--strict', 'refuse what a daemon would warn about')
    .option('--executor <name>', 'compiled, or reference (xstate itself, slow)', 'compiled')
    .action(async (scenario: string, flags: RunFlags) => {
      process.exitCode = run(scenario, flags);
    });
}

export function collect(value: string, all: readonly string[]): string[] {
  return [...all, value];
}

export function seedOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Failure(`--seed ${text}: a seed is a whole number of 0 or more`);
  return Number(text);
}

/** Finds, reads and checks a scenario with its topology. */
export function composed(
  name: string,
  flags: Pick<RunFlags, 'topology' | 'until' | 'set' | 'strict'>,
): { composed: ComposedScenario; text: string } {
  const library = libraryTexts();
  const shipped = library.get(`${name}.yaml`);
  const isFile = shipped === undefined && existsSync(name);
  if (shipped === undefined && !isFile) {
    const names = [...library.keys()]
      .filter((path) => path.endsWith('.yaml') && !path.startsWith('topologies/'))
      .map((path) => path.slice(0, -'.yaml'.length));
    throw new Failure(
      `there is no scenario ${name}${nearestHint(name, names)}; quorate list shows all, and a file ends in .yaml`,
    );
  }
  const text = shipped ?? readText(name);
  const loaded = loadScenario(text, shipped === undefined ? name : `scenarios/${name}.yaml`);
  refuse(`scenario ${name}`, loaded.findings, flags.strict);
  if (loaded.scenario === undefined) throw new Failure(`scenario ${name} cannot be used`);
  const texts = new Map<string, string>();
  if (isFile)
    for (const path of pathsWanted(loaded.scenario.data, library))
      addTexts(texts, path, join(dirname(name), path));
  if (flags.topology !== undefined && existsSync(flags.topology))
    addTexts(texts, flags.topology, flags.topology);
  const result = composeScenario(loaded.scenario, library, {
    set: settings(flags.set),
    texts: texts as Texts,
    ...(flags.topology === undefined ? {} : { topology: flags.topology }),
    ...(flags.until === undefined ? {} : { until: flags.until }),
  });
  refuse(`scenario ${name}`, result.findings, flags.strict);
  if (result.composed === undefined) throw new Failure(`scenario ${name} cannot be put together`);
  return { composed: result.composed, text };
}

/** The texts of a file, or of every file of a folder, under the name by which the scenario calls it. */
function addTexts(texts: Map<string, string>, name: string, path: string): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    texts.set(name, readText(path));
    return;
  }
  for (const file of filesBelow(path)) texts.set(join(name, file), readText(join(path, file)));
}

export function execute(name: string, flags: RunFlags): FinishedRun & { readonly about: string | undefined } {
  const { composed: ready, text } = composed(name, flags);
  if (flags.executor !== 'compiled' && flags.executor !== 'reference')
    throw new Failure(`--executor ${flags.executor}: it is compiled or reference`);
  const { spec, findings } = prepare(ready.data, ready.topology, {
    seed: seedOf(flags.seed),
    executor: flags.executor as ExecutorName,
  });
  refuse(`topology ${ready.topology.topology}`, findings, flags.strict);
  const progress = new Progress(`${name}:`);
  let interrupted = false;
  const onInterrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', onInterrupt);
  const trace = flags.trace === undefined ? undefined : openSync(flags.trace, 'w');
  try {
    const finished = runScenario(ready.data, ready.topology, spec, {
      scenarioText: text,
      progress: (share) => {
        progress.show(share);
        return !interrupted;
      },
      ...(trace === undefined ? {} : { trace: (line: string) => void writeSync(trace, `${line}\n`) }),
    });
    return { ...finished, about: ready.data.about };
  } catch (error) {
    if (error instanceof Interrupted) throw new Failure('interrupted', EXIT_INTERRUPTED);
    throw error;
  } finally {
    progress.done();
    process.removeListener('SIGINT', onInterrupt);
    if (trace !== undefined) closeSync(trace);
  }
}

/** Returns the exit code. */
export function run(name: string, flags: RunFlags): number {
  const { record, about } = execute(name, flags);
  if (flags.save !== undefined) writeFileSync(flags.save, JSON.stringify(record));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(record.result)}\n`);
  else {
    process.stdout.write(storyText(record, about, styleOf(process.stdout)));
    process.stdout.write(`\nagain: ${repeatCommand(name, flags)}\n`);
  }
  return record.result.expectations.every(({ ok }) => ok) ? 0 : EXIT_EXPECTATION;
}

/** The command that repeats a run, seed included. */
export function repeatCommand(name: string, flags: RunFlags): string {
  const quoted = (text: string): string =>
    /^[\w./:=+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['quorate run', quoted(name)];
  if (flags.topology !== undefined) parts.push('--topology', quoted(flags.topology));
  parts.push('--seed', flags.seed);
  if (flags.until !== undefined) parts.push('--until', flags.until);
  for (const one of flags.set) parts.push('--set', quoted(one));
  if (flags.executor !== 'compiled') parts.push('--executor', flags.executor);
  return parts.join(' ');
}
