/**
 * keepalived.conf as statements: a keyword, its words, and the statements in its braces. Missing and surplus braces are
 * said and the rest is used, as keepalived does.
 *
 * Source: keepalived 2.2.7 lib/parser.c (process_stream, alloc_value_block, skip_block). Built without recursion, so
 * that no text nests too deeply.
 */
import type { Finding } from '../finding.ts';
import { type ConfLine, type ConfWord, keep } from './conf-lines.ts';

export interface Statement {
  readonly keyword: ConfWord;
  readonly args: readonly ConfWord[];
  /** Undefined without braces. */
  readonly block: readonly Statement[] | undefined;
}

interface Open {
  readonly keyword: ConfWord;
  readonly args: readonly ConfWord[];
  block: Open[] | undefined;
}

/** keepalived's own words nest three deep. */
const MAX_DEPTH = 200;

/**
 * @param isRootBlock whether a keyword begins a block of its own: met inside another block, a `}` is missing there.
 */
export function readStatements(
  lines: readonly ConfLine[],
  isRootBlock: (keyword: string) => boolean,
): { readonly statements: readonly Statement[]; readonly findings: readonly Finding[] } {
  const root: Open[] = [];
  const findings: Finding[] = [];
  const stack: { readonly owner: Open; readonly brace: ConfWord }[] = [];
  const say = (at: ConfWord, message: string): void => {
    const { file, line, column } = at;
    keep(findings, { severity: 'warning', file, line, column, message });
  };
  const siblings = (): Open[] => stack[stack.length - 1]?.owner.block ?? root;
  /** The statement that a `{` would belong to. */
  let last: Open | undefined;

  const missing = (opened: { readonly owner: Open; readonly brace: ConfWord }): void => {
    say(
      opened.brace,
      `missing '}' of ${opened.owner.keyword.text} ${opened.owner.args[0]?.text ?? ''}`.trimEnd(),
    );
  };

  for (const line of lines) {
    let words: ConfWord[] = [];
    const flush = (): void => {
      const [keyword, ...args] = words;
      if (keyword === undefined) return;
      if (
        stack.length === 0 &&
        last !== undefined &&
        last.block === undefined &&
        isRootBlock(last.keyword.text)
      ) {
        say(last.keyword, "Missing '{' at beginning of configuration block");
        last.block = [];
        stack.push({ owner: last, brace: last.keyword });
      }
      if (stack.length > 0 && isRootBlock(keyword.text) && args.length <= 1 && opensOrEnds(line, keyword)) {
        while (stack.length > 0) missing(stack.pop()!);
      }
      last = { keyword, args, block: undefined };
      siblings().push(last);
      words = [];
    };
    for (const word of line) {
      if (word.quoted || (word.text !== '{' && word.text !== '}')) words.push(word);
      else if (word.text === '{') {
        flush();
        if (stack.length >= MAX_DEPTH) {
          const { file, line: at, column } = word;
          keep(findings, { severity: 'error', file, line: at, column, message: 'braces nested this deep' });
          return { statements: root, findings };
        }
        if (last === undefined || last.block !== undefined) {
          // A brace of nobody: its content is skipped as one block.
          say(word, "Unexpected '{' - ignoring");
          stack.push({ owner: { keyword: word, args: [], block: [] }, brace: word });
        } else {
          last.block = [];
          stack.push({ owner: last, brace: word });
        }
        last = undefined;
      } else {
        flush();
        last = undefined;
        if (stack.pop() === undefined) say(word, "Unexpected '}' - ignoring");
      }
    }
    flush();
  }
  while (stack.length > 0) missing(stack.pop()!);
  return { statements: root, findings };
}

/** A root keyword in a value block (an instance called vrrp_script) stands alone; a block's begins a line. */
function opensOrEnds(line: ConfLine, keyword: ConfWord): boolean {
  return line[0] === keyword;
}
