/** The stored run of the browser tests, as the page reads it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../scenarios/run-record.ts';

export const fixtureText = readFileSync(
  join(import.meta.dirname, '..', 'browser', 'fixture-run.json'),
  'utf8',
);

export const fixtureRun = JSON.parse(fixtureText) as RunRecord;
