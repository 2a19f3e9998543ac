/** Keeps the page's address a link to what is seen, and opens links that are put there by hand. */
import { type Extras, writeLink } from '../run/link.ts';
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
    for (const value of [
      state.run,
      state.span,
      state.selected,
      state.grouping,
      state.pinned,
      state.tab,
      state.title,
      state.note,
      state.watches,
    ]) {
      value.subscribe(() => this.#later());
    }
    window.addEventListener('hashchange', ({ newURL }) => {
      // What was still to be written is about a run that is being left. It may even have been written already, over the link that
      // was put there: so the event says what was, and not the address.
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void opener.openLink(new URL(newURL).hash);
    });
  }

  /** The whole address of what is seen now; undefined for a run that only a file holds. */
  link(): string | undefined {
    const source = this.#state.source.get();
    if (source === undefined) return undefined;
    const fragment = writeLink({ ...source, ...this.#extras() });
    return `${location.origin}${location.pathname}${location.search}#${fragment}`;
  }

  /** What is worth saying: defaults are left out. */
  #extras(): Extras {
    const state = this.#state;
    const record = state.run.get()?.record;
    const [from, to] = state.span.get();
    const selected = state.selected.get();
    const tab = state.tab.get();
    const whole = record === undefined || to - from >= record.until_ms;
    return {
      atMs: state.atMs.get(),
      ...(whole ? {} : { span: [from, to] }),
      ...(selected === undefined ? {} : { selected }),
      ...(state.grouping.get() === 'host' ? {} : { grouping: state.grouping.get() }),
      ...(state.pinned.get().length === 0 ? {} : { pinned: state.pinned.get() }),
      ...(tab === 'story' ? {} : { tab }),
      ...(state.watches.get().length === 0 ? {} : { watches: state.watches.get() }),
      ...(state.title.get() === '' ? {} : { title: state.title.get() }),
      ...(state.note.get() === '' ? {} : { note: state.note.get() }),
      ...(record === undefined || record.known_ms !== undefined
        ? {}
        : { version: import.meta.env['QUORATE_VERSION'] as string, outcome: record.result.trace_hash }),
    };
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
