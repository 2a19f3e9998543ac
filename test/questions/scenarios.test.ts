/** What learners ask is answered by scenarios that do what they say, with several seeds. */
import { QUESTION_NAMES } from '../scenarios/library.ts';
import { holdsForSeeds } from '../scenarios/seeds.ts';

holdsForSeeds(QUESTION_NAMES);
