import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that put a broken module in the place of a good one: those of others must not have loaded the good one before. */
const PLANTED = 'test/properties/planted*.test.ts';

/** The longest files: begun last, one of them would keep the other worker waiting for a minute. */
const LONGEST = [
  'test/scenarios/kubeadm.test.ts',
  'test/browser/scenarios.test.ts',
  'test/scenarios/labs.test.ts',
  'test/scenarios/shipped.test.ts',
  'test/browser/page.test.ts',
  'test/golden/stories.test.ts',
  'test/questions/scenarios.test.ts',
  'test/scenarios/power-off.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
