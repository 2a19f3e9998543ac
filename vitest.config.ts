import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    testTimeout: 60_000,
    maxWorkers: 2,
    // Nothing under test keeps state in its modules but memos: what one file has loaded and warmed up serves the next.
    isolate: false,
  },
});
