#!/usr/bin/env node
/** The command line: the only place with process, argv and exit codes. */
import { Command, CommanderError } from 'commander';
import { addExplain } from './explain.ts';
import { EXIT_USAGE, Failure } from './failure.ts';
import { addFaults } from './faults.ts';
import { addImport } from './import.ts';
import { addList } from './list.ts';
import { addRun } from './run.ts';
import { addSchema } from './schema.ts';
import { addServe } from './serve.ts';
import { addStart } from './start.ts';
import { version } from './version.ts';

const program = new Command('quorate')
  .description('A deterministic simulator of highly available Kubernetes control planes.')
  .version(version())
  .showSuggestionAfterError()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'quorate: ')) })
  .exitOverride();

addStart(program);
addList(program);
addRun(program);
addExplain(program);
addImport(program);
addServe(program);
addSchema(program);
addFaults(program);

// A reader that has seen enough (head, less) closes the pipe: no reason to complain.
process.stdout.on('error', (error: { readonly code?: string }) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
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
