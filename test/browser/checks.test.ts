/** Checks: properties are searched for counterexamples, failures are tried; what is found opens as a run and plays. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import type { PageUser } from './page-user.ts';
import { builtSite } from './site.ts';

const WHILE_SEARCHING = { timeout: 50_000 };

describe.skipIf(withoutBrowser())('checks', () => {
  const site = builtSite();
  let user: PageUser;
  let page: Page;

  beforeAll(async () => {
    user = await site.openShown('#scenario=power-off&seed=1&until=12s&t=11s&tab=checks');
    page = user.page;
  }, 120_000);

  const panel = () => page.locator('checks-panel');
  const button = (name: string) => panel().getByRole('button', { name, exact: true });

  it('says of each expectation whether it holds, and on which side of the playhead that was decided', async () => {
    await panel()
      .locator('li', { hasText: /eventually.*[←→] \d+\.\d{3} s/s })
      .first()
      .waitFor();
  });

  it('searches the properties, in all three tenses, and tells what breaks one', async () => {
    await button('Search').click();
    const broken = panel().locator('[data-property=vip-on-a-working-proxy] .found');
    await broken.waitFor(WHILE_SEARCHING);
    expect(await broken.textContent()).toMatch(
      /stop m1\/haproxy at 1s: the VIP is on m1, whose proxy is dead/,
    );
    const tenses = await panel().locator('[data-property] strong').allTextContents();
    expect(new Set(tenses)).toEqual(new Set(['always', 'eventually', 'sometimes']));
    await button('Stop').click();
    await button('Search').waitFor(WHILE_SEARCHING);
  });

  it('draws what survives, a cell for each failure', async () => {
    await button('Try all').click();
    const cell = panel().getByRole('button', { name: 'without m1: write' });
    await cell.waitFor(WHILE_SEARCHING);
    await button('Stop').click();
    await button('Try all').waitFor(WHILE_SEARCHING);
    await cell.click();
    await page.waitForURL(/scenario=survival/);
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const story = page.locator('story-list li', { hasText: 'm1 loses power' });
    await story.first().waitFor({ state: 'attached' });
  });

  it('opens a counterexample, which plays at once', async () => {
    await panel().locator('.found button').first().click();
    await page.waitForURL(/scenario=vip-on-a-working-proxy-1/);
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(user.complaints).toEqual([]);
  });
});
