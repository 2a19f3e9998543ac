/** The story of the run: one line an event, searchable, the current one marked. Choosing a line moves the playhead there. */
import { bisector, bisectRight } from 'd3';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { StoryLine } from '../../scenarios/run-record.ts';
import { clockText, sinceText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';
import { kindMark } from './kinds.ts';
import { type Found, searchStory } from './search.ts';
import { storyStyles } from './styles.ts';

/** Lines that are drawn at once; of a longer story those around the playhead. */
const WINDOW = 100;

export class StoryList extends PageElement {
  static override properties = { ...PageElement.properties, query: { state: true }, first: { state: true } };
  declare query: string;
  /** Place in the found lines of the first that is drawn. */
  declare first: number;
  static override styles = [shared, storyStyles];
  #shown = -2;

  constructor() {
    super();
    this.query = '';
    this.first = 0;
  }

  protected override watched() {
    return [this.state.run, this.state.moment];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this.state.atMs, () => {
      if (this.#current() !== this.#shown) this.requestUpdate();
    });
  }

  /** For the key that leads to the search. */
  focusSearch(): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  /** Index of the last line at or before the playhead; -1 before the first. */
  #current(): number {
    const run = this.state.run.get();
    return run === undefined ? -1 : bisectRight(run.storyTimes, this.state.atMs.get()) - 1;
  }

  #found: readonly Found[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    const story = this.state.run.get()?.record.story ?? [];
    if (changed.has('query') || story !== this.#story) {
      this.#story = story;
      this.#found = searchStory(story, this.query);
      this.#follow();
    } else if (this.#current() !== this.#shown) this.#follow();
  }

  #story: readonly StoryLine[] = [];

  /** Moves the drawn lines so that the current one is among them. */
  #follow(): void {
    const place = bisector(({ index }: Found) => index).right(this.#found, this.#current()) - 1;
    if (place >= this.first && place < this.first + WINDOW && this.first < this.#found.length) return;
    this.first = Math.max(0, place - WINDOW / 2);
  }

  protected override render() {
    const found = this.#found;
    const current = this.#current();
    const last = Math.min(found.length, this.first + WINDOW);
    return html`
      <label class="search">
        <span class="unseen">Search the story</span>
        <input
          type="search"
          placeholder="Search events"
          .value=${this.query}
          @input=${(event: Event) => {
            this.query = (event.target as HTMLInputElement).value;
          }}
        />
        <span class="count muted" role="status">
          ${this.query === '' ? `${found.length} events` : `${found.length} of ${this.#story.length}`}
        </span>
      </label>
      ${this.query !== '' && found.length === 0 ? html`<p class="none">No event says “${this.query}”.</p>` : nothing}
      ${this.#more(this.first, 'earlier', this.first - WINDOW)}
      <ol>
        ${found.slice(this.first, last).map((each) => this.#line(each, current))}
      </ol>
      ${this.#more(found.length - last, 'later', this.first + WINDOW)}
    `;
  }

  #more(count: number, which: string, first: number): TemplateResult | typeof nothing {
    if (count <= 0) return nothing;
    const show = () => {
      this.first = Math.max(0, first);
    };
    return html`<button class="more number" @click=${show}>${count.toLocaleString('en')} ${which} events</button>`;
  }

  #line({ line, index }: Found, current: number): TemplateResult {
    const since = line.since_fault_ms;
    const when = index === current ? 'current' : index > current ? 'future' : 'past';
    return html`<li>
      <button
        class="${when} ${line.kind}"
        aria-current=${index === current ? 'step' : nothing}
        @click=${() => this.#jump(line.at_ms)}
      >
        <span class="when number">
          <span class="at">${clockText(line.at_ms)}</span>
          <span class="since">${since === null ? '' : sinceText(since)}</span>
        </span>
        ${kindMark(line.kind)}
        <span class="text">${line.text}</span>
      </button>
      ${
        line.step > 0
          ? html`<button class="why" aria-label="Why? ${line.text}" @click=${() => this.#why(line)}>why?</button>`
          : nothing
      }
    </li>`;
  }

  #why({ at_ms, step, text }: StoryLine): void {
    this.#jump(at_ms);
    this.state.ask({ step, text, atMs: at_ms });
  }

  #jump(atMs: number): void {
    this.state.playing.set(false);
    this.state.jump(atMs);
  }

  protected override updated(): void {
    const current = this.#current();
    if (current === this.#shown) return;
    this.#shown = current;
    // Within the list only: the page itself must not move under the reader.
    const list = this.renderRoot.querySelector('ol')!;
    const line = this.renderRoot.querySelector<HTMLElement>('[aria-current]');
    if (line === null) {
      if (current === -1) list.scrollTop = 0;
      return;
    }
    const [top, bottom] = [line.offsetTop, line.offsetTop + line.offsetHeight];
    if (top < list.scrollTop + 40) list.scrollTop = top - 60;
    else if (bottom > list.scrollTop + list.clientHeight - 40)
      list.scrollTop = bottom - list.clientHeight + 60;
  }
}

customElements.define('story-list', StoryList);
