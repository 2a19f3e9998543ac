/** The texts of scenarios/ that the page is built with, by their path in that folder: scenarios, topologies, configuration files. */
import type { Texts } from '../../scenarios/topologies.ts';

const FOLDER = '../../scenarios/';

const files = import.meta.glob<string>(['../../scenarios/**/*', '!../../scenarios/**/*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

export const library: Texts = new Map(
  Object.entries(files).map(([path, text]) => [path.slice(FOLDER.length), text]),
);
