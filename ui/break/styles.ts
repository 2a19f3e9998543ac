/** How the fault palette looks. */
import { css } from 'lit';

export const faultStyles = css`
  fieldset {
    margin: 12px 0 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 4px;
    font-size: 12px;
    font-weight: 650;
  }
  .faults {
    max-height: 268px;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: 8px;
    scrollbar-width: thin;
  }
  .choice {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 9px;
    align-items: baseline;
    padding: 5px 10px;
    cursor: pointer;
  }
  .choice:hover {
    background: var(--sunken);
  }
  .choice:has(:checked) {
    background: var(--accent-soft);
  }
  .choice input {
    accent-color: var(--accent);
  }
  .preview {
    display: block;
    min-height: 62px;
    margin-top: 12px;
    padding: 8px 12px;
    border-radius: 8px;
    background: var(--sunken);
  }
  .preview ul {
    margin: 0;
    padding: 0 0 0 16px;
  }
  .problem {
    margin: 0;
    color: var(--bad);
  }
`;
