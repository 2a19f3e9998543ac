/**
 * The worlds that the worker holds: runs with their snapshots, so that any moment of them can be asked about and gone on from. A
 * few of them; one that was let go is run again when somebody asks.
 */
import { isFaultEntry } from '../../scenarios/rules.ts';
import { ScenarioRun } from '../../scenarios/scenario-run.ts';
import type { SessionOptions } from '../../scenarios/session.ts';
import { type Settled, settle } from '../../scenarios/settled.ts';
import type { Texts } from '../../scenarios/topologies.ts';
import { unpackBundle } from '../run/bundle.ts';
import { commandOf, type RunRequest } from '../run/request.ts';
import { type Composed, composeRequest, specOf } from './run-request.ts';

const MOST_HELD = 4;
const MOST_SETTLED = 3;

export interface Held {
  readonly request: RunRequest;
  readonly composed: Composed;
  readonly library: Texts;
  readonly run: ScenarioRun;
}

export interface Put {
  readonly composed: Composed;
  readonly library: Texts;
}

export interface Started extends Put {
  readonly zero: Settled;
  /** The console, if something is typed. */
  readonly options: Pick<SessionOptions, 'commands'>;
}

export class HeldRuns {
  readonly #libraryWith: (scenario: string) => Promise<Texts>;
  readonly #held = new Map<string, Held>();
  /** Worlds at a scenario's zero: what branches of it have in common. */
  readonly #settled = new Map<string, Settled>();

  /** `libraryWith`: the library with a scenario in it that is not always there. */
  constructor(libraryWith: (scenario: string) => Promise<Texts>) {
    this.#libraryWith = libraryWith;
  }

  /** The run as far as it has got; a new one stands at the scenario's zero. Throws an Error with words for people. */
  async get(request: RunRequest): Promise<Held> {
    const key = JSON.stringify(request);
    const known = this.#held.get(key);
    if (known !== undefined) {
      keep(this.#held, key, known, MOST_HELD);
      return known;
    }
    const { composed, library, zero, options } = await this.start(request);
    const { data, topology, text } = composed;
    const run = new ScenarioRun(data, topology, zero, {
      ...options,
      scenarioText: text,
      command: commandOf(request),
      history: true,
    });
    const held = { request, composed, library, run };
    keep(this.#held, key, held, MOST_HELD);
    return held;
  }

  /** Throws an Error with words for people. */
  async compose(request: RunRequest): Promise<Put> {
    const bundle = request.packed === undefined ? undefined : await unpackBundle(request.packed);
    const library = await this.#libraryWith(request.scenario);
    return { composed: composeRequest(request, library, bundle), library };
  }

  /** What a session of it starts with. Throws an Error with words for people. */
  async start(request: RunRequest): Promise<Started> {
    const { composed, library } = await this.compose(request);
    const types = (composed.data.timeline ?? []).some((entry) => !isFaultEntry(entry));
    const zero = this.#zeroOf(request, composed, types);
    const options = types ? { commands: (await import('../../models/console/console.ts')).advance } : {};
    return { composed, library, zero, options };
  }

  /** Where it starts from, made once: what is done at the playhead comes later. Only with shells is something typed in it. */
  #zeroOf(request: RunRequest, composed: Composed, shells: boolean): Settled {
    const { changes: _, ...trunk } = request;
    const key = JSON.stringify([shells, trunk]);
    const settled =
      this.#settled.get(key) ?? settle(composed.topology, specOf(request, composed), composed.data.start);
    keep(this.#settled, key, settled, MOST_SETTLED);
    return settled;
  }
}

/** As the newest; the oldest are let go. */
function keep<T>(held: Map<string, T>, key: string, value: T, most: number): void {
  held.delete(key);
  held.set(key, value);
  for (const [old] of held) if (held.size > most) held.delete(old);
}
