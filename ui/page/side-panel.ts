/** Story and result behind two tabs. */
import { css, html } from 'lit';
import '../result/result-panel.ts';
import '../story/story-list.ts';
import { PageElement } from '../state/page-element.ts';
import type { StoryList } from '../story/story-list.ts';
import { shared } from '../styles/shared.ts';

const TABS = ['story', 'result'] as const;
type Tab = (typeof TABS)[number];

export class SidePanel extends PageElement {
  static override properties = { ...PageElement.properties, tab: { state: true } };
  declare tab: Tab;

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
        gap: 4px;
        padding: 8px 14px 0;
        border-bottom: 1px solid var(--line);
      }
      [role='tab'] {
        display: flex;
        align-items: center;
        gap: 7px;
        margin-bottom: -1px;
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

  constructor() {
    super();
    this.tab = 'story';
  }

  protected override watched() {
    return [this.state.run];
  }

  async focusSearch(): Promise<void> {
    this.tab = 'story';
    await this.updateComplete;
    this.renderRoot.querySelector<StoryList>('story-list')?.focusSearch();
  }

  protected override render() {
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
      aria-selected=${this.tab === name}
      tabindex=${this.tab === name ? 0 : -1}
      @click=${() => {
        this.tab = name;
      }}
    >
      ${label}
    </button>`;
    return html`
      <div role="tablist" aria-label="Story and result" @keydown=${this.#key}>
        ${tab('story', 'Story')} ${tab('result', html`Result ${expectations.length > 0 ? verdict : ''}`)}
      </div>
      <div role="tabpanel" id="story" aria-labelledby="story-tab" ?hidden=${this.tab !== 'story'}>
        <story-list .state=${this.state}></story-list>
      </div>
      <div role="tabpanel" id="result" aria-labelledby="result-tab" ?hidden=${this.tab !== 'result'}>
        <result-panel .state=${this.state}></result-panel>
      </div>
    `;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    this.tab = TABS[1 - TABS.indexOf(this.tab)]!;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]')?.focus(),
    );
  };
}

customElements.define('side-panel', SidePanel);
