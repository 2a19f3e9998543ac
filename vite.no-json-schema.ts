/**
 * Leaves zod's maker of JSON schemas out of the page: each schema has a method for it, so that no bundler can. The page makes none
 * (`quorate schema` does, in Node), and it is 6 kB of what has to be loaded first.
 */
import type { Plugin } from 'vite';

const MODULES = /\/zod\/v4\/core\/(?:json-schema-processors|to-json-schema)\.js$/;
const NAMES = /^export (?:const|function) (\w+)|^export \{ \w+ as (\w+) \}/gm;

/** The same names, of which none can be used. */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  apply: 'build',
  transform(code, id) {
    if (!MODULES.test(id)) return null;
    const names = [...code.matchAll(NAMES)].map(([, plain, renamed]) => renamed ?? plain);
    // Each schema is given its method when it is made.
    const lines = names.map((name) => `${/^create/.test(name ?? '') ? 'later' : 'never'} as ${name}`);
    return {
      code: `const never = () => { throw new Error('the page makes no JSON schema'); };\nconst later = () => never;\nexport { ${lines.join(', ')} };`,
      map: null,
    };
  },
};
