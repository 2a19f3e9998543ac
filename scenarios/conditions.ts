/**
 * Conditions and values: CEL over the map of observations, compiled once.
 *
 * Source: CEL, the expression language of Kubernetes (cel-spec), by @marcbachmann/cel-js, which interprets
 * and never generates code. A typo is an error when the scenario is read, not a condition that never
 * holds: names, types, fixed words (`'of'` for a host's power) and the names of hosts are all checked.
 */
import { type ASTNode, TypeError as CelTypeError, ParseError } from '@marcbachmann/cel-js';
import { nearestHint } from '../models/nearest.ts';
import { celEnvironment, fieldsAt, wordsAt } from './observation-types.ts';
import { Observations } from './observations.ts';

const checking = celEnvironment('check');
const evaluating = celEnvironment('evaluate');

/** What an expression is for: it must be true or false, a number, or anything. */
export type Purpose = 'condition' | 'count' | 'value';

export interface Condition {
  readonly text: string;
  /** The parts of the map that it looks at: `vip`, `etcd`. Only a change of one of them can change it. */
  readonly reads: readonly string[];
  /** The value now; undefined where it speaks of something that is not there (a member not yet added). */
  evaluate(observations: Observations): unknown;
}

/** Why an expression cannot be used, and the offset of the place in its text. */
export interface Mistake {
  readonly message: string;
  readonly offset: number;
}

/** Names that may stand as keys, by the path of their map (`vip.routers`). A map without an entry takes any name. */
export type KnownNames = Readonly<Record<string, readonly string[]>>;

/** Compiles an expression, or says what is wrong with it. */
export function compileCondition(
  text: string,
  purpose: Purpose = 'condition',
  names: KnownNames = {},
): { condition: Condition; mistake?: never } | { condition?: never; mistake: Mistake } {
  let parsed: ReturnType<typeof checking.parse>;
  try {
    parsed = checking.parse(text);
  } catch (error) {
    return { mistake: celMistake(error, text) };
  }
  const roots = new Set<string>();
  const wrong = findMistake(parsed.ast, [], names, roots);
  if (wrong) return { mistake: wrong };
  const result = parsed.check();
  if (!result.valid) return { mistake: celMistake(result.error, text) };
  const wanted = { condition: ['bool'], count: ['double', 'int'], value: undefined }[purpose];
  if (wanted && !wanted.includes(result.type ?? '')) {
    const kind = purpose === 'condition' ? 'true or false' : 'a number';
    return { mistake: { message: `this is ${result.type ?? 'unknown'}; ${kind} is needed`, offset: 0 } };
  }
  const run = evaluating.parse(text);
  return {
    condition: {
      text,
      reads: [...roots],
      evaluate(observations) {
        try {
          return plain(run(observations));
        } catch {
          // Only what is not there can be wrong at this point: a missing key, an index beyond the end, a division by zero.
          return undefined;
        }
      },
    },
  };
}

/** True if the condition is true now; what speaks of something that is not there does not hold. */
export function holds(condition: Condition, observations: Observations): boolean {
  return condition.evaluate(observations) === true;
}

/** CEL's whole numbers are BigInts, which JSON cannot hold; ours all fit a number. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

function celMistake(error: unknown, text: string): Mistake {
  if (error instanceof ParseError || error instanceof CelTypeError) {
    return { message: error.summary, offset: Math.min(error.range?.start ?? 0, text.length) };
  }
  // Deep nesting ends in a RangeError of the parser.
  return { message: error instanceof Error ? error.message : String(error), offset: 0 };
}

/** Walks the expression for what the type checker lets pass: unknown names with hints, unknown keys, impossible words. */
function findMistake(
  node: ASTNode,
  bound: readonly string[],
  names: KnownNames,
  roots: Set<string>,
): Mistake | undefined {
  const path = pathOf(node, bound);
  if (path) {
    const wrong = checkPath(path, node, names);
    if (wrong) return wrong;
    roots.add(path[0]!);
  }
  if (node.op === '==' || node.op === '!=' || node.op === 'in') {
    const wrong =
      checkWords(node.args[0], node.args[1], bound) ?? checkWords(node.args[1], node.args[0], bound);
    if (wrong) return wrong;
  }
  if (node.op === 'id' && !bound.includes(node.args)) {
    const roots = Object.keys(Observations.shape);
    if (!roots.includes(node.args)) {
      return { message: `unknown name ${node.args}${nearestHint(node.args, roots)}`, offset: node.start };
    }
  }
  // In has(x.y) the field need not exist; the type checker still knows it.
  const inner = node.op === 'rcall' && isMacro(node.args[0]) ? boundBy(node.args[2], bound) : bound;
  for (const child of childrenOf(node)) {
    const wrong = findMistake(child, inner, names, roots);
    if (wrong) return wrong;
  }
  return undefined;
}

/** `vip.routers['m1'].state` as its parts; undefined for anything else. Keys that are computed become `*`. */
function pathOf(node: ASTNode, bound: readonly string[]): string[] | undefined {
  if (node.op === 'id') return bound.includes(node.args) ? undefined : [node.args];
  if (node.op === '.') {
    const base = pathOf(node.args[0], bound);
    return base && [...base, node.args[1]];
  }
  if (node.op === '[]') {
    const base = pathOf(node.args[0], bound);
    const key = node.args[1];
    return base && [...base, key.op === 'value' && typeof key.args === 'string' ? key.args : '*'];
  }
  return undefined;
}

function checkPath(path: readonly string[], node: ASTNode, names: KnownNames): Mistake | undefined {
  const last = path[path.length - 1]!;
  const parent = path.slice(0, -1);
  if (parent.length === 0 || last === '*') return undefined;
  const fields = fieldsAt(parent);
  const offset = Math.max(node.start, node.end - last.length);
  if (fields.length > 0) {
    if (fields.includes(last)) return undefined;
    return { message: `${parent.join('.')} has no ${last}${nearestHint(last, fields)}`, offset: node.pos };
  }
  const known = names[parent.join('.')] ?? names[`${parent[0]}.*`];
  if (known === undefined || known.includes(last)) return undefined;
  const keyOffset = node.op === '[]' ? node.args[1].start : offset;
  return { message: `${parent.join('.')} has no ${last}${nearestHint(last, known)}`, offset: keyOffset };
}

/** A literal compared with something that can only be one of a few words must be one of them. */
function checkWords(side: ASTNode, other: ASTNode, bound: readonly string[]): Mistake | undefined {
  const path = pathOf(side, bound);
  const words = path && wordsAt(path);
  if (!words) return undefined;
  const literals = other.op === 'list' ? other.args : [other];
  for (const literal of literals) {
    if (literal.op === 'value' && typeof literal.args === 'string' && !words.includes(literal.args)) {
      const message = `${path.join('.')} is never '${literal.args}'${nearestHint(literal.args, words)}`;
      return { message, offset: literal.start };
    }
  }
  return undefined;
}

const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter'];

function isMacro(name: string): boolean {
  return MACROS.includes(name);
}

/** The macro's own variable is a name of the expression and not of the map. */
function boundBy(args: readonly ASTNode[], bound: readonly string[]): readonly string[] {
  const variable = args[0];
  return variable?.op === 'id' ? [...bound, variable.args] : bound;
}

function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (value !== null && typeof value === 'object' && 'op' in value) found.push(value as ASTNode);
  };
  collect(node.args);
  return found;
}
