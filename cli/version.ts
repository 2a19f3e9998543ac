import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './shared.ts';

/** The version in package.json. */
export function version(): string {
  const { version: found } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return found;
}
