/** Time in the hand: play, steps, speed, and the strip to scrub along. */
import { css, html, nothing } from 'lit';
import { clockText, lengthText, sinceText } from '../run/times.ts';
import type { Actions } from '../state/actions.ts';
import { PageElement } from '../state/page-element.ts';
import { SPEEDS, speedText } from '../state/player.ts';
import { STEPS, type StepOf, step } from '../state/steps.ts';
import { shared } from '../styles/shared.ts';
import { icon } from './icons.ts';
import './scrub-strip.ts';

export class TransportBar extends PageElement {
  static override properties = { ...PageElement.properties, actions: { attribute: false } };
  /** Undefined in a replay, in which nothing can be done. */
  declare actions: Actions | undefined;
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: auto auto minmax(0, 1fr) auto;
        gap: 8px 14px;
        align-items: center;
        padding: 10px 14px;
      }
      .buttons {
        display: flex;
        gap: 6px;
      }
      .buttons button {
        width: 36px;
        min-height: 36px;
      }
      .clock {
        margin: 0;
        /* Always as wide: what stands beside it must not move under the hand. */
        width: 196px;
        overflow: hidden;
        line-height: 1.25;
        white-space: nowrap;
      }
      .buttons select {
        width: 118px;
        min-height: 36px;
        padding: 0 4px;
      }
      .clock .next {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .clock strong {
        display: block;
        font-size: 17px;
        font-weight: 650;
      }
      .clock span {
        color: var(--muted);
        font-size: 12px;
      }
      .speed {
        display: grid;
        grid-template-columns: auto 44px;
        gap: 0 8px;
        align-items: center;
      }
      .speed input {
        width: 96px;
        min-height: 24px;
        accent-color: var(--accent);
      }
      @media (max-width: 700px) {
        :host {
          grid-template-columns: auto 1fr auto;
          padding: 8px 10px;
        }
        scrub-strip {
          grid-row: 1;
          grid-column: 1 / -1;
        }
        .clock {
          width: auto;
        }
        .buttons label {
          display: none;
        }
        .speed {
          grid-template-columns: auto;
          justify-items: end;
        }
        .speed input {
          width: 84px;
        }
        .speed output {
          grid-row: 1;
          font-size: 12px;
        }
      }
    `,
  ];

  protected override watched() {
    return [
      this.state.run,
      this.state.playing,
      this.state.speed,
      this.state.atMs,
      this.state.stepOf,
      this.state.stops,
    ];
  }

  protected override render() {
    const { playing, speed, atMs, stepOf } = this.state;
    const what = STEPS[stepOf.get()];
    const none = this.state.run.get() === undefined;
    const chosen = SPEEDS.findIndex((each) => each >= speed.get());
    return html`
      <div class="buttons" role="group" aria-label="Playback">
        <button class="icon" ?disabled=${none} title="Previous ${what}" aria-label="Previous ${what}" @click=${() => step(this.state, stepOf.get(), false)}>
          ${icon('previous')}
        </button>
        <button
          class="icon primary"
          ?disabled=${none}
          title="${playing.get() ? 'Pause' : 'Play'} (space)"
          aria-label=${playing.get() ? 'Pause' : 'Play'}
          @click=${() => playing.set(!playing.get())}
        >
          ${icon(playing.get() ? 'pause' : 'play')}
        </button>
        <button class="icon" ?disabled=${none} title="Next ${what}" aria-label="Next ${what}" @click=${() => step(this.state, stepOf.get(), true)}>
          ${icon('next')}
        </button>
        <label>
          <span class="unseen">Step to the next</span>
          <select ?disabled=${none} @change=${(event: Event) => stepOf.set((event.target as HTMLSelectElement).value as StepOf)}>
            ${Object.entries(STEPS).map(([of, words]) => html`<option value=${of} ?selected=${of === stepOf.get()}>${words}</option>`)}
          </select>
        </label>
        ${
          this.actions === undefined
            ? nothing
            : html`<button ?disabled=${none} title="Breakpoints and watches (P)" aria-label="Breakpoints and watches" class="icon" @click=${() => this.actions?.watch()}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M5,1.500h6l3.500,3.500v6l-3.500,3.500h-6L1.500,11V5Z" /></svg>
        </button>`
        }
      </div>
      <p class="clock number">
        <strong>${clockText(atMs.get())}</strong>
        <span>${this.#since()}</span>
        <span class="next">${this.#next()}</span>
      </p>
      <scrub-strip .state=${this.state}></scrub-strip>
      <label class="speed">
        <span class="unseen">Speed</span>
        <input
          type="range"
          min="0"
          max=${SPEEDS.length - 1}
          step="1"
          aria-valuetext=${speedText(speed.get())}
          .value=${String(chosen)}
          @input=${(event: Event) => speed.set(SPEEDS[Number((event.target as HTMLInputElement).value)] ?? 1)}
        />
        <output class="number">${speedText(speed.get())}</output>
      </label>
    `;
  }

  /** What comes if nobody touches anything: the run knows. */
  #next(): string {
    const run = this.state.run.get();
    const atMs = this.state.atMs.get();
    const line = run?.record.story.find(({ at_ms }) => at_ms > atMs);
    return line === undefined ? '' : `in ${lengthText(line.at_ms - atMs)}: ${line.text}`;
  }

  /** Time since the last thing that was done to the cluster. */
  #since(): string {
    const atMs = this.state.atMs.get();
    const last = this.state.run.get()?.marks.findLast(({ at_ms }) => at_ms <= atMs);
    if (last === undefined) return 'before any fault';
    return `${sinceText(atMs - last.at_ms)} since ${last.kind === 'fault' ? 'the fault' : 'the step'}`;
  }
}

customElements.define('transport-bar', TransportBar);
