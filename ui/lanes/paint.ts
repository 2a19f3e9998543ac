/** Paints the visible rows onto a canvas. Coordinates are CSS pixels; the caller has scaled the context. */
import { letterOf } from '../run/glyph.ts';
import type { Span } from '../state/page-state.ts';
import { type Mark, marksOf } from './marks.ts';
import type { Palette } from './palette.ts';
import type { Row } from './rows.ts';

export interface Picture {
  readonly rows: readonly Row[];
  readonly span: Span;
  readonly endMs: number;
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  readonly ticks: readonly number[];
  /** Times of faults and of what operators did. */
  readonly marks: readonly number[];
  readonly selected: string | undefined;
  readonly palette: Palette;
}

const INSET = 3;
const TEXT_PAD = 7;

export function paint(context: CanvasRenderingContext2D, picture: Picture): void {
  const { rows, span, width, height, scrollTop, palette } = picture;
  const at = (ms: number) => ((ms - span[0]) / (span[1] - span[0])) * width;
  context.clearRect(0, 0, width, height);
  context.textBaseline = 'middle';
  const visible = rows.filter((row) => row.y + row.height > scrollTop && row.y < scrollTop + height);
  for (const row of visible) paintGround(context, row, picture);
  context.fillStyle = palette.grid;
  for (const tick of picture.ticks) context.fillRect(Math.round(at(tick)), 0, 1, height);
  for (const row of visible) {
    if (row.lane === undefined) continue;
    const slim = row.type === 'group' ? 5 : INSET;
    const y = row.y - scrollTop + slim;
    context.font = `600 11px ${palette.font}`;
    for (const mark of marksOf(row.lane, span, width, picture.endMs)) {
      paintMark(context, mark, y, row.height - slim * 2, picture);
    }
  }
  context.fillStyle = palette.mark;
  context.globalAlpha = 0.55;
  for (const ms of picture.marks) context.fillRect(Math.round(at(ms)), 0, 1, height);
  context.globalAlpha = 1;
}

function paintGround(context: CanvasRenderingContext2D, row: Row, picture: Picture): void {
  const { palette, width, scrollTop, selected } = picture;
  const chosen = row.lane !== undefined && row.lane.id === selected;
  if (row.type !== 'group' && !chosen) return;
  context.fillStyle = chosen ? palette.selected : palette.band;
  context.fillRect(0, row.y - scrollTop, width, row.height);
}

function paintMark(
  context: CanvasRenderingContext2D,
  mark: Mark,
  y: number,
  height: number,
  { palette, width }: Picture,
): void {
  const left = Math.max(mark.x, -4);
  const right = Math.min(mark.x + mark.width, width + 4);
  const tone = palette.tones[mark.tone];
  const wide = right - left;
  context.fillStyle = tone.fill;
  if (wide < 4) {
    // Too narrow for an edge: the edge's colour alone, so that it is seen at all.
    context.fillStyle = tone.edge;
    context.fillRect(left, y, Math.max(1, wide - 0.5), height);
    return;
  }
  context.beginPath();
  context.roundRect(left + 0.5, y + 0.5, wide - 1.5, height - 1, 3);
  context.fill();
  context.strokeStyle = tone.edge;
  context.lineWidth = 1;
  context.stroke();
  if (mark.count > 1) paintTexture(context, left, y, wide, height, tone.edge);
  const text = textFor(context, mark.count > 1 ? `${mark.count}×` : mark.state, right - Math.max(left, 0));
  if (text === '') return;
  context.fillStyle = tone.ink;
  // The word stays in sight while the segment's start is not.
  const textX = text.length === 1 ? (Math.max(left, 0) + right) / 2 : Math.max(left, 0) + TEXT_PAD;
  context.textAlign = text.length === 1 ? 'center' : 'left';
  context.fillText(text, textX, y + height / 2 + 0.5);
}

/** Stripes: many changes, too close together to be drawn each. */
function paintTexture(
  context: CanvasRenderingContext2D,
  left: number,
  y: number,
  width: number,
  height: number,
  colour: string,
): void {
  context.fillStyle = colour;
  context.globalAlpha = 0.5;
  for (let x = left + 2; x < left + width - 2; x += 4) context.fillRect(Math.round(x), y + 1, 1, height - 2);
  context.globalAlpha = 1;
}

const widths = new Map<string, number>();

/** The state's word where it fits, else its letter, else nothing. */
function textFor(context: CanvasRenderingContext2D, state: string, room: number): string {
  if (state === '' || room < 12) return '';
  const word = state.slice(state.lastIndexOf('.') + 1);
  let width = widths.get(word);
  if (width === undefined) {
    width = context.measureText(word).width;
    if (widths.size < 10_000) widths.set(word, width);
  }
  return width + TEXT_PAD * 2 <= room ? word : letterOf(word);
}
