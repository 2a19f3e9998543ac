/** Keeps the page's address a link to what is seen, and opens links that are put there by hand. */
import { writeLink } from '../run/link.ts';
import type { Opener } from './opener.ts';
import type { PageState } from './page-state.ts';

/** Browsers refuse more than some ten changes of the address a second. */
const PAUSE_MS = 250;

export class Address {
  readonly #state: PageState;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(state: PageState, opener: Opener) {
    this.#state = state;
    state.atMs.subscribe(() => this.#later());
    state.run.subscribe(() => this.#later());
    window.addEventListener('hashchange', () => void opener.openLink(location.hash));
  }

  /** The whole address of what is seen now; undefined for a run that only a file holds. */
  link(): string | undefined {
    const source = this.#state.source.get();
    if (source === undefined) return undefined;
    const fragment = writeLink({ ...source, atMs: this.#state.atMs.get() });
    return `${location.origin}${location.pathname}${location.search}#${fragment}`;
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#state.run.get() === undefined) return;
      // replaceState fires no hashchange.
      history.replaceState(null, '', this.link() ?? `${location.pathname}${location.search}`);
    }, PAUSE_MS);
  }
}
