/** Gets runs onto the page: from a choice, from a link, from a file. Failures become notices and change nothing else. */
import type { Engine } from '../engine/engine.ts';
import { type RunRequest, readLink, type Source } from '../run/link.ts';
import type { PageState } from './page-state.ts';

/** What is run when nobody says anything. */
export const DEFAULT_REQUEST: RunRequest = { scenario: 'power-off', seed: 1, set: [] };
/** A stored run of an hour with everything in it is some 20 MB. */
const LARGEST_FILE_BYTES = 100_000_000;

export class Opener {
  readonly #state: PageState;
  readonly #engine: Engine;

  constructor(state: PageState, engine: Engine) {
    this.#state = state;
    this.#engine = engine;
  }

  /** Reads the list of scenarios, then opens what the address names, or the default. */
  async start(fragment: string): Promise<void> {
    const current = await this.#attempt('Loading', async () => {
      const scenarios = await this.#engine.list();
      return () => this.#state.scenarios.set(scenarios);
    });
    if (current) await this.openLink(fragment);
  }

  async openLink(fragment: string): Promise<void> {
    const link = readLink(fragment);
    if (typeof link === 'object') {
      const { atMs, ...source } = link;
      // Only the time in the address was changed.
      if (same(source, this.#state.source.get())) this.#state.jump(atMs);
      else await this.#openSource(source as Source, atMs, true);
      return;
    }
    if (link !== undefined) this.#state.complain(link);
    if (this.#state.run.get() === undefined) {
      await this.#openSource({ request: DEFAULT_REQUEST }, 0, link === undefined);
    }
  }

  async openRequest(request: RunRequest): Promise<void> {
    await this.#openSource({ request }, 0, true);
  }

  /** A file of the viewer's. */
  async openFile(file: File): Promise<void> {
    if (file.size > LARGEST_FILE_BYTES) {
      this.#state.complain(`${file.name} is larger than 100 MB and was not opened.`);
      return;
    }
    await this.#attempt(`Reading ${file.name}`, async () => {
      const record = await this.#engine.read(file.name, await file.text());
      return () => {
        this.#state.notice.set(undefined);
        this.#state.show(record, undefined, 0);
      };
    });
  }

  async #openSource(source: Source, atMs: number, clearNotice: boolean): Promise<void> {
    const doing = source.request
      ? `Running ${source.request.scenario.slice(0, 60)}`
      : `Loading ${source.file}`;
    this.#state.wanted.set(source.request);
    await this.#attempt(doing, async () => {
      const record = source.request
        ? await this.#engine.run(source.request, (share) => this.#state.busy.set({ text: doing, share }))
        : await this.#engine.read(source.file, await textOf(source.file));
      return () => {
        if (clearNotice) this.#state.notice.set(undefined);
        this.#state.show(record, source, atMs);
      };
    });
  }

  /**
   * Does what `work` comes back with. False if the viewer has asked for something else meanwhile: then nothing is done, and
   * the newer attempt says how it went.
   */
  async #attempt(doing: string, work: () => Promise<() => void>): Promise<boolean> {
    const turn = ++this.#turn;
    this.#state.busy.set({ text: doing, share: undefined });
    let outcome: () => void;
    try {
      outcome = await work();
    } catch (error) {
      outcome = () => this.#state.complain(error instanceof Error ? error.message : String(error));
    }
    if (turn !== this.#turn) return false;
    this.#state.busy.set(undefined);
    outcome();
    return true;
  }

  #turn = 0;
}

/** A stored run beside the page. */
async function textOf(file: string): Promise<string> {
  const answer = await fetch(`./${file}`).catch(() => undefined);
  if (!answer?.ok) throw new Error(`${file} could not be loaded from where this page is.`);
  return answer.text();
}

function same(a: object, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
