/** Time in the hand: steps of every kind, breakpoints, what is to come. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import { clock, type PageUser } from './page-user.ts';
import { builtSite } from './site.ts';

describe.skipIf(withoutBrowser())('time', () => {
  const site = builtSite();
  let user: PageUser;
  let page: Page;

  beforeAll(async () => {
    user = await site.openShown('#scenario=power-off&seed=1&until=30s');
    page = user.page;
  }, 120_000);

  it('steps to edges of outages, both ways', async () => {
    await page.keyboard.press('o');
    const first = await clock(page);
    expect(Number.parseFloat(first ?? '')).toBeGreaterThanOrEqual(10);
    await page.keyboard.press('o');
    expect(await clock(page)).not.toBe(first);
    await page.keyboard.press('Shift+O');
    expect(await clock(page)).toBe(first);
  });

  it('steps to the next event of the same kind', async () => {
    await page
      .locator('story-list li', { hasText: 'first failed request' })
      .first()
      .getByRole('button')
      .first()
      .click();
    await page.keyboard.press('k');
    const current = page.locator('story-list [aria-current]');
    await expect.poll(() => current.textContent()).toMatch(/failed request|good again/);
  });

  it('says what comes next if nobody touches anything', async () => {
    await page.keyboard.press('Home');
    await expect
      .poll(() => page.locator('transport-bar .next').textContent())
      .toMatch(/in 10\.0 s: m1 loses power/);
    expect(await page.locator('lane-axis .ghosts circle').count()).toBeGreaterThan(3);
  });

  it('stops where a condition begins to hold, which is a lane of its own', async () => {
    await page.keyboard.press('p');
    const dialog = page.getByRole('dialog', { name: 'Breakpoints and watches' });
    // It is fetched when it is first asked for; what is typed before it stands there goes to the page.
    await dialog.waitFor();
    await page.keyboard.type("etcd.leader == 'm2' || etcd.leader == 'm3'");
    await page.keyboard.press('Enter');
    await dialog.getByText('1×').waitFor();
    await page.keyboard.type('etcd.leadr');
    await page.keyboard.press('Enter');
    await dialog.getByText(/etcd has no leadr/).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('lanes-view .scroll').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await expect
      .poll(() => page.getByRole('button', { name: 'Play', exact: true }).count(), { timeout: 20_000 })
      .toBe(1);
    await expect.poll(() => clock(page)).toMatch(/^11\.\d+ s$/);
    await page.locator('lane-labels').getByText("etcd.leader == 'm2' || etcd.leader == 'm3'").waitFor();
    await page.waitForURL(/watch=stop/);
  });

  it('goes from a hundredth of real time to as fast as makes sense', async () => {
    const speed = page.getByRole('slider', { name: 'Speed' });
    await speed.focus();
    await page.keyboard.press('Home');
    expect(await speed.getAttribute('aria-valuetext')).toBe('1/100×');
    await page.keyboard.press('End');
    expect(await speed.getAttribute('aria-valuetext')).toBe('max');
  });

  it('was quiet', () => {
    expect(user.complaints).toEqual([]);
  });
});
