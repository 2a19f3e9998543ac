/**
 * A design lint: something that the daemons accept without a word and that breaks, or weakens, what the deployment is for. Pure
 * functions of what the files say together (deployment.ts); nothing is simulated here. What a finding leads to is shown by the
 * scenario that it names: `quorate run SCENARIO` fails with the fault in the files and passes on the reference topology.
 */
import type { Deployment } from './deployment.ts';

/** `error`: it does not do what it is there for. `warning`: it does so slower, or not in every failure. */
export type Severity = 'error' | 'warning';

export interface LintFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** One sentence. */
  readonly message: string;
  /** A shipped scenario that shows it, or null where what it leads to cannot be simulated. */
  readonly scenario: string | null;
}

/** What a rule says about one place. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface LintRule {
  /** kebab-case; `scenarios/lints/NAME.yaml` shows it. */
  readonly name: string;
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly about: string;
  /** Why, and what to write instead: for the documentation. */
  readonly cure: string;
  readonly find: (deployment: Deployment) => readonly Complaint[];
}

/** `m1`, `m1 and m2`, `m1, m2 and m3`. */
export function listed(names: readonly string[]): string {
  const [last] = names.slice(-1);
  return names.length < 2 ? (last ?? '') : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `30 s`, `2.5 s`, `300 ms`. */
export function secondsText(us: number): string {
  return us < 1_000_000 ? `${us / 1_000} ms` : `${Number((us / 1_000_000).toFixed(3))} s`;
}
