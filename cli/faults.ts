/** `quorate faults`: the fault palette, one line each with its parameters. */
import type { Command } from 'commander';
import { z } from '../models/zod.ts';
import type { AimKind } from '../scenarios/fault.ts';
import { FAULTS } from '../scenarios/faults.ts';
import { styleOf } from './style.ts';

export interface FaultRow {
  readonly name: string;
  readonly about: string;
  readonly aim: AimKind;
  /** May it be given `for`? */
  readonly for: boolean;
  readonly parameters: readonly {
    readonly key: string;
    readonly about: string;
    readonly required: boolean;
  }[];
}

/** The palette as rows, in its own order. */
export function faultRows(): FaultRow[] {
  return FAULTS.map(({ name, about, aim, lasts, parameters }) => {
    const schema = z.toJSONSchema(parameters, { io: 'input' }) as {
      readonly properties?: Record<string, { readonly description?: string }>;
      readonly required?: readonly string[];
    };
    const own = Object.entries(schema.properties ?? {}).map(([key, { description }]) => ({
      key,
      about: description ?? '',
      required: schema.required?.includes(key) ?? false,
    }));
    return { name, about, aim, for: lasts, parameters: own };
  });
}

export function addFaults(program: Command): void {
  program
    .command('faults')
    .description('list what a timeline entry can do')
    .option('--json', 'print one JSON array')
    .action((flags: { readonly json?: boolean }) => {
      const faults = faultRows();
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify(faults)}\n`);
        return;
      }
      const style = styleOf(process.stdout);
      const width = Math.max(...faults.map(({ name }) => name.length));
      for (const { name, about, aim, parameters, for: lasts } of faults) {
        const on = aim === 'none' ? '' : aim === 'network' ? ' on: or links:' : ` on: a ${aim}`;
        process.stdout.write(
          `${style.bold(name.padEnd(width))}  ${about}${style.dim(`${on}${lasts ? ' [for:]' : ''}`)}\n`,
        );
        for (const { key, about: what, required } of parameters) {
          process.stdout.write(`${''.padEnd(width)}    ${required ? key : `[${key}]`}: ${what}\n`);
        }
      }
    });
}
