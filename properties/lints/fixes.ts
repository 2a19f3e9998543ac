/**
 * Cures that can be written: for some rules, the lines of the files that have to change so that the rule finds nothing any more. The
 * files are read again after each cure, as one may make room for another. Pure.
 */
import type { ImportFile } from '../../models/cluster/import-files.ts';
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import { OWNER_PRIORITY } from '../../models/keepalived/priority.ts';
import { lastWritten } from '../../models/keepalived/written.ts';
import { type Deployment, readDeployment, type VirtualRouter } from './deployment.ts';
import type { LintFinding } from './lint.ts';
import { ownerIgnoresWeight, penaltyNotAboveGap, tieAfterFailures } from './priorities.ts';
import { lineOfWord, weighted } from './routers.ts';
import { lintFiles } from './rules.ts';
import { retriesWithoutRedispatch, timeoutsCutWatches } from './sessions.ts';
import { slowVipCheck } from './vip-check.ts';

/** One line of a file. `before` undefined: it is new, and comes after `line`. */
export interface Edit {
  readonly file: string;
  /** From 1, of the file as it is when the edit is made. */
  readonly line: number;
  readonly rule: string;
  readonly before: string | undefined;
  readonly after: string;
}

export interface Fixed {
  readonly files: readonly ImportFile[];
  readonly edits: readonly Edit[];
  /** What is found in the changed files: rules without a written cure. */
  readonly left: readonly LintFinding[];
}

/** A wanted change: the line with this pattern's first group kept and the word after it replaced, or a new line. */
type Change = { readonly file: string; readonly line: number } & (
  | { readonly word: RegExp; readonly value: string }
  | { readonly insert: string }
);

type Fix = (deployment: Deployment, finding: LintFinding) => readonly Change[];

/** More cures than any deployment needs; then something goes round in circles. */
const MOST_ROUNDS = 50;
const HIGHEST = OWNER_PRIORITY - 1;
/** As the balancer's default: one check that meets another's at a bad moment decides nothing. */
const QUICK_FALL = '3';
const LONG_TIMEOUT = '4h';

function routersAt({ virtualRouters }: Deployment, { file }: LintFinding): VirtualRouter | undefined {
  return virtualRouters.find(({ routers }) => routers.some((router) => router.file.path === file));
}

/** Every router one lower, so that their order stays. */
const lowered: Fix = (deployment, finding) =>
  (routersAt(deployment, finding)?.routers ?? []).map((router) => ({
    file: router.file.path,
    line: lineOfWord(router, 'priority'),
    word: /(\bpriority\s+)\d+/,
    value: String(Math.max(1, router.config.priority - 1)),
  }));

/** A weight that exceeds every gap, as a penalty where a bonus would be cut off at 254. */
const outweighed: Fix = (deployment, finding) => {
  const routers = routersAt(deployment, finding)?.routers ?? [];
  const priorities = routers.map(({ config }) => config.priority);
  const gap = Math.max(...priorities) - Math.min(...priorities);
  const weight = gap + 8;
  return routers.flatMap((router) =>
    weighted(router).map((check) => ({
      file: router.file.path,
      line: check.weightLine,
      word: /(\bweight\s+)-?\d+/,
      value: String(check.weight > 0 && Math.max(...priorities) + weight <= HIGHEST ? weight : -weight),
    })),
  );
};

const quicker: Fix = (deployment, finding) => {
  const router = routersAt(deployment, finding)?.routers.find(({ file }) => file.path === finding.file);
  return (router?.checks ?? []).flatMap(({ written }) => {
    const fall = lastWritten(written, 'fall');
    return fall === undefined
      ? []
      : [{ file: finding.file, line: fall.keyword.line, word: /(\bfall\s+)\d+/, value: QUICK_FALL }];
  });
};

const FIXES: ReadonlyMap<string, Fix> = new Map<string, Fix>([
  [ownerIgnoresWeight.name, lowered],
  [penaltyNotAboveGap.name, outweighed],
  [tieAfterFailures.name, outweighed],
  [slowVipCheck.name, quicker],
  [retriesWithoutRedispatch.name, (_, { file, line }) => [{ file, line, insert: 'option redispatch' }]],
  [
    timeoutsCutWatches.name,
    (_, { file, line }) => [{ file, line, word: /(\btimeout\s+\w+\s+)\S+/, value: LONG_TIMEOUT }],
  ],
]);

/** The names of the rules whose cures can be written. */
export const FIXABLE: readonly string[] = [...FIXES.keys()];

/** @param set what the files do not say, as for an import */
export function fixFiles(given: readonly ImportFile[], set: ParameterMap = {}): Fixed {
  let files = given;
  const edits: Edit[] = [];
  const hopeless = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { deployment } = readDeployment(files, set);
    const lints = lintFiles(files, set).lints ?? [];
    const finding = lints.find(
      ({ rule, file, line }) => FIXES.has(rule) && !hopeless.has(`${rule} ${file} ${line}`),
    );
    if (deployment === undefined || finding === undefined) return { files, edits, left: lints };
    const changes = FIXES.get(finding.rule)?.(deployment, finding) ?? [];
    const made = applied(files, changes, finding.rule);
    if (made.edits.length === 0) hopeless.add(`${finding.rule} ${finding.file} ${finding.line}`);
    files = made.files;
    edits.push(...made.edits);
  }
  return { files, edits, left: lintFiles(files, set).lints ?? [] };
}

function applied(files: readonly ImportFile[], changes: readonly Change[], rule: string) {
  const edits: Edit[] = [];
  const next = files.map((file) => {
    const own = changes.filter((change) => change.file === file.path);
    if (own.length === 0) return file;
    const lines = file.text.split('\n');
    for (const change of own) {
      const before = lines[change.line - 1] ?? '';
      if ('insert' in change) {
        const indent = /^\s*/.exec(lines[change.line] ?? '')?.[0] ?? '';
        const after = `${indent === '' ? '    ' : indent}${change.insert}`;
        lines.splice(change.line, 0, after);
        edits.push({ file: file.path, line: change.line, rule, before: undefined, after });
        continue;
      }
      const after = before.replace(change.word, `$1${change.value}`);
      if (after === before) continue;
      lines[change.line - 1] = after;
      edits.push({ file: file.path, line: change.line, rule, before, after });
    }
    return { ...file, text: lines.join('\n') };
  });
  return { files: next, edits };
}
