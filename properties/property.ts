/** What a property is: the sentence it formalises, where that comes from, under which faults it is claimed, and the check. */
import type { Session } from '../scenarios/session.ts';
import type { Failure } from './failures.ts';

/** Kinds of fault under which a property is claimed. */
export type FaultClass =
  | 'host power'
  | 'link'
  | 'process stop'
  | 'kill with restart'
  | 'kill without restart'
  | 'pause'
  | 'partition'
  | 'loss'
  | 'disk'
  | 'clock';

export interface Property {
  readonly sentence: string;
  readonly source: string;
  readonly claimedUnder: readonly FaultClass[];
  /** What is wrong in a finished run in which these things failed; undefined if the property holds. */
  violation(session: Session, failed: readonly Failure[]): string | undefined;
}
