/**
 * `[ ... ]`, `[[ ... ]]` and `test`, as far as they ask what a command said: `[ $(pgrep -c x) -eq 0 ]`, `[ -z "$code" ]`,
 * `[ $? -ne 0 ]`.
 *
 * Source: POSIX.1-2017 test(1). Not modelled and refused: several conditions in one, patterns;
 * whether a file is there: script-values.ts.
 */
import type { Expression } from './probe.ts';
import { type Recognised, refuse } from './probe-network.ts';
import type { Output } from './script-output.ts';

/** A word whose value is known, or the output of a command. */
export type Operand = string | Output;

/** What a test asks; `words` without the brackets. */
export function recogniseTest(words: readonly Operand[]): Recognised {
  const [first, second, third] = words;
  if (first === '!') return negated(recogniseTest(words.slice(1)));
  if (words.length === 1) return unary('-n', first!);
  if (words.length === 2 && (first === '-n' || first === '-z')) return unary(first, second!);
  if (words.length !== 3 || typeof second !== 'string') return refuse('this test');
  if (typeof first === 'string' && typeof third !== 'string') return binary(third!, mirrored(second), first);
  if (typeof third !== 'string') return refuse('a comparison of two outputs');
  return binary(first!, second, third);
}

const constant = (holds: boolean): Recognised => ({ expression: { status: holds ? 0 : 1 } });
const negated = (found: Recognised): Recognised =>
  'refused' in found ? found : { expression: { not: found.expression } };
const when = (holds: boolean, expression: Expression): Recognised => ({
  expression: holds ? expression : { not: expression },
});

function unary(operator: '-n' | '-z', operand: Operand): Recognised {
  const filled = operator === '-n';
  if (typeof operand === 'string') return constant((operand !== '') === filled);
  if (operand.kind !== 'text') return refuse(`${operator} of something that is never empty`);
  return when(filled, operand.some);
}

const MIRRORED: Readonly<Record<string, string>> = { '-lt': '-gt', '-gt': '-lt', '-le': '-ge', '-ge': '-le' };
const mirrored = (operator: string): string => MIRRORED[operator] ?? operator;

function holds(left: number, operator: string, right: number): boolean | undefined {
  switch (operator) {
    case '=':
    case '==':
    case '-eq':
      return left === right;
    case '!=':
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    case '-ge':
      return left >= right;
    default:
      return undefined;
  }
}

function binary(left: Operand, operator: string, right: string): Recognised {
  const number = /^\d{1,9}$/.test(right) ? Number(right) : undefined;
  if (typeof left === 'string') {
    const numeric = operator.startsWith('-');
    const found = numeric
      ? holds(/^\d{1,9}$/.test(left) ? Number(left) : Number.NaN, operator, number ?? Number.NaN)
      : holds(0, operator, left === right ? 0 : 1);
    return found === undefined ? refuse(`the test ${operator}`) : constant(found);
  }
  if (left.kind === 'text') {
    if (right === 'ok' && left.ok && /^!?==?$/.test(operator)) return when(operator !== '!=', left.ok);
    if (right !== '' || !/^!?==?$/.test(operator)) return refuse('what an output contains');
    return when(operator === '!=', left.some);
  }
  if (number === undefined) return refuse(`a comparison with ${right}`);
  if (left.kind === 'status') return status(left, operator, number);
  const equal = /^(?:==?|-eq)$/.test(operator);
  if (
    left.kind === 'exit' &&
    left.some === undefined &&
    number <= 255 &&
    (equal || /^(?:!=|-ne)$/.test(operator))
  )
    return when(equal, { last: number });
  // The number of lines found, or the status of a failure, is any from 1 on: all have to give the same answer.
  const zero = holds(0, operator, number);
  const others = [1, Math.max(1, number), 1_000_000].map((value) => holds(value, operator, number));
  const [other] = others;
  if (zero === undefined || other === undefined || others.some((one) => one !== other))
    return refuse('how many there are, or which failure it is');
  if (zero === other) return constant(zero);
  // A count is 0 when nothing is found, a status when all is well.
  return when(left.kind === 'count' ? other : zero, left.some ?? { last: 0 });
}

function status(left: Extract<Output, { kind: 'status' }>, operator: string, code: number): Recognised {
  const equal = /^(?:==?|-eq)$/.test(operator);
  if (!equal && !/^(?:!=|-ne)$/.test(operator)) return refuse(`the test ${operator} of an HTTP status`);
  if (code === 200) return when(equal, left.some);
  if (code === 0) return when(!equal, left.answered);
  return refuse(`the HTTP status ${code}`);
}
