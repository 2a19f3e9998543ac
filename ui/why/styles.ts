/** How the answer to "why?" looks. */
import { css } from 'lit';

export const whyStyles = css`
  :host {
    overflow: hidden auto;
    scrollbar-width: thin;
  }
  header {
    padding: 12px 14px 8px;
    border-bottom: 1px solid var(--line);
  }
  p {
    margin: 0;
  }
  .none {
    padding: 14px;
    color: var(--muted);
  }
  .question {
    color: var(--muted);
    font-size: 12px;
  }
  .what {
    margin: 2px 0;
    font-size: 14px;
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  .occasion {
    font-size: 12px;
  }
  button.time {
    min-height: 24px;
    padding: 0 2px;
    border: 0;
    background: none;
    color: var(--accent);
    font-weight: 600;
    text-align: left;
    text-decoration: underline;
    text-underline-offset: 3px;
    text-decoration-thickness: 1px;
  }
  ol {
    margin: 0;
    padding: 6px 14px 0 20px;
    list-style: none;
  }
  ol > li {
    position: relative;
    padding: 4px 0 10px 14px;
    border-left: 2px solid var(--line);
  }
  ol > li::before {
    position: absolute;
    top: 13px;
    left: -5px;
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--line-strong);
    content: '';
  }
  ol > li:first-child::before {
    background: var(--accent);
  }
  .waited {
    font-size: 12px;
  }
  .head strong {
    font-size: 12px;
  }
  .text {
    overflow-wrap: anywhere;
  }
  .arithmetic {
    margin: 4px 0;
    padding: 6px 10px;
    border-radius: 6px;
    background: var(--accent-soft);
    list-style: none;
  }
  figure {
    margin: 6px 0;
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: 6px;
  }
  figcaption {
    padding: 2px 8px;
    background: var(--sunken);
    color: var(--muted);
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  code {
    display: block;
    padding: 1px 8px;
    font: 12px var(--mono);
    overflow-wrap: anywhere;
  }
  code .number {
    display: inline-block;
    min-width: 26px;
    color: var(--muted);
  }
  summary {
    min-height: 24px;
    color: var(--muted);
    font-size: 12px;
    cursor: pointer;
  }
  table {
    border-collapse: collapse;
    font-size: 12px;
  }
  th {
    padding: 1px 10px 1px 0;
    color: var(--muted);
    font-weight: 400;
    text-align: left;
    vertical-align: top;
  }
  td {
    overflow-wrap: anywhere;
  }
  ins {
    font-weight: 650;
    text-decoration: none;
  }
  del {
    color: var(--muted);
  }
  .end {
    padding: 4px 14px 16px;
    font-size: 12px;
  }
  kbd {
    padding: 0 5px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    font: 12px var(--mono);
  }
`;
