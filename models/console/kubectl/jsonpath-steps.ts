/**
 * The steps of a path of kubectl's templates, from places in an object to others (jsonpath.ts reads them).
 *
 * Source: client-go util/jsonpath jsonpath.go (evalField, evalArray, evalFilter, ...; the words of its errors). Not modelled: the
 * order in which Go walks a map (here as printed).
 */
import type { Json, JsonObject } from './wire.ts';

/** What is wrong with a template, in kubectl's words. */
export class TemplateError extends Error {}

/** From a place in the object to others. */
export type Step = (from: readonly Json[]) => readonly Json[];
function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** What is in a list or an object. */
function within(value: Json): readonly Json[] {
  if (isList(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

export function walk(steps: readonly Step[], from: readonly Json[]): readonly Json[] {
  return steps.reduce((at, step) => step(at), from);
}

export const literal =
  (value: Json): Step =>
  (from) =>
    from.length === 0 && typeof value !== 'string' ? [] : [value];

export const field =
  (name: string): Step =>
  (from) =>
    from.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name] as Json] : []));

export const wildcard: Step = (from) => from.flatMap(within);

/** The value and all that it holds, if that is anything. */
export const recursive: Step = (from) =>
  from.flatMap((value) => {
    const inner = within(value);
    return inner.length === 0 ? [] : [value, ...recursive(inner)];
  });

interface Slice {
  readonly from: number | undefined;
  /** Undefined: to the end, or of one index the next. */
  readonly to: number | undefined;
  readonly step: number | undefined;
  readonly single: boolean;
}

function typeName(value: Json): string {
  if (isObject(value)) return 'map[string]interface {}';
  return typeof value === 'number' ? 'int64' : typeof value === 'boolean' ? 'bool' : 'string';
}

function sliceOf(list: readonly Json[], { from: first = 0, to, step = 1, single }: Slice): readonly Json[] {
  const { length } = list;
  const start = first < 0 ? first + length : first;
  const given = single ? start + 1 : (to ?? length);
  const end = given < 0 ? given + length : given;
  if (start === end) return [];
  const outside = (index: number) =>
    new TemplateError(`array index out of bounds: index ${index}, length ${length}`);
  if (start >= length || start < 0) throw outside(start);
  if (end > length || end < 0) throw outside(end - 1);
  if (start > end) throw new TemplateError(`starting index ${start} is greater than ending index ${end}`);
  if (step <= 0) throw new TemplateError('step must be > 0');
  return list.slice(start, end).filter((_, index) => index % step === 0);
}

export const slice =
  (bounds: Slice): Step =>
  (from) =>
    from.flatMap((value) => {
      if (value === null) return [];
      if (!isList(value)) throw new TemplateError(`${typeName(value)} is not array or slice`);
      return sliceOf(value, bounds);
    });

export const union =
  (paths: readonly (readonly Step[])[]): Step =>
  (from) =>
    paths.flatMap((steps) => walk(steps, from));

type Comparable = string | number;
const COMPARISONS: Readonly<Record<string, (left: Comparable, right: Comparable) => boolean>> = {
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
};

function compare(left: Json, operator: string, right: Json): boolean {
  const comparison = COMPARISONS[operator];
  if (comparison === undefined) throw new TemplateError(`unrecognized filter operator ${operator}`);
  if (typeof left !== typeof right) throw new TemplateError('incompatible types for comparison');
  return comparison(left as Comparable, right as Comparable);
}

function only(values: readonly Json[]): Json | undefined {
  if (values.length > 1) throw new TemplateError('can only compare one element at a time');
  return values[0];
}

export const filter =
  (left: readonly Step[], operator: string, right: readonly Step[]): Step =>
  (from) =>
    from.flatMap((value) => {
      if (!isList(value))
        throw new TemplateError(`${typeName(value)} is not array or slice and cannot be filtered`);
      return value.filter((element) => {
        const lefts = walk(left, [element]);
        if (operator === 'exists') return lefts.length > 0;
        const [one, other] = [only(lefts), only(walk(right, [element]))];
        return one !== undefined && other !== undefined && compare(one, operator, other);
      });
    });
