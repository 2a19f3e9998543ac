import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { letterOf, outlineOf } from '../../ui/run/glyph.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'ui', 'styles', 'theme.css'), 'utf8');
const [lightText = '', darkText = ''] = text.split('@media (prefers-color-scheme: dark)');

function coloursOf(css: string): ReadonlyMap<string, string> {
  return new Map([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

const light = coloursOf(lightText);
const themes = { light, dark: new Map([...light, ...coloursOf(darkText)]) };

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Text, and what it stands on. The canvas and the drawing are not seen by axe. */
const PAIRS: (readonly [string, string])[] = [
  ...['ink', 'muted', 'bad', 'accent'].map((on) => [on, 'surface'] as const),
  ...['ink', 'muted'].flatMap((on) =>
    ['paper', 'sunken', 'accent-soft'].map((ground) => [on, ground] as const),
  ),
  ['ink', 'bad-soft'],
  ...['good', 'changing', 'bad', 'off'].map((tone) => [`${tone}-ink`, `${tone}-fill`] as const),
  ['good', 'surface'],
  ['changing', 'surface'],
  ['off', 'surface'],
  ['off', 'off-fill'],
  ['muted', 'off-fill'],
  ['accent-ink', 'accent'],
  ['surface', 'good'],
];

describe.each(Object.entries(themes))('in the %s theme', (_name, colours) => {
  it.each(PAIRS)('%s on %s has a contrast of at least 4.5', (on, ground) => {
    const [a, b] = [colours.get(on), colours.get(ground)];
    expect(a, `--${on}`).toBeDefined();
    expect(b, `--${ground}`).toBeDefined();
    expect(contrast(a!, b!)).toBeGreaterThanOrEqual(4.5);
  });

  it('borders of fields have a contrast of at least 3', () => {
    expect(contrast(colours.get('line-strong')!, colours.get('surface')!)).toBeGreaterThanOrEqual(3);
  });
});

describe('marks', () => {
  it('have another shape for each tone, so that nobody needs to see colours', () => {
    const shapes = (['good', 'changing', 'bad', 'off'] as const).map(outlineOf);
    expect(new Set(shapes).size).toBe(4);
  });

  it.each([
    ['MASTER', 'M'],
    ['follower', 'F'],
    ['up.backup', 'B'],
    ['m1 (term 2)', '1'],
    ['m2', '2'],
    ['', '–'],
  ])('carry the first letter of the state, or the number of a host: %s', (state, letter) => {
    expect(letterOf(state)).toBe(letter);
  });
});
