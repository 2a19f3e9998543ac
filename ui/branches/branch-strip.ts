/** The branches of the run: the trunk and a twig for each change, in the order of the tree. One can go to each of them. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { clockText } from '../run/times.ts';
import type { Branch, Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';

export class BranchStrip extends PageElement {
  static override properties = { ...PageElement.properties, branches: { attribute: false } };
  declare branches: Branches;

  static override styles = [
    shared,
    css`
      nav {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 6px 14px;
        border-bottom: 1px solid var(--line);
      }
      h2 {
        flex: none;
      }
      ol {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 4px;
        min-width: 0;
        margin: 0;
        padding: 2px;
        overflow-x: auto;
        list-style: none;
        scrollbar-width: thin;
      }
      li {
        display: flex;
        flex: none;
        align-items: center;
        gap: 4px;
      }
      svg {
        width: 16px;
        height: 20px;
        flex: none;
        fill: none;
        stroke: var(--line-strong);
        stroke-width: 2;
      }
      li button {
        min-height: 28px;
        max-width: 300px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      li button[aria-current] {
        border-color: var(--accent);
        background: var(--accent-soft);
        font-weight: 650;
      }
      nav > button {
        flex: none;
        min-height: 28px;
      }
    `,
  ];

  protected override watched() {
    return [this.state.run];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const value of [this.branches.all, this.branches.current]) {
      this.listen<unknown>(value as never, () => this.requestUpdate());
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const all = this.branches.all.get();
    if (all.length < 2) return nothing;
    const current = this.branches.branch;
    return html`<nav aria-label="Branches">
      <h2>Branches</h2>
      <ol>
        ${inOrder(all).map((branch) => this.#branch(branch, branch.id === current?.id))}
      </ol>
      <button
        title="Back to before the last change (Ctrl+Z)"
        ?disabled=${current?.parent === undefined}
        @click=${() => this.branches.undo()}
      >
        Undo
      </button>
    </nav>`;
  }

  #branch({ id, name, fromMs, parent }: Branch, isCurrent: boolean): TemplateResult {
    const label = parent === undefined ? name : fromMs === 0 ? name : `${name} at ${clockText(fromMs)}`;
    return html`<li>
      ${parent === undefined ? nothing : html`<svg viewBox="0 0 16 20" aria-hidden="true"><path d="M3,1V10H13M9,6l4,4l-4,4" /></svg>`}
      <button title=${label} aria-current=${isCurrent ? 'true' : nothing} @click=${() => this.branches.open(id)}>${label}</button>
    </li>`;
  }
}

customElements.define('branch-strip', BranchStrip);

/** A branch is followed by those that leave it. */
function inOrder(all: readonly Branch[], parent?: number): Branch[] {
  return all
    .filter((branch) => branch.parent === parent)
    .flatMap((branch) => [branch, ...inOrder(all, branch.id)]);
}
