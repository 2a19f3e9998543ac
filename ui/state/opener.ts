/** Gets runs onto the page: from a choice, from a link, from a file. Failures become notices and change nothing else. */

import type { RunRecord } from '../../scenarios/run-record.ts';
import { type Engine, Superseded } from '../engine/engine.ts';
import { type Extras, type Link, readLink, type Source } from '../run/link.ts';
import { openingOf } from '../run/opening.ts';
import type { RunRequest } from '../run/request.ts';
import { GROUPINGS, type Grouping, type PageState, TABS, type Tab } from './page-state.ts';

/** What is run when nobody says anything. */
export const DEFAULT_REQUEST: RunRequest = { scenario: 'power-off', seed: 1, set: [] };
/** A stored run of an hour with everything in it is some 20 MB. */
const LARGEST_FILE_BYTES = 100_000_000;

/** Told of a run that is not a branch of what was there: undefined for one that only a file holds. */
export type Planted = (request: RunRequest | undefined) => void;

interface Opening {
  readonly source: Source;
  readonly extras: Extras;
  readonly doing: string;
  /** It is the same run up to the playhead. */
  readonly keep: boolean;
  /** Called before it is shown for the first time. */
  readonly arrive: () => void;
}

export class Opener {
  readonly #state: PageState;
  readonly #engine: Engine;
  planted: Planted = () => {};

  constructor(state: PageState, engine: Engine) {
    this.#state = state;
    this.#engine = engine;
  }

