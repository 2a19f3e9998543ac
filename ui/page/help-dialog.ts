/** Keys, and what the marks mean. */
import { css, html, LitElement } from 'lit';
import { CONTROL_KEYS, KEYS } from '../state/keys.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { glyph, glyphStyles } from '../styles/glyph.ts';
import { shared } from '../styles/shared.ts';

const OTHER_KEYS: readonly (readonly [string, string])[] = [
  ['Ctrl + wheel', 'zoom the lanes; Shift + wheel moves them'],
];

export class HelpDialog extends LitElement {
  static override styles = [
    shared,
    dialogStyles,
    glyphStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(280px, 1fr));
        gap: 4px 24px;
        margin: 0;
      }
      dl > div {
        display: grid;
        grid-template-columns: 92px 1fr;
        align-items: center;
        gap: 10px;
        min-height: 26px;
      }
      dd {
        margin: 0;
      }
      kbd {
        padding: 1px 7px;
        border: 1px solid var(--line-strong);
        border-radius: 5px;
        font: 12px var(--mono);
      }
      dt {
        display: flex;
        gap: 4px;
      }
    `,
  ];

  open(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render() {
    const keys = [
      ...[...KEYS, ...CONTROL_KEYS].map(({ shown, does }) => [shown, does] as const),
      ...OTHER_KEYS,
    ];
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">Keys and marks</h2>
        <form method="dialog"><button autofocus>Close</button></form>
      </div>
      <h3>Keys</h3>
      <dl>
        ${keys.map(([key, does]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}
      </dl>
      <h3>Marks</h3>
      <dl>
        <div><dt>${glyph('Backup', 'good')}${glyph('Master', 'good', true)}</dt><dd>disc: works; filled: the one in charge</dd></div>
        <div><dt>${glyph('candidate', 'changing')}</dt><dd>diamond: between states</dd></div>
        <div><dt>${glyph('DOWN', 'bad')}</dt><dd>octagon: wrong</dd></div>
        <div><dt>${glyph('off', 'off')}</dt><dd>dashed square: not there</dd></div>
      </dl>
      <p class="muted">The letter in a mark is the first of its state: M for MASTER, L for leader.</p>
    </dialog>`;
  }
}

customElements.define('help-dialog', HelpDialog);
