/**
 * Where the states of a chart stand: from the initial state down, what is reached later stands lower; a state that has states in
 * it is a box around them. Pixels.
 */
import type { Chart, ChartState } from '../engine/chart.ts';

export interface Placed {
  readonly state: ChartState;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Has states in it. */
  readonly compound: boolean;
}

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Placed[];
}

const LETTER = 7.2;
const BOX_HEIGHT = 30;
const PAD = 12;
const HEAD = 22;
const GAP_X = 18;
const GAP_Y = 34;
const NARROWEST = 72;

interface Size {
  readonly width: number;
  readonly height: number;
  /** Places of everything inside, from the box's own corner. */
  readonly inside: readonly Placed[];
}

/** `width`: how much there is; a row that needs more is broken. */
export function layOutChart(chart: Chart, width: number): ChartLayout {
  const inside = arrange(chart, '', width);
  return { width: inside.width, height: inside.height, boxes: inside.inside };
}

function arrange(chart: Chart, path: string, room: number): Size {
  const rows = rowsOf(chart, path).flatMap((row) => broken(row, room));
  const placed: Placed[] = [];
  const widest = Math.max(...rows.map((row) => widthOf(row.map(({ size }) => size))), 0);
  let y = 0;
  for (const row of rows) {
    let x = (widest - widthOf(row.map(({ size }) => size))) / 2;
    const tallest = Math.max(...row.map(({ size }) => size.height));
    for (const { state, size } of row) {
      placed.push({ state, x, y, width: size.width, height: size.height, compound: size.inside.length > 0 });
      for (const box of size.inside) placed.push({ ...box, x: box.x + x + PAD, y: box.y + y + HEAD });
      x += size.width + GAP_X;
    }
    y += tallest + GAP_Y;
  }
  return { width: widest, height: Math.max(0, y - GAP_Y), inside: placed };
}

interface Sized {
  readonly state: ChartState;
  readonly size: Size;
}

/** The children of a state in rows, by how many steps they are from its initial one. */
function rowsOf(chart: Chart, path: string): Sized[][] {
  const children = chart.states.filter(({ parent }) => parent === path);
  const of = (state: string) =>
    children.find((child) => state === child.path || state.startsWith(`${child.path}.`))?.path;
  const rank = new Map<string, number>();
  const first = chart.states.find((state) => state.path === path)?.initial ?? children[0]?.path;
  let front = first === undefined ? [] : [of(first) ?? first];
  for (let depth = 0; front.length > 0; depth++) {
    const reached: string[] = [];
    for (const state of front) if (!rank.has(state)) rank.set(state, depth);
    for (const { from, to } of chart.edges) {
      const [source, target] = [of(from), of(to)];
      if (source !== undefined && target !== undefined && front.includes(source) && !rank.has(target))
        reached.push(target);
    }
    front = [...new Set(reached)];
  }
  const last = Math.max(0, ...rank.values());
  const rows: Sized[][] = [];
  for (const state of children) {
    const row = rank.get(state.path) ?? last + 1;
    rows[row] ??= [];
    rows[row].push({ state, size: sizeOf(chart, state) });
  }
  return rows.filter((row) => row !== undefined);
}

function sizeOf(chart: Chart, state: ChartState): Size {
  const named = Math.max(NARROWEST, state.name.length * LETTER + PAD * 2);
  if (state.initial === undefined) return { width: named, height: BOX_HEIGHT, inside: [] };
  const inner = arrange(chart, state.path, 360);
  return {
    width: Math.max(named, inner.width + PAD * 2),
    height: inner.height + HEAD + PAD,
    inside: inner.inside,
  };
}

function widthOf(row: readonly Size[]): number {
  return row.reduce((sum, { width }) => sum + width, 0) + GAP_X * Math.max(0, row.length - 1);
}

function broken(row: readonly Sized[], room: number): Sized[][] {
  const rows: Sized[][] = [[]];
  for (const each of row) {
    const last = rows.at(-1)!;
    if (last.length > 0 && widthOf([...last, each].map(({ size }) => size)) > room) rows.push([each]);
    else last.push(each);
  }
  return rows;
}

/** A line from one box to another: down if it leads on, around the side if it leads back. `lane` keeps lines back apart. */
export function edgePath(from: Placed, to: Placed, lane: number): string {
  const middle = ({ x, width }: Placed) => x + width / 2;
  if (from === to) {
    const [x, y] = [from.x + from.width, from.y + from.height / 2];
    return `M${x},${y - 6}c18,-4 18,16 0,12`;
  }
  if (to.y > from.y + from.height / 2) {
    const [y1, y2] = [from.y + from.height, to.y];
    const bend = Math.max(14, (y2 - y1) / 2);
    return `M${middle(from)},${y1}C${middle(from)},${y1 + bend} ${middle(to)},${y2 - bend} ${middle(to)},${y2}`;
  }
  const out = 22 + lane * 9;
  const [x1, x2] = [from.x + from.width, to.x + to.width];
  const side = Math.max(x1, x2) + out;
  return `M${x1},${from.y + from.height / 2}C${side},${from.y + from.height / 2} ${side},${to.y + to.height / 2} ${x2},${to.y + to.height / 2}`;
}
