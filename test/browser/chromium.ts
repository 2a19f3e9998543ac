/** A real Chromium with an empty profile. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const PATH = process.env['QUORATE_CHROMIUM'] ?? '/usr/bin/chromium';

/** True if the tests are not to use a browser; says so where it cannot be overlooked. */
export function withoutBrowser(): boolean {
  const skipped = process.env['QUORATE_NO_BROWSER'] === '1';
  if (skipped) process.stderr.write('\n*** QUORATE_NO_BROWSER=1: the browser tests are SKIPPED ***\n\n');
  return skipped;
}

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export async function startChromium(): Promise<Browser> {
  if (!existsSync(PATH)) {
    const error = new Error(
      `no Chromium at ${PATH}: apt-get install chromium (Debian), or QUORATE_CHROMIUM=PATH, or QUORATE_NO_BROWSER=1 to skip`,
    );
    // The line says all; where it was thrown helps nobody.
    error.stack = error.message;
    throw error;
  }
  const profile = await mkdtemp(join(tmpdir(), 'quorate-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: PATH,
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
