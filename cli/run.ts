/** `quorate run SCENARIO`: runs a scenario and tells its story. */
import type { Command } from 'commander';
import { EXIT_EXPECTATION, Failure } from './failure.ts';
import { noteLines } from './notes.ts';
import { writableFile, writeWhole } from './output.ts';
import { storyText } from './print-story.ts';
import { addScenarioFlags, readyScenario, runReady, type ScenarioFlags } from './scenario.ts';
import { styleOf } from './style.ts';
import { openTrace, TRACE_FORMATS } from './trace-file.ts';
import { UNLIMITED, wrap } from './wrap.ts';

export interface RunFlags extends ScenarioFlags {
  readonly json?: boolean;
  readonly trace?: string;
  readonly format?: string;
  readonly save?: string;
}

export function addRun(program: Command, done: (exitCode: number) => void): void {
  addScenarioFlags(program.command('run').description('run a scenario and tell what happened'))
    .option('--json', 'print one JSON object instead of the story')
    .option('--trace <file>', 'write every step of the run there')
    .option('--format <name>', `of the trace: ${TRACE_FORMATS.join(', ')} (default: ndjson)`)
    .option('--save <file>', 'store the run, to be dropped on the page')
    .action(async (scenario: string, flags: RunFlags) => {
      done(await run(scenario, flags));
    });
}

/** Returns the exit code. */
export async function run(name: string, flags: RunFlags): Promise<number> {
  if (flags.format !== undefined && flags.trace === undefined)
    throw new Failure('--format says how a trace is written: give --trace FILE too');
  const ready = readyScenario(name, flags);
  if (flags.save !== undefined) writableFile('--save', flags.save);
  const trace = flags.trace === undefined ? undefined : openTrace(flags.trace, flags.format ?? 'ndjson');
  const notes = noteLines(ready.findings, ready.composed.topology.notes ?? []);
  for (const line of notes)
    process.stderr.write(`${wrap(line, process.stderr.columns ?? UNLIMITED, '', '  ')}\n`);
  if (notes.length > 0) process.stderr.write('\n');
  const command = repeatCommand(name, flags, ready.seed);
  const { record, session } = await runReady(ready, { command, ...trace?.options });
  trace?.finish(session.epochUs);
  if (flags.save !== undefined) writeWhole('--save', flags.save, JSON.stringify(record));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(record.result)}\n`);
  else {
    const { about } = ready.composed.data;
    process.stdout.write(
      storyText(record, about, styleOf(process.stdout), process.stdout.columns ?? UNLIMITED),
    );
    process.stdout.write(`\nagain: ${command}\n`);
  }
  return record.result.expectations.every(({ ok }) => ok) ? 0 : EXIT_EXPECTATION;
}

/** The command that repeats a run, seed included. */
export function repeatCommand(name: string, flags: ScenarioFlags, seed: number): string {
  const quoted = (text: string): string =>
    /^[\w./:=+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['quorate run', quoted(name)];
  if (flags.topology !== undefined) parts.push('--topology', quoted(flags.topology));
  parts.push('--seed', String(seed));
  if (flags.until !== undefined) parts.push('--until', quoted(flags.until));
  for (const one of flags.set) parts.push('--set', quoted(one));
  if (flags.executor !== 'compiled') parts.push('--executor', flags.executor);
  return parts.join(' ');
}
