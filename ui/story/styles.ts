/** How the story looks: what has not happened yet is there, but steps back. */
import { css } from 'lit';

export const storyStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .search {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 10px 14px;
  }
  input {
    flex: 1;
    min-width: 0;
  }
  .count {
    font-size: 12px;
  }
  .none {
    margin: 0;
    padding: 8px 14px;
    color: var(--muted);
  }
  ol {
    position: relative;
    flex: 1;
    min-height: 0;
    margin: 0;
    padding: 0 6px 8px;
    overflow: hidden auto;
    list-style: none;
    scrollbar-width: thin;
  }
  li {
    position: relative;
  }
  li button.why {
    position: absolute;
    right: 4px;
    bottom: 4px;
    min-height: 24px;
    padding: 0 6px;
    border: 1px solid var(--line);
    border-radius: 5px;
    background: var(--surface);
    color: var(--muted);
    font-size: 12px;
    opacity: 0;
  }
  li:is(:hover, :focus-within) button.why,
  li:has([aria-current]) button.why {
    opacity: 1;
  }
  li button:not(.why) {
    display: grid;
    grid-template-columns: 84px 18px 1fr;
    gap: 10px;
    align-items: start;
    width: 100%;
    min-height: 36px;
    padding: 6px 8px;
    border: 0;
    border-left: 3px solid transparent;
    border-radius: 4px;
    background: none;
    text-align: left;
  }
  li button:focus-visible {
    outline-offset: -2px;
  }
  li button:hover {
    background: var(--sunken);
  }
  .more {
    flex: none;
    margin: 4px 14px;
  }
  .when {
    display: grid;
    text-align: right;
  }
  .since {
    color: var(--muted);
    font-size: 12px;
  }
  .at {
    font-weight: 600;
  }
  .text {
    overflow-wrap: anywhere;
  }
  .future :is(.at, .text) {
    color: var(--muted);
    font-weight: 400;
  }
  .current {
    border-left-color: var(--accent);
    background: var(--accent-soft);
  }
  .fault .text {
    font-weight: 650;
  }
  svg.kind {
    width: 18px;
    height: 18px;
    margin-top: 1px;
  }
  svg.kind :is(path, rect) {
    fill: var(--sunken);
    stroke: var(--line-strong);
  }
  svg.kind text {
    fill: var(--ink);
    font: 700 10px var(--font);
    text-anchor: middle;
    dominant-baseline: central;
  }
  svg.kind.fault path {
    fill: var(--bad-fill);
    stroke: var(--bad-fill);
  }
  svg.kind.fault text {
    fill: var(--bad-ink);
  }
  svg.kind.vip rect {
    fill: var(--accent);
    stroke: var(--accent);
  }
  svg.kind.vip text {
    fill: var(--accent-ink);
  }
  svg.kind.operator path {
    fill: var(--changing-fill);
    stroke: var(--changing);
  }
  svg.kind.operator text {
    fill: var(--changing-ink);
  }
`;
