/**
 * The worlds that the worker holds: runs with their snapshots, so that any moment of them can be asked about and gone on from. A
 * few of them; one that was let go is run again when somebody asks.
 */
import type { ScenarioRun } from '../../scenarios/run.ts';
import type { Texts } from '../../scenarios/topologies.ts';
import { unpackBundle } from '../run/bundle.ts';
import type { RunRequest } from '../run/request.ts';
import { type Composed, composeRequest, startRun } from './run-request.ts';

const MOST_HELD = 4;

export interface Held {
  readonly request: RunRequest;
  readonly composed: Composed;
  readonly library: Texts;
  readonly run: ScenarioRun;
}

export class HeldRuns {
  readonly #libraryWith: (scenario: string) => Promise<Texts>;
  readonly #held = new Map<string, Held>();

  /** `libraryWith`: the library with a scenario in it that is not always there. */
  constructor(libraryWith: (scenario: string) => Promise<Texts>) {
    this.#libraryWith = libraryWith;
  }

  /** The run as far as it has got; a new one stands at the scenario's zero. Throws an Error with words for people. */
  async get(request: RunRequest): Promise<Held> {
    const key = JSON.stringify(request);
    const known = this.#held.get(key);
    if (known !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, known);
      return known;
    }
    const bundle = request.packed === undefined ? undefined : await unpackBundle(request.packed);
    const library = await this.#libraryWith(request.scenario);
    const composed = composeRequest(request, library, bundle);
    const held = { request, composed, library, run: startRun(request, composed, true) };
    this.#held.set(key, held);
    for (const [old] of this.#held) if (this.#held.size > MOST_HELD) this.#held.delete(old);
    return held;
  }
}
