/** docs/questions.md: what learners ask, the answer in a sentence, and the scenario or the test that gives it. */
import { z } from '../models/zod.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { Texts } from '../scenarios/topologies.ts';

const Question = z.strictObject({
  number: z.int().min(1),
  /** L: a rule, which a test states; S: a scenario shows it; LS: both. */
  marks: z.enum(['L', 'S', 'LS']),
  question: z.string(),
  answer: z.string(),
  /** Names as `quorate run` takes them. */
  scenarios: z.array(z.string()),
  tests: z.array(z.strictObject({ file: z.string(), test: z.string() })),
});
export type Question = z.infer<typeof Question>;

/** Path of the index below scenarios/. */
const INDEX = 'questions/questions.json';

/** The index of the shipped library. Throws if it is not what it should be. */
export function questionsOf(library: Texts): Question[] {
  return z.array(Question).parse(JSON.parse(library.get(INDEX) ?? '[]'));
}

/** The page, made from the index. */
export function questionsPage(library: Texts): string {
  const questions = questionsOf(library);
  const parts = [
    '<!-- Made by `npm run docs` from scenarios/questions/questions.json; changes by hand are lost. -->',
    '# What learners ask',
    `${questions.length} questions about control planes that are to survive, each with its answer in a sentence and what proves it: a scenario whose expectations are the answer, or the test of the rule. \`quorate run NAME\` shows the one, \`npm test\` runs both.`,
    'Each of these scenarios has [switches](02-scenarios.md#no-expectation-is-empty): what is switched off so that its expectations fail.',
    ...questions.map((question) => section(question, library)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function section({ number, question, answer, scenarios, tests }: Question, library: Texts): string {
  const rows = [
    ...scenarios.map((name) => `- \`quorate run ${name}\`${untilOf(name, library)}`),
    ...tests.map(({ file, test }) => `- [${file}](../${file}): ${test.replaceAll('`', "'")}`),
  ];
  return `## ${number}. ${question}\n\n${answer}\n\n${rows.join('\n')}`;
}

/** How long it is, in the time of the scenario. */
function untilOf(name: string, library: Texts): string {
  const until = loadScenario(library.get(`${name}.yaml`) ?? '', name).scenario?.data.until;
  return until === undefined ? '' : ` (${until})`;
}
