/**
 * The scenarios that the page is built with: those of the root folder and, as they are much alike, every fifth of the other folders;
 * `npm run soak -- page` runs all. And how the page looks to those who see no colour.
 */
import { basename } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { shippedScenarios } from '../../cli/shared.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { withoutBrowser } from './chromium.ts';
import type { PageUser } from './page-user.ts';
import { builtSite } from './site.ts';

const ALL = process.env['QUORATE_RUNS'] !== undefined;
const NAMES = shippedScenarios(LIBRARY).filter(
  (name, index) => ALL || !name.includes('/') || index % 5 === 0,
);

describe.skipIf(withoutBrowser())('a shipped scenario', () => {
  const site = builtSite();
  let user: PageUser;

  beforeAll(async () => {
    user = await site.open('#scenario=power-off&seed=2&until=1s');
  }, 120_000);

  it.each(NAMES)('%s loads and runs without a word in the console, and asks nobody', async (name) => {
    // One page for all of them, as somebody would who goes through the list: its engine has to start once.
    const { page, complaints, requests } = user;
    const until = name.includes('/') ? '10s' : '30s';
    await page.goto(`${site.url}#scenario=${name}&seed=1&until=${until}`);
    await page.waitForFunction((title) => document.title.startsWith(title), `${basename(name)}, seed`, {
      timeout: 55_000,
    });
    await page.locator('main[aria-busy=false]').waitFor({ timeout: 55_000 });
    expect(await page.locator('.notice.bad').count()).toBe(0);
    expect(await page.locator('lane-labels li').count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
    expect(requests.filter((address) => !address.startsWith(site.url))).toEqual([]);
  });

  it('states differ by shape or letter where they differ at all, as in grayscale', async () => {
    const { page } = await site.openShown('#scenario=power-off&seed=1&until=30s&t=15s');
    const marks = await page.evaluate(() => {
      const root = document.querySelector('quorate-page')!.shadowRoot!;
      const drawing = root.querySelector('topology-view')!.shadowRoot!;
      return [...drawing.querySelectorAll('g.process')].map((process) => ({
        tone: /good|bad|changing|off/.exec(process.getAttribute('class') ?? '')?.[0],
        active: process.classList.contains('active'),
        shape: process.querySelector('.glyph path')?.getAttribute('d'),
        letter: process.querySelector('.glyph text')?.textContent,
        word: process.querySelector('title')?.textContent?.split(': ')[1],
      }));
    });
    expect(marks.length).toBeGreaterThan(15);
    const seen = new Map<string, string>();
    for (const { tone, shape, letter, word } of marks) {
      const known = seen.get(`${shape} ${letter}`);
      if (known !== undefined) expect(known.split(' ')[0], `${word} and ${known} look alike`).toBe(tone);
      seen.set(`${shape} ${letter}`, `${tone} ${word}`);
    }
    await page.close();
  });
});
