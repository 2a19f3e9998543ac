/** What a command ends with when it cannot do what was asked: one paragraph on standard error and an exit code. */
import { type Finding, findingText } from '../models/finding.ts';

export const EXIT_EXPECTATION = 1;
export const EXIT_USAGE = 2;
export const EXIT_INTERRUPTED = 130;

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(message: string, exitCode = EXIT_USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A flag of the command line has no lines and columns. */
function complaint(finding: Finding): string {
  return finding.file.startsWith('--') ? `${finding.file}: ${finding.message}` : findingText(finding);
}

/** Most complaints that are printed. */
const SHOWN = 8;

/** The errors among the findings as one paragraph; nothing to do if there are none. */
export function refuse(what: string, findings: readonly Finding[], strict = false): void {
  const errors = findings.filter(
    ({ severity }) => severity === 'error' || (strict && severity === 'warning'),
  );
  if (errors.length === 0) return;
  // A warning often says why there is an error: a misspelt word, and then what is missing.
  const told = [...errors, ...findings.filter((one) => one.severity === 'warning' && !errors.includes(one))];
  const shown = told.slice(0, SHOWN).map(complaint);
  if (told.length > SHOWN) shown.push(`and ${told.length - SHOWN} more`);
  throw new Failure(`${what} cannot be used:\n${shown.map((line) => `  ${line}`).join('\n')}`);
}
