/** The file syntax of cockroachdb/datadriven v1.0.2. */
import { describe, expect, it } from 'vitest';
import { parseDirectives } from './data-driven.ts';

const args = (head: string): unknown =>
  parseDirectives(`${head}\n----\n`)[0]!.arguments.map(({ key, values }) => [key, ...values]);

describe('a directive', () => {
  it('has keys, key=value, key= and key=(v1, v2)', () => {
    expect(args('c a b=1 c= d=(1,2, 3) e=()')).toEqual([
      ['a'],
      ['b', '1'],
      ['c', ''],
      ['d', '1', '2', '3'],
      ['e', ''],
    ]);
  });

  it('keeps nested parentheses, quotes and commas outside of parentheses as they are', () => {
    expect(args('c a=((1,2),3) "b" c,d e=f,g')).toEqual([
      ['a', '(1,2)', '3'],
      ['"b"'],
      ['c,d'],
      ['e', 'f,g'],
    ]);
  });

  it('goes on in the next line after a backslash', () => {
    expect(args('c a \\\n  b')).toEqual([['a'], ['b']]);
  });

  it('is preceded by comments and blank lines, and followed by its input up to ----', () => {
    const [one, two] = parseDirectives(
      '# why\n\n  ## really\ncmd x\n v1 v2 \n# input\n----\nout\n\ncmd2\n----\n',
    );
    expect(one).toMatchObject({
      command: 'cmd',
      input: 'v1 v2 \n# input',
      expected: 'out\n',
      line: 4,
      outputLine: 8,
    });
    expect(two).toMatchObject({ command: 'cmd2', input: '', expected: '' });
  });

  it('expects output up to a blank line, or between doubled separators with blank lines in it', () => {
    const [one, two] = parseDirectives('a\n----\n----\none\n\n  two\n----\n----\n\nb\n----\nx\n');
    expect(one!.expected).toBe('one\n\n  two\n');
    expect(two!.expected).toBe('x\n');
  });

  it('without ---- is an error with its line', () => {
    expect(() => parseDirectives('a\n----\nok\n\nb\n')).toThrow("line 5: a directive without '----'");
  });
});
