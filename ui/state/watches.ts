/** Expressions that the viewer watches: lanes of their own, and places where playing stops. */
import type { RunRecord } from '../../scenarios/run-record.ts';
import { type Engine, Superseded } from '../engine/engine.ts';
import type { Watched } from '../engine/watch.ts';
import type { Watch } from '../run/link.ts';
import type { PageState } from './page-state.ts';
import { Value } from './value.ts';

/** Ready ones, with what they are called. */
export const READY_WATCHES: readonly (readonly [name: string, text: string])[] = [
  ['nobody holds the VIP', 'size(vip.holders) == 0'],
  ['two VIP owners', 'size(vip.holders) > 1'],
  ['etcd has no leader', "etcd.leader == ''"],
  ['quorum lost', '!etcd.quorum'],
  ['writes fail', "services['api.write'].state == 'down'"],
  ['nobody leads the scheduler', "leases['kube-scheduler'].holder == ''"],
  ['owners of the VIP', 'vip.holders'],
];

export class Watches {
  readonly all: Value<readonly Watch[]>;
  readonly results = new Value<ReadonlyMap<string, Watched>>(new Map());
  readonly #state: PageState;
  readonly #engine: Engine;
  #turn = 0;
  #looked: RunRecord | undefined;

  constructor(state: PageState, engine: Engine) {
    this.#state = state;
    this.all = state.watches;
    this.#engine = engine;
    state.run.subscribe((run) => {
      const { record } = state;
      // Lanes that are added to the same run are no reason to look again.
      if (run === undefined || record === this.#looked || record?.known_ms !== undefined) return;
      this.#looked = record;
      void this.#look();
    });
    this.all.subscribe(() => void this.#look());
    this.results.subscribe(() => this.#tell());
  }

  add(text: string, stops: boolean): void {
    const others = this.all.get().filter((watch) => watch.text !== text);
    if (text.trim() !== '') this.all.set([...others, { text: text.trim(), stops }]);
  }

  remove(text: string): void {
    this.all.set(this.all.get().filter((watch) => watch.text !== text));
  }

  async #look(): Promise<void> {
    const turn = ++this.#turn;
    const request = this.#state.source.get()?.request;
    const texts = this.all.get().map(({ text }) => text);
    if (request === undefined || texts.length === 0) {
      if (this.results.get().size > 0) this.results.set(new Map());
      return;
    }
    try {
      const watched = await this.#engine.ask('watch', { request, texts });
      if (turn === this.#turn) this.results.set(new Map(watched.map((each) => [each.text, each])));
    } catch (error) {
      if (!(error instanceof Superseded)) this.#state.complain((error as Error).message);
    }
  }

  /** Hands on the lanes and the stops. */
  #tell(): void {
    const results = this.results.get();
    const stops: number[] = [];
    const lanes = this.all.get().flatMap(({ text, stops: stopping }) => {
      const points = results.get(text)?.points ?? [];
      if (points.length === 0) return [];
      for (const { at_ms, holds } of points) if (stopping && holds === true && at_ms > 0) stops.push(at_ms);
      return [
        {
          id: `watch:${text}`,
          label: text,
          group: 'watched',
          kind: 'watch' as const,
          segments: points.map(({ at_ms, value, holds }) => ({
            from_ms: at_ms,
            state: value,
            tone: holds === undefined ? ('good' as const) : holds ? ('changing' as const) : ('off' as const),
          })),
        },
      ];
    });
    this.#state.stops.set(stops.sort((a, b) => a - b));
    this.#state.watched.set(lanes);
  }
}
