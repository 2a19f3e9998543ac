/** What a property is: the sentence it formalises, where that comes from, under which faults it is claimed, and the check. */
import type { Topology } from '../models/cluster/topology.ts';
import type { Session } from '../scenarios/session.ts';
import type { Step } from '../sim/state.ts';
import type { FaultClass } from './fault-classes.ts';
import type { Need } from './needs.ts';
import type { Failure, Phases } from './schedule.ts';

/** A class under which a property is known not to hold, and the shipped scenario that shows it. */
export interface KnownBreach {
  readonly class: FaultClass;
  /** A name of `quorate list`. */
  readonly scenario: string;
  readonly why: string;
}

/** Sees every step of a run from the scenario's zero on. */
export interface Watcher {
  observe(step: Step): void;
  /** What was wrong at the first moment at which something was. */
  wrong(): string | undefined;
  /** It judges the run as a whole: it is to be asked at the end only. */
  readonly whole?: true;
}

export interface Property {
  /** As its file is called, and `--property` takes it. */
  readonly name: string;
  readonly sentence: string;
  readonly source: string;
  readonly claimedUnder: readonly FaultClass[];
  readonly knownNotUnder?: readonly KnownBreach[];
  /** Is it about such a topology at all? Default: about every one. */
  readonly applies?: (topology: Topology) => boolean;
  /** What runs beside the cluster, for it to look at. */
  readonly needs: Need;
  /** Processes whose failures it is mostly about: a search tries pairs of these first. */
  readonly about?: readonly string[];
  /** At the end of the safety phase, before anything heals; or at the end of the liveness phase. */
  readonly judged: 'settled' | 'healed';
  /**
   * Why nothing can be said about a run that has come to the end of its phase; undefined: it is judged. Nothing else is asked then.
   */
  readonly unjudged?: (session: Session, failed: readonly Failure[], phases: Phases) => string | undefined;
  /**
   * What is wrong in a run that has come to the end of its phase, in which these things are out; undefined if the
   * property holds. Times of the session are world microseconds from `epochUs` on.
   */
  violation(session: Session, failed: readonly Failure[], phases: Phases): string | undefined;
  /** For what only a look at every step shows: made when the run is at its zero. */
  readonly watch?: (session: Session) => Watcher;
}
