/** `quorate list`: what is shipped. */
import type { Command } from 'commander';
import { loadScenario } from '../scenarios/load.ts';
import { topologyNamed, topologyNames } from '../scenarios/topologies.ts';
import { libraryTexts, shippedScenarios } from './shared.ts';
import { styleOf } from './style.ts';
import { UNLIMITED, wrap } from './wrap.ts';

export function addList(program: Command): void {
  program
    .command('list')
    .description('list the built-in scenarios and topologies')
    .option('--json', 'print one JSON object')
    .action((flags: { readonly json?: boolean }) => {
      const library = libraryTexts();
      const scenarios = shippedScenarios(library).map((name) => ({
        name,
        about:
          loadScenario(library.get(`${name}.yaml`) ?? '', `${name}.yaml`).scenario?.data.about?.trim() ?? '',
      }));
      const topologies = topologyNames(library).map((name) => ({
        name,
        about: topologyNamed(name, library)?.topology?.about?.trim() ?? '',
      }));
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify({ scenarios, topologies })}\n`);
        return;
      }
      const style = styleOf(process.stdout);
      const width = Math.max(...[...scenarios, ...topologies].map(({ name }) => name.length));
      const columns = process.stdout.columns ?? UNLIMITED;
      const rows = (list: readonly { name: string; about: string }[]): string =>
        list.map(({ name, about }) => wrap(about, columns, `  ${name.padEnd(width)}  `).trimEnd()).join('\n');
      process.stdout.write(
        `${style.bold('scenarios')} (quorate run NAME)\n${rows(scenarios)}\n\n${style.bold('topologies')} (--topology NAME)\n${rows(topologies)}\n`,
      );
    });
}
