/** Two runs on one axis. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve, upToDate } from './built-page.ts';
import { type Browser, startChromium, withoutBrowser } from './chromium.ts';
import { openPage, runShown } from './page-user.ts';

describe.skipIf(withoutBrowser())('comparing', () => {
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    browser = await startChromium();
    upToDate();
    served = await serve();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  it('a branch with its trunk: where they part, and what it cost', async () => {
    const change = encodeURIComponent('at=6000001us&do=power-off&on=m1');
    const { page, complaints } = await openPage(
      browser.context,
      `${served.url}#scenario=power-off&seed=1&until=20s&change=${change}`,
    );
    await runShown(page);
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog', { name: 'Compare' });
    await dialog.getByRole('button', { name: 'power-off', exact: true }).click();
    await dialog.getByText(/They part first at/).waitFor({ timeout: 50_000 });
    await dialog.getByRole('button', { name: '6.000 s' }).waitFor();
    expect(await dialog.locator('tbody tr').count()).toBeGreaterThanOrEqual(3);
    expect(await dialog.locator('ol li').count()).toBeGreaterThan(5);
    await dialog.getByRole('button', { name: 'stacked against external' }).click();
    await dialog.getByText('external-loses-two-control-planes').waitFor({ timeout: 55_000 });
    await expect.poll(() => dialog.locator('tbody').textContent(), { timeout: 20_000 }).toMatch(/−\d/);
    expect(complaints).toEqual([]);
  });
});
