/** `npm start`: the default scenario's story, then the page with that run loaded. */
import type { Command } from 'commander';
import { run } from './run.ts';
import { DEFAULT_PORT, portOf, serve } from './serve.ts';

const SCENARIO = 'power-off';
const SEED = '1';

export function addStart(program: Command, done: (exitCode: number) => void): void {
  program
    .command('start')
    .description('run the default scenario, then serve the page with that run loaded')
    .option('--no-serve', 'end after the story')
    .option('--port <number>', 'port of the page', String(DEFAULT_PORT))
    .action(async (flags: { readonly serve: boolean; readonly port: string }) => {
      const port = portOf(flags.port);
      done(await run(SCENARIO, { seed: SEED, set: [], executor: 'compiled' }));
      if (flags.serve) {
        process.stdout.write('\n');
        await serve(port, `#scenario=${SCENARIO}&seed=${SEED}`);
      }
    });
}
