/** Moves the playhead while the run plays, at the viewer's speed. With reduced motion it steps. */
import type { PageState } from './page-state.ts';

/** Slowest to fastest; the last is as fast as makes sense to look at. */
export const SPEEDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000] as const;

/** With reduced motion the playhead moves this often and not with every frame. */
const STEP_MS = 500;

export function speedText(speed: number): string {
  if (speed >= 1000) return 'max';
  return speed < 1 ? `1/${Math.round(1 / speed)}×` : `${speed}×`;
}

export class Player {
  readonly #state: PageState;
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  /** Where the run is; the playhead may be a step behind. */
  #atMs = 0;
  #frameMs = 0;
  #shownMs = 0;
  /** The playhead is being moved by this player. */
  #moving = false;

  constructor(state: PageState) {
    this.#state = state;
    state.playing.subscribe((playing) => {
      if (!playing) return;
      const run = state.run.get();
      if (run === undefined) return state.playing.set(false);
      if (state.atMs.get() >= run.record.until_ms) state.seek(0);
      this.#atMs = state.atMs.get();
      this.#frameMs = performance.now();
      requestAnimationFrame(this.#frame);
    });
    state.atMs.subscribe((atMs) => {
      // Somebody moved the playhead meanwhile: go on from there.
      if (!this.#moving) this.#atMs = atMs;
    });
  }

  readonly #frame = (nowMs: number): void => {
    const run = this.#state.run.get();
    if (!this.#state.playing.get() || run === undefined) return;
    const end = run.record.until_ms;
    // What is not known yet is waited for.
    const before = this.#atMs;
    this.#atMs = Math.min(
      run.knownMs,
      this.#atMs + Math.max(0, nowMs - this.#frameMs) * this.#state.speed.get(),
    );
    this.#frameMs = nowMs;
    const stop = this.#state.stops.get().find((at) => at > before && at <= this.#atMs);
    if (stop !== undefined) {
      this.#state.playing.set(false);
      this.#state.jump(stop);
      return;
    }
    if (!this.#calm.matches || nowMs - this.#shownMs >= STEP_MS || this.#atMs >= end) {
      this.#shownMs = nowMs;
      this.#moving = true;
      this.#state.seek(this.#atMs);
      this.#follow(this.#atMs);
      this.#moving = false;
    }
    if (this.#atMs >= end) this.#state.playing.set(false);
    else requestAnimationFrame(this.#frame);
  };

  /** Turns the page when the playhead leaves the visible stretch. */
  #follow(atMs: number): void {
    const [from, to] = this.#state.span.get();
    if (atMs > to) this.#state.look([atMs, atMs + to - from]);
    else if (atMs < from) this.#state.look([atMs, atMs + to - from]);
  }
}
