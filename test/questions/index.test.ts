/** Every one of the 62 questions is answered: by a shipped scenario, by a test of its rule, or by both. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { questionsOf, questionsPage } from '../../cli/questions.ts';
import { shippedScenarios } from '../../cli/shared.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { LIBRARY, QUESTION_NAMES } from '../scenarios/library.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const QUESTIONS = questionsOf(LIBRARY);
const shipped = shippedScenarios(LIBRARY);

test('there are 62, each once and in order', () => {
  expect(QUESTIONS.map(({ number }) => number)).toEqual(Array.from({ length: 62 }, (_, i) => i + 1));
});

describe.each(QUESTIONS)('$question', ({ marks, scenarios, tests, answer }) => {
  test('it is answered as its mark wants it', () => {
    if (marks !== 'L') expect(scenarios.length).toBeGreaterThan(0);
    if (marks !== 'S') expect(tests.length + (marks === 'L' ? scenarios.length : 0)).toBeGreaterThan(0);
    expect(answer).toMatch(/\.$/);
  });

  test.each(scenarios)('scenario %s expects something', (name) => {
    expect(shipped).toContain(name);
    const { scenario } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', name);
    expect(scenario?.data.expect?.length).toBeGreaterThan(0);
  });

  test.each(tests)('$file tests its rule: $test', ({ file, test: wanted }) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(wanted);
  });
});

test('every scenario of questions/ answers one', () => {
  const used = new Set(QUESTIONS.flatMap(({ scenarios }) => scenarios));
  expect(QUESTION_NAMES.filter((name) => !used.has(name))).toEqual([]);
});

test('docs/questions.md is made from the index', () => {
  const path = join(ROOT, 'docs/questions.md');
  const text = questionsPage(LIBRARY);
  if (process.env['QUORATE_UPDATE_DOCS'] === '1') writeFileSync(path, text);
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '', 'run: npm run docs').toBe(text);
});
