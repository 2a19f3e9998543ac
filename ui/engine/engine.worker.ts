/** The worker in which simulations run, so that the page stays smooth. Knows nothing between two requests. */
import { library } from './library.ts';
import type { FromEngine, ToEngine } from './messages.ts';
import { runRequest, scenariosOf } from './run-request.ts';
import { readStoredRun } from './stored-run.ts';

self.addEventListener('message', ({ data }: MessageEvent<ToEngine>) => {
  self.postMessage(answer(data));
});

function answer(asked: ToEngine): FromEngine {
  const { id } = asked;
  try {
    switch (asked.type) {
      case 'list':
        return { id, type: 'listed', scenarios: scenariosOf(library) };
      case 'run':
        return { id, type: 'record', record: runRequest(asked.request, library, tell(id)) };
      case 'read':
        return { id, type: 'record', record: readStoredRun(asked.name, asked.text) };
    }
  } catch (error) {
    return { id, type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

const PAUSE_MS = 100;

/** Tells the page how far a run is, now and then. */
function tell(id: number): (share: number) => boolean {
  let toldMs = performance.now();
  return (share) => {
    const nowMs = performance.now();
    if (nowMs - toldMs >= PAUSE_MS) {
      toldMs = nowMs;
      self.postMessage({ id, type: 'progress', share } satisfies FromEngine);
    }
    return true;
  };
}
