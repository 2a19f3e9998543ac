/** Pointer and wheel on the lanes: drag to pan, pinch or Ctrl and wheel to zoom, Shift and wheel to pan. The plain wheel scrolls. */
import type { PageState } from '../state/page-state.ts';

/** Pixels that a pointer may move and still click. */
const CLICK_DISTANCE = 4;

export function addGestures(element: HTMLElement, state: PageState): void {
  /** Horizontal places of the pointers that are down. */
  const down = new Map<number, number>();
  let moved = 0;
  const msPerPixel = () => {
    const [from, to] = state.span.get();
    return (to - from) / element.clientWidth;
  };
  const timeAt = (clientX: number) =>
    state.span.get()[0] + (clientX - element.getBoundingClientRect().left) * msPerPixel();
  const middleAndReach = () => {
    const [a = 0, b = a] = [...down.values()];
    return { middle: (a + b) / 2, reach: Math.max(1, Math.abs(a - b)) };
  };
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, event.clientX);
  });
  element.addEventListener('pointermove', (event) => {
    if (!down.has(event.pointerId)) return;
    const before = middleAndReach();
    down.set(event.pointerId, event.clientX);
    const after = middleAndReach();
    moved += Math.abs(after.middle - before.middle) + Math.abs(after.reach - before.reach);
    if (moved <= CLICK_DISTANCE) return;
    // A drag goes on where the pointer leaves the lanes; a click must not be caught.
    if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
    const [from, to] = state.span.get();
    const by = (before.middle - after.middle) * msPerPixel();
    state.look([from + by, to + by]);
    if (down.size === 2) state.zoom(before.reach / after.reach, timeAt(after.middle));
  });
  for (const ending of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(ending, (event) => down.delete(event.pointerId));
  }
  element.addEventListener(
    'click',
    (event) => {
      if (moved > CLICK_DISTANCE) event.stopImmediatePropagation();
    },
    { capture: true },
  );
  element.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        state.zoom(1.002 ** event.deltaY, timeAt(event.clientX));
        return;
      }
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (!event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      state.pan(sideways / element.clientWidth);
    },
    { passive: false },
  );
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
