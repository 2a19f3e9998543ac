/** `quorate serve`: the built page, bound to localhost. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import sirv from 'sirv';
import { Failure } from './failure.ts';
import { packageRoot } from './shared.ts';

export const DEFAULT_PORT = 4173;

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the page on localhost until Ctrl-C')
    .option('--port <number>', 'port to listen on', String(DEFAULT_PORT))
    .action(async (flags: { readonly port: string }) => {
      await serve(portOf(flags.port), '');
    });
}

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Failure(`--port ${text}: a port is a number from 0 to 65535`);
  return port;
}

/** Serves the page until the process is interrupted; `fragment` is what the printed address ends in. */
export async function serve(port: number, fragment: string): Promise<void> {
  const folder = join(packageRoot(), 'dist', 'ui');
  if (!existsSync(join(folder, 'index.html')))
    throw new Failure('the page is not built: run npm run build', 1);
  const files = sirv(folder, { etag: true });
  const server = createServer((request, response) => {
    files(request, response, () => {
      response.statusCode = 404;
      response.end('not found');
    });
  });
  const taken = await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  if (taken) process.stderr.write(`port ${port} is taken; using ${actual}\n`);
  process.stdout.write(`the page: http://localhost:${actual}/${fragment} (Ctrl-C ends it)\n`);
  await new Promise<void>((resolve) => {
    const end = (): void => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    process.once('SIGINT', end).once('SIGTERM', end);
  });
}

/** Listens on localhost only; on a free port if the wanted one is taken (then true). */
async function listen(server: Server, port: number): Promise<boolean> {
  const attempt = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  try {
    await attempt(port);
    return false;
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'EADDRINUSE') throw error;
    await attempt(0);
    return true;
  }
}
