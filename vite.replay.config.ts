import { defineConfig } from 'vite';

/** The replay element as one file that needs nothing else, beside the page: for other pages, and for standalone HTML. */
export default defineConfig({
  root: 'ui',
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: '../dist/ui',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'replay/quorate-replay.ts', formats: ['es'], fileName: () => 'replay.js' },
  },
});
