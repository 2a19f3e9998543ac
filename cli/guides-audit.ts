/**
 * docs/guides-audit.md: what the lints find in the files of the five guides, with what each finding means. A test holds the file
 * to this; `npm run docs` writes it.
 */
import type { LintFinding } from '../properties/lints/lint.ts';
import { LINT_RULES, lintFiles } from '../properties/lints/rules.ts';
import { filesOfTopology, type Texts, topologyNamed } from '../scenarios/topologies.ts';

const GUIDES = [
  'guide-000',
  'guide-001',
  'guide-002',
  'guide-003',
  'guide-003-as-printed',
  'guide-004-stacked',
  'guide-004-external',
];

/** Scenarios of rules that speak of roles only, so that they run on the guide itself, too: guide to rules. */
export const SHOWN_ON_GUIDES: Readonly<Record<string, readonly string[]>> = {
  'guide-001': ['priority-255-ignores-weight', 'slow-vip-check', 'httpchk-overridden'],
  'guide-002': ['tie-after-failures'],
};

/** The whole page. */
export function guidesAudit(library: Texts): string {
  const audits = GUIDES.map((name) => auditOf(name, library));
  const total = audits.reduce((sum, { lints }) => sum + lints.length, 0);
  const parts = [
    '<!-- Made from the code by `npm run docs`; changes by hand are lost. -->',
    '# What the lints find in five published guides',
    `\`quorate lint NAME\` reads the files of a guide ([scenarios/guides](../scenarios/guides)) together. It finds ${total} places in the ${GUIDES.length} deployments, and the daemons start with every one of them. Where one rule speaks of several places the first message is shown. What a rule is about is shown by its scenario, on the reference topology with that one fault; some run on the guide's own files.`,
    summary(audits),
    ...audits.map(section),
  ];
  return `${parts.join('\n\n')}\n`;
}

interface Audit {
  readonly name: string;
  readonly about: string;
  readonly lints: readonly LintFinding[];
}

function auditOf(name: string, library: Texts): Audit {
  const given = filesOfTopology(name, library);
  const { lints } = given ? lintFiles(given.files, given.set) : { lints: undefined };
  if (!lints) throw new Error(`the files of ${name} cannot be read`);
  return { name, about: topologyNamed(name, library)?.topology?.about ?? '', lints };
}

function summary(audits: readonly Audit[]): string {
  const head = ['| rule | what is wrong | guides |', '| --- | --- | --- |'];
  const rows = LINT_RULES.flatMap(({ name, about }) => {
    const guides = audits.filter(({ lints }) => lints.some(({ rule }) => rule === name));
    if (guides.length === 0) return [];
    return [
      `| \`${name}\` | ${about} | ${guides.map((guide) => guide.name.replace('guide-', '')).join(', ')} |`,
    ];
  });
  return [...head, ...rows].join('\n');
}

function section({ name, about, lints }: Audit): string {
  const rules = [...new Set(lints.map(({ rule }) => rule))];
  const items = rules.map((rule) => {
    const found = lints.filter((one) => one.rule === rule);
    const [first] = found;
    const cure = LINT_RULES.find((one) => one.name === rule)?.cure;
    const places = found
      .map(({ file, line }) => `${file.replace(/^guides\/[^/]+\//, '')}:${line}`)
      .join(', ');
    const own = SHOWN_ON_GUIDES[name]?.includes(rule) ? ` --topology ${name}` : '';
    const shown =
      first!.scenario === null ? 'Not simulated.' : `Shown by \`quorate run ${first!.scenario}${own}\`.`;
    return `- **${rule}** (${first!.severity}; ${places}): ${first!.message}. _Cure:_ ${cure} ${shown}`;
  });
  return [`## ${name}`, about, items.join('\n')].join('\n\n');
}
