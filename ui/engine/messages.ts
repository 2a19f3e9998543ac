/** What the page and its worker say to each other. Each question is answered once, with its number; some tell before how far they are. */
import type { FailureOrder } from '../../properties/survival.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { PhaseName } from '../run/phases.ts';
import type { FaultChange, RunRequest } from '../run/request.ts';
import type { ScenarioChoice } from '../state/page-state.ts';
import type { LiveMachine } from './chart.ts';
import type { DesignCheck } from './design-check.ts';
import type { ExportedTrace, TraceFormat } from './exports.ts';
import type { FaultForm } from './fault-forms.ts';
import type { Imported } from './import.ts';
import type { Moment } from './moment.ts';
import type { PhaseLines } from './phase-lines.ts';
import type { Preview } from './preview.ts';
import type { Survived } from './survival.ts';
import type { Typing } from './typing.ts';
import type { Watched } from './watch.ts';
import type { Why } from './why.ts';

/** Of a run that goes on: how far it is, 0 to 1, and now and then the run as far as it has got. */
export interface Meanwhile {
  readonly share: number;
  readonly record?: RunRecord;
}

/** By its type: what a question carries, and what its answer is. Times are scenario milliseconds. */
export interface Questions {
  /** What can be run, and what can be done to it. */
  readonly list: {
    readonly asks: object;
    readonly answer: { readonly scenarios: readonly ScenarioChoice[]; readonly faults: readonly FaultForm[] };
  };
  /** Ends the run before it, if that goes on. */
  readonly run: {
    readonly asks: { readonly request: RunRequest };
    readonly answer: RunRecord;
    readonly meanwhile: Meanwhile;
  };
  /** The text of a file that should be a stored run. */
  readonly read: {
    readonly asks: { readonly name: string; readonly text: string };
    readonly answer: RunRecord;
  };
  readonly preview: {
    readonly asks: { readonly request: RunRequest; readonly change: FaultChange };
    readonly answer: Preview;
  };
  /** What is behind phases of an outage. */
  readonly phases: {
    readonly asks: {
      readonly request: RunRequest;
      readonly phases: readonly { readonly name: PhaseName; readonly host: string | undefined }[];
    };
    readonly answer: readonly PhaseLines[];
  };
  /** The trace of a stretch. */
  readonly trace: {
    readonly asks: {
      readonly request: RunRequest;
      readonly format: TraceFormat;
      readonly fromMs: number;
      readonly toMs: number;
    };
    readonly answer: ExportedTrace;
  };
  /** A machine at a moment. */
  readonly machine: {
    readonly asks: { readonly request: RunRequest; readonly who: string; readonly atMs: number };
    readonly answer: LiveMachine;
  };
  /** What configuration files say, and what is to be said about them. */
  readonly import: {
    readonly asks: { readonly files: Readonly<Record<string, string>>; readonly settings: readonly string[] };
    readonly answer: Imported;
  };
  /**
   * Types the last change of the request, which is a command, and waits for its end. Told meanwhile: what it has printed so
   * far. `stop` ends the waiting.
   */
  readonly type: {
    readonly asks: { readonly request: RunRequest };
    readonly answer: Typing;
    readonly meanwhile: Typing;
  };
  /** Searches for failures that break properties, for so many runs. */
  readonly check: {
    readonly asks: { readonly request: RunRequest; readonly most: number };
    readonly answer: DesignCheck;
    readonly meanwhile: DesignCheck;
  };
  /** What is left after which failures; of the request's topology, or of one of the library. */
  readonly survive: {
    readonly asks: { readonly request: RunRequest; readonly topology: string | undefined };
    readonly answer: Survived;
    readonly meanwhile: Survived;
  };
  /** The run that a cell of a survival table speaks of. */
  readonly replay: {
    readonly asks: {
      readonly request: RunRequest;
      readonly topology: string | undefined;
      readonly failure: FailureOrder;
    };
    readonly answer: RunRequest;
  };
  /** Names of the library's topologies. */
  readonly topologies: { readonly asks: object; readonly answer: readonly string[] };
  readonly stop: {
    readonly asks: { readonly what: 'type' | 'check' | 'survive' };
    readonly answer: undefined;
  };
  /** Names of the commands that can be typed. */
  readonly commands: { readonly asks: object; readonly answer: readonly string[] };
  /** What goes on in the cluster at a moment. */
  readonly moment: {
    readonly asks: { readonly request: RunRequest; readonly atMs: number };
    readonly answer: Moment;
  };
  readonly watch: {
    readonly asks: { readonly request: RunRequest; readonly texts: readonly string[] };
    readonly answer: readonly Watched[];
  };
  readonly why: {
    readonly asks: { readonly request: RunRequest; readonly step: number };
    readonly answer: Why;
  };
}

export type Kind = keyof Questions;
export type Asks<K extends Kind> = Questions[K]['asks'];
export type Answer<K extends Kind> = Questions[K]['answer'];
/** What is told before the answer. */
export type News<K extends Kind> = Questions[K] extends { readonly meanwhile: infer Told } ? Told : never;

export type ToEngine = {
  [K in Kind]: { readonly id: number; readonly type: K } & Asks<K>;
}[Kind];

export type FromEngine =
  | { readonly id: number; readonly type: 'answer'; readonly answer: unknown }
  | { readonly id: number; readonly type: 'meanwhile'; readonly news: unknown }
  | { readonly id: number; readonly type: 'failed'; readonly message: string; readonly superseded?: boolean };
