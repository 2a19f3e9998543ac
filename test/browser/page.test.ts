/** The built page in a real Chromium. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requested } from '../ui/requested.ts';
import { FIXTURE } from './built-page.ts';
import { withoutBrowser } from './chromium.ts';
import { clock, type PageUser, runShown, scrubTo, summary } from './page-user.ts';
import { builtSite } from './site.ts';

const SHOTS = join(import.meta.dirname, 'screenshots');

describe.skipIf(withoutBrowser())('the page', () => {
  const site = builtSite();
  let user: PageUser;
  const opened: PageUser[] = [];

  const open = async (fragment = ''): Promise<Page> => {
    user = await site.open(fragment);
    opened.push(user);
    return user.page;
  };

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
  }, 120_000);

  afterEach(async () => {
    for (const { page } of opened.splice(0)) await page.close();
  });

  /** Nothing but its own files, and not a word of complaint. */
  const quiet = () => {
    expect(user.complaints).toEqual([]);
    expect(user.requests.filter((address) => !address.startsWith(site.url))).toEqual([]);
  };

  /** Drawings take their new width a frame after the window has it. */
  const sticksOut = (page: Page): Promise<boolean> =>
    page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  describe('with the default scenario', () => {
    it('draws the run, and follows the playhead both ways: before the fault, after it, and back', async () => {
      const page = await open();
      await runShown(page);
      await expect.poll(() => summary(page)).toMatch(/VIP on m1 · m1 leads etcd/);
      await scrubTo(page, 11_000);
      await expect.poll(() => summary(page)).toMatch(/VIP on no host/);
      await scrubTo(page, 13_500);
      await expect.poll(() => summary(page)).toMatch(/VIP on m2/);
      await page.screenshot({ path: join(SHOTS, 'after-the-fault.png') });
      await scrubTo(page, 5_000);
      await expect.poll(() => summary(page)).toMatch(/VIP on m1/);
      quiet();
    });

    it('gives the trace hash that Node gives', async () => {
      const page = await open('#scenario=power-off&seed=3&until=20s');
      await runShown(page);
      await page.getByRole('tab', { name: /Result/ }).click();
      const { result } = requested({ scenario: 'power-off', seed: 3, until: '20s', set: [] });
      expect(await page.locator('result-panel .hash').textContent()).toBe(result.trace_hash);
    });

    it('keeps its address a link: another visitor sees the same run at the same moment', async () => {
      const page = await open('#scenario=power-off&seed=2&until=20s');
      await runShown(page);
      await scrubTo(page, 12_000);
      await page.waitForURL(/t=1[12]/);
      const link = page.url();
      const before = await summary(page);
      const time = await clock(page);
      const other = await open(link.slice(site.url.length));
      await runShown(other);
      await expect.poll(() => summary(other)).toBe(before);
      await expect.poll(() => clock(other)).toBe(time);
      expect(await other.getByRole('spinbutton', { name: 'seed' }).inputValue()).toBe('2');
    });

    it('gives a daemon another parameter at the playhead, on a branch', async () => {
      const page = await open('#scenario=power-off&seed=1&until=20s&t=5s');
      await runShown(page);
      await page.keyboard.press('b');
      const dialog = page.getByRole('dialog', { name: /Break it/ });
      await dialog.locator('select[name=target]').selectOption('m1/haproxy');
      await dialog.getByRole('radio', { name: /^set/ }).check();
      const known = dialog.locator('datalist option[value=inter]');
      await expect.poll(() => known.count()).toBe(1);
      await dialog.getByRole('combobox', { name: 'parameter' }).fill('inter');
      await dialog.getByRole('textbox', { name: 'value' }).fill('soon');
      await dialog.getByText('soon is not a time such as 10s').waitFor();
      expect(await dialog.getByRole('button', { name: 'Do it' }).isDisabled()).toBe(true);
      await dialog.getByRole('textbox', { name: 'value' }).fill('15s');
      await dialog.getByText('m1/haproxy is given another configuration: inter 15s').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Branches' }).getByText('set m1/haproxy').waitFor();
      await page.locator('story-list li', { hasText: 'm1/haproxy is restarted' }).first().waitFor();
      quiet();
    });

    describe('links put into its address', () => {
      const FIRST = '#scenario=power-off&seed=2&until=12s';
      const SECOND = '#scenario=power-off&seed=4&until=12s';
      const seedShown = async (page: Page): Promise<string | undefined> => {
        await page.locator('main[aria-busy=false]').waitFor();
        return /seed (\d+)/.exec(await page.title())?.[1];
      };

      it('opens one over which it wrote its own at the same moment', async () => {
        const page = await open(FIRST);
        await runShown(page);
        await page.evaluate((link) => {
          const own = location.href;
          location.hash = link;
          history.replaceState(null, '', own);
        }, SECOND);
        await expect.poll(() => seedShown(page)).toBe('4');
        quiet();
      });

      it('goes back to the run that is shown while another one is on its way', async () => {
        const page = await open(FIRST);
        await runShown(page);
        await page.evaluate(
          ([there, back]) => {
            location.hash = there as string;
            location.hash = back as string;
          },
          [SECOND, FIRST],
        );
        await page.locator('main[aria-busy=true]').waitFor();
        expect(await seedShown(page)).toBe('2');
        await page.waitForURL(/seed=2/);
        quiet();
      });
    });
  });

  describe('with a stored run', () => {
    const openStored = async (): Promise<Page> => {
      const page = await open('#file=fixture-run.json');
      await runShown(page);
      return page;
    };

    it('shows it when it is dropped, and its words are never HTML', async () => {
      const page = await open('#file=missing.json');
      await page.locator('.notice').waitFor();
      await drop(page, 'run.json', readFileSync(FIXTURE, 'utf8'));
      await runShown(page);
      expect(await page.getByText('fails: <b>reset</b> when the VIP moved & connections broke').count()).toBe(
        1,
      );
      expect(await summary(page)).toBe('VIP on m1 · m1 leads etcd, term 2');
    });

    it('is used by keyboard alone', async () => {
      const page = await openStored();
      await page.keyboard.press('.');
      await expect.poll(() => clock(page)).toBe('10.000 s');
      await page.keyboard.press('.');
      await expect.poll(() => clock(page)).toBe('10.018 s');
      await page.keyboard.press(',');
      await expect.poll(() => clock(page)).toBe('10.000 s');
      await page.keyboard.press('Shift+>');
      await expect.poll(() => clock(page)).toBe('10.018 s');
      await page.keyboard.press('/');
      await page.keyboard.type('leader of term');
      expect(await page.locator('story-list li').count()).toBe(1);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => clock(page)).toBe('11.882 s');
      quiet();
    });

    it('zooms and moves its lanes by keys, wheel and drag', async () => {
      const page = await openStored();
      const ticks = () => page.locator('lane-axis .tick text').allTextContents();
      const first = async () => Number.parseFloat((await ticks())[0] ?? '');
      const whole = await ticks();
      await page.keyboard.press('.');
      for (const key of 'wwww') await page.keyboard.press(key);
      await expect.poll(ticks).not.toEqual(whole);
      const zoomed = await first();
      await page.keyboard.press('d');
      await expect.poll(first).toBeGreaterThan(zoomed);
      await page.keyboard.press('a');
      await expect.poll(first).toBe(zoomed);
      const stage = await page.locator('lanes-view .stage').boundingBox();
      const [x, y] = [stage!.x + stage!.width / 2, stage!.y + 150];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 200, y, { steps: 4 });
      await page.mouse.up();
      await expect.poll(first).toBeGreaterThan(zoomed);
      // A drag is no click: the playhead stays.
      expect(await clock(page)).toBe('10.000 s');
      await page.keyboard.press('f');
      await page.keyboard.press('f');
      await expect.poll(ticks).toEqual(whole);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -400);
      await page.keyboard.up('Control');
      await expect.poll(ticks).not.toEqual(whole);
    });

    it('plays and pauses', async () => {
      const page = await openStored();
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await expect.poll(() => clock(page)).not.toBe('0.000 s');
      await page.getByRole('button', { name: 'Pause' }).click();
      const stopped = await clock(page);
      await page.waitForTimeout(200);
      await expect.poll(() => clock(page)).toBe(stopped);
    });

    it.each(['light', 'dark'] as const)('has nothing for axe to find in %s', async (colorScheme) => {
      const page = await openStored();
      await page.emulateMedia({ colorScheme });
      await page.keyboard.press('.');
      for (const tab of ['Story', 'Result']) {
        await page.getByRole('tab', { name: new RegExp(tab) }).click();
        const { violations, passes } = await new AxeBuilder({ page }).analyze();
        // It has looked into the components.
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        ).toEqual([]);
      }
    });

    it('fits a desk, however long a scenario has to say what it is about', async () => {
      const page = await open('#scenario=labs/guide-000-docker-stopped&until=5s');
      await page.setViewportSize({ width: 1400, height: 900 });
      await runShown(page);
      await expect.poll(() => sticksOut(page)).toBe(false);
      const about = page.locator('page-header .about');
      const lineHeight = (await about.boundingBox())!.height;
      await about.locator('summary').press('Enter');
      await expect.poll(async () => (await about.boundingBox())!.height).toBeGreaterThan(1.8 * lineHeight);
    });

    it('fits a telephone: nothing sticks out sideways, and lanes come first', async () => {
      const page = await openStored();
      await page.setViewportSize({ width: 390, height: 844 });
      await expect.poll(() => sticksOut(page)).toBe(false);
      const top = async (name: string) => (await page.locator(name).boundingBox())?.y ?? Number.NaN;
      await expect.poll(async () => (await top('lanes-view')) < (await top('topology-view'))).toBe(true);
      await page.screenshot({ path: join(SHOTS, 'telephone.png') });
    });
  });

  describe('with what strangers give it', () => {
    it.each([
      ['#scenario=nowhere', /There is no scenario nowhere/],
      ['#scenario=power-off&seed=x', /seed/],
      ['#scenario=power-off&set=haproxy.m1.intr=1s&until=1s', /intr/],
      ['#%%%', /means nothing here/],
      ['#file=missing.json', /missing\.json could not be loaded/],
      [`#scenario=${'x'.repeat(200_000)}`, /too long/],
    ])('answers the link %# with words and stays usable', async (fragment, words) => {
      const page = await open(fragment);
      await page.locator('.notice').filter({ hasText: words }).waitFor();
      await drop(page, 'run.json', readFileSync(FIXTURE, 'utf8'));
      await page.getByText('26 events').waitFor();
    });

    it.each([
      ['junk.json', '\u0000\u0001 junk '.repeat(500_000), /it is not JSON/],
      ['other.json', '{"traceEvents":[]}', /no stored run/],
    ])('answers the file %s with words and keeps the run it has', async (name, content, words) => {
      const page = await open('#file=fixture-run.json');
      await runShown(page);
      await drop(page, name, content);
      await page.locator('.notice').filter({ hasText: words }).waitFor();
      await expect.poll(() => summary(page)).toMatch(/VIP on m1/);
    });

    it('lets no script run that is not its own', async () => {
      const page = await open('#file=fixture-run.json');
      const ran = await page.evaluate(
        () =>
          new Promise<boolean>((done) => {
            document.addEventListener('securitypolicyviolation', () => done(false));
            const script = document.createElement('script');
            script.textContent = 'window.intruder = true';
            document.body.append(script);
            setTimeout(() => done('intruder' in window), 500);
          }),
      );
      expect(ran).toBe(false);
    });
  });
});

/** Drops a file on the page as a hand with a mouse would. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text ?? ''], fileName ?? '', { type: 'application/json' }));
      return transfer;
    },
    [name, content],
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}
