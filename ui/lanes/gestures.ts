/** Pointer and wheel on the lanes: drag to pan, pinch or Ctrl and wheel to zoom, Shift and wheel to pan. The plain wheel scrolls. */
import { select, type ZoomTransform, zoom, zoomIdentity } from 'd3';
import { type PageState, SHORTEST_SPAN_MS, type Span } from '../state/page-state.ts';

type Zoomed = HTMLElement & { __zoom?: ZoomTransform };

/** Returns the function to call when the span or the width has changed by other means. */
export function addGestures(element: HTMLElement, state: PageState): () => void {
  const end = () => state.run.get()?.record.until_ms ?? 1;
  const behaviour = zoom<HTMLElement, unknown>()
    .clickDistance(4)
    .filter((event: Event & { ctrlKey?: boolean; metaKey?: boolean; button?: number }) =>
      event.type === 'wheel' ? event.ctrlKey === true || event.metaKey === true : !event.button,
    )
    .on('zoom', ({ transform, sourceEvent }: { transform: ZoomTransform; sourceEvent: Event | null }) => {
      if (sourceEvent !== null) state.look(spanOf(transform, element.clientWidth, end()));
    });
  select(element).call(behaviour).on('dblclick.zoom', null);
  element.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) return;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (!event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      state.pan(sideways / element.clientWidth);
    },
    { passive: false },
  );
  return () => {
    const width = element.clientWidth;
    const longest = end();
    behaviour
      .extent([
        [0, 0],
        [width, 1],
      ])
      .translateExtent([
        [0, Number.NEGATIVE_INFINITY],
        [width, Number.POSITIVE_INFINITY],
      ])
      .scaleExtent([1, longest / SHORTEST_SPAN_MS]);
    const [from, to] = state.span.get();
    const scale = longest / (to - from);
    // Where d3-zoom keeps its transform (d3-zoom, "zoomTransform"). Not by behaviour.transform: that would take part in a gesture
    // that is going on, and be answered as if the viewer had moved.
    (element as Zoomed).__zoom = zoomIdentity.translate((-from / longest) * width * scale, 0).scale(scale);
  };
}

function spanOf(transform: ZoomTransform, width: number, endMs: number): Span {
  const [from, to] = [transform.invertX(0), transform.invertX(width)];
  return [(from / width) * endMs, (to / width) * endMs];
}

/** Drag along a time axis to move the playhead. `at` turns a horizontal place of the pointer into a time. */
export function addScrubbing(element: HTMLElement, at: (clientX: number) => number, state: PageState): void {
  const move = (event: PointerEvent) => state.seek(at(event.clientX));
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    state.playing.set(false);
    element.setPointerCapture(event.pointerId);
    element.addEventListener('pointermove', move);
    move(event);
  });
  for (const ending of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(ending, () => element.removeEventListener('pointermove', move));
  }
}
