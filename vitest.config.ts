import { defineConfig } from 'vitest/config';

/** Tests that put a broken module in the place of a good one: those of others must not have loaded the good one before. */
const PLANTED = 'test/properties/planted*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'sound',
          include: ['test/**/*.test.ts'],
          exclude: [PLANTED, 'dist/**', 'node_modules/**'],
          // Modules keep no state but memos: what one file has loaded and warmed up serves the next.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'planted', include: [PLANTED] } },
    ],
  },
});
