import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBundle, unpackBundle } from '../../ui/run/bundle.ts';
import { readChange, writeChange } from '../../ui/run/change-text.ts';
import { type Link, readLink, writeLink } from '../../ui/run/link.ts';
import { commandOf } from '../../ui/run/request.ts';

const request = fc.record({
  request: fc.record(
    {
      scenario: fc.string({ minLength: 1 }),
      seed: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      topology: fc.string(),
      until: fc.constantFrom('10s', '1500ms', '1h'),
      set: fc.array(fc.string()),
    },
    { requiredKeys: ['scenario', 'seed', 'set'] },
  ),
  atMs: fc.nat({ max: 86_400_000_000 }).map((us) => us / 1_000),
});

describe('a link', () => {
  it('says what was written', () => {
    fc.assert(
      fc.property(request, (link) => {
        expect(readLink(`#${writeLink(link as Link)}`)).toEqual(link);
      }),
      { seed: 1 },
    );
  });

  it('never throws, whatever a stranger writes', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('', '#', '#scenario=', '#scenario=a&t=', '#file='),
        (text, start) => {
          const link = readLink(start + text);
          expect(['string', 'object', 'undefined']).toContain(typeof link);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });

  it('is refused unread when it is megabytes long', () => {
    expect(readLink(`#scenario=${'x'.repeat(5_000_000)}`)).toMatch(/too long/);
  });

  it.each([
    ['#scenario=power-off&seed=x', /seed/],
    ['#scenario=power-off&seed=99999999999999999', /seed/],
    ['#seed=1', /no scenario/],
    ['#scenario=power-off&t=12', /no unit/],
    ['#scenario=power-off&until=-1s', /negative/],
    ['#scenario=power-off&onload=alert', /means nothing/],
    ['#file=../../etc/passwd', /no name of a stored run/],
    ['#file=http://example.org/run.json', /no name of a stored run/],
  ])('%s is answered with what is wrong', (fragment, words) => {
    expect(readLink(fragment)).toMatch(words);
  });

  it('may name a stored run beside the page', () => {
    expect(readLink('#file=run.json&t=2s')).toEqual({ file: 'run.json', atMs: 2_000 });
  });

  it('starts at seed 1 and time 0 if it says nothing else', () => {
    expect(readLink('#scenario=power-off')).toEqual({
      request: { scenario: 'power-off', seed: 1, set: [] },
      atMs: 0,
    });
  });
});

describe('the command that does the same', () => {
  it('names everything that the link names', () => {
    const asked = {
      scenario: 'power-off',
      seed: 7,
      topology: 'guide-002',
      until: '60s',
      set: ['haproxy.m1.inter=1s', 'a=b c'],
    };
    expect(commandOf(asked)).toBe(
      "quorate run power-off --topology guide-002 --seed 7 --until 60s --set haproxy.m1.inter=1s --set 'a=b c'",
    );
  });
});

describe('a bundle of files', () => {
  it('is what was packed', async () => {
    const bundle = { scenario: 'scenario: x', files: { 'm1/keepalived.conf': 'ü\n'.repeat(1_000) } };
    const packed = await packBundle(bundle);
    expect(packed).toMatch(/^[\w-]+$/);
    expect(await unpackBundle(packed)).toEqual(bundle);
  });

  it('that unpacks to more than it should is refused', async () => {
    const packed = await packBundle({ scenario: 'x'.repeat(6_000_000), files: {} });
    expect(packed.length).toBeLessThan(64_000);
    await expect(unpackBundle(packed)).rejects.toThrow(/too large/);
  });
});

describe('a change in a link', () => {
  it.each([
    { at: '12561001us', do: 'power-off', on: 'm1' },
    { at: '1us', do: 'latency', links: ['m1,m2', 'm3'] as const, direction: 'to', by: '20ms' },
    { at: '5us', do: 'kill', on: 'm1/haproxy', restart: false },
    { at: '5us', do: 'clock-drift', on: 'm1', ppm: -1000 },
  ])('says what was written: $do', (change) => {
    expect(readChange(writeChange(change))).toEqual(change);
  });

  it.each(['', 'at=5us', 'at=5s&do=kill', 'at=5us&do=kill&links=m1'])('is refused with words: %s', (text) => {
    expect(typeof readChange(text)).toBe('string');
  });
});
