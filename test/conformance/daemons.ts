/**
 * `npm run conformance -- daemons [DIR] [--cases DIR] [--runs N] [--only ID,...] [--json] [--write-docs]`: replays recordings of
 * keepalived, HAProxy and etcd and holds the simulation to them.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Progress } from '../../cli/progress.ts';
import { packageRoot } from '../../cli/shared.ts';
import { CaseError, readCases, readNotes } from './daemons-cases.ts';
import { fidelityPage, passes, reportText } from './daemons-print.ts';
import { readRecordings } from './daemons-recording.ts';
import { keepResult, keptResults } from './daemons-results.ts';
import { compare, type Report } from './daemons-rows.ts';
import { UsageError } from './usage.ts';

const FOLDER = 'test/conformance/daemons';

/** True if enough agrees and the rest is explained. */
export async function daemons(args: readonly string[]): Promise<boolean> {
  const { folder, cases: caseFolder, runs, only, json, writeDocs } = optionsOf(args);
  const recordings = readRecordings(folder).filter(({ id }) => only === undefined || only.includes(id));
  if (recordings.length === 0) throw new UsageError(`no recording in ${folder}`);
  const progress = new Progress('conformance:');
  const results = join(packageRoot(), FOLDER, 'results.json');
  try {
    const cases = readCases(
      caseFolder,
      recordings.map(({ id }) => id),
    );
    if (cases.length === 0) throw new UsageError(`no case for these recordings in ${caseFolder}`);
    const report = await compare(recordings, cases, readNotes(caseFolder), {
      runs,
      progress: (share) => progress.show(share),
      ...(writeDocs ? { compared: (id: string, one: Report) => keepResult(results, id, one) } : {}),
    });
    progress.done();
    process.stdout.write(json ? `${JSON.stringify(report.rows)}\n` : reportText(report));
    if (writeDocs) writeFileSync(join(packageRoot(), 'docs/fidelity.md'), fidelityPage(keptResults(results)));
    return passes(report);
  } catch (error) {
    progress.done();
    if (error instanceof CaseError) throw new UsageError(error.message);
    throw error;
  }
}

interface Options {
  readonly folder: string;
  readonly cases: string;
  readonly runs: number;
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
  readonly writeDocs: boolean;
}

function optionsOf(args: readonly string[]): Options {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw new UsageError('one folder of recordings at most');
  const runs = Number(values.runs ?? '500');
  if (!Number.isSafeInteger(runs) || runs < 1) throw new UsageError(`--runs ${values.runs}: a whole number`);
  return {
    folder: folderOf(positionals[0] ?? join(packageRoot(), FOLDER, 'recordings')),
    cases: folderOf(values.cases ?? join(packageRoot(), FOLDER)),
    runs,
    only: values.only?.split(','),
    json: values.json === true,
    writeDocs: values['write-docs'] === true,
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cases: { type: 'string' },
      runs: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean' },
      'write-docs': { type: 'boolean' },
    },
  });
}

function folderOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new UsageError(`no such folder: ${path}`);
  return path;
}
