/** How the parts of the result look. */
import { css } from 'lit';

export const resultStyles = css`
  :host {
    overflow: hidden auto;
    padding: 14px;
    scrollbar-width: thin;
  }
  section {
    margin-bottom: 22px;
  }
  h3 {
    margin: 0 0 8px;
    color: var(--muted);
    font-size: 12px;
    font-weight: 650;
  }
  .figures {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px;
  }
  .figures button {
    display: grid;
    gap: 1px;
    padding: 9px 12px;
    background: var(--surface);
    text-align: left;
  }
  .figures strong {
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.2;
  }
  .figures .bad strong {
    color: var(--bad);
  }
  .figures .good strong {
    color: var(--good);
  }
  .figures span {
    color: var(--muted);
    font-size: 12px;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .service {
    margin-bottom: 12px;
  }
  .service > p {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    margin: 0 0 4px;
  }
  .service svg {
    display: block;
    width: 100%;
    height: 16px;
    border-radius: 3px;
  }
  .outage {
    width: 100%;
    min-height: 28px;
    padding: 3px 6px;
    border: 0;
    background: none;
    text-align: left;
    font-size: 13px;
  }
  .outage:hover {
    background: var(--sunken);
  }
  .expectation {
    display: grid;
    grid-template-columns: 18px 1fr auto;
    gap: 8px;
    padding: 5px 0;
    border-top: 1px solid var(--line);
  }
  .expectation:first-child {
    border-top: 0;
  }
  .expectation code {
    overflow-wrap: anywhere;
  }
  .expectation .jump {
    align-self: start;
    min-height: 24px;
    padding: 0 7px;
    font-size: 12px;
  }
  code,
  .hash {
    font: 12px/1.5 var(--mono);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  :is(td, th) {
    padding: 3px 0;
    border-top: 1px solid var(--line);
    font-weight: 400;
    text-align: left;
  }
  tr:first-child :is(td, th) {
    border-top: 0;
  }
  td {
    text-align: right;
  }
  .command {
    display: flex;
    gap: 8px;
    align-items: center;
    padding: 4px 4px 4px 10px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--sunken);
  }
  .command code {
    flex: 1;
    overflow-wrap: anywhere;
  }
  .mark {
    width: 18px;
    height: 18px;
  }
  .mark.ok path:first-child {
    fill: var(--good);
  }
  .mark.failed path:first-child {
    fill: var(--bad-fill);
  }
  .mark path:last-child {
    fill: none;
    stroke: var(--surface);
    stroke-width: 2;
  }
`;
