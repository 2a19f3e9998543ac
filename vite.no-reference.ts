/** Leaves the reference executor out of the page, which runs the compiled one: it is half a kB of what has to be loaded first, gzipped. */
import type { Plugin } from 'vite';

export const withoutReference: Plugin = {
  name: 'without-reference',
  apply: 'build',
  transform(_code, id) {
    if (!/\/sim\/reference\.ts$/.test(id)) return null;
    return {
      code: "export const referenceProgram = () => { throw new Error('the page has the compiled executor only'); };",
      map: null,
    };
  },
};
