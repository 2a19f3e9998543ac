/** How the drawing of the cluster looks. */
import { css } from 'lit';

export const topologyStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    align-items: baseline;
    padding: 10px 14px 6px;
  }
  header p {
    margin: 0;
    color: var(--muted);
    font-variant-numeric: tabular-nums;
  }
  .stage {
    flex: 1;
    min-height: 0;
    position: relative;
    overflow: hidden auto;
    padding: 0 14px;
    scrollbar-width: thin;
    scrollbar-gutter: stable;
  }
  svg.drawing {
    display: block;
    margin: 0 auto;
    font: 12px var(--font);
  }
  svg.drawing text {
    fill: var(--ink);
  }
  .host .frame {
    fill: var(--surface);
    stroke: var(--line-strong);
    stroke-width: 1;
  }
  .host.off .frame {
    fill: url(#hatch);
    stroke: var(--off);
    stroke-dasharray: 5 4;
  }
  .host.changing .frame {
    stroke: var(--changing);
    stroke-width: 1.5;
    stroke-dasharray: 2 3;
  }
  .host.selected .frame {
    stroke: var(--accent);
    stroke-width: 2;
  }
  .host.aimed .frame {
    stroke: var(--bad);
    stroke-width: 3;
  }
  .process.aimed .row {
    fill: var(--bad-soft);
    stroke: var(--bad);
  }
  .space {
    flex: 1;
  }
  header button {
    min-height: 28px;
  }
  .tools {
    position: absolute;
    top: 0;
    left: 0;
  }
  .tool {
    position: absolute;
    display: grid;
    place-items: center;
    width: 26px;
    min-height: 26px;
    padding: 0;
    border-color: var(--line-strong);
    border-radius: 50%;
    background: var(--surface);
    color: var(--muted);
  }
  .tool:is(:hover, :focus-visible) {
    border-color: var(--bad);
    color: var(--bad);
  }
  .tool .line {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
  }
  .tool svg {
    width: 13px;
    height: 13px;
    fill: currentColor;
  }
  .timer {
    fill: none;
    stroke: var(--accent);
    stroke-width: 1.4;
  }
  .timer.next {
    stroke-width: 3;
  }
  .message path {
    fill: none;
    stroke: var(--good);
    stroke-width: 1.2;
    opacity: 0.6;
  }
  .message circle {
    fill: var(--good-fill);
    stroke: var(--good);
  }
  .message text {
    fill: var(--good-ink);
    font: 700 8px var(--font);
    text-anchor: middle;
    dominant-baseline: central;
  }
  .message:is(.lost, .refused) path {
    stroke: var(--bad);
    stroke-dasharray: 3 3;
  }
  .message:is(.lost, .refused) circle {
    fill: var(--bad-fill);
    stroke: var(--bad-fill);
  }
  .message:is(.lost, .refused) text {
    fill: var(--bad-ink);
  }
  .host .name {
    font-size: 14px;
    font-weight: 650;
    cursor: pointer;
  }
  .host .address,
  .host .foot,
  .service .state,
  .process .state {
    fill: var(--muted) !important;
    font-variant-numeric: tabular-nums;
  }
  .badge {
    text-anchor: end;
    font-weight: 650;
  }
  .badge.second {
    font-weight: 400;
    fill: var(--muted) !important;
  }
  .badge.second.bad {
    fill: var(--bad) !important;
    font-weight: 650;
  }
  .host.off .badge:not(.second) {
    fill: var(--off) !important;
    text-transform: uppercase;
    letter-spacing: 0.04em;
    font-size: 11px;
  }
  .host.changing .badge:not(.second) {
    fill: var(--changing) !important;
  }
  .process {
    cursor: pointer;
  }
  .process .row {
    fill: transparent;
  }
  .process:hover .row {
    fill: var(--sunken);
  }
  .process.selected .row {
    fill: var(--accent-soft);
  }
  .process .state {
    text-anchor: end;
  }
  .process.active .label,
  .process.active .state {
    font-weight: 650;
    fill: var(--ink) !important;
  }
  .service.bad .state,
  .service.changing .state {
    fill: var(--ink) !important;
    font-weight: 650;
  }
  .process.bad .state {
    fill: var(--bad) !important;
    font-weight: 650;
  }
  .process.off .label {
    fill: var(--off);
  }
  .line {
    fill: none;
    stroke-width: 1.6;
    stroke: var(--good);
  }
  .line.bad,
  .line.trap {
    stroke: var(--bad);
    stroke-width: 2;
  }
  .line.bad {
    stroke-dasharray: 2 5;
  }
  .line.trap {
    stroke-dasharray: 8 4;
  }
  .line.shut {
    stroke: var(--off-edge);
    stroke-dasharray: 2 4;
  }
  svg.drawing .warning {
    fill: var(--bad);
    stroke: var(--surface);
    stroke-width: 5;
    paint-order: stroke;
    text-anchor: middle;
    font-size: 11px;
    font-weight: 650;
  }
  marker path {
    fill: none;
    stroke-width: 1.6;
  }
  #arrow-good path {
    stroke: var(--good);
  }
  #arrow-bad path,
  #arrow-trap path {
    stroke: var(--bad);
  }
  #arrow-shut path {
    stroke: var(--off);
  }
  #hatch rect {
    fill: var(--off-fill);
  }
  #hatch path {
    stroke: var(--hatch);
    stroke-width: 1.5;
  }
  .vip {
    transition: transform 220ms ease-out;
  }
  .vip rect {
    fill: var(--accent);
    stroke: var(--surface);
    stroke-width: 2;
  }
  svg.drawing .vip text {
    fill: var(--accent-ink);
    font-weight: 650;
    text-anchor: middle;
    dominant-baseline: central;
    font-variant-numeric: tabular-nums;
  }
  .vip.twice rect {
    fill: var(--bad-fill);
  }
  svg.drawing .vip.twice text {
    fill: var(--bad-ink);
  }
  .vip.nobody rect {
    fill: var(--surface);
    stroke: var(--bad);
    stroke-dasharray: 4 3;
  }
  svg.drawing .vip.nobody text {
    fill: var(--bad);
  }
  @media (prefers-reduced-motion: reduce) {
    .vip {
      transition: none;
    }
  }
`;
