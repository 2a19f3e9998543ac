/** `quorate import FILES...`: a topology from the files that people deploy. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { ImportFile } from '../models/cluster/import-files.ts';
import { importTopology } from '../models/cluster/import-topology.ts';
import { writeTopology } from '../models/cluster/read-topology.ts';
import { findingText } from '../models/finding.ts';
import { Failure, refuse } from './failure.ts';
import { writableFile, writeWhole } from './output.ts';
import { collect } from './scenario.ts';
import { filesBelow, readText, settings } from './shared.ts';

interface ImportFlags {
  readonly out?: string;
  readonly name?: string;
  readonly set: readonly string[];
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('make a topology from haproxy.cfg, keepalived.conf (one a host) and kubeadm-config.yaml')
    .argument('<files...>', 'files or folders; the host of a keepalived.conf is its folder or its prefix')
    .option('--out <file>', 'write the topology there instead of printing it')
    .option('--name <name>', 'its name', 'imported')
    .option('--set <path=value>', 'what the files do not say; may be given several times', collect, [])
    .option('--strict', 'refuse what a daemon would warn about')
    .option('--json', 'print {topology, findings} as JSON')
    .action((paths: readonly string[], flags: ImportFlags) => {
      if (flags.out !== undefined) writableFile('--out', flags.out);
      const { topology, findings } = importTopology(paths.flatMap(filesOf), {
        name: flags.name ?? 'imported',
        set: settings(flags.set),
      });
      refuse('these files', findings, flags.strict);
      if (topology === undefined) throw new Failure('no topology can be made of these files');
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify({ topology, findings })}\n`);
        return;
      }
      for (const finding of findings) process.stderr.write(`${finding.severity}: ${findingText(finding)}\n`);
      for (const note of topology.notes ?? []) process.stderr.write(`note: ${note}\n`);
      const text = writeTopology(topology);
      if (flags.out === undefined) process.stdout.write(text);
      else {
        writeWhole('--out', flags.out, text);
        process.stderr.write(`written to ${flags.out}; try: quorate run power-off --topology ${flags.out}\n`);
      }
    });
}

/** The files of a path: itself, or all below it. */
export function filesOf(path: string): ImportFile[] {
  if (!existsSync(path)) throw new Failure(`${path} cannot be read: there is no such file or folder`);
  if (!statSync(path).isDirectory()) return [{ path, text: readText(path) }];
  return filesBelow(path).map((name) => ({ path: join(path, name), text: readText(join(path, name)) }));
}
