/** Pictures of what is seen: the drawing of the cluster as SVG that stands alone, and as PNG; the lanes as PNG. */

const PROPERTIES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'paint-order',
  'letter-spacing',
  'text-transform',
];

/** The drawing with its looks written into it, so that it needs no stylesheet. */
export function svgText(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [drawing, ...drawing.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    for (const name of PROPERTIES) {
      const value = style.getPropertyValue(name);
      if (value !== '' && value !== 'normal') copies[index]!.setAttribute(name, value);
    }
    // Moves that are made by style, such as the flag of the VIP.
    if (style.transform !== 'none' && original.getAttribute('transform') === null)
      copies[index]!.setAttribute('transform', style.transform);
    copies[index]!.removeAttribute('style');
    copies[index]!.removeAttribute('class');
  });
  const { width, height } = drawing.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', getComputedStyle(drawing).getPropertyValue('--surface').trim() || '#fff');
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

const SCALE = 2;

export async function pngOf(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(width * SCALE, height * SCALE);
  canvas.getContext('2d')!.drawImage(image, 0, 0, width * SCALE, height * SCALE);
  return canvas.convertToBlob({ type: 'image/png' });
}

export interface LaneName {
  readonly text: string;
  /** Pixels from the top of what is visible. */
  readonly y: number;
  readonly height: number;
}

/** The visible lanes with their names. */
export async function lanesPng(canvas: HTMLCanvasElement, names: readonly LaneName[]): Promise<Blob> {
  const density = canvas.width / canvas.clientWidth;
  const room = 240;
  const out = new OffscreenCanvas(canvas.width + room * density, canvas.height);
  const context = out.getContext('2d')!;
  const style = getComputedStyle(canvas);
  context.fillStyle = style.getPropertyValue('--surface').trim() || '#fff';
  context.fillRect(0, 0, out.width, out.height);
  context.drawImage(canvas, room * density, 0);
  context.scale(density, density);
  context.fillStyle = style.getPropertyValue('--ink').trim() || '#000';
  context.font = `12px ${style.getPropertyValue('--font').trim()}`;
  context.textBaseline = 'middle';
  for (const { text, y, height } of names) context.fillText(text, 10, y + height / 2, room - 16);
  return out.convertToBlob({ type: 'image/png' });
}
