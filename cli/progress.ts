/** A line on standard error for work that takes longer than a second; only on a terminal, and wiped when the work is done. */

const FIRST_AFTER_MS = 1000;
const EVERY_MS = 200;

export class Progress {
  private readonly what: string;
  private readonly startedMs = Date.now();
  /** When the first share was told: what came before is another kind of work and says nothing about the rest. */
  private firstMs: number | undefined;
  private lastMs = 0;
  private shown = false;

  constructor(what: string) {
    this.what = what;
  }

  /** @param share 0 to 1 */
  show(share: number): void {
    const nowMs = Date.now();
    this.firstMs ??= nowMs;
    if (!process.stderr.isTTY || nowMs - this.startedMs < FIRST_AFTER_MS || nowMs - this.lastMs < EVERY_MS)
      return;
    this.lastMs = nowMs;
    this.shown = true;
    const leftS = share > 0 ? Math.ceil(((nowMs - this.firstMs) * (1 - share)) / share / 1000) : undefined;
    const filled = Math.round(share * 24);
    const bar = `${'█'.repeat(filled)}${'·'.repeat(24 - filled)}`;
    process.stderr.write(
      `\r${this.what} ${bar} ${Math.round(share * 100)} %${leftS === undefined ? '' : `, ${leftS} s left`}\u001b[K`,
    );
  }

  done(): void {
    if (this.shown) process.stderr.write('\r\u001b[K');
  }
}
