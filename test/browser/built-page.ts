/** The built page, served from this process. */
import { execFileSync } from 'node:child_process';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sirv from 'sirv';

const ROOT = join(import.meta.dirname, '..', '..');
const BUILT = join(ROOT, 'dist', 'ui');
export const FIXTURE = join(import.meta.dirname, 'fixture-run.json');
/** Everything that ends up in the page. */
const SOURCES = [
  'ui',
  'sim',
  'models',
  'scenarios',
  'properties',
  'plan',
  'vite.config.ts',
  'vite.replay.config.ts',
  'package-lock.json',
];

/**
 * Makes sure that dist/ui is what the sources say. `npm ci` builds it; a change since then is built here, so that nobody looks
 * for a fault in a page of yesterday.
 */
export function upToDate(): void {
  // Last of all that a build writes.
  const builtAt = changedAt(join(BUILT, 'replay.js'));
  if (builtAt === 0) throw new Error('dist/ui is missing: npm ci builds it, and so does npm run build');
  const newest = Math.max(...SOURCES.map((source) => changedAt(join(ROOT, source))));
  if (newest <= builtAt) return;
  // In a process of its own: this one says NODE_ENV=test, which is another page.
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  for (const config of ['vite.config.ts', 'vite.replay.config.ts']) {
    execFileSync(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'error'], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
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

/** Serves dist/ui, and beside it the stored run of the tests as fixture-run.json. */
export async function serve(): Promise<Served> {
  const files = sirv(BUILT);
  const server = createServer((request, response) => {
    if (request.url === '/fixture-run.json') createReadStream(FIXTURE).pipe(response);
    else files(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
