/**
 * Hands a trace to Perfetto in another tab. Nothing is sent over the network: the other tab gets it from this one.
 * Source: Perfetto docs, "Deep linking to the Perfetto UI": window.open, PING until PONG, then the buffer.
 */

export const PERFETTO = 'https://ui.perfetto.dev';
const PING_MS = 50;
const PATIENCE_MS = 60_000;

/** To be called at once when the viewer asks, before anything is waited for: else the browser refuses the window. */
export function openPerfetto(): Window | null {
  return window.open(PERFETTO);
}

/** Throws an Error with words for people if nobody answers. */
export async function sendTo(perfetto: Window, trace: string, title: string): Promise<void> {
  await new Promise<void>((ready, fail) => {
    const timer = setInterval(() => perfetto.postMessage('PING', PERFETTO), PING_MS);
    const end = (then: () => void) => {
      clearInterval(timer);
      clearTimeout(limit);
      window.removeEventListener('message', hear);
      then();
    };
    const hear = ({ origin, data }: MessageEvent) => {
      if (origin === PERFETTO && data === 'PONG') end(ready);
    };
    const limit = setTimeout(
      () => end(() => fail(new Error('Perfetto did not answer. The trace can be saved and opened there.'))),
      PATIENCE_MS,
    );
    window.addEventListener('message', hear);
  });
  const buffer = new TextEncoder().encode(trace).buffer;
  perfetto.postMessage({ perfetto: { buffer, title, fileName: 'quorate.json' } }, PERFETTO, [buffer]);
}
