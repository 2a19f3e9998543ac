/**
 * The built page in Chromium: how long until there is a picture, how smooth dragging the playhead is, how long a seek takes; and
 * how smooth the lanes are with 100,000 changes of state in them. Real milliseconds, as a viewer waits for them.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { quantileSorted } from 'simple-statistics';
import sirv from 'sirv';

/** Beside dist/bench. */
const BUILT = fileURLToPath(new URL('../ui', import.meta.url));
const CHROMIUM = process.env['QUORATE_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Ten minutes of three stacked masters, of which two are lost. */
const RUN = '#scenario=stacked-3-loses-two&seed=1&until=600s';

export interface PageFigures {
  readonly firstPictureMs: number;
  readonly dragP95Ms: number;
  readonly seekP95Ms: number;
  readonly seekMedianMs: number;
  readonly manyP95Ms: number;
}

export async function measurePage(): Promise<PageFigures> {
  if (!existsSync(join(BUILT, 'index.html'))) throw new Error('there is no built page: npm run build');
  if (!existsSync(CHROMIUM))
    throw new Error(`no Chromium at ${CHROMIUM}: apt-get install chromium, or QUORATE_CHROMIUM=PATH`);
  const files = sirv(BUILT);
  const many = JSON.stringify(manyChanges());
  const server = createServer((request, response) => {
    if (request.url === '/many.json') response.end(many);
    else files(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const profile = await mkdtemp(join(tmpdir(), 'quorate-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: FLAGS,
  });
  try {
    await context.addInitScript(watchForPicture);
    const page = await context.newPage();
    await page.goto(`${url}${RUN}`);
    const firstPictureMs = await firstPicture(page);
    await page.locator('main[aria-busy=false]').waitFor({ timeout: 300_000 });
    const drag = await dragged(page);
    const seeks = await sought(page);
    return {
      firstPictureMs,
      dragP95Ms: quantileSorted(drag, 0.95),
      seekP95Ms: quantileSorted(seeks, 0.95),
      seekMedianMs: quantileSorted(seeks, 0.5),
      manyP95Ms: quantileSorted(await manyPanned(context, url), 0.95),
    };
  } finally {
    await context.close();
    server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** In the page, before anything else: notes when the cluster is drawn. */
function watchForPicture(): void {
  const look = () => {
    const drawing = document
      .querySelector('quorate-page')
      ?.shadowRoot?.querySelector('topology-view')?.shadowRoot;
    if (drawing?.querySelector('g.host'))
      (window as unknown as { pictureMs: number }).pictureMs = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function firstPicture(page: Page): Promise<number> {
  const found = await page.waitForFunction(
    () => (window as unknown as { pictureMs?: number }).pictureMs,
    undefined,
    {
      timeout: 120_000,
    },
  );
  return (await found.jsonValue()) as number;
}

/** Milliseconds between frames while `work` goes on, ascending. */
async function framesDuring(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    let last = performance.now();
    const note = (now: number) => {
      frames.push(now - last);
      last = now;
      (window as unknown as { noting: number }).noting = requestAnimationFrame(note);
    };
    Object.assign(window, { frames, noting: requestAnimationFrame(note) });
  });
  await work();
  const frames = await page.evaluate(() => {
    const { frames, noting } = window as unknown as { frames: number[]; noting: number };
    cancelAnimationFrame(noting);
    return frames;
  });
  return frames.slice(1).sort((a, b) => a - b);
}

async function dragged(page: Page): Promise<number[]> {
  const box = (await page.getByRole('slider', { name: 'Playhead' }).boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 7, y);
  await page.mouse.down();
  const frames = await framesDuring(page, async () => {
    for (const [from, to] of [
      [0, 1],
      [1, 0.2],
      [0.2, 0.6],
    ] as const) {
      for (let move = 0; move <= 60; move++) {
        await page.mouse.move(box.x + 7 + (from + ((to - from) * move) / 60) * (box.width - 14), y);
      }
    }
  });
  await page.mouse.up();
  return frames;
}

const SEEKS = 60;

/** From the moment at which the playhead is told to go somewhere until that is painted, ascending. */
async function sought(page: Page): Promise<number[]> {
  const slider = page.getByRole('slider', { name: 'Playhead' });
  const times = await slider.evaluate(async (element, count) => {
    const input = element as HTMLInputElement;
    const taken: number[] = [];
    for (let each = 0; each < count; each++) {
      const startMs = performance.now();
      input.value = String(((each * 7919) % 600) * 1_000);
      input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
      taken.push(performance.now() - startMs);
    }
    return taken;
  }, SEEKS);
  return times.sort((a, b) => a - b);
}

/** Frames while the lanes of 100,000 changes are zoomed and moved. */
async function manyPanned(context: BrowserContext, url: string): Promise<number[]> {
  const page = await context.newPage();
  await page.goto(`${url}#file=many.json`);
  await firstPicture(page);
  const frames = await framesDuring(page, async () => {
    for (const key of 'wwwdddaaawwwdddssssaaasss') {
      await page.keyboard.press(key);
      await page.waitForTimeout(30);
    }
  });
  await page.close();
  return frames;
}

const LANES = 50;
const CHANGES = 2_000;

/** A stored run of ten minutes with 100,000 changes of state. */
function manyChanges(): object {
  const until_ms = 600_000;
  const lanes = Array.from({ length: LANES }, (_, lane) => ({
    id: `process:h${lane % 5}/p${lane}`,
    label: `p${lane}`,
    group: `h${lane % 5}`,
    kind: 'process',
    segments: Array.from({ length: CHANGES }, (_, change) => ({
      from_ms: (change * until_ms) / CHANGES + lane,
      state: change % 2 === 0 ? 'running' : 'paused',
      tone: change % 2 === 0 ? 'good' : 'changing',
    })),
  }));
  const hosts = Array.from({ length: 5 }, (_, host) => ({
    name: `h${host}`,
    address: `10.0.0.${host + 1}`,
    zone: '',
    role: 'control-plane',
  }));
  const processes = lanes.map(({ group, label }) => ({
    path: `${group}/${label}`,
    host: group,
    name: label,
  }));
  const none = { ok: 0, refused: 0, timeout: 0, eof: 0, reset: 0, error: 0 };
  const result = {
    scenario: 'many',
    topology: 'many',
    seed: 1,
    until_ms,
    events: LANES * CHANGES,
    trace_hash: '0000000000000000',
    vip: [],
    etcd_leader: [],
    leases: [],
    backends: [],
    nodes: [],
    outages: [],
    requests: none,
    expectations: [],
    measures: {},
  };
  return {
    format: 'quorate-run',
    version: 1,
    scenario: 'many',
    scenario_text: '',
    topology: 'many',
    seed: 1,
    until_ms,
    hosts,
    processes,
    vip: null,
    lanes,
    story: [],
    result,
  };
}
