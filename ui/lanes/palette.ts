/** The theme's colours as a canvas needs them, and the patterns that tell tones apart without colour. */
import type { Tone } from '../run/run-view.ts';

export interface ToneInk {
  readonly fill: string | CanvasPattern;
  readonly edge: string;
  readonly ink: string;
}

export interface Palette {
  readonly tones: Readonly<Record<Tone, ToneInk>>;
  readonly grid: string;
  readonly band: string;
  readonly mark: string;
  readonly selected: string;
  readonly font: string;
}

/** Off is hatched, changing is dotted, bad is dark, good is plain. */
export function paletteOf(element: Element, context: CanvasRenderingContext2D): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const tone = (name: Tone, fill: string | CanvasPattern): ToneInk => ({
    fill,
    edge: colour(`${name}-edge`),
    ink: colour(`${name}-ink`),
  });
  return {
    tones: {
      good: tone('good', colour('good-fill')),
      bad: tone('bad', colour('bad-fill')),
      changing: tone('changing', dots(context, colour('changing-fill'), colour('changing-edge'))),
      off: tone('off', hatch(context, colour('off-fill'), colour('hatch'))),
    },
    grid: colour('line'),
    band: colour('sunken'),
    mark: colour('bad'),
    selected: colour('accent-soft'),
    font: style.getPropertyValue('--font').trim(),
  };
}

const TILE = 8;

function tile(
  context: CanvasRenderingContext2D,
  ground: string,
  draw: (on: OffscreenCanvasRenderingContext2D) => void,
): string | CanvasPattern {
  // Twice as large and drawn half as large, so that it is sharp on dense screens.
  const canvas = new OffscreenCanvas(TILE * 2, TILE * 2);
  const on = canvas.getContext('2d');
  if (on === null) return ground;
  on.scale(2, 2);
  on.fillStyle = ground;
  on.fillRect(0, 0, TILE, TILE);
  draw(on);
  const pattern = context.createPattern(canvas, 'repeat');
  pattern?.setTransform(new DOMMatrix([0.5, 0, 0, 0.5, 0, 0]));
  return pattern ?? ground;
}

function hatch(context: CanvasRenderingContext2D, ground: string, line: string): string | CanvasPattern {
  return tile(context, ground, (on) => {
    on.strokeStyle = line;
    on.lineWidth = 1.2;
    on.beginPath();
    for (const from of [-TILE, 0, TILE]) {
      on.moveTo(from, TILE);
      on.lineTo(from + TILE, 0);
    }
    on.stroke();
  });
}

function dots(context: CanvasRenderingContext2D, ground: string, dot: string): string | CanvasPattern {
  return tile(context, ground, (on) => {
    on.fillStyle = dot;
    for (const [x, y] of [
      [2, 2],
      [6, 6],
    ] as const) {
      on.beginPath();
      on.arc(x, y, 0.8, 0, Math.PI * 2);
      on.fill();
    }
  });
}
