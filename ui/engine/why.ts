/**
 * Why: the chain of steps that led to one, newest first, each with what it changed, the arithmetic behind it and the lines of the
 * configuration that count there. Steps are not kept; the stretches around them are run again from the snapshots.
 */
import { chainOf, words } from '../../scenarios/explain.ts';
import { type TraceRecord, toRecord } from '../../sim/trace.ts';
import type { World } from '../../sim/world.ts';
import { arithmeticOf } from './arithmetic.ts';
import { type ConfigLine, configLinesOf } from './config-lines.ts';
import { type Difference, differencesOf } from './differences.ts';
import type { Held } from './held-runs.ts';

export interface WhyLink {
  readonly id: number;
  readonly at_ms: number;
  readonly who: string;
  readonly text: string;
  /** How many alike follow it in the chain and are left out, such as an advert a second. */
  readonly again: number;
  readonly differences: readonly Difference[];
  readonly arithmetic: readonly string[];
  readonly lines: readonly ConfigLine[];
  /** Timers that were armed after the step, and when they run out. */
  readonly timers: readonly { readonly name: string; readonly at_ms: number }[];
}

export interface Why {
  readonly links: readonly WhyLink[];
  /** Where the chain ends: at something from outside, before the scenario's zero, or only the page's limit. */
  readonly end: 'outside' | 'start' | 'limit';
}

const MOST_LINKS = 30;
const MOST_SHOWN = 14;
/** Links that are told with everything that is known of them. */
const MOST_DETAILED = 8;

interface Kept extends TraceRecord {
  readonly contextBefore: unknown;
  readonly program: string;
  readonly timers: readonly { readonly name: string; readonly atUs: number }[];
}

/** Throws an Error with words for people if there is no such step. */
export function whyOf({ composed, run }: Held, step: number): Why {
  const { session } = run;
  const { epochUs } = session;
  const steps = new Steps(session.history!);
  if (steps.get(step) === undefined)
    throw new Error('This was so at the start of the scenario: nothing led to it.');
  const chain = chainOf(step, steps, epochUs, MOST_LINKS);
  const folded = fold(chain.map(({ id }) => steps.get(id) as Kept)).slice(0, MOST_SHOWN);
  const last = folded.at(-1)!.record;
  const links = folded.map(({ record, again }, index): WhyLink => {
    const detailed = index < MOST_DETAILED;
    return {
      id: record.id,
      at_ms: (record.atUs - epochUs) / 1000,
      who: record.who,
      text: words(record),
      again,
      differences: detailed ? differencesOf(record.contextBefore, record.contextAfter) : [],
      arithmetic: detailed ? arithmeticOf(record.program, record) : [],
      lines: detailed ? configLinesOf(record.program, record, composed.topology) : [],
      timers: record.timers.map(({ name, atUs }) => ({ name, at_ms: (atUs - epochUs) / 1000 })),
    };
  });
  return {
    links,
    end: last.cause === 0 ? 'outside' : steps.get(last.cause) === undefined ? 'start' : 'limit',
  };
}

/** What happens again and again is told once, with its count. */
function fold(chain: readonly Kept[]): { readonly record: Kept; readonly again: number }[] {
  const folded: { record: Kept; again: number; text: string }[] = [];
  for (const record of chain) {
    const text = `${record.who} ${words(record)}`;
    const last = folded.at(-1);
    if (last?.text === text) last.again++;
    else folded.push({ record, again: 0, text });
  }
  return folded;
}

/** Steps by their number, with the stretch around each run again when somebody asks for it. */
class Steps {
  readonly #history: NonNullable<Held['run']['session']['history']>;
  readonly #known = new Map<number, Kept>();

  constructor(history: NonNullable<Held['run']['session']['history']>) {
    this.#history = history;
  }

  get(id: number): Kept | undefined {
    const known = this.#known.get(id);
    const times = known === undefined ? this.#history.timesOf(id) : undefined;
    if (times === undefined) return known;
    const contexts = new Map<number, unknown>();
    const begin = (world: World) => {
      for (const cell of world.cells) if (cell !== undefined) contexts.set(cell.serial, cell.context);
    };
    this.#history.again(
      times[0],
      times[1],
      (step) => {
        const { cell } = step;
        // What is reported while a step is carried out has the step's own number: the step itself comes first.
        if (!this.#known.has(step.id)) {
          const timers = (cell?.timers ?? []).flatMap((armed, slot) =>
            armed === 0 || cell === undefined
              ? []
              : [{ name: cell.program.timers[slot] ?? '', atUs: cell.dueUs[slot]! }],
          );
          this.#known.set(step.id, {
            ...toRecord(step),
            contextBefore: cell === undefined ? undefined : contexts.get(cell.serial),
            program: cell?.program.id ?? '',
            timers,
          });
        }
        if (cell !== undefined) contexts.set(cell.serial, step.contextAfter);
      },
      begin,
    );
    return this.#known.get(id);
  }
}
