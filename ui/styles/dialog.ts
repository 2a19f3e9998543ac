/** How dialogs look. */
import { css } from 'lit';

export const dialogStyles = css`
  dialog {
    width: min(680px, calc(100vw - 24px));
    max-height: calc(100dvh - 40px);
    padding: 18px 22px 20px;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    color: var(--ink);
  }
  dialog::backdrop {
    background: rgb(10 13 18 / 40%);
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    margin-bottom: 12px;
  }
  h2 {
    font-size: 16px;
  }
  h3 {
    margin: 18px 0 8px;
    font-size: 13px;
  }
  .field {
    display: grid;
    gap: 3px;
    align-content: start;
    min-width: 0;
  }
  .field > span {
    font-size: 12px;
    font-weight: 650;
  }
  .field small {
    font-size: 12px;
    line-height: 1.3;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(180px, 1fr));
    gap: 10px 14px;
    margin: 12px 0;
  }
  input:not([type='radio'], [type='checkbox'], [type='range']),
  textarea {
    width: 100%;
    min-height: 32px;
    padding: 0 10px;
    border: 1px solid var(--line-strong);
    border-radius: 6px;
    background: var(--surface);
    color: inherit;
    font: inherit;
  }
  textarea {
    padding: 6px 10px;
  }
  .foot {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    margin-top: 14px;
  }
  .foot p {
    margin: 0;
  }
  .foot .primary {
    min-width: 96px;
  }
`;
