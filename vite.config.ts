import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
import { withoutJsonSchema } from './vite.no-json-schema.ts';
import { withoutReference } from './vite.no-reference.ts';
import { OPENINGS, openings } from './vite.openings.ts';

/**
 * What the built page may load: its own files and nothing else. No inline script or style, no eval. Only in the build,
 * as the development server injects its own inline parts.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

interface Modules {
  getModuleInfo(id: string): { readonly isEntry: boolean; readonly importers: readonly string[] } | null;
}

const first = new Map<string, boolean>();

/** Whatever the worker needs at once is in one file: in a dozen of them it packs worse, by 2 %. So are scenarios that are listed. */
function firstLoad(id: string, modules: Modules): string | null {
  const isFirst = (one: string): boolean => {
    const known = first.get(one);
    if (known !== undefined) return known;
    // Of modules that import each other in a circle another one decides.
    first.set(one, false);
    const info = modules.getModuleInfo(one);
    const found = info !== null && (info.isEntry || info.importers.some(isFirst));
    if (found) first.set(one, true);
    else first.delete(one);
    return found;
  };
  if (isFirst(id)) return 'first';
  return /\/scenarios\/[^/]+\.yaml/.test(id) ? 'scenarios' : null;
}

export default defineConfig({
  define: {
    'import.meta.env.QUORATE_VERSION': JSON.stringify(version),
    'import.meta.env.QUORATE_OPENINGS': JSON.stringify(OPENINGS),
  },
  root: 'ui',
  base: './',
  plugins: [contentSecurityPolicy, openings],
  build: { outDir: '../dist/ui', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  worker: {
    format: 'es',
    plugins: () => [withoutJsonSchema, withoutReference],
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstLoad }] } } },
  },
});
