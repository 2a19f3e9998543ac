import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundedFindings, type Finding, findingText } from '../../models/finding.ts';
import { ipv4Number, ipv4Text, isIpv4 } from '../../models/ipv4.ts';
import { editDistance, nearest, nearestHint } from '../../models/nearest.ts';
import { checkDocument } from '../../models/schema-findings.ts';
import { MAX_FINDINGS, MAX_YAML_CHARACTERS, readYaml } from '../../models/yaml-text.ts';
import { z } from '../../models/zod.ts';
import { cpuMsOf } from '../cpu-time.ts';

const said = (text: string) => readYaml(text, 'f.yaml').findings.map(findingText);

describe('YAML texts', () => {
  test('an empty file is one complaint', () => {
    expect(said('')).toEqual(['f.yaml:1:1: the file is empty']);
    expect(said(' \n\t\n')).toEqual(['f.yaml:1:1: the file is empty']);
    expect(said('# only a comment\n')).toEqual(['f.yaml:1:1: the file is empty']);
  });

  test('a file beyond the bound is refused before it is parsed', () => {
    const took = cpuMsOf(() => {
      const findings = said('x: [{ '.repeat(2_000_000));
      expect(findings).toEqual([
        `f.yaml:1:1: the file has 12000000 characters; at most ${MAX_YAML_CHARACTERS} are read`,
      ]);
    });
    expect(took).toBeLessThan(1_000);
  });

  test('junk of the largest size gives a bounded number of complaints in bounded time', () => {
    const took = cpuMsOf(() => {
      for (const junk of ['{"', ': \n', '\u0000\u0001']) {
        const { findings } = readYaml(junk.repeat(MAX_YAML_CHARACTERS / junk.length), 'f.yaml');
        expect(findings.length).toBeLessThanOrEqual(MAX_FINDINGS);
      }
    });
    expect(took).toBeLessThan(10_000);
  });

  test('brackets nested too deeply are an error and no crash', () => {
    expect(said('['.repeat(100_000)).length).toBeGreaterThan(0);
    expect(said('- '.repeat(90_000)).length).toBeGreaterThan(0);
  });

  test('an alias bomb is an error', () => {
    const levels = [
      'a: &a [x, x]',
      ...Array.from({ length: 20 }, (_, i) => {
        const from = String.fromCharCode(97 + i);
        const to = String.fromCharCode(98 + i);
        return `${to}: &${to} [${`*${from}, `.repeat(9)}*${from}]`;
      }),
    ];
    expect(said(levels.join('\n'))[0]).toMatch(/alias/i);
  });

  test('a complaint names the place of the value, a missing one that of its parent', () => {
    const { documents } = readYaml('a:\n  b: [1, {c: x}]\n', 'f.yaml');
    const document = documents[0]!;
    expect(document.position(['a', 'b', 1, 'c'])).toEqual({ line: 2, column: 14 });
    expect(document.position(['a', 'b', 1, 'c'], 'key')).toEqual({ line: 2, column: 11 });
    expect(document.position(['a', 'b', 1, 'd'])).toEqual({ line: 2, column: 10 });
    expect(document.position(['a', 'b', 7])).toEqual({ line: 2, column: 6 });
  });

  test('the place of a character within a text is told for plain and quoted texts of one line', () => {
    const { documents } = readYaml('a: xyz\nb: "xyz"\nc: |\n  xyz\n', 'f.yaml');
    const document = documents[0]!;
    expect(document.positionIn(['a'], 1)).toEqual({ line: 1, column: 5 });
    expect(document.positionIn(['b'], 1)).toEqual({ line: 2, column: 6 });
    expect(document.positionIn(['c'], 1)).toEqual({ line: 3, column: 4 });
  });

  test('a key given twice is an error', () => {
    expect(said('a: 1\na: 2\n')[0]).toMatch(/^f\.yaml:2:1: .*unique/);
  });

  test('no text makes the reader throw', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      '&',
      '*',
      '"',
      "'",
      '|',
      '>',
      '#',
      '!',
      '%',
      '\t',
      '\0',
      '1',
      ',',
      '---',
      '<<',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { documents, findings } = readYaml(pieces.join(''), 'f.yaml');
        expect(documents.length > 0 || findings.length > 0).toBe(true);
        for (const { line, column } of findings) expect(line >= 1 && column >= 1).toBe(true);
      }),
      { seed: 20_210_611, numRuns: 500 },
    );
  });
});

