/** Breakpoints and watches: expressions over what can be seen of the cluster. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Watch } from '../run/link.ts';
import { PageElement } from '../state/page-element.ts';
import { READY_WATCHES, type Watches } from '../state/watches.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { shared } from '../styles/shared.ts';

export class WatchDialog extends PageElement {
  static override properties = { ...PageElement.properties, watches: { attribute: false } };
  declare watches: Watches;

  static override styles = [
    shared,
    dialogStyles,
    css`
      .ready {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .ready button {
        min-height: 28px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      td {
        padding: 4px 8px 4px 0;
        border-bottom: 1px solid var(--line);
      }
      td:first-child {
        width: 99%;
        overflow-wrap: anywhere;
      }
      td label {
        white-space: nowrap;
      }
      code {
        font: 12px var(--mono);
      }
      .problem {
        margin: 2px 0 0;
        color: var(--bad);
      }
      .own {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
        align-items: end;
        margin-top: 14px;
      }
    `,
  ];

  protected override watched() {
    return [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const value of [this.watches.all, this.watches.results])
      this.listen<unknown>(value as never, () => this.requestUpdate());
  }

  open(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render() {
    const all = this.watches.all.get();
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">Breakpoints and watches</h2>
        <form method="dialog"><button>Close</button></form>
      </div>
      <p class="muted">Each is a lane of its own. Playing stops where one begins to hold, if it is to stop there.</p>
      <div class="ready" role="group" aria-label="Ready ones">
        ${READY_WATCHES.map(
          ([name, text]) =>
            html`<button title=${text} @click=${() => this.watches.add(text, true)}>${name}</button>`,
        )}
      </div>
      ${all.length === 0 ? nothing : html`<h3>Watched</h3><table>${all.map((watch) => this.#row(watch))}</table>`}
      <form class="own" @submit=${this.#add}>
        <label class="field">
          <span>An expression (CEL) over the observations</span>
          <input name="text" placeholder="backends['m2']['apiserver/m1'].state == 'DOWN'" autocomplete="off" spellcheck="false" autofocus />
        </label>
        <button class="primary">Watch</button>
      </form>
    </dialog>`;
  }

  #row({ text, stops }: Watch): TemplateResult {
    const result = this.watches.results.get().get(text);
    const times = result?.points.filter(({ holds }) => holds === true).length;
    return html`<tr>
      <td>
        <code>${text}</code>
        ${result?.problem ? html`<p class="problem">${result.problem}</p>` : nothing}
      </td>
      <td class="number muted">${times === undefined ? '' : `${times}×`}</td>
      <td>
        <label><input type="checkbox" .checked=${stops} @change=${() => this.watches.add(text, !stops)} /> stop</label>
      </td>
      <td><button aria-label="Remove ${text}" @click=${() => this.watches.remove(text)}>Remove</button></td>
    </tr>`;
  }

  readonly #add = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    this.watches.add(String(new FormData(form).get('text') ?? ''), true);
    form.reset();
  };
}

customElements.define('watch-dialog', WatchDialog);
