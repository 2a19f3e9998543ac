/**
 * What `npm run conformance -- daemons --write-docs` has found so far, a recording at a time, in results.json beside the cases:
 * a part can be repeated, and a run that is interrupted loses only the recording it was at.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Report, together } from './daemons-rows.ts';

/** Report by recording. */
type Results = Record<string, Report>;

export function keepResult(file: string, id: string, report: Report): void {
  const results = read(file);
  results[id] = report;
  const entries = Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = entries.map(([name, { runs, rows, uncovered }]) => {
    const list = (of: readonly unknown[]): string => of.map((one) => `\n${JSON.stringify(one)}`).join(',');
    return `${JSON.stringify(name)}: {"runs": ${runs}, "rows": [${list(rows)}], "uncovered": [${list(uncovered)}]}`;
  });
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}

/** All that is kept, in the order of the recordings' names. */
export function keptResults(file: string): Report {
  return together(Object.values(read(file)));
}

function read(file: string): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}
