/** How the terminal is laid out. */
import { css } from 'lit';

export const terminalStyles = css`
  section {
    display: flex;
    flex-direction: column;
    height: min(38dvh, 340px);
    border-bottom: 1px solid var(--line);
  }
  section[hidden] {
    display: none;
  }
  header {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 6px 14px;
    border-bottom: 1px solid var(--line);
  }
  header :is(button, select) {
    min-height: 28px;
  }
  .space {
    flex: 1;
  }
  .keys {
    font-size: 12px;
  }
  .screen {
    flex: 1;
    min-height: 0;
    margin: 6px 4px 4px 14px;
    overflow: hidden;
    font-family: var(--mono);
  }
  @media (max-width: 700px) {
    .keys {
      display: none;
    }
    .screen {
      margin-left: 8px;
    }
  }
`;
