/** The built page, served, and a real Chromium with an empty profile: there before the tests of a file, gone after them. */
import { afterAll, beforeAll } from 'vitest';
import { type Served, serve, upToDate } from './built-page.ts';
import { type Browser, startChromium } from './chromium.ts';
import { openPage, type PageUser, runShown } from './page-user.ts';

export interface Site {
  readonly url: string;
  readonly context: Browser['context'];
  /** A page at a fragment of the address; it may still be simulating. */
  open(fragment: string): Promise<PageUser>;
  /** The same, with the run shown. */
  openShown(fragment: string): Promise<PageUser>;
}

/** To be called in a `describe`; what it gives may be used in its hooks and tests. */
export function builtSite(): Site {
  let browser: Browser | undefined;
  let served: Served | undefined;

  beforeAll(async () => {
    browser = await startChromium();
    upToDate();
    served = await serve();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  return {
    get url() {
      return served!.url;
    },
    get context() {
      return browser!.context;
    },
    open(fragment) {
      return openPage(this.context, `${this.url}${fragment}`);
    },
    async openShown(fragment) {
      const user = await this.open(fragment);
      await runShown(user.page);
      return user;
    },
  };
}
