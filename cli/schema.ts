/** `quorate schema scenario|topology`: JSON Schema for editors. */
import { Argument, type Command } from 'commander';
import { jsonSchema } from '../scenarios/schema.ts';

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a kind of file')
    .addArgument(new Argument('<kind>', 'which').choices(['scenario', 'topology']))
    .action((kind: 'scenario' | 'topology') => {
      process.stdout.write(`${JSON.stringify(jsonSchema(kind), undefined, 2)}\n`);
    });
}
