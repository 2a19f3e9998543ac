/** Which run: the choice of a scenario and a seed, files, the link, help. */
import { css, html, nothing } from 'lit';
import { HIGHEST_SEED, type RunRequest } from '../run/request.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';

/** What the page does when asked here: `run-asked`, `file-chosen`, `share-asked`, `commands-asked`, `help-asked`. */
export class RunAsked extends CustomEvent<RunRequest> {}
export class FileChosen extends CustomEvent<File> {}

export class PageHeader extends PageElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 20px;
        align-items: center;
        padding: 10px 14px;
      }
      h1 {
        display: flex;
        align-items: center;
        gap: 9px;
        margin: 0;
        font-size: 17px;
        font-weight: 700;
        letter-spacing: -0.015em;
      }
      h1 svg {
        width: 24px;
        height: 24px;
        stroke: var(--accent);
        fill: none;
      }
      h1 .node {
        fill: var(--accent);
      }
      h1 .lost {
        fill: var(--surface);
        stroke-dasharray: 2.6 1.8;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
      }
      label {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      select {
        max-width: 240px;
        font-weight: 600;
      }
      input[type='number'] {
        width: 84px;
      }
      .about {
        flex: 1;
        min-width: 0;
        color: var(--muted);
      }
      .about:not([open]) summary {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .about[open] {
        order: 9;
        flex-basis: 100%;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-left: auto;
      }
      @media (max-width: 1180px) {
        .about {
          order: 9;
          flex-basis: 100%;
        }
      }
      @media (max-width: 700px) {
        :host {
          padding: 10px;
        }
        form {
          order: 5;
          width: 100%;
        }
        form label:first-child {
          flex: 1;
        }
        select {
          flex: 1;
          min-width: 0;
        }
        input[type='number'] {
          width: 64px;
        }
        .about:not([open]) summary {
          white-space: normal;
        }
      }
    `,
  ];

  protected override watched() {
    return [
      this.state.run,
      this.state.source,
      this.state.scenarios,
      this.state.wanted,
      this.state.title,
      this.state.note,
    ];
  }

  protected override render() {
    const record = this.state.run.get()?.record;
    const names = this.state.scenarios.get().map(({ name }) => name);
    const wanted = this.state.wanted.get();
    const shown = wanted?.scenario ?? record?.scenario;
    const about = this.#about();
    // A run from a file may be of a scenario that is not built in; its name is still what is shown.
    const options = shown === undefined || names.includes(shown) ? names : [shown, ...names];
    return html`
      <h1>
        <svg viewBox="0 0 24 24" stroke-width="2" aria-hidden="true">
          <path d="M12,5.5L5.5,17.5H18.5Z" />
          <circle class="node" cx="12" cy="5.5" r="3.2" />
          <circle class="node" cx="5.5" cy="17.5" r="3.2" />
          <circle class="lost" cx="18.5" cy="17.5" r="3.2" />
        </svg>
        Quorate
      </h1>
      <form @submit=${this.#submit}>
        <label>
          <span class="unseen">Scenario</span>
          <select name="scenario" @change=${this.#change}>
            ${options.map((name) => html`<option value=${name} ?selected=${name === shown}>${name}</option>`)}
          </select>
        </label>
        <label>
          <span class="muted">seed</span>
          <input
            type="number"
            name="seed"
            min="0"
            max=${HIGHEST_SEED}
            step="1"
            required
            .value=${String(wanted?.seed ?? record?.seed ?? 1)}
          />
        </label>
        <button>Run</button>
      </form>
      ${about === '' ? nothing : html`<details class="about"><summary>${about}</summary></details>`}
      <div class="tools">
        <button @click=${() => this.renderRoot.querySelector<HTMLInputElement>('[type=file]')?.click()}>
          Open run
        </button>
        <button title="haproxy.cfg, keepalived.conf, kubeadm-config.yaml" @click=${() => this.dispatchEvent(new CustomEvent('files-asked'))}>
          Own files
        </button>
        <input type="file" accept=".json,application/json" hidden aria-label="Stored run" @change=${this.#file} />
        <button ?disabled=${record === undefined} title="A terminal on a host, at the playhead (T)" @click=${() => this.dispatchEvent(new CustomEvent('terminal-asked'))}>
          Terminal
        </button>
        <button ?disabled=${record === undefined} title="Two runs on one time axis (C)" @click=${() => this.dispatchEvent(new CustomEvent('compare-asked'))}>
          Compare
        </button>
        <button ?disabled=${record === undefined} title="Link, pictures, files (L)" @click=${() => this.dispatchEvent(new CustomEvent('share-asked'))}>
          Share
        </button>
        <button title="Command palette (Ctrl+K)" @click=${() => this.dispatchEvent(new CustomEvent('commands-asked'))}>Commands</button>
        <button class="icon" aria-label="Keys and marks" title="Keys and marks (?)" @click=${() => this.dispatchEvent(new CustomEvent('help-asked'))}>
          ?
        </button>
      </div>
    `;
  }

  /** The scenario's own sentence. */
  #about(): string {
    const record = this.state.run.get()?.record;
    const [title, note] = [this.state.title.get(), this.state.note.get()];
    if (title !== '' || note !== '') return [title, note].filter(Boolean).join(': ');
    if (record === undefined) return '';
    const known = this.state.scenarios.get().find(({ name }) => name === record.scenario)?.about;
    return record.about ?? known ?? '';
  }

  readonly #change = (event: Event): void => {
    (event.target as HTMLSelectElement).form?.requestSubmit();
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const scenario = String(fields.get('scenario') ?? '');
    const seed = Number(fields.get('seed'));
    if (scenario === '') return;
    const last = this.state.source.get()?.request;
    // Another seed keeps the topology and settings of a link; another scenario has its own.
    const request = last?.scenario === scenario ? { ...last, seed } : { scenario, seed, set: [] };
    this.dispatchEvent(new RunAsked('run-asked', { detail: request }));
  };

  readonly #file = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file) this.dispatchEvent(new FileChosen('file-chosen', { detail: file }));
    // The same file can be chosen again.
    input.value = '';
  };
}

customElements.define('page-header', PageHeader);
