/**
 * Who may import whom, and what nobody may touch: DESIGN's table, enforced on every source file of the repository.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const FOLDERS = ['sim', 'models', 'properties', 'scenarios', 'plan', 'cli', 'ui', 'bench', 'test'] as const;

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

interface Source {
  readonly file: string;
  readonly imports: readonly Import[];
  /** Identifiers and member expressions, such as `Math.random`. */
  readonly names: ReadonlySet<string>;
}

function read(file: string): Source {
  return parse(file, readFileSync(join(ROOT, file), 'utf8'));
}

function parse(file: string, text: string): Source {
  const { program, module } = parseSync(file, text);
  const imports: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every((entry) => entry.isType);
    imports.push({ from: moduleRequest.value, typeOnly });
  }
  for (const { entries } of module.staticExports) {
    for (const entry of entries) {
      if (entry.moduleRequest !== null && entry.moduleRequest !== undefined) {
        imports.push({ from: entry.moduleRequest.value, typeOnly: entry.isType });
      }
    }
  }
  const names = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'ImportExpression' && node.source?.type === 'Literal') {
      imports.push({ from: String(node.source.value), typeOnly: false });
    }
    if (node.type === 'Identifier') names.add(node.name as string);
    if (node.type === 'MemberExpression' && node.object?.type === 'Identifier' && !node.computed) {
      names.add(`${node.object.name}.${node.property?.name}`);
    }
  });
  return { file, imports, names };
}

interface Node {
  readonly type: string;
  readonly name?: unknown;
  readonly computed?: boolean;
  readonly object?: Node;
  readonly property?: Node;
  readonly source?: Node & { readonly value?: unknown };
  readonly [key: string]: unknown;
}

/** Visits nodes; property keys and names of members are not identifiers that are used. */
function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  const node = value as Node;
  if (typeof node.type === 'string') visit(node);
  for (const [key, child] of Object.entries(node)) {
    const isName =
      (key === 'property' && node.type === 'MemberExpression' && node.computed !== true) ||
      (key === 'key' &&
        (node.type === 'Property' ||
          node.type === 'PropertyDefinition' ||
          node.type === 'MethodDefinition' ||
          node.type === 'TSPropertySignature' ||
          node.type === 'TSMethodSignature') &&
        node.computed !== true);
    if (!isName) walk(child, visit);
  }
}

