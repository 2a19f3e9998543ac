/** The built page, served from this process. */
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sirv from 'sirv';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..', '..');
const BUILT = join(ROOT, 'dist', 'ui');
/** Everything that ends up in the page. */
const SOURCES = [
  'ui',
  'sim',
  'models',
  'scenarios',
  'properties',
  'plan',
  'vite.config.ts',
  'package-lock.json',
];

/**
 * Makes sure that dist/ui is what the sources say. `npm ci` builds it; a change since then is built here, so that nobody looks
 * for a fault in a page of yesterday.
 */
export async function upToDate(): Promise<void> {
  const builtAt = changedAt(join(BUILT, 'index.html'));
  if (builtAt === 0) throw new Error('dist/ui is missing: npm ci builds it, and so does npm run build');
  const newest = Math.max(...SOURCES.map((source) => changedAt(join(ROOT, source))));
  if (newest > builtAt)
    await build({ root: join(ROOT, 'ui'), configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' });
}

/** Milliseconds of the newest file; 0 if there is none. */
function changedAt(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const files = readdirSync(path, { recursive: true, withFileTypes: true });
  return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

export interface Served {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  close(): void;
}

export async function serve(): Promise<Served> {
  const server = createServer(sirv(BUILT));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
