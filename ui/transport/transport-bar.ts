/** Time in the hand: play, steps, speed, and the strip to scrub along. */
import { css, html } from 'lit';
import { clockText, sinceText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { SPEEDS, speedText } from '../state/player.ts';
import { step } from '../state/steps.ts';
import { shared } from '../styles/shared.ts';
import { icon } from './icons.ts';
import './scrub-strip.ts';

export class TransportBar extends PageElement {
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
        width: 152px;
        overflow: hidden;
        line-height: 1.25;
        white-space: nowrap;
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
    return [this.state.run, this.state.playing, this.state.speed, this.state.atMs];
  }

  protected override render() {
    const { playing, speed, atMs } = this.state;
    const none = this.state.run.get() === undefined;
    const chosen = SPEEDS.findIndex((each) => each >= speed.get());
    return html`
      <div class="buttons" role="group" aria-label="Playback">
        <button class="icon" ?disabled=${none} title="Previous event ( , )" aria-label="Previous event" @click=${() => step(this.state, 'event', false)}>
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
        <button class="icon" ?disabled=${none} title="Next event ( . )" aria-label="Next event" @click=${() => step(this.state, 'event', true)}>
          ${icon('next')}
        </button>
      </div>
      <p class="clock number">
        <strong>${clockText(atMs.get())}</strong>
        <span>${this.#since()}</span>
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

  /** Time since the last thing that was done to the cluster. */
  #since(): string {
    const atMs = this.state.atMs.get();
    const last = this.state.run.get()?.marks.findLast(({ at_ms }) => at_ms <= atMs);
    if (last === undefined) return 'before any fault';
    return `${sinceText(atMs - last.at_ms)} since ${last.kind === 'fault' ? 'the fault' : 'the step'}`;
  }
}

customElements.define('transport-bar', TransportBar);
