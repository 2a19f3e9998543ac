/** `--trace FILE --format NAME`: the steps of a run as lines of JSON, for Perfetto, or for ShiViz. */
import { closeSync, writeSync } from 'node:fs';
import type { RunOptions } from '../scenarios/run.ts';
import { chromeTrace } from '../sim/chrome-trace.ts';
import { shivizLog } from '../sim/shiviz.ts';
import type { TraceRecord } from '../sim/trace.ts';
import { Failure } from './failure.ts';
import { openForWriting } from './output.ts';

export const TRACE_FORMATS = ['ndjson', 'chrome', 'shiviz'] as const;
type TraceFormat = (typeof TRACE_FORMATS)[number];

/** Chrome's and ShiViz's formats are made from all steps at once; what is longer is no picture. */
const MOST_RECORDS = 3_000_000;
/** Characters that are written at a time. */
const PIECE = 1 << 16;

export interface TraceFile {
  /** To be given to the run. */
  readonly options: Pick<RunOptions, 'trace' | 'record'>;
  /** To be called when the run is over. */
  finish(epochUs: number): void;
}

export function openTrace(path: string, format: string): TraceFile {
  const known = TRACE_FORMATS.find((name) => name === format);
  if (known === undefined) throw new Failure(`--format ${format}: it is one of ${TRACE_FORMATS.join(', ')}`);
  const file = openForWriting('--trace', path);
  let piece = '';
  const flush = (): void => {
    writeSync(file, piece);
    piece = '';
  };
  const write = (text: string): void => {
    piece += text;
    if (piece.length >= PIECE) flush();
  };
  const close = (): void => {
    flush();
    closeSync(file);
  };
  if (known === 'ndjson') return { options: { trace: (line) => write(`${line}\n`) }, finish: close };
  const records: TraceRecord[] = [];
  return {
    options: {
      record: (record) => {
        if (records.length === MOST_RECORDS)
          throw new Failure(
            `the run has more than ${MOST_RECORDS} steps: shorten it with --until, or use --format ndjson`,
          );
        records.push({ ...record, contextAfter: undefined });
      },
    },
    finish: (epochUs) => {
      for (const text of texts(known, records, epochUs)) write(text);
      close();
    },
  };
}

function* texts(format: TraceFormat, records: readonly TraceRecord[], epochUs: number): Generator<string> {
  if (format === 'shiviz') {
    yield shivizLog(records, epochUs);
    return;
  }
  let separator = '[\n';
  for (const event of chromeTrace(records, epochUs)) {
    yield `${separator}${JSON.stringify(event)}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
