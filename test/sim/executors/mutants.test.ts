import { expect, test } from 'vitest';
import { caught, MUTANTS } from '../../mutants/compiler.ts';

test.each(Object.entries(MUTANTS))('the differential test notices when %s', (_name, make) => {
  expect(caught(make, 1000, 20_250_701)?.difference).toBeTypeOf('string');
});
