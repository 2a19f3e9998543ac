#!/usr/bin/env node
/** The command line: the only place with process, argv and exit codes. */
import { collectSooner } from './heap.ts';
import { runCommand } from './program.ts';

collectSooner();

// A reader that has seen enough (head, less) closes the pipe: no reason to complain.
process.stdout.on('error', (error: { readonly code?: string }) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommand(process.argv.slice(2));
