/** Every scenario that the page is built with, and how it looks to those who see no colour. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIO_NAMES } from '../scenarios/library.ts';
import { type Served, serve, upToDate } from './built-page.ts';
import { type Browser, startChromium, withoutBrowser } from './chromium.ts';
import { openPage, type PageUser, runShown } from './page-user.ts';

describe.skipIf(withoutBrowser())('every shipped scenario', () => {
  let browser: Browser;
  let served: Served;
  let user: PageUser;

  beforeAll(async () => {
    browser = await startChromium();
    upToDate();
    served = await serve();
    user = await openPage(browser.context, `${served.url}#scenario=power-off&seed=2&until=1s`);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  it.each(SCENARIO_NAMES)(
    '%s loads and runs its first minute without a word in the console, and asks nobody',
    async (name) => {
      // One page for all of them, as somebody would who goes through the list: its engine has to start once.
      const { page, complaints, requests } = user;
      await page.goto(`${served.url}#scenario=${name}&seed=1&until=60s`);
      await page.waitForFunction((title) => document.title.startsWith(title), `${name}, seed`, {
        timeout: 55_000,
      });
      await page.locator('main[aria-busy=false]').waitFor({ timeout: 55_000 });
      expect(await page.locator('.notice.bad').count()).toBe(0);
      expect(await page.locator('lane-labels li').count()).toBeGreaterThan(10);
      expect(complaints).toEqual([]);
      expect(requests.filter((address) => !address.startsWith(served.url))).toEqual([]);
    },
  );

  it('states differ by shape or letter where they differ at all, as in grayscale', async () => {
    const { page } = await openPage(
      browser.context,
      `${served.url}#scenario=power-off&seed=1&until=30s&t=15s`,
    );
    await runShown(page);
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
