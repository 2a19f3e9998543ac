/** Dialogs and panels under axe, in light and dark. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import { builtSite } from './site.ts';

describe.skipIf(withoutBrowser())('axe finds nothing', () => {
  const site = builtSite();
  let page: Page;

  beforeAll(async () => {
    ({ page } = await site.openShown('#scenario=power-off&seed=1&until=20s&t=12s&lane=vrrp:m2/VI_1'));
  }, 120_000);

  /** Within one element of the page: the whole of it is looked at in page.test.ts, and takes its time. */
  const found = async (element: string) => {
    const { violations, passes } = await new AxeBuilder({ page })
      .include({ fromShadowDom: ['quorate-page', element] })
      .analyze();
    expect(passes.length).toBeGreaterThan(3);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([
      ['b', 'fault-dialog', 'Break it at'],
      ['p', 'watch-dialog', 'Breakpoints and watches'],
      ['l', 'share-dialog', 'Share this moment'],
      ['i', 'files-dialog', 'Your own files'],
      ['Control+k', 'command-palette', 'Commands'],
      ['?', 'help-dialog', 'Keys and marks'],
    ])('with %s: %s', async (key, element, name) => {
      await page.emulateMedia({ colorScheme });
      await page.keyboard.press(key);
      const dialog = page.getByRole('dialog', { name: new RegExp(name) });
      await dialog.waitFor();
      expect(await found(element)).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    });

    it.each([
      ['Why?', 'why-panel ol'],
      ['Machine', 'machine-panel svg'],
      ['Result', 'outage-phases li'],
    ])('in the panel %s', async (tab, shown) => {
      await page.emulateMedia({ colorScheme });
      if (tab === 'Why?') await page.keyboard.press('y');
      else await page.getByRole('tab', { name: new RegExp(tab) }).click();
      await page.locator(shown).first().waitFor();
      expect(await found('side-panel')).toEqual([]);
    });
  });
});
