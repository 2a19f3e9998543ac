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

/**
 * Whatever the worker needs at once is in one file: in a dozen of them it packs worse, by 2 %. So are the scenarios of a
 * folder: a hundred files' names take more room in the worker than they save.
 */
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
  const folder = /\/scenarios\/(?:([^/]+)\/)?[^/]+\.yaml/.exec(id);
  return folder === null ? null : `scenarios-${folder[1] ?? 'root'}`;
}

export default defineConfig({
  define: {
    'import.meta.env.QUORATE_VERSION': JSON.stringify(version),
    'import.meta.env.QUORATE_OPENINGS': JSON.stringify(OPENINGS),
  },
  root: 'ui',
  base: './',
  plugins: [contentSecurityPolicy, openings],
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // The openings are runs of whole scenarios: that they take most of the build is no news to anybody.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  worker: {
    format: 'es',
    plugins: () => [withoutJsonSchema, withoutReference],
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: firstLoad, debugName: 'first load' }] } },
    },
  },
});
