/** The commands, put together, and what becomes of an error: one paragraph and an exit code. */
import { Command, CommanderError } from 'commander';
import { addCheck } from './check.ts';
import { addCompare } from './compare.ts';
import { addExec } from './exec.ts';
import { addExplain } from './explain.ts';
import { EXIT_USAGE, Failure } from './failure.ts';
import { addFaults } from './faults.ts';
import { addImport } from './import.ts';
import { addLint } from './lint.ts';
import { addList } from './list.ts';
import { addMeasure } from './measure.ts';
import { addRun } from './run.ts';
import { addSchema } from './schema.ts';
import { addServe } from './serve.ts';
import { addStart } from './start.ts';
import { addSurvive } from './survive.ts';
import { version } from './version.ts';

/** @param done is told the exit code of a command that has one of its own */
export function makeProgram(done: (exitCode: number) => void): Command {
  const program = new Command('quorate')
    .description('A deterministic simulator of highly available Kubernetes control planes.')
    .version(version())
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'quorate: ')) })
    .exitOverride();
  addStart(program, done);
  addList(program);
  addRun(program, done);
  addMeasure(program);
  addExplain(program);
  addExec(program, done);
  addSurvive(program);
  addCheck(program, done);
  addCompare(program);
  addImport(program);
  addLint(program, done);
  addServe(program);
  addSchema(program);
  addFaults(program);
  return program;
}

/** Does what the arguments (without node and the script) say, and gives the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** Says what went wrong, in one paragraph and without a stack, and gives the exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof Failure) {
    process.stderr.write(`quorate: ${error.message}\n`);
    return error.exitCode;
  }
  const { message, stack } = error as Error;
  process.stderr.write(`quorate: this is a fault of Quorate itself: ${message}\n`);
  if (process.env['QUORATE_DEBUG'] !== undefined) process.stderr.write(`${stack}\n`);
  return EXIT_USAGE;
}
