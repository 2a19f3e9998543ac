/**
 * What a reader of configuration files says about a place in a file. Three weights:
 * `error` (it cannot be used: exit code 2), `warning` (the daemon goes on, but not as written, or a
 * guess was made) and `note` (known but not modelled, a stated default, a version run as another).
 */

/** A place in a text, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Finding extends Position {
  readonly severity: 'error' | 'warning' | 'note';
  readonly file: string;
  readonly message: string;
}

/** `file:line:column: message`, the form that editors and CI understand. */
export function findingText(finding: Finding): string {
  return `${finding.file}:${finding.line}:${finding.column}: ${finding.message}`;
}

/** At most `limit` findings, the errors first, and one more that says how many were left out. */
export function boundedFindings(findings: readonly Finding[], limit: number): readonly Finding[] {
  if (findings.length <= limit) return findings;
  const weight = { error: 0, warning: 1, note: 2 };
  const kept = findings
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => weight[a.finding.severity] - weight[b.finding.severity] || a.index - b.index)
    .slice(0, limit)
    .map(({ finding }) => finding);
  const last = kept[kept.length - 1]!;
  return [...kept, { ...last, message: `${findings.length - limit} more findings are not shown` }];
}
