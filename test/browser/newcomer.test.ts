/** What somebody does who has never seen the page, from opening it to sending a link: all of it by keyboard. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLink } from '../../ui/run/link.ts';
import { requested } from '../ui/requested.ts';
import { startChromium, withoutBrowser } from './chromium.ts';
import { clock, openPage, type PageUser, runShown, summary } from './page-user.ts';
import { builtSite } from './site.ts';

const SHOTS = join(import.meta.dirname, 'screenshots');

describe.skipIf(withoutBrowser())("a newcomer's path", () => {
  const site = builtSite();
  let user: PageUser;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    user = await site.openShown('#scenario=power-off&seed=1&until=40s');
    page = user.page;
  }, 120_000);

  const hash = async (of: Page) => {
    await of.locator('main[aria-busy=false]').waitFor({ timeout: 50_000 });
    return of.locator('result-panel .hash').textContent();
  };
  const story = (text: RegExp) => page.locator('story-list li', { hasText: text });

  it('plays', async () => {
    await page.keyboard.press('Space');
    await expect.poll(() => clock(page)).not.toBe('0.000 s');
    await page.keyboard.press('Space');
    await page.keyboard.press('Home');
    await expect.poll(() => clock(page)).toBe('0.000 s');
  });

  it('powers off the VIP holder, shown before what that hits, and the run goes on from there on a branch', async () => {
    const trunk = await hash(page);
    await page.getByRole('slider', { name: 'Playhead' }).focus();
    await page.keyboard.press('PageUp');
    expect(await clock(page)).toBe('5.000 s');
    const holder = /VIP on (\w+)/.exec((await summary(page)) ?? '')?.[1];
    await page.keyboard.press('b');
    const dialog = page.getByRole('dialog', { name: /Break it/ });
    await dialog.waitFor();
    await dialog.getByText(`${holder} loses power`).waitFor();
    await dialog.getByText(`${holder} holds the VIP`).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Branches' }).getByText(`power-off ${holder}`).waitFor();
    expect(await hash(page)).not.toBe(trunk);
  });

  it('sees the outage', async () => {
    await expect.poll(() => summary(page)).toMatch(/VIP on no host/);
    await story(/api.write: first failed request/)
      .first()
      .waitFor();
    await page.screenshot({ path: join(SHOTS, 'outage.png') });
  });

  it('opens "why?": the causes, the arithmetic of the takeover, and the lines of keepalived.conf', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('VIP is on m2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const why = page.locator('why-panel').getByRole('list', { name: /Causes/ });
    await why.waitFor();
    await expect.poll(() => why.textContent()).toMatch(/it takes over after 3 × advert_int 1s \+ skew/);
    expect(await why.textContent()).toMatch(/keepalived\.conf.*\d+ +priority \d+/s);
    await page.screenshot({ path: join(SHOTS, 'why.png') });
  });

  it('forks again, undoes it, and is where it was', async () => {
    const before = await hash(page);
    await page.keyboard.press('Escape');
    await page.locator('lanes-view .scroll').focus();
    await page.keyboard.press('b');
    await page.getByRole('dialog', { name: /Break it/ }).waitFor();
    await page.locator('fault-dialog .preview li').first().waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('branch-strip li').count(), { timeout: 20_000 }).toBe(3);
    await expect.poll(() => hash(page)).not.toBe(before);
    await page.keyboard.press('Control+z');
    await expect.poll(() => hash(page)).toBe(before);
    // The branch is still there.
    expect(await page.locator('branch-strip li').count()).toBe(3);
  });

  it('sends the link to somebody who sees the same trace at the same moment', async () => {
    await page.keyboard.press('l');
    await page
      .getByRole('dialog', { name: 'Share this moment' })
      .getByRole('button', { name: 'Copy link' })
      .waitFor();
    await page.keyboard.press('Escape');
    const [trace, time] = [await hash(page), await clock(page)];
    await page.waitForFunction((outcome) => location.hash.includes(`outcome=${outcome}`), trace);
    await page.waitForTimeout(400);
    const link = page.url();
    const fresh = await startChromium();
    try {
      const other = await openPage(fresh.context, link);
      await runShown(other.page);
      expect(await hash(other.page)).toBe(trace);
      expect(await clock(other.page)).toBe(time);
      expect(await other.page.locator('branch-strip li').count()).toBe(2);
      expect(other.complaints).toEqual([]);
    } finally {
      await fresh.close();
    }
    const read = readLink(new URL(link).hash);
    expect(typeof read === 'object' && read.request && requested(read.request).result.trace_hash).toBe(trace);
  }, 120_000);

  it('has never made the page ask anybody else, or complain', () => {
    expect(user.requests.filter((address) => !address.startsWith(site.url))).toEqual([]);
    expect(user.complaints).toEqual([]);
  });
});
