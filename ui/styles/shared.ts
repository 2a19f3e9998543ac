/** Rules that every component uses: boxes, buttons, fields, focus, text for screen readers only. */
import { css } from 'lit';

export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  h2 {
    margin: 0;
    font-size: 13px;
    font-weight: 650;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button,
  select,
  input[type='number'],
  input[type='search'] {
    min-height: 32px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--surface);
    padding: 0 10px;
  }
  select,
  input[type='number'],
  input[type='search'] {
    border-color: var(--line-strong);
  }
  button {
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    border-color: var(--line-strong);
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--accent-ink);
    font-weight: 600;
  }
  button.icon {
    display: inline-grid;
    place-items: center;
    width: 32px;
    padding: 0;
  }
  button.icon svg {
    width: 16px;
    height: 16px;
    fill: currentColor;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .muted {
    color: var(--muted);
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
