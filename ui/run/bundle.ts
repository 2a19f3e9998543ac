/**
 * A viewer's own files as text for a link: JSON, deflated, in URL-safe base64. What is unpacked comes from strangers and is
 * bounded.
 */

export interface Bundle {
  /** Text of a scenario. */
  readonly scenario: string;
  /** By path: haproxy.cfg, keepalived.conf, ... */
  readonly files: Readonly<Record<string, string>>;
}

const MOST_CHARACTERS = 4_000_000;

export async function packBundle(bundle: Bundle): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(bundle));
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const out = new Uint8Array(await new Response(packed).arrayBuffer());
  let text = '';
  for (const byte of out) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Throws an Error with words for people. */
export async function unpackBundle(packed: string): Promise<Bundle> {
  const data: unknown = await unpacked(packed).catch((error: unknown) => {
    throw error instanceof Oversized
      ? error
      : new Error('The files in the link cannot be read: it is cut off or damaged.');
  });
  const { scenario, files } = (data ?? {}) as Partial<Bundle>;
  const good =
    typeof scenario === 'string' &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((text) => typeof text === 'string');
  if (!good) throw new Error('The files in the link cannot be read: they are not files.');
  return { scenario, files };
}

class Oversized extends Error {}

async function unpacked(packed: string): Promise<unknown> {
  const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  );
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (text.length > MOST_CHARACTERS) {
      void reader.cancel();
      throw new Oversized('The files in the link are too large.');
    }
  }
  return JSON.parse(text + decoder.decode());
}
