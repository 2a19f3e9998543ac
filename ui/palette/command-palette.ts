/** The command palette: type a few letters, Enter does it. */
import { css, html, type TemplateResult } from 'lit';
import type { Actions } from '../state/actions.ts';
import type { Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { shared } from '../styles/shared.ts';
import { type Command, commandsOf, searchCommands, settingIn } from './commands.ts';

const MOST = 60;

export class CommandPalette extends PageElement {
  static override properties = {
    ...PageElement.properties,
    actions: { attribute: false },
    branches: { attribute: false },
    query: { state: true },
    chosen: { state: true },
  };
  declare actions: Actions;
  declare branches: Branches;
  declare query: string;
  declare chosen: number;

  static override styles = [
    shared,
    dialogStyles,
    css`
      dialog {
        width: min(560px, calc(100vw - 24px));
        margin-top: 12vh;
        padding: 12px;
      }
      ul {
        max-height: 46vh;
        margin: 8px 0 0;
        padding: 0;
        overflow: auto;
        list-style: none;
        scrollbar-width: thin;
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        padding: 5px 10px;
        border-radius: 6px;
        cursor: pointer;
      }
      li[aria-selected='true'] {
        background: var(--accent-soft);
      }
      kbd {
        flex: none;
        font: 12px var(--mono);
        color: var(--muted);
      }
      p {
        margin: 8px 10px 0;
      }
    `,
  ];

  constructor() {
    super();
    this.query = '';
    this.chosen = 0;
  }

  protected override watched() {
    return [];
  }

  #commands: readonly Command[] = [];

  open(): void {
    this.#commands = commandsOf(this.state, this.actions, this.branches);
    this.query = '';
    this.chosen = 0;
    this.requestUpdate();
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render(): TemplateResult {
    const setting = settingIn(this.query, this.branches);
    const found = setting === undefined ? searchCommands(this.#commands, this.query) : [setting];
    const shown = found.slice(0, MOST);
    return html`<dialog aria-label="Commands">
      <input
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant=${shown.length === 0 ? '' : `command-${this.chosen}`}
        placeholder="Type a command: power-off, why, fit, open, set haproxy.inter=1s…"
        autocomplete="off"
        spellcheck="false"
        autofocus
        .value=${this.query}
        @input=${this.#input}
        @keydown=${(event: KeyboardEvent) => this.#key(event, shown)}
      />
      <ul id="commands" role="listbox" aria-label="Commands">
        ${shown.map(
          (
            command,
            index,
          ) => html`<li role="option" id="command-${index}" aria-selected=${index === this.chosen} @click=${() => this.#run(command)}>
            <span>${command.title}</span>${command.key === '' ? '' : html`<kbd>${command.key}</kbd>`}
          </li>`,
        )}
      </ul>
      <p class="muted" role="status">${found.length > MOST ? `${found.length - MOST} more: type on` : `${found.length} commands`}</p>
    </dialog>`;
  }

  readonly #input = (event: Event): void => {
    this.query = (event.target as HTMLInputElement).value;
    this.chosen = 0;
  };

  #key(event: KeyboardEvent, shown: readonly Command[]): void {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.chosen = Math.min(Math.max(this.chosen + by, 0), Math.max(0, shown.length - 1));
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }),
      );
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const command = shown[this.chosen];
      if (command) this.#run(command);
    }
  }

  #run(command: Command): void {
    this.renderRoot.querySelector('dialog')?.close();
    command.run();
  }
}

customElements.define('command-palette', CommandPalette);