  /** Opens what the address names, or the default; meanwhile asks for the list of scenarios. */
  async start(fragment: string): Promise<void> {
    // The run is asked for first: it takes longer.
    const opened = this.openLink(fragment);
    void this.#engine.ask('list', {}).then(
      ({ scenarios, faults }) => {
        this.#state.scenarios.set(scenarios);
        this.#state.faults.set(faults);
      },
      (error: Error) => this.#state.complain(error.message),
    );
    await opened;
  }

  async openLink(fragment: string): Promise<void> {
    const link = readLink(fragment);
    if (typeof link === 'object') {
      const source = sourceOf(link);
      const { source: shown, wanted } = this.#state;
      // Only the time in the address was changed, and nothing else is on its way.
      if (same(source, shown.get()) && same(source.request, wanted.get())) this.#state.jump(link.atMs);
      else await this.#openSource(source, link, true);
      return;
    }
    if (link !== undefined) this.#state.complain(link);
    if (this.#state.run.get() === undefined) {
      await this.#openSource({ request: DEFAULT_REQUEST }, { atMs: 0 }, link === undefined);
    }
  }

  async openRequest(request: RunRequest): Promise<void> {
    await this.#openSource({ request }, { atMs: 0 }, true);
  }

  /** A run that is the same as the one that is shown, up to the playhead. True if it is shown now. */
  async openFork(request: RunRequest, atMs: number, arrive: () => void): Promise<boolean> {
    return this.#open({
      source: { request },
      extras: { atMs },
      doing: 'Running on from here',
      keep: true,
      arrive,
    });
  }

  /** Whatever is being opened is not wanted any more. */
  leave(): void {
    this.#turn++;
    this.#state.busy.set(undefined);
  }

  /** A stored run of the viewer's. */
  async openFile(file: File): Promise<void> {
    if (file.size > LARGEST_FILE_BYTES) {
      this.#state.complain(`${file.name} is larger than 100 MB and was not opened.`);
      return;
    }
    this.#state.notice.set(undefined);
    await this.#attempt(`Reading ${file.name}`, async () => {
      const record = await this.#engine.ask('read', { name: file.name, text: await file.text() });
      return () => {
        this.#state.notice.set(undefined);
        this.planted(undefined);
        this.#state.show(record, undefined, 0);
      };
    });
  }

  async #openSource(source: Source, extras: Extras, clearNotice: boolean): Promise<void> {
    const doing = source.request
      ? `Running ${source.request.scenario.slice(0, 60)}`
      : `Loading ${source.file}`;
    this.#state.wanted.set(source.request);
    const arrive = () => {
      if (clearNotice) this.#state.notice.set(undefined);
      this.planted(source.request);
      this.#state.title.set(extras.title ?? '');
      this.#state.note.set(extras.note ?? '');
    };
    await this.#open({ source, extras, doing, keep: false, arrive });
  }

  async #open({ source, extras, doing, keep, arrive }: Opening): Promise<boolean> {
    let shown = false;
    const turn = this.#turn + 1;
    const show = (record: RunRecord) => {
      if (turn !== this.#turn) return;
      // What is stored of the start may be here first, or last.
      if (shown && (record.known_ms ?? 1) === 0) return;
      if (shown) return this.#state.extend(record);
      // Not before the playhead has something to stand on.
      if (record.known_ms !== undefined && record.known_ms < extras.atMs) return;
      shown = true;
      arrive();
      this.#state.show(record, source, extras.atMs, keep);
      this.#arrange(extras);
    };
    if (source.request && extras.atMs === 0) {
      void openingOf(source.request).then((record) => record && show(record));
    }
    await this.#attempt(doing, async () => {
      const record = source.request
        ? await this.#engine.ask('run', { request: source.request }, ({ share, record }) => {
            if (turn === this.#turn) this.#state.busy.set({ text: doing, share });
            if (record !== undefined) show(record);
          })
        : await this.#engine.ask('read', { name: source.file, text: await textOf(source.file) });
      return () => {
        show(record);
        this.#compare(extras, record);
      };
    });
    return shown;
  }

  /** What a link says of the view. */
  #arrange({ span, selected, grouping, pinned, tab, watches }: Extras): void {
    const state = this.#state;
    if (GROUPINGS.includes(grouping as Grouping)) state.grouping.set(grouping as Grouping);
    if (pinned !== undefined) state.pinned.set(pinned);
    if (span !== undefined) state.look(span);
    if (watches !== undefined) state.watches.set(watches);
    if (selected !== undefined) state.select(selected);
    if (TABS.includes(tab as Tab)) state.tab.set(tab as Tab);
  }

  /** Says whether what an old link promised still holds. */
  #compare({ outcome, version }: Extras, { result }: RunRecord): void {
    if (outcome === undefined) return;
    if (outcome === result.trace_hash) {
      if (version !== undefined && version !== import.meta.env['QUORATE_VERSION'])
        this.#state.notice.set({
          tone: 'plain',
          text: `This link was made with version ${version.slice(0, 20)}; the run still goes exactly as it did there.`,
        });
      return;
    }
    const made = version === undefined ? '' : ` with version ${version.slice(0, 20)}`;
    this.#state.notice.set({
      tone: 'bad',
      text: `This link was made${made}, where the run went differently: its trace was ${outcome.slice(0, 16)}, here it is ${result.trace_hash}. Times in its note may not fit.`,
    });
  }

  /**
   * Does what `work` comes back with; nothing if the viewer has asked for something else meanwhile: then the newer attempt says
   * how it went.
   */
  async #attempt(doing: string, work: () => Promise<() => void>): Promise<void> {
    const turn = ++this.#turn;
    this.#state.busy.set({ text: doing, share: undefined });
    let outcome: () => void;
    try {
      outcome = await work();
    } catch (error) {
      if (error instanceof Superseded) return;
      outcome = () => this.#state.complain(error instanceof Error ? error.message : String(error));
    }
    if (turn !== this.#turn) return;
    this.#state.busy.set(undefined);
    outcome();
  }

  #turn = 0;
}

function sourceOf(link: Link): Source {
  return link.request === undefined ? { file: link.file } : { request: link.request };
}

/** A stored run beside the page. */
async function textOf(file: string): Promise<string> {
  const answer = await fetch(`./${file}`).catch(() => undefined);
  if (!answer?.ok) throw new Error(`${file} could not be loaded from where this page is.`);
  return answer.text();
}

function same(a: object | undefined, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
