/** What the page and its worker say to each other. Each question is answered once, with its number; a run says before how far it is. */
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { PhaseName } from '../run/phases.ts';
import type { Change, RunRequest } from '../run/request.ts';
import type { ScenarioChoice } from '../state/page-state.ts';
import type { LiveMachine } from './chart.ts';
import type { ExportedTrace, TraceFormat } from './exports.ts';
import type { FaultForm } from './fault-forms.ts';
import type { Imported } from './import.ts';
import type { PhaseLines } from './phase-lines.ts';
import type { Preview } from './preview.ts';
import type { Watched } from './watch.ts';
import type { Why } from './why.ts';

/** By its type: what a question carries, and what its answer is. Times are scenario milliseconds. */
export interface Questions {
  /** What can be run, and what can be done to it. */
  readonly list: {
    readonly asks: object;
    readonly answer: { readonly scenarios: readonly ScenarioChoice[]; readonly faults: readonly FaultForm[] };
  };
  /** Ends the run before it, if that goes on. */
  readonly run: { readonly asks: { readonly request: RunRequest }; readonly answer: RunRecord };
  /** The text of a file that should be a stored run. */
  readonly read: {
    readonly asks: { readonly name: string; readonly text: string };
    readonly answer: RunRecord;
  };
  readonly preview: {
    readonly asks: { readonly request: RunRequest; readonly change: Change };
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

export type ToEngine = {
  [K in Kind]: { readonly id: number; readonly type: K } & Asks<K>;
}[Kind];

export type FromEngine =
  | { readonly id: number; readonly type: 'answer'; readonly answer: unknown }
  /** A run as far as it has got; more of it comes. */
  | { readonly id: number; readonly type: 'partial'; readonly record: RunRecord }
  /** 0 to 1. */
  | { readonly id: number; readonly type: 'progress'; readonly share: number }
  | { readonly id: number; readonly type: 'failed'; readonly message: string; readonly superseded?: boolean };