describe('complaints of a schema', () => {
  const schema = z.strictObject({
    name: z.string(),
    port: z.int().min(1).max(65_535),
    kind: z.enum(['alpha', 'beta']),
    of: z.union([z.string(), z.number()]).optional(),
    list: z.array(z.strictObject({ x: z.number() })).optional(),
  });
  const complaints = (text: string) =>
    checkDocument(schema, readYaml(text, 'f.yaml').documents[0]!).findings.map(findingText);

  test('an unknown key names the nearest known one', () => {
    expect(complaints('name: a\nport: 1\nkind: alpha\nprot: 2\n')).toEqual([
      'f.yaml:4:1: unknown key prot; nearest: port',
    ]);
  });
  test('an unknown key deep within names the keys that are known there', () => {
    expect(complaints('name: a\nport: 1\nkind: alpha\nlist: [{x: 1, y: 2}]\n')).toEqual([
      'f.yaml:4:15: unknown key list[0].y; nearest: x',
    ]);
  });
  test('a missing key is said at its map', () => {
    expect(complaints('name: a\nkind: alpha\n')).toEqual(['f.yaml:1:1: port is missing']);
  });
  test('a wrong type says what was expected and what is there', () => {
    expect(complaints('name: [1]\nport: x\nkind: alpha\n')).toEqual([
      'f.yaml:1:7: name must be text, not a list',
      'f.yaml:2:7: port must be a number, not x',
    ]);
  });
  test('a number out of range says the range', () => {
    expect(complaints('name: a\nport: 70000\nkind: alpha\n')).toEqual([
      'f.yaml:2:7: port must be at most 65535, not 70000',
    ]);
  });
  test('a word that is none of the known ones names the nearest', () => {
    expect(complaints('name: a\nport: 1\nkind: alpah\n')).toEqual([
      'f.yaml:3:7: kind: unknown alpah; nearest: alpha',
    ]);
  });
  test('a union says each kind that would do', () => {
    expect(complaints('name: a\nport: 1\nkind: alpha\nof: [1]\n')).toEqual([
      'f.yaml:4:5: of: must be text or a number',
    ]);
  });
});

describe('names and addresses', () => {
  test('a distance counts inserted, deleted, replaced and swapped letters', () => {
    expect(editDistance('abc', 'abc')).toBe(0);
    expect(editDistance('abc', 'acb')).toBe(1);
    expect(editDistance('abc', 'ab')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });
  test('a distance is symmetric and obeys the triangle for single edits', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
      { seed: 7, numRuns: 500 },
    );
  });
  test('nothing is near to what resembles nothing, and then a short list is shown whole', () => {
    expect(nearest('xyzzy', ['alpha', 'beta'])).toEqual([]);
    expect(nearestHint('xyzzy', ['alpha', 'beta'])).toBe('; there are: alpha, beta');
    expect(nearestHint('aplha', ['alpha', 'beta'])).toBe('; nearest: alpha');
  });
  test('an address has four numbers up to 255 without leading zeros', () => {
    for (const good of ['0.0.0.0', '10.0.0.162', '255.255.255.255']) expect(isIpv4(good)).toBe(true);
    for (const bad of [
      '',
      '10.0.0',
      '10.0.0.256',
      '10.0.0.01',
      '10.0.0.0.1',
      'a.b.c.d',
      '10.0.0.-1',
      '::1',
    ]) {
      expect(isIpv4(bad)).toBe(false);
    }
  });
  test('an address and its number are the same thing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (number) => {
        expect(isIpv4(ipv4Text(number))).toBe(true);
        expect(ipv4Number(ipv4Text(number))).toBe(number);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
  test('when findings are too many, errors stay and the rest is counted', () => {
    const note: Finding = { severity: 'note', file: 'f', line: 1, column: 1, message: 'n' };
    const error: Finding = { severity: 'error', file: 'f', line: 9, column: 1, message: 'e' };
    const kept = boundedFindings([note, note, note, error], 2);
    expect(kept.map(({ message }) => message)).toEqual(['e', 'n', '2 more findings are not shown']);
    expect(boundedFindings([note], 2)).toEqual([note]);
  });
});
