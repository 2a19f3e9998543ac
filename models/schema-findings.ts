/**
 * A YAML document checked against a zod schema: each issue becomes one plain sentence at the place in
 * the file. Unknown keys are errors and name the nearest known ones.
 */
import type { Finding } from './finding.ts';
import { nearestHint } from './nearest.ts';
import { MAX_FINDINGS, type Path, type YamlDocument } from './yaml-text.ts';
import type { z } from './zod.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/**
 * The checked data, or the findings that say what is wrong (never both).
 * `chooseBranch` says, for a union at a path, which of its branches was meant; without it the branch
 * with the fewest complaints speaks.
 */
export function checkDocument<T>(
  schema: z.ZodType<T>,
  document: YamlDocument,
  chooseBranch?: (path: Path, value: unknown) => number | undefined,
): { data: T; findings: [] } | { data: undefined; findings: Finding[] } {
  const result = schema.safeParse(document.value);
  if (result.success) return { data: result.data, findings: [] };
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const issue of flatten(result.error.issues, [], document.value, chooseBranch)) {
    for (const { path, of, message } of explain(issue, schema, document.value)) {
      const finding: Finding = {
        severity: 'error',
        file: document.file,
        ...document.position(path, of),
        message,
      };
      const key = `${finding.line}:${finding.column}:${message}`;
      if (!seen.has(key) && findings.length < MAX_FINDINGS) findings.push(finding);
      seen.add(key);
    }
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return { data: undefined, findings };
}

/** Unions resolved: only the issues of the branch that was meant, with full paths. */
function flatten(
  issues: readonly Issue[],
  base: Path,
  root: unknown,
  chooseBranch?: (path: Path, value: unknown) => number | undefined,
): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'invalid_union' && valueAt(root, path) === undefined) {
      return [
        { code: 'invalid_type', expected: 'string', path, message: 'Invalid input' } as unknown as Issue,
      ];
    }
    const branches = issue.code === 'invalid_union' ? (issue.errors as Issue[][]) : [];
    // A discriminated union whose discriminator fits no branch has no branches to choose from.
    if (branches.length === 0) return [{ ...issue, path } as Issue];
    const chosen = chooseBranch?.(path, valueAt(root, path));
    const branch = chosen === undefined ? fewest(branches) : branches[chosen];
    if (!branch) return [{ code: 'custom', path, message: issue.message } as Issue];
    return flatten(branch, path, root, chooseBranch);
  });
}

function fewest(branches: readonly Issue[][]): Issue[] | undefined {
  const ofWrongType = branches.every((branch) => branch.length === 1 && branch[0]!.path.length === 0);
  if (ofWrongType) {
    const expected = branches.map(([issue]) =>
      issue!.code === 'invalid_type' ? issue!.expected : undefined,
    );
    if (expected.every((name) => name !== undefined)) {
      const kinds = new Set(expected.map((name) => KINDS[name] ?? name));
      const message = `must be ${[...kinds].join(' or ')}`;
      return [{ code: 'custom', path: [], message } as unknown as Issue];
    }
  }
  return [...branches].sort((a, b) => a.length - b.length)[0];
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

interface Explained {
  readonly path: Path;
  readonly of: 'key' | 'value';
  readonly message: string;
}

function explain(issue: Issue, schema: Schema, root: unknown): Explained[] {
  const path = issue.path;
  const name = pathText(path) || 'the file';
  const value = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        of: 'key',
        message: `unknown key ${pathText([...path, key])}${nearestHint(key, keysAt(schema, path, root))}`,
      }));
    case 'invalid_type': {
      if (value === undefined) return [{ path, of: 'key', message: `${name} is missing` }];
      if (isOwn(issue)) return [{ path, of: 'value', message: `${name}: ${issue.message}` }];
      const expected = KINDS[issue.expected] ?? issue.expected;
      const quotes = issue.expected === 'string' && typeof value === 'number' ? ' (put it in quotes)' : '';
      return [{ path, of: 'value', message: `${name} must be ${expected}, not ${describe(value)}${quotes}` }];
    }
    case 'invalid_value': {
      if (value === undefined) return [{ path, of: 'key', message: `${name} is missing` }];
      const values = issue.values.map(String);
      if (typeof value === 'number' && issue.values.includes(String(value))) {
        return [{ path, of: 'value', message: `${name}: ${value} is a number here: put it in quotes` }];
      }
      if (values.length === 1)
        return [{ path, of: 'value', message: `${name} must be ${values[0]}, not ${describe(value)}` }];
      return [
        {
          path,
          of: 'value',
          message: `${name}: unknown ${describe(value)}${nearestHint(String(value), values)}`,
        },
      ];
    }
    case 'invalid_union': {
      // Only a discriminator that nothing has is left here; see flatten.
      const known = ((issue as { options?: readonly unknown[] }).options ?? []).map(String);
      if (known.length === 0) return [{ path, of: 'value', message: `${name}: ${issue.message}` }];
      const wrong = `unknown ${describe(value)}${nearestHint(String(value), known)}`;
      return [
        { path, of: 'value', message: value === undefined ? `${name} is missing` : `${name}: ${wrong}` },
      ];
    }
    case 'too_small':
    case 'too_big':
      return [{ path, of: 'value', message: `${name} ${boundText(issue)}, not ${describe(value)}` }];
    case 'invalid_key':
      return [{ path, of: 'key', message: `${name}: ${issue.issues[0]?.message ?? 'not a valid name'}` }];
    default:
      return [
        { path, of: 'value', message: path.length === 0 ? issue.message : `${name}: ${issue.message}` },
      ];
  }
}

