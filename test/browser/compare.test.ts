/** Two runs on one axis. */
import { describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import { builtSite } from './site.ts';

describe.skipIf(withoutBrowser())('comparing', () => {
  const site = builtSite();

  it('a branch with its trunk: where they part, and what it cost', async () => {
    const change = encodeURIComponent('at=6000001us&do=power-off&on=m1');
    const { page, complaints } = await site.openShown(
      `#scenario=power-off&seed=1&until=20s&change=${change}`,
    );
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
