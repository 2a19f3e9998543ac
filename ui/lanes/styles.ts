/** How the lanes view is laid out. */
import { css } from 'lit';

export const lanesStyles = css`
  :host {
    --names: 236px;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  header {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 14px;
  }
  header label {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  header :is(button, select) {
    min-height: 28px;
  }
  header button.icon {
    width: 28px;
  }
  .space {
    flex: 1;
  }
  .axis {
    padding-left: var(--names);
    border-bottom: 1px solid var(--line);
  }
  .pins {
    display: grid;
    grid-template-columns: var(--names) minmax(0, 1fr);
    padding-bottom: 3px;
    border-bottom: 2px solid var(--line-strong);
  }
  .pins[hidden] {
    display: none;
  }
  .pins canvas {
    position: static;
  }
  .scroll {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow: hidden auto;
    display: grid;
    grid-template-columns: var(--names) minmax(0, 1fr);
    align-items: start;
    scrollbar-width: thin;
    scrollbar-gutter: stable;
  }
  .scroll:focus-visible {
    outline-offset: -2px;
  }
  lane-labels {
    border-right: 1px solid var(--line);
  }
  .stage {
    position: relative;
    min-height: 100%;
    cursor: grab;
    touch-action: pan-y;
  }
  .stage:active {
    cursor: grabbing;
  }
  canvas {
    position: sticky;
    top: 0;
    display: block;
  }
  .playhead {
    position: absolute;
    inset: 0 auto 0 -1px;
    width: 2px;
    background: var(--accent);
    pointer-events: none;
  }
  .playhead[hidden] {
    display: none;
  }
  @media (max-width: 700px) {
    :host {
      --names: 132px;
    }
    header {
      flex-wrap: wrap;
      gap: 6px;
    }
  }
`;
