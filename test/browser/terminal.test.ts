/** The terminal: commands on a host at the playhead, and branches of what they change. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './chromium.ts';
import { clock, type PageUser } from './page-user.ts';
import { builtSite } from './site.ts';

describe.skipIf(withoutBrowser())('the terminal', () => {
  const site = builtSite();
  let user: PageUser;
  let page: Page;

  beforeAll(async () => {
    user = await site.openShown('#scenario=power-off&seed=1&until=20s&t=5s');
    page = user.page;
  }, 120_000);

  const fetched = () => user.requests.filter((address) => address.includes('host-terminal')).length;
  const screen = async () =>
    (await page.locator('host-terminal .xterm-rows > div').allTextContents()).join('\n');
  /** Types a line and waits for what it should say, and for the next prompt. */
  const type = async (line: string, says: RegExp) => {
    await page.keyboard.type(`${line}\r`);
    await expect
      .poll(screen, { timeout: 30_000 })
      .toMatch(new RegExp(`${says.source}.*root@\\w+:~#\\s*$`, 's'));
  };

  it('is fetched when somebody opens it', async () => {
    expect(fetched()).toBe(0);
    await page.keyboard.press('t');
    await expect.poll(screen).toMatch(/root@m1:~# /);
    expect(fetched()).toBeGreaterThan(0);
  });

  it('answers from the playhead, which goes on to where the command has ended', async () => {
    await type('etcdctl endpoint health', /is healthy/);
    await type('hostname; sleep 2', /m1\s+\[took 2\.00 s\]/);
    await expect.poll(() => clock(page)).toMatch(/^7\.0\d\d s$/);
    expect(await page.locator('branch-strip nav').count()).toBe(0);
  });

  it('says how long a command hung', async () => {
    await page.keyboard.type('ssh m2\r');
    // Power fails at 10 s.
    await type(
      'sleep 4; curl -k --max-time 3 https://10.0.0.163:6443/livez',
      /timed out.*\s+\[exit 28, took 7\.0\d s\]/,
    );
  });

  it('forks the run at the playhead where a command changes something', async () => {
    await page.getByRole('slider', { name: 'Playhead' }).focus();
    await page.keyboard.press('Home');
    await page.getByRole('combobox', { name: 'Host' }).selectOption('m3');
    await type('systemctl stop kubelet', /branch of its own/);
    await page
      .getByRole('navigation', { name: 'Branches' })
      .getByText('m3$ systemctl stop kubelet')
      .waitFor();
    await type('systemctl is-active kubelet', /inactive/);
    expect(await page.locator('branch-strip li').count()).toBe(2);
    await page.waitForURL(/change=at%3D\d+us%26run%3Dsystemctl/);
  });

  it('takes whatever is typed, half-typed or unknown', async () => {
    await type('nosuch "x; }{ |', /cannot be read/);
    await type('k get', /.*/);
    await type('\u0015etcdctl member remove', /.*/);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Control+c');
    await type('sys\t\b\b\b', /.*/);
  });

  it('has nothing that axe finds', async () => {
    const { violations } = await new AxeBuilder({ page })
      .include({ fromShadowDom: ['quorate-page', 'host-terminal'] })
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
      [],
    );
  });

  it('leaves with Ctrl+D, and was quiet', async () => {
    await page.keyboard.press('Control+d');
    await page.locator('host-terminal section').waitFor({ state: 'hidden' });
    expect(user.complaints).toEqual([]);
    expect(user.requests.filter((address) => !address.startsWith(site.url))).toEqual([]);
  });
});
