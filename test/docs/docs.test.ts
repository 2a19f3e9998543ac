/** The documentation is held to the program: references are up to date, YAML blocks load, commands parse. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guidesAudit } from '../../cli/guides-audit.ts';
import { makeProgram } from '../../cli/program.ts';
import { referencePages } from '../../cli/reference.ts';
import { findingText } from '../../models/finding.ts';
import { composeScenario } from '../../scenarios/compose.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { topologyFromText } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const update = process.env['QUORATE_UPDATE_DOCS'] === '1';

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

function blocksOf(page: string): Block[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  lines.forEach((text, i) => {
    const fence = /^```(\w*)/.exec(text);
    if (fence === null) open?.lines.push(text);
    else if (open === undefined) open = { language: fence[1] ?? '', line: i + 1, lines: [] };
    else {
      blocks.push({ page, line: open.line, language: open.language, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    }
  });
  return blocks;
}

const blocks = pages.flatMap(blocksOf);
const called = (block: Block) => [`${block.page}:${block.line}`, block] as const;

describe('the reference is made from the code', () => {
  test.each([...referencePages()])('docs/reference/%s', (name, text) => {
    const path = join(ROOT, 'docs/reference', name);
    if (update) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '', 'run: npm run docs').toBe(text);
  });
});

test('docs/guides-audit.md is what the lints find in the guides', () => {
  const path = join(ROOT, 'docs/guides-audit.md');
  const text = guidesAudit(LIBRARY);
  if (update) writeFileSync(path, text);
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '', 'run: npm run docs').toBe(text);
});

describe('YAML blocks load as scenarios or topologies', () => {
  test.each(blocks.filter(({ language }) => language === 'yaml').map(called))('%s', (place, { text }) => {
    const name = /^scenario: *(\S+)/m.exec(text)?.[1];
    if (name === undefined) {
      const { topology, findings } = topologyFromText(text, place, LIBRARY, {});
      expect(findings.filter(({ severity }) => severity === 'error').map(findingText)).toEqual([]);
      expect(topology).toBeDefined();
      return;
    }
    const { scenario, findings } = loadScenario(text, `${name}.yaml`);
    expect(findings.map(findingText)).toEqual([]);
    const composed = scenario && composeScenario(scenario, LIBRARY);
    expect(composed?.findings.filter(({ severity }) => severity === 'error').map(findingText)).toEqual([]);
  });
});

/** Words of a shell line; quotes hold them together. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ page, line, text }) =>
    text
      .split('\n')
      .map((command, i) => [`${page}:${line + 1 + i}`, command.replace(/\s#.*$/, '').trim()] as const)
      .filter(([, command]) => command !== ''),
  );

describe('commands in the documentation are commands', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  test.each(commands)('%s %s', async (_place, line) => {
    for (const part of line.split(/\s*&&\s*/)) {
      const [command = '', ...args] = words(part.replace(/\s[|>].*$/, '').replace(/^npx /, ''));
      if (command === 'npm') {
        const [verb = '', script = ''] = args;
        const known = ['ci', 'start', 'test'].includes(verb) || (verb === 'run' && script in scripts);
        expect(known, `${part}: no such script`).toBe(true);
        continue;
      }
      expect(command).toBe('quorate');
      const program = makeProgram(() => {});
      for (const one of program.commands) one.exitOverride().action(() => {});
      await program.parseAsync(args, { from: 'user' });
      if (args[0] === 'run' && !args[1]?.endsWith('.yaml')) expect(LIBRARY.has(`${args[1]}.yaml`)).toBe(true);
    }
  });
});

test('links between pages lead somewhere', () => {
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});
