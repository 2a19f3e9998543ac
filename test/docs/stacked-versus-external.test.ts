/**
 * docs/stacked-versus-external.md is made from docs/survival, and these tables are what the simulation gives: some rows of each in the
 * tests, all in the soak (QUORATE_RUNS rows a topology).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AskedSet,
  expectedToServe,
  type StoredTable,
  stackedVersusExternal,
} from '../../cli/stacked-versus-external.ts';
import { reportOf, type SurvivalReport } from '../../cli/survive.ts';
import { settledForSurvival, verdictAfter } from '../../properties/survival.ts';
import { chosenSets } from '../../properties/survival-choice.ts';
import { rowsOf } from '../../properties/survival-table.ts';
import { topologyNamed, topologyNames } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDER = join(ROOT, 'docs/survival');
const PAGE = join(ROOT, 'docs/stacked-versus-external.md');
const CHOSEN = { seed: 1, max: 0, symmetry: false };
const RUNS = Number(process.env['QUORATE_RUNS'] ?? 1);

const names = topologyNames(LIBRARY);
const asked = JSON.parse(readFileSync(join(FOLDER, 'asked.json'), 'utf8')) as AskedSet[];
const tables: StoredTable[] = readdirSync(FOLDER)
  .filter((file) => file !== 'asked.json')
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as SurvivalReport)
  .sort((a, b) => names.indexOf(a.topology) - names.indexOf(b.topology))
  .map((report) => ({ report, topology: topologyNamed(report.topology, LIBRARY)!.topology! }));

test('the page is made from the tables', () => {
  const text = stackedVersusExternal(tables, asked);
  if (process.env['QUORATE_UPDATE_DOCS'] === '1') writeFileSync(PAGE, text);
  expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '', 'run: npm run docs').toBe(text);
});

test('stacked and external of every asked size are there', () => {
  const sizes = [1, 2, 3, 4, 5, 7].map((n) => `stacked-${n}`);
  expect(tables.map(({ report }) => report.topology)).toEqual(
    expect.arrayContaining([
      ...sizes,
      'external-2+3',
      'external-3+3',
      'external-3+5',
      'stacked-3-lb1',
      'stacked-3-lb2',
    ]),
  );
});

test.each(asked)(
  '$failed of $topology: $verdict',
  ({ topology: name, failed, verdict }) => {
    const topology = topologyNamed(name, LIBRARY)!.topology!;
    const settled = settledForSurvival(topology, 1);
    expect(verdictAfter(settled, topology, { failed, how: 'together' })).toBe(verdict);
    expect(expectedToServe(topology, failed)).toBe(verdict === 'write');
  },
  120_000,
);

describe.each(tables.map((table) => [table.report.topology, table] as const))(
  '%s',
  (_, { report, topology }) => {
    test('arithmetic agrees with the simulation in every set', () => {
      const wrong = report.rows.filter(
        ({ failed, verdict }) => (verdict === 'write') !== expectedToServe(topology, failed),
      );
      expect(wrong).toEqual([]);
    });

    test('the stored rows are those of the simulation', () => {
      const { sets } = chosenSets(topology, report.max, report.symmetry);
      const step = Math.max(1, Math.floor(sets.length / RUNS));
      const settled = settledForSurvival(topology, report.seed);
      for (const set of sets.filter((__, index) => index % step === step - 1)) {
        const verdicts = set.tried.map((order) => verdictAfter(settled, topology, order));
        for (const row of reportOf(topology, { ...CHOSEN, sets: [set] }, rowsOf(set, verdicts)).rows)
          expect(report.rows).toContainEqual(row);
      }
    }, 3_600_000);
  },
);
