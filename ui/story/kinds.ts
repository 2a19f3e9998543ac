/** Kinds of story lines: their mark and what they are called. */
import { html, svg, type TemplateResult } from 'lit';
import type { StoryLine } from '../../scenarios/run-record.ts';

type Kind = StoryLine['kind'];

interface KindFacts {
  readonly letter: string;
  readonly word: string;
}

export const KIND_FACTS: Readonly<Record<Kind, KindFacts>> = {
  fault: { letter: '!', word: 'fault' },
  vip: { letter: 'V', word: 'VIP' },
  election: { letter: 'E', word: 'election' },
  lease: { letter: 'L', word: 'lease' },
  backend: { letter: 'B', word: 'backend' },
  node: { letter: 'N', word: 'node' },
  client: { letter: 'C', word: 'client' },
  process: { letter: 'P', word: 'process' },
  host: { letter: 'H', word: 'host' },
  operator: { letter: '>', word: 'operator' },
  log: { letter: '…', word: 'log' },
};

/** What people did stands out by its shape as well: an octagon for a fault, a diamond for an operator's step. */
export function kindMark(kind: Kind): TemplateResult {
  const shape =
    kind === 'fault'
      ? svg`<path d="M5.5,1.500h7l4.5,4.500v6l-4.5,4.500h-7l-4.5-4.500v-6z" />`
      : kind === 'operator'
        ? svg`<path d="M9,0.500L17.5,9L9,17.500L0.5,9Z" />`
        : svg`<rect x="1" y="1" width="16" height="16" rx="4" />`;
  return html`<svg class="kind ${kind}" viewBox="0 0 18 18" role="img" aria-label=${KIND_FACTS[kind].word}>
    ${shape}<text x="9" y="9.5">${KIND_FACTS[kind].letter}</text>
  </svg>`;
}
