/** Story, result and the answer to "why?", behind tabs. */
import { css, html, nothing } from 'lit';
import '../result/result-panel.ts';
import '../story/story-list.ts';
import type { Engine } from '../engine/engine.ts';
import type { Actions } from '../state/actions.ts';
import type { Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { TABS, type Tab } from '../state/page-state.ts';
import type { StoryList } from '../story/story-list.ts';
import { shared } from '../styles/shared.ts';

export class SidePanel extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    branches: { attribute: false },
    actions: { attribute: false },
  };
  declare engine: Engine;
  declare branches: Branches;
  declare actions: Actions;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      [role='tablist'] {
        display: flex;
        flex-wrap: wrap;
        padding: 8px 8px 0;
        border-bottom: 1px solid var(--line);
      }
      [role='tab'] {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-bottom: -1px;
        padding: 0 8px;
        white-space: nowrap;
        border: 0;
        border-bottom: 2px solid transparent;
        border-radius: 0;
        background: none;
        color: var(--muted);
        font-weight: 600;
      }
      [role='tab'][aria-selected='true'] {
        border-bottom-color: var(--accent);
        color: var(--ink);
      }
      .verdict {
        padding: 0 7px;
        border-radius: 9px;
        background: var(--good-fill);
        color: var(--good-ink);
        font-size: 12px;
      }
      .verdict.failed {
        background: var(--bad-fill);
        color: var(--bad-ink);
      }
      [role='tabpanel'] {
        display: flex;
        flex: 1;
        flex-direction: column;
        min-height: 0;
      }
      [role='tabpanel'][hidden] {
        display: none;
      }
      [role='tabpanel'] > * {
        flex: 1;
        min-height: 0;
      }
    `,
  ];

  protected override watched() {
    return [this.state.run, this.state.tab];
  }

  readonly #fetched = new Set<Tab>(['story', 'result']);

  /** Only who looks at causes and machines needs what draws them. */
  async #fetch(tab: Tab): Promise<void> {
    if (this.#fetched.has(tab)) return;
    if (tab === 'why') await import('../why/why-panel.ts');
    else if (tab === 'checks') await import('../checks/checks-panel.ts');
    else await import('../chart/machine-panel.ts');
    this.#fetched.add(tab);
    this.requestUpdate();
  }

  async focusSearch(): Promise<void> {
    this.state.tab.set('story');
    await this.updateComplete;
    this.renderRoot.querySelector<StoryList>('story-list')?.focusSearch();
  }

  protected override render() {
    const open = this.state.tab.get();
    void this.#fetch(open);
    const expectations = this.state.run.get()?.record.result.expectations ?? [];
    const held = expectations.filter(({ ok }) => ok).length;
    const failed = held < expectations.length;
    const verdict = html`<span class="verdict number ${failed ? 'failed' : ''}" title="Expectations that hold">
      ${failed ? '✕' : '✓'} ${held}/${expectations.length}
    </span>`;
    const tab = (name: Tab, label: unknown) => html`<button
      role="tab"
      id="${name}-tab"
      aria-controls=${name}
      aria-selected=${open === name}
      tabindex=${open === name ? 0 : -1}
      @click=${() => this.state.tab.set(name)}
    >
      ${label}
    </button>`;
    return html`
      <div role="tablist" aria-label="Story, result, checks, why, machine" @keydown=${this.#key}>
        ${tab('story', 'Story')} ${tab('result', html`Result ${expectations.length > 0 ? verdict : ''}`)}
        ${tab('checks', 'Checks')} ${tab('why', 'Why?')} ${tab('machine', 'Machine')}
      </div>
      <div role="tabpanel" id="story" aria-labelledby="story-tab" ?hidden=${open !== 'story'}>
        <story-list .state=${this.state}></story-list>
      </div>
      <div role="tabpanel" id="result" aria-labelledby="result-tab" ?hidden=${open !== 'result'}>
        <result-panel .state=${this.state} .engine=${this.engine}></result-panel>
      </div>
      <div role="tabpanel" id="checks" aria-labelledby="checks-tab" ?hidden=${open !== 'checks'}>
        ${this.#fetched.has('checks') ? html`<checks-panel tabindex="0" .state=${this.state} .engine=${this.engine} .branches=${this.branches} .actions=${this.actions}></checks-panel>` : nothing}
      </div>
      <div role="tabpanel" id="why" aria-labelledby="why-tab" ?hidden=${open !== 'why'}>
        ${this.#fetched.has('why') ? html`<why-panel tabindex="0" .state=${this.state} .engine=${this.engine}></why-panel>` : nothing}
      </div>
      <div role="tabpanel" id="machine" aria-labelledby="machine-tab" ?hidden=${open !== 'machine'}>
        ${this.#fetched.has('machine') ? html`<machine-panel tabindex="0" .state=${this.state} .engine=${this.engine}></machine-panel>` : nothing}
      </div>
    `;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const step = event.key === 'ArrowRight' ? 1 : TABS.length - 1;
    this.state.tab.set(TABS[(TABS.indexOf(this.state.tab.get()) + step) % TABS.length]!);
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]')?.focus(),
    );
  };
}

customElements.define('side-panel', SidePanel);
