/** What leaves the page: links, pictures, files, Perfetto, the replay element. And how it is steered by the command palette. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import { clock, openPage, type PageUser, runShown, summary } from './page-user.ts';
import { builtSite } from './site.ts';

const BUILT = join(import.meta.dirname, '..', '..', 'dist', 'ui');

describe.skipIf(withoutBrowser())('what can be shared', () => {
  const site = builtSite();
  let user: PageUser;
  let page: Page;

  beforeAll(async () => {
    user = await site.openShown('#scenario=power-off&seed=1&until=30s&t=12s');
    page = user.page;
  }, 120_000);

  const share = async () => {
    await page.keyboard.press('l');
    return page.getByRole('dialog', { name: 'Share this moment' });
  };
  const saved = async (name: string): Promise<{ name: string; text: string; bytes: Buffer }> => {
    const dialog = await share();
    const arrives = page.waitForEvent('download');
    // Told apart from a download that does not come.
    await Promise.all([
      arrives,
      dialog.getByRole('button', { name, exact: true }).click({ timeout: 20_000 }),
    ]);
    const download = await arrives;
    const bytes = readFileSync(await download.path());
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    return { name: download.suggestedFilename(), text: bytes.toString('utf8'), bytes };
  };

  it('a link has a title and a note, which whoever opens it reads', async () => {
    const dialog = await share();
    await dialog.getByLabel('Title').fill('Two masters <b>at once</b>');
    await dialog.getByLabel('Note').fill('look at m2');
    const link = await dialog.getByLabel('Link').inputValue();
    await page.keyboard.press('Escape');
    const other = await openPage(site.context, link);
    await runShown(other.page);
    await other.page.getByText('Two masters <b>at once</b>: look at m2').waitFor();
    expect(await other.page.title()).toContain('Two masters');
    expect(other.complaints).toEqual([]);
    await other.page.close();
  });

  it('a link of another version says that its outcome does not hold any more', async () => {
    const link = page
      .url()
      .replace(/outcome=\w+/, 'outcome=0123456789abcdef')
      .replace(/v=[^&]+/, 'v=0.0.1');
    const other = await openPage(site.context, link);
    await other.page
      .getByText(/This link was made with version 0\.0\.1, where the run went differently/)
      .waitFor({ timeout: 50_000 });
    await other.page.close();
  });

  it('opens again by a key that is pressed before the browser has moved the focus out of it', async () => {
    const dialog = await share();
    await dialog.waitFor();
    await page.evaluate(() => {
      const { shadowRoot } = document
        .querySelector('quorate-page')!
        .shadowRoot!.querySelector('share-dialog')!;
      const focused = shadowRoot!.activeElement!;
      shadowRoot!.querySelector('dialog')!.close();
      focused.dispatchEvent(new KeyboardEvent('keydown', { key: 'l', bubbles: true, composed: true }));
    });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('pictures: the cluster as SVG and PNG, the lanes as PNG', async () => {
    const svg = await saved('Cluster, SVG');
    expect(svg.name).toBe('power-off-1.svg');
    expect(svg.text).toMatch(/^<svg[^>]+xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.text).toContain('kube-scheduler'.slice(5));
    expect(svg.text).not.toContain('var(');
    for (const name of ['Cluster, PNG', 'Lanes, PNG']) {
      const { bytes } = await saved(name);
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(bytes.length).toBeGreaterThan(10_000);
    }
  });

  it('the scenario and the run as files', async () => {
    expect((await saved('Scenario, YAML')).text).toContain('scenario: power-off');
    expect(JSON.parse((await saved('Stored run, JSON')).text).format).toBe('quorate-run');
  });

  it('a trace, and the same for Chrome', async () => {
    const lines = (await saved('Trace, NDJSON')).text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(10_000);
    expect(JSON.parse(lines[0]!)).toHaveProperty('at_us');
    const events = JSON.parse((await saved('Chrome trace')).text) as { ph: string }[];
    expect(events.some(({ ph }) => ph === 'X')).toBe(true);
  });

  it('opens Perfetto as its protocol says: PING until PONG, then the buffer', async () => {
    await site.context.route('https://ui.perfetto.dev/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<script>addEventListener('message', ({ data, source, origin }) => {
          if (data === 'PING') source.postMessage('PONG', origin);
          else if (data.perfetto) document.title = data.perfetto.title + ' ' + data.perfetto.buffer.byteLength;
        });</script>`,
      }),
    );
    const dialog = await share();
    const [perfetto] = await Promise.all([
      site.context.waitForEvent('page'),
      dialog.getByRole('button', { name: 'Open in Perfetto' }).click(),
    ]);
    await expect.poll(() => perfetto.title(), { timeout: 20_000 }).toMatch(/Two masters.* \d{6,}$/);
    await perfetto.close();
    await page.bringToFront();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('a standalone HTML file, which plays without a network', async () => {
    const { text } = await saved('Standalone HTML');
    const alone = await site.context.newPage();
    const complaints: string[] = [];
    alone.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    alone.on('pageerror', (error) => complaints.push(String(error)));
    await site.context.route('http://alone.invalid/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: text }),
    );
    await alone.goto('http://alone.invalid/run.html');
    await expect.poll(() => clock(alone)).toBe('12.000 s');
    await expect.poll(() => summary(alone)).toMatch(/VIP on no host/);
    await alone.getByRole('button', { name: 'Next event' }).click();
    await expect.poll(() => clock(alone)).not.toBe('12.000 s');
    expect(complaints).toEqual([]);
    await alone.close();
  });

  it('the replay element, in a page of its own', async () => {
    const other = await site.open('replay-example.html');
    await expect
      .poll(() => other.page.locator('quorate-replay topology-view header p').first().textContent())
      .toMatch(/VIP on m1/);
    expect(await other.page.locator('quorate-replay').count()).toBe(2);
    await other.page
      .locator('quorate-replay')
      .first()
      .getByRole('button', { name: 'Play', exact: true })
      .click();
    await expect
      .poll(() => other.page.locator('quorate-replay transport-bar .clock strong').first().textContent())
      .not.toBe('9.000 s');
    expect(other.complaints).toEqual([]);
    await other.page.close();
  });

  it('the page in a frame: without its header and panels', async () => {
    const other = await site.openShown('?embed=1#scenario=power-off&seed=1&until=20s');
    expect(await other.page.locator('page-header').isVisible()).toBe(false);
    expect(await other.page.locator('side-panel').isVisible()).toBe(false);
    expect(await other.page.getByRole('button', { name: 'Play', exact: true }).isVisible()).toBe(true);
    await other.page.close();
  });

  it('the command palette finds a command by a few letters, and does it', async () => {
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Commands' });
    // It is fetched when it is first opened.
    await palette.getByRole('option').first().waitFor();
    await page.keyboard.type('kill m2/hapr');
    await palette.getByRole('option', { name: 'break: kill m2/haproxy' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('navigation', { name: 'Branches' })
      .getByText('kill m2/haproxy')
      .waitFor({ timeout: 20_000 });
  });

  it('is small: page and engine are under 400 kB, gzipped, before anything is fetched on demand', () => {
    const assets = join(BUILT, 'assets');
    const loaded = new Set(
      readdirSync(assets).filter((name) => /^(index|engine\.worker)-.*\.(js|css)$/.test(name)),
    );
    expect(loaded.size).toBe(3);
    // What they import at once belongs to them.
    for (const name of loaded) {
      const text = readFileSync(join(assets, name), 'utf8');
      for (const [, other] of text.matchAll(/(?:from|import)\s*[`"']\.\/([^`"']+\.js)[`"']/g))
        loaded.add(other!);
    }
    const sizes = [...loaded].map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
  });

  it('was quiet, and asked nobody else but Perfetto, when told to', () => {
    expect(user.complaints).toEqual([]);
    expect(
      user.requests.filter(
        (address) =>
          !address.startsWith(site.url) && !address.startsWith('blob:') && !address.startsWith('data:'),
      ),
    ).toEqual([]);
  });
});
