/** Configuration files that a viewer brings, good and bad ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import { openPage, type PageUser, summary } from './page-user.ts';
import { builtSite } from './site.ts';

const GUIDE = join(import.meta.dirname, '..', '..', 'scenarios', 'guides', 'guide-001');
const file = (name: string, path: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: readFileSync(join(GUIDE, path)),
});

describe.skipIf(withoutBrowser())("a viewer's own files", () => {
  const site = builtSite();
  let user: PageUser;
  let page: Page;

  beforeEach(async () => {
    user = await site.openShown('#file=fixture-run.json');
    page = user.page;
    await page.keyboard.press('i');
    await page.getByRole('dialog', { name: 'Your own files' }).waitFor();
  });

  afterEach(async () => {
    await page.close();
  });

  const choose = (files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    page.locator('files-dialog input[type=file]').setInputFiles(files);

  it('are read, named by host, and run; the link carries them', async () => {
    await choose([
      file('keepalived.conf', 'm1/keepalived.conf'),
      file('keepalived.conf', 'm2/keepalived.conf'),
      file('keepalived.conf', 'm3/keepalived.conf'),
      file('check_apiserver.sh', 'check_apiserver.sh'),
      file('haproxy.cfg', 'haproxy.cfg'),
      file('sysctl.conf', 'sysctl.conf'),
    ]);
    const path = (of: string) => page.getByLabel(`Path of ${of}`, { exact: true });
    await path('host2/keepalived.conf').fill('m2/keepalived.conf');
    await path('host2/keepalived.conf').press('Enter');
    await path('host3/keepalived.conf').fill('m3/keepalived.conf');
    await path('host3/keepalived.conf').press('Enter');
    await path('keepalived.conf').fill('m1/keepalived.conf');
    await path('keepalived.conf').press('Enter');
    await page.getByLabel(/What the files do not say/).fill('cluster.endpoint=10.0.0.162:8443');
    await page.getByLabel(/What the files do not say/).press('Tab');
    await page
      .locator('files-dialog')
      .getByText(/^\d hosts$/)
      .waitFor();
    const { violations } = await new AxeBuilder({ page })
      .include({ fromShadowDom: ['quorate-page', 'files-dialog'] })
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
      [],
    );
    await page.getByRole('button', { name: 'Run it' }).click();
    await expect.poll(() => summary(page), { timeout: 50_000 }).toMatch(/VIP on m\d · m\d leads etcd/);
    await page.waitForURL(/files=/);
    const link = page.url();
    const other = await openPage(site.context, link);
    await expect.poll(() => summary(other.page), { timeout: 50_000 }).toMatch(/VIP on m\d · m\d leads etcd/);
    await other.page.close();
    expect(user.complaints).toEqual([]);
    expect(user.requests.filter((address) => !address.startsWith(site.url))).toEqual([]);
  });

  it.each([
    ['an empty file', Buffer.from('')],
    ['junk', Buffer.from('\u0000\u0001 junk <img src=x onerror=alert(1)>\n'.repeat(1_000))],
    ['a bomb of brackets', Buffer.from('{'.repeat(100_000))],
  ])('%s is answered with words, and nothing in it is HTML', async (_what, buffer) => {
    await choose([{ name: 'haproxy.cfg', mimeType: 'text/plain', buffer }]);
    await page.getByText('These files cannot be used as they are').waitFor();
    expect(await page.locator('files-dialog img').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Run it' }).isDisabled()).toBe(true);
  });

  it('of 5 MB are not read at all', async () => {
    await choose([{ name: 'haproxy.cfg', mimeType: 'text/plain', buffer: Buffer.alloc(5_000_000, 'x') }]);
    await page
      .getByText('The files are 5.0 MB; configuration files are not that large. None was read.')
      .waitFor();
  });

  it.each([
    ['is cut off', 'eJ'],
    ['is no base64', '***'],
  ])('in a link that %s are answered with words', async (_what, packed) => {
    const other = await site.open(`#scenario=own-files&files=${packed}`);
    await other.page.locator('.notice', { hasText: 'The files in the link cannot be read' }).waitFor();
    await other.page.close();
  });
});