/** The schema has words of its own for this, better than ours. */
function isOwn(issue: Issue): boolean {
  return !/^(Invalid|Too|Unrecognized)/.test(issue.message);
}

function boundText(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const lists = issue.origin === 'array' || issue.origin === 'string';
  const unit = issue.origin === 'array' ? ' entries' : issue.origin === 'string' ? ' characters' : '';
  const verb = lists ? 'must have' : 'must be';
  return issue.code === 'too_small'
    ? `${verb} at least ${issue.minimum}${unit}`
    : `${verb} at most ${issue.maximum}${unit}`;
}

/** `timeline[0].for` */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** A value in a few words, never a page of it. */
export function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The keys that the schema knows at a path, for hints; none where it cannot be told. */
function keysAt(schema: Schema, path: Path, root: unknown): string[] {
  let current: Schema | undefined = schema;
  let value = root;
  for (const part of path) {
    current = step(current, part, value);
    value = valueAt(value, [part]);
  }
  const definition = definitionOf(current, value);
  return definition?.type === 'object' ? Object.keys((definition as z.core.$ZodObjectDef).shape) : [];
}

function step(schema: Schema | undefined, part: PropertyKey, value: unknown): Schema | undefined {
  const definition = definitionOf(schema, value);
  if (definition?.type === 'object') return (definition as z.core.$ZodObjectDef).shape[String(part)];
  if (definition?.type === 'array') return (definition as z.core.$ZodArrayDef).element;
  if (definition?.type === 'record') return (definition as z.core.$ZodRecordDef).valueType;
  return undefined;
}

/** What a schema is behind optional, default and unions (the branch whose literals the value has). */
function definitionOf(schema: Schema | undefined, value: unknown): z.core.$ZodTypeDef | undefined {
  const definition = schema?._zod.def;
  if (definition === undefined) return undefined;
  if ('innerType' in definition) return definitionOf(definition.innerType as Schema, value);
  if (definition.type !== 'union') return definition;
  const branches = (definition as z.core.$ZodUnionDef).options.map((option) => definitionOf(option, value));
  return branches.find((branch) => branch !== undefined && literalsFit(branch, value));
}

function literalsFit(definition: z.core.$ZodTypeDef, value: unknown): boolean {
  if (definition.type === 'array') return Array.isArray(value);
  if (definition.type !== 'object' || value === null || typeof value !== 'object') return false;
  return Object.entries((definition as z.core.$ZodObjectDef).shape).every(([key, field]) => {
    const inner = field._zod.def;
    if (inner.type !== 'literal') return true;
    return (inner as z.core.$ZodLiteralDef<string>).values.includes(valueAt(value, [key]) as string);
  });
}
