/**
 * What a track script tests, as data: probes of the simulated host joined as a shell joins commands, and how to
 * work it out one probe after the other. The value of an expression is an exit status; 0 is success.
 *
 * Sources: POSIX shell command language 2.9 (lists, if, exit status); curl(1) EXIT CODES; killall, pidof, pgrep,
 * systemctl and nc manual pages for the status of a failure.
 */
import { z } from '../zod.ts';

const micros = z.int().min(1);

export const probeSchema = z.union([
  /** Is there a process of this name (a stopped one counts, as for kill -0)? */
  z.strictObject({ process: z.string().min(1), failure: z.int().optional() }),
  z.strictObject({
    tcp: z.strictObject({ host: z.string(), port: z.int().min(1).max(65_535) }),
    maxTimeUs: micros.optional(),
  }),
  z.strictObject({
    http: z.string(),
    tls: z.boolean(),
    host: z.string(),
    port: z.int().min(1).max(65_535),
    path: z.string(),
    method: z.string(),
    /** curl --fail: a status of 400 or more is a failure. Without it any answer will do. */
    failOnStatus: z.boolean(),
    maxTimeUs: micros.optional(),
  }),
  /** Is this address on the host? */
  z.strictObject({ address: z.ipv4() }),
]);
export type Probe = z.infer<typeof probeSchema>;
export type HttpProbe = Extract<Probe, { http: string }>;

export type Expression =
  | { readonly probe: Probe }
  | { readonly and: readonly [Expression, Expression] }
  | { readonly or: readonly [Expression, Expression] }
  | { readonly not: Expression }
  | { readonly if: Expression; readonly do: Expression; readonly else?: Expression | undefined }
  /** One after the other; the last decides. */
  | { readonly sequence: readonly Expression[] }
  /** A command that always ends so (true, false, echo). */
  | { readonly status: number }
  /** Ends the whole script. */
  | { readonly exit: number | 'last' }
  /** Was this the status of what was run last (`[ $? -eq 1 ]`)? */
  | { readonly last: number };

export const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    z.strictObject({ probe: probeSchema }),
    z.strictObject({ and: z.tuple([expressionSchema, expressionSchema]) }),
    z.strictObject({ or: z.tuple([expressionSchema, expressionSchema]) }),
    z.strictObject({ not: expressionSchema }),
    z.strictObject({ if: expressionSchema, do: expressionSchema, else: expressionSchema.optional() }),
    z.strictObject({ sequence: z.array(expressionSchema) }),
    z.strictObject({ status: z.int().min(0).max(255) }),
    z.strictObject({ exit: z.union([z.int().min(0).max(255), z.literal('last')]) }),
    z.strictObject({ last: z.int().min(0).max(255) }),
  ]),
);

/** curl(1): 7 could not connect, 22 a status of 400 or more with --fail, 28 timed out, 35 TLS, 52 no answer, 56 reset. */
export const CURL = {
  ok: 0,
  noConnection: 7,
  badStatus: 22,
  timeout: 28,
  tls: 35,
  emptyReply: 52,
  receive: 56,
} as const;

export type Progress =
  /** What has to be tried next. */
  { readonly next: Probe } | { readonly status: number };

interface Walk {
  readonly outcomes: readonly number[];
  used: number;
  last: number;
}

class Wanted {
  readonly probe: Probe;
  constructor(probe: Probe) {
    this.probe = probe;
  }
}
class Ended {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** How far a run has come: `outcomes` are the exit statuses of the probes tried so far, in the order in which they were asked for. */
export function progress(expression: Expression, outcomes: readonly number[]): Progress {
  const found = walk(expression, { outcomes, used: 0, last: 0 });
  if (found instanceof Wanted) return { next: found.probe };
  return { status: found instanceof Ended ? found.status : found };
}

function walk(expression: Expression, at: Walk): number | Wanted | Ended {
  const found = walkInto(expression, at);
  if (typeof found === 'number') at.last = found;
  return found;
}

function walkInto(expression: Expression, at: Walk): number | Wanted | Ended {
  if ('probe' in expression) return at.outcomes[at.used++] ?? new Wanted(expression.probe);
  if ('status' in expression) return expression.status;
  if ('last' in expression) return Number(at.last !== expression.last);
  if ('exit' in expression) return new Ended(expression.exit === 'last' ? at.last : expression.exit);
  if ('not' in expression) {
    const inner = walk(expression.not, at);
    return typeof inner === 'number' ? Number(inner === 0) : inner;
  }
  if ('and' in expression || 'or' in expression) {
    const [left, right] = 'and' in expression ? expression.and : expression.or;
    const first = walk(left, at);
    if (typeof first !== 'number') return first;
    return (first === 0) === 'and' in expression ? walk(right, at) : first;
  }
  if ('if' in expression) {
    const condition = walk(expression.if, at);
    if (typeof condition !== 'number') return condition;
    const branch = condition === 0 ? expression.do : expression.else;
    return branch === undefined ? 0 : walk(branch, at);
  }
  let last = 0;
  for (const part of expression.sequence) {
    const found = walk(part, at);
    if (typeof found !== 'number') return found;
    last = found;
  }
  return last;
}

/** The probes of an expression, in the order in which they stand: for lints and drawings. */
export function probesOf(expression: Expression): readonly Probe[] {
  if ('probe' in expression) return [expression.probe];
  if ('not' in expression) return probesOf(expression.not);
  if ('and' in expression) return expression.and.flatMap(probesOf);
  if ('or' in expression) return expression.or.flatMap(probesOf);
  if ('sequence' in expression) return expression.sequence.flatMap(probesOf);
  if ('if' in expression) {
    const parts = [expression.if, expression.do, ...(expression.else === undefined ? [] : [expression.else])];
    return parts.flatMap(probesOf);
  }
  return [];
}

/** Sequences without what cannot matter, so that drawings and dumps show the tests only. */
export function simplified(expression: Expression): Expression {
  if ('sequence' in expression) {
    const parts = expression.sequence.flatMap((part): readonly Expression[] => {
      const simple = simplified(part);
      return 'sequence' in simple ? simple.sequence : [simple];
    });
    // $? may be of a command that always ends so.
    const kept = parts.some(asksForLast)
      ? parts
      : parts.filter((part, i) => !('status' in part) || i === parts.length - 1);
    return kept.length === 1 ? kept[0]! : { sequence: kept };
  }
  if ('and' in expression) return { and: [simplified(expression.and[0]), simplified(expression.and[1])] };
  if ('or' in expression) return { or: [simplified(expression.or[0]), simplified(expression.or[1])] };
  if ('not' in expression) return { not: simplified(expression.not) };
  if ('if' in expression) {
    const { if: condition, do: body } = expression;
    const otherwise = expression.else;
    return {
      ...{ if: simplified(condition), do: simplified(body) },
      ...(otherwise === undefined ? {} : { else: simplified(otherwise) }),
    };
  }
  return expression;
}

function asksForLast(expression: Expression): boolean {
  if ('last' in expression) return true;
  if ('not' in expression) return asksForLast(expression.not);
  if ('and' in expression) return expression.and.some(asksForLast);
  if ('or' in expression) return expression.or.some(asksForLast);
  if ('sequence' in expression) return expression.sequence.some(asksForLast);
  if (!('if' in expression)) return false;
  return [expression.if, expression.do, ...(expression.else ? [expression.else] : [])].some(asksForLast);
}
