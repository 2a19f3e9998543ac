/** The terminal's line: readline's keys, history, completion; and whatever else comes in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complete, EMPTY_LINE, entered, type Line, typeInto } from '../../ui/terminal/line-editor.ts';

const typed = (input: string, from: Line = EMPTY_LINE): Line => typeInto(from, input).line;
const LEFT = '\x1b[D';
const UP = '\x1b[A';
const DOWN = '\x1b[B';

describe('readline(3)', () => {
  test.each([
    ['inserts at the cursor', `ab${LEFT}x`, 'axb'],
    ['C-a goes to the start of the line, C-e to its end', 'b\x01a\x05c', 'abc'],
    ['Home and End as either kind of terminal sends them', 'b\x1bOHa\x1b[Fc', 'abc'],
    ['C-h and backspace delete the character behind the cursor', 'abc\x7f\b', 'a'],
    ['delete and C-d delete the one under it', 'abc\x01\x1b[3~\x04', 'c'],
    ['C-k kills to the end, C-u to the start', `one two${LEFT}${LEFT}${LEFT}\x0b`, 'one '],
    ['C-w kills the word behind the cursor, C-y yanks it back', 'one two \x17\x19\x19', 'one two two '],
    ['what it does not know is nothing', 'a\x1b[15~\x1b\x00\x1fb', 'ab'],
  ])('%s', (_, input, text) => {
    expect(typed(input).text).toBe(text);
  });

  test('goes up and down the history; the new line is kept meanwhile', () => {
    const line = entered(typed('second', entered(typed('first'))));
    const up = typed(`new${UP}${UP}${UP}`, line);
    expect(up.text).toBe('first');
    expect(typed(DOWN, up).text).toBe('second');
    expect(typed(DOWN + DOWN + DOWN, up).text).toBe('new');
  });

  test('Enter, C-c, C-d on an empty line, C-l and Tab are left to the terminal, with what comes after them', () => {
    expect(typeInto(EMPTY_LINE, 'ls\rpwd\r')).toMatchObject({
      deed: 'enter',
      rest: 'pwd\r',
      line: { text: 'ls' },
    });
    const deeds = ['\x03', '\x04', '\x0c', '\t'].map((key) => typeInto(EMPTY_LINE, key).deed);
    expect(deeds).toEqual(['stop', 'leave', 'clear', 'complete']);
  });
});

test('Tab completes what all candidates have in common, then names them', () => {
  const commands = ['etcd', 'etcdctl', 'kubectl'];
  expect(complete(typed('ku'), commands, []).line.text).toBe('kubectl ');
  expect(complete(typed('e'), commands, []).line.text).toBe('etcd');
  expect(complete(typed('sudo etcdc'), commands, []).line.text).toBe('sudo etcdctl ');
  expect(complete(typed('ping m'), commands, ['m1', 'm2']).among).toEqual(['m1', 'm2']);
});

test('nothing that is typed or pasted breaks it', () => {
  const keys = fc.constantFrom(
    UP,
    DOWN,
    LEFT,
    '\x01',
    '\x0b',
    '\x17',
    '\x19',
    '\x7f',
    '\x1b',
    '\x1b[',
    '\r',
    '\t',
  );
  const input = fc
    .array(fc.oneof(keys, fc.string({ unit: 'binary' }), fc.string()))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(input), (inputs) => {
      let line = EMPTY_LINE;
      for (const each of inputs) {
        for (let rest = each; rest !== ''; ) {
          const before = rest.length;
          const done = typeInto(line, rest);
          ({ line, rest } = done);
          if (done.deed === 'enter') line = entered(line);
          if (done.deed === 'complete') ({ line } = complete(line, ['ls'], ['m1']));
          expect(rest.length).toBeLessThan(before);
          expect(line.cursor).toBeGreaterThanOrEqual(0);
          expect(line.cursor).toBeLessThanOrEqual(line.text.length);
          expect(line.text).not.toMatch(/\p{Cc}/u);
        }
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
