/** A page of the browser as a person uses it, and a record of what it does behind their back. */
import type { BrowserContext, Page } from 'playwright-core';

export interface PageUser {
  readonly page: Page;
  /** Errors and warnings of the console, and exceptions. */
  readonly complaints: string[];
  /** Addresses of every request. */
  readonly requests: string[];
}

export async function openPage(context: BrowserContext, url: string): Promise<PageUser> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** Simulating takes its time on a busy machine. */
const PATIENCE_MS = 50_000;

/** Waits until a run is shown and at its end; fails at once if the page says that it cannot be. */
export async function runShown(page: Page): Promise<void> {
  const complaint = page.locator('.notice.bad span');
  const shown = page.locator('topology-view header p', { hasText: 'etcd' });
  await shown.or(complaint).first().waitFor({ timeout: PATIENCE_MS });
  await page.locator('main[aria-busy=false]').or(complaint).first().waitFor({ timeout: PATIENCE_MS });
  if (await complaint.isVisible()) throw new Error(`the page says: ${await complaint.textContent()}`);
}

/** Drags the playhead along the slider at the bottom to a time of the run, in steps as a hand would. */
export async function scrubTo(page: Page, atMs: number): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Playhead' });
  const box = await slider.boundingBox();
  if (box === null) throw new Error('the slider is not to be seen');
  const [from, until] = [Number(await slider.inputValue()), Number(await slider.getAttribute('max'))];
  // The thumb is 14 pixels wide and stays within the slider.
  const x = (ms: number) => box.x + 7 + (ms / until) * (box.width - 14);
  const y = box.y + box.height / 2;
  await page.mouse.move(x(from), y);
  await page.mouse.down();
  await page.mouse.move((x(from) + x(atMs)) / 2, y);
  await page.mouse.move(x(atMs), y);
  await page.mouse.up();
}

/** The line over the drawing: who has the VIP and who leads etcd. */
export function summary(page: Page): Promise<string | null> {
  return page.locator('topology-view header p').textContent();
}

/** Time at the playhead as the page shows it. */
export function clock(page: Page): Promise<string | null> {
  return page.locator('transport-bar .clock strong').textContent();
}
