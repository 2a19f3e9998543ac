/** The straight way of a message between two boxes of the drawing, and where its verdict stands. Pixels. */
import { type Box, HEAD, isOutside, ROW } from './layout.ts';

export interface Way {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** Middle of the verdict's mark, outside of the box that is spoken to. */
  readonly mark: readonly [x: number, y: number];
}

/** There and back do not lie on each other. */
const APART = 3.5;
/** From an edge to the middle of a mark. */
const OFF = 7;
/** A way begins off a box's round corners. */
const CORNER = 4;

/** Beside each other: from edge to edge, at the height of the process that is spoken to. One above the other: downwards or upwards. */
export function messageWay(from: Box, to: Box, who: string): Way {
  const left = Math.max(from.x, to.x);
  const right = Math.min(from.x + from.width, to.x + to.width);
  if (left < right) {
    const down = to.y >= from.y;
    const middle = (left + right) / 2 + asideOf(to, who) + (down ? APART : -APART);
    const x = Math.max(left, Math.min(middle, right));
    const y = down ? to.y : to.y + to.height;
    return {
      from: [x, down ? from.y + from.height : from.y],
      to: [x, y],
      mark: [x, y + (down ? -OFF : OFF)],
    };
  }
  const onwards = to.x >= from.x;
  const y = heightOf(to, who) + (onwards ? -APART : APART);
  const start = Math.max(from.y + CORNER, Math.min(y, from.y + from.height - CORNER));
  const x = onwards ? to.x : to.x + to.width;
  return {
    from: [onwards ? from.x + from.width : from.x, start],
    to: [x, y],
    mark: [x + (onwards ? -OFF : OFF), y],
  };
}

function heightOf({ host, y }: Box, who: string): number {
  if (isOutside(host)) return y + HEAD / 2;
  const index = host.processes.findIndex(({ name }) => name === who);
  return y + (index < 0 ? HEAD / 2 : HEAD + index * ROW + ROW / 2);
}

/** Ways to several processes of one box from above lie beside each other. */
function asideOf({ host }: Box, who: string): number {
  const index = host.processes.findIndex(({ name }) => name === who);
  return index < 0 ? 0 : (index - (host.processes.length - 1) / 2) * 2 * OFF;
}