function listed(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

const files = FOLDERS.flatMap((folder) => listed(folder))
  .filter((file) => !file.endsWith('.d.ts'))
  .sort();
const sources = files.map(read);
const builtin = new Set(builtinModules);

/** The folder that an import leads to, or the package's name, or `node:`. */
function target(source: Source, from: string): string {
  if (from.startsWith('node:') || builtin.has(from)) return 'node:';
  if (!from.startsWith('.'))
    return from.startsWith('@')
      ? from.split('/').slice(0, 2).join('/')
      : from.startsWith('seedrandom/')
        ? from
        : (from.split('/')[0] as string);
  return relative(ROOT, join(ROOT, dirname(source.file), from)).split('/')[0] as string;
}

interface Rule {
  /** Folders and packages that may be imported. */
  readonly may: readonly string[];
  /** Those that may be imported as types only. */
  readonly types?: readonly string[];
}

const ZOD_YAML = ['yaml', 'zod'];
const RULES: Readonly<Record<string, Rule>> = {
  sim: { may: ['xstate', 'seedrandom/lib/alea.js'] },
  models: { may: ['xstate', 'immutable', ...ZOD_YAML], types: ['sim'] },
  'models/cluster': { may: ['sim', 'xstate', 'immutable', ...ZOD_YAML] },
  scenarios: { may: ['sim', 'models', '@marcbachmann/cel-js', ...ZOD_YAML] },
  properties: { may: ['sim', 'models', 'scenarios', 'fast-check'] },
  plan: { may: ['sim', 'models', 'scenarios', 'properties', 'simple-statistics'] },
  'plan/runners': {
    may: ['sim', 'models', 'scenarios', 'properties', 'simple-statistics', 'node:', 'piscina', 'bullmq'],
  },
  cli: {
    may: [
      'sim',
      'models',
      'scenarios',
      'properties',
      'plan',
      'bench',
      'test',
      'node:',
      'commander',
      'yaml',
      'zod',
      'sirv',
      'open',
    ],
  },
  ui: {
    may: ['sim', 'models', 'scenarios', 'properties', 'plan', 'd3', 'lit', 'fast-check', '@xterm/xterm'],
  },
};

function ruleOf(file: string): { folder: string; rule: Rule } | undefined {
  const parts = file.split('/');
  const deep = parts.slice(0, 2).join('/');
  const rule = RULES[deep] ?? RULES[parts[0] as string];
  return rule === undefined ? undefined : { folder: parts[0] as string, rule };
}

describe('who may import whom', () => {
  test.each(Object.keys(RULES))('%s', (folder) => {
    const wrong: string[] = [];
    for (const source of sources) {
      const found = ruleOf(source.file);
      if (
        found === undefined ||
        !source.file.startsWith(`${folder}/`) ||
        (RULES[source.file.split('/').slice(0, 2).join('/')] !== undefined && !folder.includes('/'))
      )
        continue;
      for (const { from, typeOnly } of source.imports) {
        const to = target(source, from);
        const allowed =
          to === found.folder ||
          found.rule.may.includes(to) ||
          (typeOnly && found.rule.types?.includes(to) === true);
        if (!allowed) wrong.push(`${source.file} imports ${from}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('xstate is imported by the executors and definitions only as pure parts', () => {
    const impure = [
      'createActor',
      'fromPromise',
      'fromCallback',
      'fromObservable',
      'SimulatedClock',
      'spawnChild',
      'sendTo',
      'enqueueActions',
      'waitFor',
    ];
    const wrong = sources
      .filter(({ file }) => /^(sim|models)\//.test(file))
      .flatMap(({ file, names, imports }) =>
        imports.some(({ from }) => from === 'xstate')
          ? impure
              .filter((name) => names.has(name) && name !== 'spawnChild')
              .map((name) => `${file}: ${name}`)
          : [],
      );
    expect(wrong).toEqual([]);
  });
});

describe('nothing of the outside world', () => {
  const BANNED = [
    'Math.random',
    'Date',
    'performance',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'process.env',
    'process.argv',
    'process.exit',
    'process.hrtime',
    'fetch',
    'eval',
    'Function',
  ];
  test.each(['sim', 'models', 'properties', 'scenarios'])('%s', (folder) => {
    const wrong = sources
      .filter(({ file }) => file.startsWith(`${folder}/`))
      .flatMap(({ file, names }) =>
        BANNED.filter((name) => names.has(name)).map((name) => `${file}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  test('plan keeps to virtual time outside its runners; nobody evaluates text', () => {
    const wrong = sources.flatMap(({ file, names }) => {
      const banned = file.startsWith('plan/') && !file.startsWith('plan/runners/') ? BANNED : ['eval'];
      return file.startsWith('test/')
        ? []
        : banned.filter((name) => names.has(name)).map((name) => `${file}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });
});

test('the check sees imports of every form and uses of banned names', () => {
  const { imports, names } = parse(
    'sim/planted.ts',
    `import type { A } from './a.ts'; import { type B, c } from 'd3'; export { x } from '../ui/x.ts'; const e = await import('node:fs'); const t = { Date: 1 }; Math.random(); new Date(); t.performance;`,
  );
  expect(imports).toEqual([
    { from: './a.ts', typeOnly: true },
    { from: 'd3', typeOnly: false },
    { from: '../ui/x.ts', typeOnly: false },
    { from: 'node:fs', typeOnly: false },
  ]);
  expect(names.has('Math.random')).toBe(true);
  expect(names.has('Date')).toBe(true);
  expect(names.has('performance')).toBe(false);
  expect(sources.length).toBeGreaterThan(100);
});

describe('the house', () => {
  test('no barrels: no file only exports what others hold', () => {
    expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([]);
  });

  test('no folder called src, lib or utils', () => {
    expect(files.filter((file) => /(^|\/)(src|lib|utils)\//.test(file))).toEqual([]);
  });

  test('nothing depends on what lies outside of the repository', () => {
    const wrong = sources.flatMap(({ file, imports }) =>
      imports
        .filter(
          ({ from }) =>
            from.startsWith('.') && relative(ROOT, join(ROOT, dirname(file), from)).startsWith('..'),
        )
        .map(({ from }) => `${file} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });
});
