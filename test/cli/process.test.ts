/** What only a process of its own shows: signals and closed pipes. Runs what is built in dist. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const built = existsSync(MAIN) && existsSync(new URL('../../dist/cli/program.js', import.meta.url).pathname);
if (!built) console.warn('test/cli/process.test.ts is skipped: dist is not built, run npm run build');

const start = (...args: string[]) =>
  spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test.skipIf(!built)('Ctrl-C ends a run with 130', async () => {
  const child = start('run', 'power-off', '--until', '24h');
  try {
    setTimeout(() => child.kill('SIGINT'), 4_000);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    // While the world warms up the default action ends the process, which a shell shows as 130, too.
    expect(code ?? signal).toBeOneOf([130, 'SIGINT']);
  } finally {
    child.kill('SIGKILL');
  }
});

test.skipIf(!built)('a reader that closes the pipe is no reason to complain', async () => {
  const child = start('faults');
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
