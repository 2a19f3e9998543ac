/** The stories of the shipped scenarios, seed 1, as files that people read in a diff. See README.md beside this file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { storyText } from '../../cli/print-story.ts';
import { PLAIN } from '../../cli/style.ts';
import { SCENARIO_NAMES } from '../scenarios/library.ts';
import { composed, run } from '../scenarios/runs.ts';
import { UNTOLD } from './untold.ts';

const update = process.env['QUORATE_UPDATE_GOLDEN'] === '1';
const COLUMNS = 120;

describe('the story of seed 1 is the one in the file', () => {
  test.each(SCENARIO_NAMES.filter((name) => !UNTOLD.includes(name)))('%s', (name) => {
    const { about } = composed(name).data;
    const { record } = run(name, 1);
    expect(record.result.expectations.filter(({ ok }) => !ok)).toEqual([]);
    const story = `${storyText(record, about, PLAIN, COLUMNS)}\nevents ${record.result.events}, trace ${record.result.trace_hash}\n`;
    const path = new URL(`${name}.txt`, import.meta.url).pathname;
    if (update) writeFileSync(path, story);
    const golden = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(story, 'understand what changed it, then: npm run golden').toBe(golden);
  });
});

/** Where the README shows what its command prints. */
const SHOWN = /(<!-- story of power-off -->\n```text\n)[^`]*(```\n<!-- end -->)/;

test('the README shows the story of power-off as it is', () => {
  const path = new URL('../../README.md', import.meta.url).pathname;
  const golden = readFileSync(new URL('power-off.txt', import.meta.url).pathname, 'utf8');
  const story = golden.replace(/\nevents .*\n$/, 'again: quorate run power-off --seed 1\n');
  const text = readFileSync(path, 'utf8');
  const wanted = text.replace(SHOWN, (_all, head, tail) => `${head}${story}${tail}`);
  if (update) writeFileSync(path, wanted);
  expect(SHOWN.test(text)).toBe(true);
  expect(readFileSync(path, 'utf8'), 'npm run golden').toBe(wanted);
});
