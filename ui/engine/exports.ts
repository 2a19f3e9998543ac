/** The trace of a stretch of a run, as lines of JSON and as Chrome's trace events. Made by running the stretch again. */
import { chromeTrace } from '../../sim/chrome-trace.ts';
import { type TraceRecord, toRecord, traceLine } from '../../sim/trace.ts';
import type { Held } from './held-runs.ts';

export type TraceFormat = 'lines' | 'chrome';

/** More steps than this are a file that no viewer opens: the stretch is cut, and `cut` says so. */
const MOST_STEPS = 400_000;

export interface ExportedTrace {
  readonly text: string;
  readonly steps: number;
  readonly cut: boolean;
}

export function traceOf({ run }: Held, format: TraceFormat, fromMs: number, toMs: number): ExportedTrace {
  const { session } = run;
  const { epochUs } = session;
  const records: TraceRecord[] = [];
  let cut = false;
  const [fromUs, toUs] = [epochUs + fromMs * 1_000, epochUs + toMs * 1_000];
  session.history!.again(Math.round(fromUs), Math.min(Math.round(toUs), session.nowUs), (step) => {
    if (step.atUs < fromUs) return;
    if (records.length < MOST_STEPS) records.push(toRecord(step));
    else cut = true;
  });
  const text =
    format === 'lines'
      ? records.map((record) => `${traceLine(record, epochUs)}\n`).join('')
      : JSON.stringify(chromeTrace(records, epochUs));
  return { text, steps: records.length, cut };
}
