/** Bring your own: haproxy.cfg, keepalived.conf, kubeadm-config.yaml. What they say, what is wrong with them, and run it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Finding } from '../../models/finding.ts';
import type { Engine } from '../engine/engine.ts';
import type { Imported } from '../engine/import.ts';
import { packBundle } from '../run/bundle.ts';
import type { RunRequest } from '../run/request.ts';
import { PageElement } from '../state/page-element.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { shared } from '../styles/shared.ts';
import { chosenFiles, type Texts, textsOf } from './dropped.ts';

const MOST_FINDINGS = 100;

export class FilesDialog extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    run: { attribute: false },
    texts: { state: true },
    settings: { state: true },
    imported: { state: true },
    problem: { state: true },
  };
  declare engine: Engine;
  declare run: (request: RunRequest) => void;
  declare texts: Texts;
  declare settings: string;
  declare imported: Imported | undefined;
  declare problem: string;

  static override styles = [
    shared,
    dialogStyles,
    css`
      ul {
        margin: 6px 0;
        padding: 0;
        list-style: none;
      }
      .file {
        display: grid;
        grid-template-columns: 1fr auto auto;
        gap: 8px;
        align-items: center;
        padding: 3px 0;
      }
      .finding {
        padding: 5px 0 5px 10px;
        border-left: 4px solid var(--line-strong);
        margin-bottom: 6px;
      }
      .finding.error {
        border-color: var(--bad);
      }
      .finding.warning {
        border-color: var(--changing);
      }
      .finding strong {
        margin-right: 6px;
      }
      code {
        display: block;
        font: 12px var(--mono);
        overflow-wrap: anywhere;
      }
      .problem {
        color: var(--bad);
      }
      .hosts {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.texts = {};
    this.settings = '';
    this.imported = undefined;
    this.problem = '';
  }

  protected override watched() {
    return [];
  }

  open(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.open === false) dialog.showModal();
  }

  /** Adds files to those that are there. */
  async add(files: readonly { readonly path: string; readonly file: File }[]): Promise<void> {
    this.open();
    try {
      const added = await textsOf(files);
      this.problem = '';
      await this.#change({ ...this.texts, ...added });
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  #turn = 0;

  async #change(texts: Texts): Promise<void> {
    this.texts = texts;
    const turn = ++this.#turn;
    if (Object.keys(texts).length === 0) {
      this.imported = undefined;
      return;
    }
    try {
      const imported = await this.engine.ask('import', { files: texts, settings: this.#settings() });
      if (turn === this.#turn) this.imported = imported;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  #settings(): string[] {
    return this.settings.split(/\s*\n\s*/).filter((line) => line !== '');
  }

  protected override render() {
    const paths = Object.keys(this.texts);
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">Your own files</h2>
        <form method="dialog"><button>Close</button></form>
      </div>
      <p class="muted">
        haproxy.cfg, keepalived.conf with its scripts (a folder for each host), kubeadm-config.yaml, /etc/hosts. They stay in this
        browser.
      </p>
      <button @click=${() => this.renderRoot.querySelector<HTMLInputElement>('[type=file]')?.click()}>Choose files</button>
      <input type="file" multiple hidden aria-label="Configuration files" @change=${this.#chosen} />
      <ul>
        ${paths.map((path) => this.#file(path))}
      </ul>
      <label class="field">
        <span>What the files do not say, one a line</span>
        <textarea rows="2" spellcheck="false" placeholder="cluster.workers=w1" .value=${this.settings} @change=${this.#set}></textarea>
      </label>
      ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      ${this.imported === undefined ? nothing : this.#found(this.imported)}
      <div class="foot">
        <p class="muted">It runs for two minutes; break it at any moment.</p>
        <button class="primary" ?disabled=${this.imported?.hosts === undefined} @click=${this.#run}>Run it</button>
      </div>
    </dialog>`;
  }

  #file(path: string): TemplateResult {
    return html`<li class="file">
      <input aria-label="Path of ${path}" .value=${path} @change=${(event: Event) => this.#rename(path, (event.target as HTMLInputElement).value)} />
      <span class="muted number">${this.texts[path]?.split('\n').length} lines</span>
      <button aria-label="Remove ${path}" @click=${() => this.#rename(path, '')}>Remove</button>
    </li>`;
  }

  #found({ hosts, findings, lints, notes }: Imported): TemplateResult {
    return html`<div role="status">
      ${
        hosts === undefined
          ? html`<h3>These files cannot be used as they are</h3>`
          : html`<h3>${hosts.length} hosts</h3>
              <ul class="hosts">${hosts.map(({ name, address, processes }) => html`<li><strong>${name}</strong> ${address}: ${processes.join(', ')}</li>`)}</ul>`
      }
      ${
        lints.length === 0
          ? nothing
          : html`<h3>${lints.length} lints: accepted without a word</h3>
              <ul>${lints.slice(0, MOST_FINDINGS).map((lint) => this.#finding(lint, lint.scenario))}</ul>`
      }
      ${
        findings.length === 0
          ? html`<p class="muted">Nothing to complain about.</p>`
          : html`<h3>${findings.length} findings</h3>
              <ul>${findings.slice(0, MOST_FINDINGS).map((finding) => this.#finding(finding))}</ul>`
      }
      ${notes.length === 0 ? nothing : html`<details><summary>${notes.length} notes</summary><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></details>`}
    </div>`;
  }

  /** A finding with the line that it is about. */
  #finding(
    { severity, file, line, message }: Omit<Finding, 'column'>,
    scenario?: string | null,
  ): TemplateResult {
    const text = this.texts[file]?.split('\n')[line - 1]?.trim() ?? '';
    return html`<li class="finding ${severity}">
      <strong>${severity}</strong>${message}
      <code><span class="muted">${file}:${line}</span> ${text.slice(0, 300)}</code>
      ${scenario ? html`<button @click=${() => this.#show(scenario)}>See what it leads to</button>` : nothing}
    </li>`;
  }

  /** The run that shows what a lint warns of. */
  #show(scenario: string): void {
    this.renderRoot.querySelector('dialog')?.close();
    this.run({ scenario, seed: 1, set: [] });
  }

  #rename(path: string, to: string): void {
    const { [path]: text, ...others } = this.texts;
    void this.#change(to.trim() === '' || text === undefined ? others : { ...others, [to.trim()]: text });
  }

  readonly #set = (event: Event): void => {
    this.settings = (event.target as HTMLTextAreaElement).value;
    void this.#change(this.texts);
  };

  readonly #chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = chosenFiles(input.files);
    input.value = '';
    if (files.length > 0) void this.add(files);
  };

  readonly #run = async (): Promise<void> => {
    const paths = Object.keys(this.texts);
    const topology = {
      import: paths,
      name: 'own-files',
      ...(this.#settings().length === 0 ? {} : { set: settingsOf(this.#settings()) }),
    };
    // JSON is YAML.
    const scenario = JSON.stringify({
      scenario: 'own-files',
      version: 1,
      about: 'Your own files.',
      topology,
      until: '120s',
    });
    const packed = await packBundle({ scenario, files: this.texts });
    this.renderRoot.querySelector('dialog')?.close();
    this.run({ scenario: 'own-files', seed: 1, set: [], packed });
  };
}

customElements.define('files-dialog', FilesDialog);

/** The settings as a map; their values are checked where they are read. */
function settingsOf(settings: readonly string[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      const value = setting.slice(at + 1).trim();
      const known =
        value === 'true' || value === 'false'
          ? value === 'true'
          : /^\d+(\.\d+)?$/.test(value)
            ? Number(value)
            : value;
      return [setting.slice(0, at).trim(), known];
    }),
  );
}
