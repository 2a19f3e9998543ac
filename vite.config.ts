import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
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

export default defineConfig({
  define: {
    'import.meta.env.QUORATE_VERSION': JSON.stringify(version),
    'import.meta.env.QUORATE_OPENINGS': JSON.stringify(OPENINGS),
  },
  root: 'ui',
  base: './',
  plugins: [contentSecurityPolicy, openings],
  build: { outDir: '../dist/ui', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  worker: { format: 'es' },
});
