/** `quorate lint FILES...`: what the daemons accept without a word in the files of one deployment, read together. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { ImportFile } from '../models/cluster/import-files.ts';
import type { ParameterMap } from '../models/cluster/parameters.ts';
import { type Finding, findingText } from '../models/finding.ts';
import { fixFiles } from '../properties/lints/fixes.ts';
import type { LintFinding } from '../properties/lints/lint.ts';
import { lintFiles } from '../properties/lints/rules.ts';
import { filesOfTopology } from '../scenarios/topologies.ts';
import { EXIT_EXPECTATION, Failure, refuse } from './failure.ts';
import { filesOf } from './import.ts';
import { noteLines } from './notes.ts';
import { sarifOf } from './sarif.ts';
import { collect } from './scenario.ts';
import { libraryTexts, settings } from './shared.ts';
import { type Style, styleOf } from './style.ts';
import { UNLIMITED, wrap } from './wrap.ts';
import { editLines, writeFixed } from './write-fixed.ts';

interface LintFlags {
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly fix?: string;
}

export function addLint(program: Command, done: (exitCode: number) => void): void {
  program
    .command('lint')
    .description('find what the daemons silently accept in the files of a deployment')
    .argument(
      '<files...>',
      'files or folders of one deployment, or the name of a shipped topology (quorate list)',
    )
    .option('--set <path=value>', 'what the files do not say; may be given several times', collect, [])
    .option('--fix <folder>', 'write the files there with the cures that can be written')
    .option('--json', 'print an array of {rule, severity, file, line, message, scenario}')
    .option('--sarif', 'print SARIF 2.1.0, as code hosts take it')
    .action((paths: readonly string[], flags: LintFlags) => {
      done(lint(paths, flags));
    });
}

/** Returns the exit code: 1 with findings, 0 without. */
function lint(paths: readonly string[], flags: LintFlags): number {
  const { files, set } = given(paths);
  const { lints, findings } = lintFiles(files, { ...set, ...settings(flags.set) });
  refuse('these files', findings);
  if (lints === undefined) throw new Failure('these files cannot be read together');
  if (flags.fix !== undefined) return fix(files, { ...set, ...settings(flags.set) }, flags.fix);
  if (flags.sarif === true) {
    process.stdout.write(`${JSON.stringify(sarifOf(lints))}\n`);
  } else if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(lints)}\n`);
  } else {
    for (const line of asides(findings, lints)) process.stderr.write(`${line}\n`);
    process.stdout.write(
      lintText(lints, files.length, styleOf(process.stdout), process.stdout.columns ?? UNLIMITED),
    );
  }
  return lints.length === 0 ? 0 : EXIT_EXPECTATION;
}

/** What the readers warn of where no rule speaks, and files that are not read at all. */
function asides(findings: readonly Finding[], lints: readonly LintFinding[]): string[] {
  const judged = new Set(lints.map(({ file, line }) => `${file}:${line}`));
  const warnings = findings.filter(({ file, line }) => !judged.has(`${file}:${line}`));
  const unread = findings.filter(({ message }) => message.startsWith('no kind of file'));
  return noteLines(warnings, unread.map(findingText));
}

/** Returns the exit code: 1 if something is left that has to be cured by hand. */
function fix(files: readonly ImportFile[], set: ParameterMap, folder: string): number {
  const fixed = fixFiles(files, set);
  const style = styleOf(process.stdout);
  const columns = process.stdout.columns ?? UNLIMITED;
  if (fixed.edits.length > 0) writeFixed('--fix', folder, fixed);
  const head =
    fixed.edits.length === 0
      ? 'nothing can be cured by changing lines'
      : `${count(fixed.edits.length, 'line')} changed, written to ${folder}; prove it: quorate check ${folder}`;
  const lines = [head, ...editLines(fixed.edits, style)];
  process.stdout.write(`${lines.join('\n')}\n\n${lintText(fixed.left, files.length, style, columns)}`);
  return fixed.left.length === 0 ? 0 : EXIT_EXPECTATION;
}

/** The files that the arguments name, each once. */
export function given(paths: readonly string[]): {
  readonly files: readonly ImportFile[];
  readonly set: ParameterMap;
} {
  const files = new Map<string, ImportFile>();
  let set: ParameterMap = {};
  for (const path of paths) {
    const shipped = existsSync(path) ? undefined : filesOfTopology(path, libraryTexts());
    if (shipped) set = { ...set, ...shipped.set };
    for (const file of shipped?.files ?? filesOf(path)) files.set(file.path, file);
  }
  return { files: [...files.values()], set };
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** The findings for people, by file. */
export function lintText(
  lints: readonly LintFinding[],
  fileCount: number,
  style: Style,
  columns: number,
): string {
  if (lints.length === 0) return `no findings in ${count(fileCount, 'file')}\n`;
  const paint = { error: style.red, warning: style.yellow };
  const lineWidth = Math.max(...lints.map(({ line }) => String(line).length));
  const blocks = [...new Set(lints.map(({ file }) => file))].map((file) => {
    const own = lints.filter((one) => one.file === file);
    const rows = own.map(({ line, severity, rule, message, scenario }) => {
      const head = `  ${String(line).padStart(lineWidth)}  ${severity.padEnd('warning'.length)}  `;
      const text = wrap(message, columns, head);
      const show = scenario === null ? 'not simulated' : `quorate run ${scenario}`;
      const painted = text.replace(severity, paint[severity](severity));
      return `${painted}\n${' '.repeat(head.length)}${style.dim(`${rule}: ${show}`)}`;
    });
    return `${style.bold(file)}\n${rows.join('\n')}\n`;
  });
  const errors = lints.filter(({ severity }) => severity === 'error').length;
  const total = `${count(errors, 'error')}, ${count(lints.length - errors, 'warning')} in ${count(blocks.length, 'file')}`;
  return `${blocks.join('\n')}\n${style.bold(total)}\n`;
}
