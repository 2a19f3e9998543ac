/**
 * Templates of `-o jsonpath`, `-o custom-columns` and `--sort-by`: text, and in braces paths, quoted text, `range` and `end`.
 *
 * Sources: client-go util/jsonpath parser.go and jsonpath.go (what a path may hold, results side by side with a space between them,
 * maps and lists as JSON, a key that is missing gives nothing, the words of its errors); kubectl pkg/cmd/get/customcolumn.go
 * (RelaxedJSONPathExpression). Not modelled: printing the whole object with an error.
 */
import {
  field,
  filter,
  literal,
  recursive,
  type Step,
  slice,
  TemplateError,
  union,
  walk,
  wildcard,
} from './jsonpath-steps.ts';
import type { Json } from './wire.ts';

type Piece =
  | { readonly steps: readonly Step[] }
  | { readonly range: readonly Step[]; readonly pieces: readonly Piece[] };

// --- reading

/** Ends a field's name or a word. */
const NAME = /^(?:\\.|[^\s.,[\]$@{}\\])*/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** Where the quoted text ends that begins here, behind its last quote; -1 if it does not. */
function endOfQuote(text: string, at: number): number {
  const quote = text[at];
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return -1;
}

/** Steps of the inside of braces, and the word that stands there, if one does. */
class Action {
  readonly steps: Step[] = [];
  word: 'range' | 'end' | undefined;
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
    while (this.at < text.length) this.next();
  }

  private next(): void {
    const rest = this.text.slice(this.at);
    const [first = ''] = rest;
    if (rest.startsWith('[?(')) this.filter();
    else if (rest.startsWith('..')) this.descend(rest);
    else if (' @$'.includes(first)) this.at++;
    else if (first === '[') this.bracket(rest);
    else if (first === '"' || first === "'") this.quote();
    else if (first === '.') this.name(1);
    else if (/^[+\-\d]/.test(first)) this.number(rest);
    else if (/^[\p{L}_]/u.test(first)) this.identifier(rest);
    else throw new TemplateError(`unrecognized character in action: U+${hex(first)} '${first}'`);
  }

  private name(skipped: number): void {
    this.at += skipped;
    const [name = ''] = NAME.exec(this.text.slice(this.at)) ?? [];
    this.at += name.length;
    this.steps.push(name === '*' ? wildcard : field(name.replaceAll('\\', '')));
  }

  private descend(rest: string): void {
    if (this.steps.at(-1) === recursive) throw new TemplateError('invalid multiple recursive descent');
    this.steps.push(recursive);
    this.at += 2;
    if (/^[\p{L}\p{N}_]/u.test(rest.slice(2))) this.name(0);
  }

  private quote(): void {
    const end = endOfQuote(this.text, this.at);
    if (end < 0) throw new TemplateError('unterminated quoted string');
    this.steps.push(literal(unquoted(this.text.slice(this.at + 1, end - 1))));
    this.at = end;
  }

  private number(rest: string): void {
    const [number = ''] = /^[+-]?[\d.]*/.exec(rest) ?? [];
    if (number === '' || Number.isNaN(Number(number)))
      throw new TemplateError(`cannot parse number ${number}`);
    this.steps.push(literal(Number(number)));
    this.at += number.length;
  }

  private identifier(rest: string): void {
    const [word = ''] = NAME.exec(rest) ?? [];
    this.at += word.length;
    if (word === 'true' || word === 'false') this.steps.push(literal(word === 'true'));
    else if (word === 'range' || word === 'end') this.word = word;
    else throw new TemplateError(`unrecognized identifier ${word}`);
  }

  private bracket(rest: string): void {
    const end = rest.indexOf(']');
    if (end < 0) throw new TemplateError('unterminated array');
    this.at += end + 1;
    const parts = rest
      .slice(1, end)
      .split(',')
      .map((part) => part.trim());
    const paths = parts.map(selection);
    if (paths.length > 1) this.steps.push(union(paths));
    else this.steps.push(...(paths[0] as Step[]));
  }

  private filter(): void {
    const begin = this.at + '[?('.length;
    let end = begin;
    while (end < this.text.length && this.text[end] !== ')') {
      const isQuote = this.text[end] === '"' || this.text[end] === "'";
      end = isQuote ? endOfQuote(this.text, end) : end + 1;
      if (end < 0) break;
    }
    if (end < 0 || end >= this.text.length) throw new TemplateError('unterminated filter');
    if (this.text[end + 1] !== ']') throw new TemplateError('unclosed array expect ]');
    const inside = this.text.slice(begin, end);
    const [, left = inside, operator = 'exists', right = ''] =
      /^([^!<>=]+)([!<>=~]+)(.+?)$/.exec(inside) ?? [];
    this.steps.push(filter(new Action(left).steps, operator, new Action(right).steps));
    this.at = end + 2;
  }
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** `*`, `'key'`, `0`, `-1`, `1:3`, `::2` */
function selection(text: string): Step[] {
  const [, key] = /^'([^']*)'$/.exec(text) ?? [];
  if (key !== undefined) return new Action(`.${key}`).steps;
  const bounds = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text === '*' ? ':' : text);
  if (bounds === null) throw new TemplateError(`invalid array index ${text}`);
  const [, from = '', to, step] = bounds;
  const number = (digits: string | undefined): number | undefined =>
    digits === undefined || digits === '' ? undefined : Number(digits);
  const single = to === undefined;
  return [slice({ from: number(from), to: number(to?.slice(1)), step: number(step?.slice(1)), single })];
}

