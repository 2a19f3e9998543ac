/** What of a lane can be seen: one mark a segment, or one for many where they are narrower than a pixel. */
import type { Lane } from '../../scenarios/run-record.ts';
import { type Segment, segmentIndexAt, type Tone } from '../run/run-view.ts';
import type { Span } from '../state/page-state.ts';

export interface Mark {
  /** Pixels; may lie outside of what is visible. */
  readonly x: number;
  readonly width: number;
  readonly tone: Tone;
  /** Empty for a mark that stands for several segments. */
  readonly state: string;
  /** How many segments it stands for. */
  readonly count: number;
}

/** Tones from the one that must be seen to the one that need not. */
const RANK: Readonly<Record<Tone, number>> = { bad: 3, changing: 2, off: 1, good: 0 };

/**
 * Marks in the visible span, at most two a pixel however many segments there are. Where many narrow ones stand side by side they
 * are one band: what comes and goes all the time is told once, with its number.
 */
export function marksOf(lane: Lane, span: Span, width: number, endMs: number): Mark[] {
  const bands: Mark[] = [];
  for (const mark of narrowMarks(lane, span, width, endMs)) {
    const last = bands.at(-1);
    const joins = last !== undefined && last.state === '' && mark.state === '' && last.tone === mark.tone;
    if (!joins || mark.x - (last.x + last.width) > 1) bands.push(mark);
    else
      bands[bands.length - 1] = {
        ...last,
        width: mark.x + mark.width - last.x,
        count: last.count + mark.count,
      };
  }
  return bands;
}

function narrowMarks(lane: Lane, [fromMs, toMs]: Span, width: number, endMs: number): Mark[] {
  const { segments } = lane;
  const scale = width / (toMs - fromMs);
  const at = (ms: number) => (ms - fromMs) * scale;
  const endOf = (index: number) => at(segments[index + 1]?.from_ms ?? endMs);
  const marks: Mark[] = [];
  let index = Math.max(0, segmentIndexAt(segments, fromMs));
  while (index < segments.length && segments[index]!.from_ms < toMs) {
    const segment = segments[index]!;
    const x = at(segment.from_ms);
    if (endOf(index) - x >= 1) {
      marks.push({ x, width: endOf(index) - x, tone: segment.tone, state: segment.state, count: 1 });
      index++;
      continue;
    }
    const next = Math.max(index + 1, segmentIndexAt(segments, fromMs + (x + 1) / scale));
    marks.push({
      x,
      width: Math.max(1, at(segments[next]?.from_ms ?? endMs) - x),
      ...worst(segments, index, next),
    });
    index = next;
  }
  return marks;
}

function worst(
  segments: readonly Segment[],
  from: number,
  to: number,
): Pick<Mark, 'tone' | 'state' | 'count'> {
  let found = segments[from]!;
  for (let index = from + 1; index < to; index++) {
    const segment = segments[index]!;
    if (RANK[segment.tone] > RANK[found.tone]) found = segment;
  }
  return { tone: found.tone, state: to - from === 1 ? found.state : '', count: to - from };
}
