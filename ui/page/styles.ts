/** How the page is laid out: panels beside each other where there is room, below each other, lanes first, where not. */
import { css } from 'lit';

export const pageStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr) auto;
    grid-template-columns: minmax(0, 1fr);
    height: 100dvh;
    min-height: 640px;
  }
  :host([embed]) {
    min-height: 0;
  }
  :host([embed]) :is(.header, .side, branch-strip) {
    display: none;
  }
  :host([embed]) main {
    grid-template:
      'topology' fit-content(60%)
      'lanes' minmax(120px, 1fr)
      / minmax(0, 1fr);
    gap: 0;
    padding: 0;
  }
  .panel {
    background: var(--surface);
  }
  .header {
    border-bottom: 1px solid var(--line);
  }
  .transport {
    border-top: 1px solid var(--line);
    z-index: 2;
  }
  main {
    position: relative;
    display: grid;
    grid-template:
      'topology side' fit-content(54%)
      'lanes side' minmax(260px, 1fr)
      / minmax(0, 1fr) 392px;
    gap: var(--gap);
    min-height: 0;
    padding: var(--gap);
  }
  :host([typing]) main {
    grid-template-rows: minmax(0, 1.3fr) minmax(120px, 1fr);
  }
  main .panel {
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
  }
  .topology {
    grid-area: topology;
  }
  .lanes {
    grid-area: lanes;
  }
  .side {
    grid-area: side;
  }
  .messages p {
    display: flex;
    align-items: center;
    gap: 12px;
    margin: 0;
    padding: 8px 14px;
    border-bottom: 1px solid var(--line);
  }
  .messages span {
    overflow-wrap: anywhere;
  }
  .notice.bad {
    background: var(--bad-soft);
  }
  .notice.plain,
  .busy {
    background: var(--accent-soft);
  }
  .notice button {
    min-height: 26px;
    margin-left: auto;
  }
  .without {
    display: grid;
    grid-template: minmax(60vh, 1fr) / 1fr;
  }
  .without .panel {
    display: none;
  }
  .empty {
    display: grid;
    place-content: center;
    padding: 24px;
    background: var(--paper);
    text-align: center;
  }
  progress {
    width: 240px;
    max-width: 60vw;
    height: 6px;
    margin: 14px auto 0;
    accent-color: var(--accent);
  }
  .messages progress {
    width: 140px;
    margin: 0;
  }
  .empty p {
    margin: 4px 0;
  }
  .drop {
    position: fixed;
    inset: 12px;
    z-index: 5;
    display: grid;
    place-content: center;
    border: 3px dashed var(--accent);
    border-radius: 16px;
    background: color-mix(in srgb, var(--accent-soft) 88%, transparent);
    font-size: 20px;
    font-weight: 650;
  }
  @media (max-width: 1180px) {
    main {
      grid-template-columns: minmax(0, 1fr) 320px;
    }
  }
  @media (max-width: 860px) {
    :host {
      display: block;
      height: auto;
      min-height: 100dvh;
    }
    main {
      display: flex;
      flex-direction: column;
      padding: 8px 8px 16px;
    }
    .lanes {
      order: -1;
      height: max(360px, 58dvh);
    }
    .side {
      height: 80dvh;
    }
    .transport {
      position: sticky;
      bottom: 0;
    }
  }
`;