/** Text and the insides of braces, in their order. */
function* partsOf(template: string): Generator<{ readonly text: string } | { readonly action: string }> {
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf('{', at);
    if (open !== at) yield { text: template.slice(at, open < 0 ? undefined : open) };
    if (open < 0) return;
    let end = open + 1;
    while (end >= 0 && end < template.length && template[end] !== '}') {
      const quoted = template[end] === '"' || template[end] === "'";
      end = quoted ? endOfQuote(template, end) : end + 1;
    }
    if (end < 0 || end >= template.length) {
      // What is wrong inside is said first.
      new Action(template.slice(open + 1));
      throw new TemplateError('unclosed action');
    }
    yield { action: template.slice(open + 1, end) };
    at = end + 1;
  }
}

/** A template that is ready to be filled in. @throws TemplateError */
export function readTemplate(template: string): readonly Piece[] {
  const outermost: Piece[] = [];
  const open: Piece[][] = [outermost];
  for (const part of partsOf(template)) {
    const pieces = open.at(-1) as Piece[];
    if ('text' in part) {
      pieces.push({ steps: [literal(part.text)] });
      continue;
    }
    const { word, steps } = new Action(part.action);
    if (word === 'range') {
      const inner: Piece[] = [];
      pieces.push({ range: steps, pieces: inner });
      open.push(inner);
    } else if (word === 'end') {
      if (open.length === 1) throw new TemplateError('not in range, nothing to end');
      open.pop();
    } else pieces.push({ steps });
  }
  return outermost;
}

// --- filling in

/** What each piece of the template finds, in their order; a range once for each of its elements. @throws TemplateError */
export function findAll(pieces: readonly Piece[], from: Json): readonly (readonly Json[])[] {
  return pieces.flatMap((piece) =>
    'steps' in piece
      ? [walk(piece.steps, [from])]
      : walk(piece.range, [from]).flatMap((element) => findAll(piece.pieces, element)),
  );
}

function valueText(value: Json): string {
  if (value === null) return '<nil>';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function filledIn(pieces: readonly Piece[], from: Json): string {
  return findAll(pieces, from)
    .map((found) => found.map(valueText).join(' '))
    .join('');
}

/** `.metadata.name`, `metadata.name`, `{.metadata.name}` as a template. @throws TemplateError */
export function relaxed(path: string): readonly Piece[] {
  const [, braced, bare] = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path) ?? [];
  const inside = braced ?? bare;
  if (inside === undefined)
    throw new TemplateError(
      `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
    );
  return readTemplate(`{.${inside}}`);
}
