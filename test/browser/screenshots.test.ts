/** Takes the pictures of docs/: `npm run screenshots`. Not a test; it is here because it needs what browser tests need. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { builtSite } from './site.ts';

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const CHANGE = encodeURIComponent('at=5000001us&do=power-off&on=m1');
const RUN = '#scenario=power-off&seed=1&until=40s';

describe.skipIf(process.env['QUORATE_UPDATE_SCREENSHOTS'] !== '1')('pictures', () => {
  const site = builtSite();

  beforeAll(async () => {
    mkdirSync(IMAGES, { recursive: true });
  }, 120_000);

  const open = async (fragment: string) => {
    const { page } = await site.openShown(fragment);
    return page;
  };
  type Page = Awaited<ReturnType<typeof open>>;

  type Picture = readonly [name: string, fragment: string, prepare?: (page: Page) => Promise<unknown>];
  const pictures: readonly Picture[] = [
    ['page', `${RUN}&t=13.5s`],
    ['branches', `${RUN}&change=${CHANGE}&t=9s`],
    [
      'break',
      `${RUN}&t=5s`,
      async (page) => {
        await page.keyboard.press('b');
        await page.locator('fault-dialog .preview li').first().waitFor();
      },
    ],
    [
      'terminal',
      `${RUN}&t=5s`,
      async (page) => {
        const type = async (line: string, says: string) => {
          await page.keyboard.type(`${line}\r`);
          await page.locator('host-terminal .xterm-rows').getByText(says).first().waitFor();
        };
        await page.keyboard.press('t');
        await page.locator('host-terminal .xterm-rows').getByText('root@').first().waitFor();
        await type('etcdctl endpoint status --cluster -w table', 'RAFT TERM');
        await type('systemctl stop haproxy', 'branch of its own');
        await type('curl -k --max-time 2 https://10.0.0.162:8443/livez', 'curl: (');
      },
    ],
    [
      'why',
      `${RUN}&t=12.93s&lane=vip`,
      async (page) => {
        await page.keyboard.press('y');
        await page.locator('why-panel ol').waitFor();
      },
    ],
    [
      'machine',
      `${RUN}&t=12s&tab=machine&lane=vrrp:m2/VI_1`,
      (page) => page.locator('machine-panel svg').waitFor(),
    ],
    [
      'checks',
      '#scenario=stacked-3-loses-two&seed=1&until=30s&t=11s&tab=checks',
      async (page) => {
        await page.getByRole('button', { name: 'Try all' }).click();
        await page.getByText(/may fail and every write/).waitFor({ timeout: 120_000 });
        await page.locator('checks-panel .grid').scrollIntoViewIfNeeded();
      },
    ],
    [
      'outage',
      `${RUN}&t=12s&tab=result`,
      (page) => page.locator('outage-phases').first().scrollIntoViewIfNeeded(),
    ],
    [
      'watch',
      `${RUN}&t=12s&watch=${encodeURIComponent('stop size(vip.holders) == 0')}&watch=${encodeURIComponent('vip.holders')}`,
      (page) => page.locator('lane-labels').getByText('vip.holders', { exact: true }).waitFor(),
    ],
    [
      'compare',
      `${RUN}&change=${CHANGE}&t=9s`,
      async (page) => {
        await page.keyboard.press('c');
        await page.getByRole('dialog').getByRole('button', { name: 'power-off', exact: true }).click();
        await page.getByText(/They part first at/).waitFor({ timeout: 50_000 });
      },
    ],
  ];
  it.each(pictures.map(([name, fragment, prepare]) => ({ name, fragment, prepare })))(
    '$name',
    async ({ name, fragment, prepare }) => {
      const page = await open(fragment);
      await prepare?.(page);
      await page.waitForTimeout(600);
      await page.screenshot({ path: join(IMAGES, `${name}.png`) });
      await page.close();
    },
  );
});
