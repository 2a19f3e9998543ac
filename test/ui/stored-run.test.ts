import { describe, expect, it } from 'vitest';
import { readStoredRun } from '../../ui/engine/stored-run.ts';
import { fixtureRun, fixtureText } from './fixture.ts';

const changed = (change: object) => JSON.stringify({ ...fixtureRun, ...change });

describe('a stored run', () => {
  it('is read as it was written', () => {
    expect(readStoredRun('run.json', fixtureText)).toEqual(fixtureRun);
  });

  it.each([
    ['', /not JSON/],
    ['{"a":', /not JSON/],
    ['null', /no stored run/],
    ['[]', /no stored run/],
    ['{"format":"chrome-trace"}', /no stored run/],
    [changed({ version: 2 }), /version 2/],
    [changed({ until_ms: 0 }), /until_ms/],
    [changed({ hosts: [{ name: 1 }] }), /hosts\.0\.name/],
    [changed({ lanes: [{ id: 'x' }] }), /lanes\.0\./],
    [changed({ story: fixtureRun.story.toReversed() }), /the story is not in order/],
  ])('is refused with one sentence: %#', (text, words) => {
    expect(() => readStoredRun('run.json', text)).toThrow(words);
  });
});
