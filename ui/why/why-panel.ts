/** Why something happened: what led to it, the newest first, with the arithmetic and the lines of the configuration that count. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ConfigLine } from '../engine/config-lines.ts';
import type { Engine } from '../engine/engine.ts';
import type { Why, WhyLink } from '../engine/why.ts';
import { clockText, lengthText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import type { Asked } from '../state/page-state.ts';
import { shared } from '../styles/shared.ts';
import { whyStyles } from './styles.ts';

const ENDS: Readonly<Record<Why['end'], string>> = {
  outside: 'Before that: nothing in the cluster. It came from outside.',
  start: 'Before that: what was so before the scenario began.',
  limit: 'And so on; the chain goes further back.',
};

export class WhyPanel extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    why: { state: true },
    problem: { state: true },
  };
  declare engine: Engine;
  declare why: Why | undefined;
  declare problem: string;
  static override styles = [shared, whyStyles];

  constructor() {
    super();
    this.why = undefined;
    this.problem = '';
  }

  protected override watched() {
    return [this.state.asked, this.state.run];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this.state.asked, (asked) => void this.#find(asked));
    void this.#find(this.state.asked.get());
  }

  async #find(asked: Asked | undefined): Promise<void> {
    this.why = undefined;
    this.problem = '';
    const request = this.state.source.get()?.request;
    if (asked === undefined) return;
    if (request === undefined) {
      this.problem = 'A stored run has no causes in it. Open its scenario to ask why.';
      return;
    }
    try {
      const why = await this.engine.ask('why', { request, step: asked.step });
      if (asked === this.state.asked.get()) this.why = why;
    } catch (error) {
      if (asked === this.state.asked.get())
        this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  protected override render() {
    const asked = this.state.asked.get();
    if (asked === undefined) {
      return html`<p class="none">
        Choose <strong>why?</strong> beside an event, or select a lane and press <kbd>Y</kbd>: here is what led to it.
      </p>`;
    }
    return html`
      <header>
        <p class="question">Why, at <button class="time number" @click=${() => this.state.jump(asked.atMs)}>${clockText(asked.atMs)}</button></p>
        <p class="what">${asked.text}</p>
        ${this.#before(asked)}
      </header>
      ${this.problem === '' ? nothing : html`<p class="none">${this.problem}</p>`}
      ${this.why === undefined && this.problem === '' ? html`<p class="none" role="status">Walking the causes…</p>` : nothing}
      ${
        this.why === undefined
          ? nothing
          : html`<ol aria-label="Causes, the newest first">
                ${this.why.links.map((link, index) => this.#link(link, this.why?.links[index - 1]))}
              </ol>
              <p class="end muted">${ENDS[this.why.end]}</p>`
      }
    `;
  }

  /** What was last done to the cluster: silence has no cause of its own, but it has an occasion. */
  #before(asked: Asked): TemplateResult | typeof nothing {
    const last = this.state.run.get()?.marks.findLast(({ at_ms }) => at_ms <= asked.atMs);
    if (last === undefined || last.step === asked.step) return nothing;
    return html`<p class="occasion muted">
      ${lengthText(asked.atMs - last.at_ms)} after:
      <button class="time" @click=${() => this.state.jump(last.at_ms)}>${last.text}</button>
    </p>`;
  }

  #link(link: WhyLink, later: WhyLink | undefined): TemplateResult {
    const { at_ms, who, text, again, arithmetic, lines, differences, timers } = link;
    const waited = later === undefined ? 0 : later.at_ms - at_ms;
    return html`<li>
      ${waited >= 1 ? html`<p class="waited muted number">${lengthText(waited)} earlier</p>` : nothing}
      <p class="head">
        <button class="time number" @click=${() => this.state.jump(at_ms)}>${clockText(at_ms)}</button>
        <strong>${who}</strong>
      </p>
      <p class="text">${text}${again === 0 ? nothing : html` <span class="muted">(and ${again} times before that)</span>`}</p>
      ${arithmetic.length === 0 ? nothing : html`<ul class="arithmetic">${arithmetic.map((each) => html`<li>${each}</li>`)}</ul>`}
      ${linesTable(lines)}
      ${
        differences.length + timers.length === 0
          ? nothing
          : html`<details>
              <summary>what it knew: ${differences.length} changed, ${timers.length} timers armed</summary>
              <table>
                ${differences.map(
                  ({ field, before, after }) =>
                    html`<tr><th scope="row">${field}</th><td><del>${before}</del> <ins>${after}</ins></td></tr>`,
                )}
                ${timers.map(
                  ({ name, at_ms: due }) =>
                    html`<tr><th scope="row">timer ${name}</th><td>runs out at ${clockText(due)}</td></tr>`,
                )}
              </table>
            </details>`
      }
    </li>`;
  }
}

customElements.define('why-panel', WhyPanel);

/** Lines of files under the name of each. */
function linesTable(lines: readonly ConfigLine[]): TemplateResult | typeof nothing {
  if (lines.length === 0) return nothing;
  const files = [...new Set(lines.map(({ file }) => file))];
  return html`<figure>
    ${files.map(
      (file) => html`<figcaption>${file}</figcaption>
        ${lines
          .filter((line) => line.file === file)
          .map(({ line, text }) => html`<code><span class="number">${line}</span> ${text}</code>`)}`,
    )}
  </figure>`;
}
