/** The guides' labs show what the guides say, with several seeds. */
import { LAB_NAMES } from './library.ts';
import { holdsForSeeds } from './seeds.ts';

holdsForSeeds(LAB_NAMES);
