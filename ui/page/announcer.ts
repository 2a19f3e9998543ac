/** Says the current event to screen readers, at most one a second, so that playing does not flood them. */
import { bisectRight } from 'd3';
import { html } from 'lit';
import { clockText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';

const PAUSE_MS = 1_000;

export class EventAnnouncer extends PageElement {
  static override styles = [shared];
  #said = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected override watched() {
    return [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this.state.atMs, () => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        const text = this.#current();
        if (text === this.#said) return;
        this.#said = text;
        this.requestUpdate();
      }, PAUSE_MS);
    });
  }

  #current(): string {
    const run = this.state.run.get();
    if (run === undefined) return '';
    const line = run.record.story[bisectRight(run.storyTimes, this.state.atMs.get()) - 1];
    return line === undefined ? '' : `${clockText(line.at_ms)}: ${line.text}`;
  }

  protected override render() {
    return html`<p class="unseen" aria-live="polite">${this.#said}</p>`;
  }
}

customElements.define('event-announcer', EventAnnouncer);
