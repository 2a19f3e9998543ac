/** What the parts of the page share: the run, the playhead, the visible stretch of time, what is selected. */
import { bisectRight } from 'd3';
import type { Lane, RunRecord } from '../../scenarios/run-record.ts';
import type { FaultForm } from '../engine/fault-forms.ts';
import type { Preview } from '../engine/preview.ts';
import { groupIdOf } from '../lanes/groups.ts';
import type { Source, Watch } from '../run/link.ts';
import type { RunRequest } from '../run/request.ts';
import { type RunView, viewOf } from '../run/run-view.ts';
import type { StepOf } from './steps.ts';
import { Value } from './value.ts';

/** Milliseconds from and to. */
export type Span = readonly [number, number];

export const GROUPINGS = ['host', 'kind', 'component', 'protocol'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const TABS = ['story', 'result', 'checks', 'why', 'machine'] as const;
export type Tab = (typeof TABS)[number];

export interface Notice {
  readonly tone: 'bad' | 'plain';
  readonly text: string;
}

export interface Busy {
  readonly text: string;
  /** 0 to 1; undefined where nobody knows. */
  readonly share: number | undefined;
}

/** What runs can be started by name. */
export interface ScenarioChoice {
  readonly name: string;
  readonly about: string;
}

/** Something that the viewer wants explained: a step, and what it is called. */
export interface Asked {
  readonly step: number;
  readonly text: string;
  readonly atMs: number;
}

/** The shortest stretch that can be looked at; below a microsecond there is nothing. */
export const SHORTEST_SPAN_MS = 1;

export class PageState {
  readonly run = new Value<RunView | undefined>(undefined);
  /** What a link can name for the same run; undefined for one that the viewer has as a file. */
  readonly source = new Value<Source | undefined>(undefined);
  readonly atMs = new Value(0);
  /** Index of the last of the run's moments at or before the playhead: while it stays, no state changes. */
  readonly moment = new Value(0);
  readonly playing = new Value(false);
  /** Milliseconds of the run in a millisecond of the viewer. */
  readonly speed = new Value(5);
  readonly span = new Value<Span>([0, 1]);
  /** Id of a lane. */
  readonly selected = new Value<string | undefined>(undefined);
  readonly grouping = new Value<Grouping>('host');
  /** Lanes that stay at the top, in the order in which they were pinned. */
  readonly pinned = new Value<readonly string[]>([]);
  readonly collapsed = new Value<ReadonlySet<string>>(new Set());
  readonly tab = new Value<Tab>('story');
  readonly scenarios = new Value<readonly ScenarioChoice[]>([]);
  readonly faults = new Value<readonly FaultForm[]>([]);
  /** What would be hit by the fault that is being chosen. */
  readonly aimed = new Value<Preview | undefined>(undefined);
  readonly watches = new Value<readonly Watch[]>([]);
  /** Lanes of what the viewer watches, and where playing is to stop. */
  readonly watched = new Value<readonly Lane[]>([]);
  readonly stops = new Value<readonly number[]>([]);
  /** What the step buttons step to. */
  readonly stepOf = new Value<StepOf>('event');
  readonly asked = new Value<Asked | undefined>(undefined);
  /** What is being waited for, if anything. */
  readonly busy = new Value<Busy | undefined>(undefined);
  /** What was last asked for; it may not be here yet, or never be. */
  readonly wanted = new Value<RunRequest | undefined>(undefined);
  readonly notice = new Value<Notice | undefined>(undefined);
  /** Title and note of the link, as whoever shared it wrote them. */
  readonly title = new Value('');
  readonly note = new Value('');

  constructor() {
    this.watched.subscribe(() => {
      if (this.#record !== undefined) this.run.set(viewOf(this.#record, this.watched.get()));
    });
  }

  #record: RunRecord | undefined;

  /** The run without the lanes of what is watched. */
  get record(): RunRecord | undefined {
    return this.#record;
  }

  /** Another run. `keep`: it is the same up to the playhead, so that the visible stretch and the selection stay. */
  show(record: RunRecord, source: Source | undefined, atMs: number, keep = false): void {
    this.playing.set(false);
    this.asked.set(undefined);
    this.source.set(source);
    this.wanted.set(source?.request);
    const view = viewOf(record, this.watched.get());
    if (!keep) {
      this.selected.set(undefined);
      this.collapsed.set(new Set());
      this.span.set([0, record.until_ms]);
    } else if (this.span.get()[1] > record.until_ms) this.span.set([0, record.until_ms]);
    this.#record = record;
    this.run.set(view);
    if (keep && !view.lanes.has(this.selected.get() ?? '')) this.selected.set(undefined);
    this.seek(atMs);
  }

  /** The same run, of which more is known now. */
  extend(record: RunRecord): void {
    this.#record = record;
    this.run.set(viewOf(record, this.watched.get()));
    this.seek(this.atMs.get());
  }

  /** Moves the playhead, within what is known of the run. */
  seek(atMs: number): void {
    const view = this.run.get();
    if (view === undefined) return;
    const at = Math.min(Math.max(atMs, 0), view.knownMs);
    this.moment.set(bisectRight(view.moments, at) - 1);
    this.atMs.set(at);
  }

  /** Moves the playhead and, if it is not to be seen then, the visible stretch. */
  jump(atMs: number): void {
    this.playing.set(false);
    this.seek(atMs);
    const at = this.atMs.get();
    const [from, to] = this.span.get();
    if (at < from || at > to) this.look([at - (to - from) / 2, at + (to - from) / 2]);
  }

  /** Sets the visible stretch, kept within the run and not shorter than a millisecond. */
  look([from, to]: Span): void {
    const end = this.run.get()?.record.until_ms ?? 1;
    const length = Math.min(Math.max(to - from, SHORTEST_SPAN_MS), end);
    const start = Math.min(Math.max((from + to - length) / 2, 0), end - length);
    this.span.set([start, start + length]);
  }

  /** Shows `factor` times as much time; the moment `aroundMs` stays in its place. */
  zoom(factor: number, aroundMs: number): void {
    const [from, to] = this.span.get();
    const around = Math.min(Math.max(aroundMs, from), to);
    this.look([around - (around - from) * factor, around + (to - around) * factor]);
  }

  /** Moves the visible stretch by a share of its length. */
  pan(share: number): void {
    const [from, to] = this.span.get();
    const by = (to - from) * share;
    this.look([from + by, to + by]);
  }

  /** Selects a lane and opens its group, or nothing. */
  select(id: string | undefined): void {
    const lane = id === undefined ? undefined : this.run.get()?.lanes.get(id);
    const group = lane && groupIdOf(lane, this.grouping.get());
    if (group !== undefined && this.collapsed.get().has(group)) this.toggleGroup(group);
    this.selected.set(lane?.id);
  }

  /** Pins a lane, or lets it go. */
  pin(id: string): void {
    const pinned = this.pinned.get();
    this.pinned.set(pinned.includes(id) ? pinned.filter((one) => one !== id) : [...pinned, id]);
  }

  toggleGroup(name: string): void {
    const collapsed = new Set(this.collapsed.get());
    if (!collapsed.delete(name)) collapsed.add(name);
    this.collapsed.set(collapsed);
  }

  /** Asks why, and opens the panel that answers. */
  ask(asked: Asked): void {
    this.asked.set(asked);
    this.tab.set('why');
  }

  complain(text: string): void {
    this.notice.set({ tone: 'bad', text });
  }
}
