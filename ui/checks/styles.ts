/** How the checks look. */
import { css } from 'lit';

export const checksStyles = css`
  :host {
    overflow: hidden auto;
    padding: 14px;
    scrollbar-width: thin;
  }
  section {
    margin-bottom: 22px;
  }
  h3,
  h4 {
    margin: 0 0 6px;
    color: var(--muted);
    font-size: 12px;
    font-weight: 650;
  }
  h4 {
    margin-top: 10px;
  }
  p {
    margin: 0 0 8px;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  code {
    font: 12px var(--mono);
    overflow-wrap: anywhere;
  }
  .do {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 10px;
  }
  .do label {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .do select {
    max-width: 150px;
  }
  .do :is(button, select),
  .jump,
  .found button {
    min-height: 28px;
  }
  .jump {
    min-height: 24px;
    padding: 0 6px;
  }
  .list li {
    display: grid;
    grid-template-columns: 18px 1fr;
    gap: 8px;
    padding: 4px 0;
  }
  .found {
    display: block;
    margin-top: 4px;
    padding: 6px 10px;
    border-radius: 6px;
    background: var(--bad-soft);
  }
  .problem {
    color: var(--bad);
  }
  .tiles {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  .tiles button {
    display: grid;
    justify-items: center;
    gap: 3px;
    min-height: 0;
    padding: 5px 7px;
  }
  .dots i {
    font-style: normal;
    font-size: 11px;
    letter-spacing: 2px;
    color: var(--good);
  }
  .dots .lost {
    color: var(--bad);
    font-weight: 700;
  }
  .grid {
    border-collapse: collapse;
    font-size: 12px;
  }
  .grid th {
    padding: 0 8px 0 0;
    font-weight: 400;
    text-align: left;
  }
  .grid thead th {
    padding: 0 4px;
    text-align: center;
  }
  .grid td {
    text-align: center;
  }
  .grid button {
    min-height: 24px;
    padding: 2px 8px;
    border-color: transparent;
    background: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    margin-top: 10px;
    font-size: 12px;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 5px;
  }
  .survived {
    margin-top: 12px;
    padding-top: 10px;
    border-top: 1px solid var(--line);
  }
`;
