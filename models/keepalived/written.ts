/**
 * Where things stand in a keepalived.conf: its blocks as they are written, for whoever wants to point at a line. What they
 * amount to is read by read-conf.ts.
 */
import { readConfLines } from './conf-lines.ts';
import { readStatements, type Statement } from './conf-tree.ts';
import { ROOT_BLOCKS } from './keywords.ts';

/** The statements of a text, in its order. */
export function writtenStatements(text: string, file: string): readonly Statement[] {
  return readStatements(readConfLines(text, file, {}).lines, (keyword) => ROOT_BLOCKS.has(keyword))
    .statements;
}

/** The first block of this kind and name: `vrrp_instance VI_1`. */
export function writtenBlock(
  statements: readonly Statement[],
  keyword: string,
  name: string,
): Statement | undefined {
  return statements.find((one) => one.keyword.text === keyword && one.args[0]?.text === name);
}

/** The last statement of a block with this keyword, which is the one in force. */
export function lastWritten(block: Statement | undefined, keyword: string): Statement | undefined {
  return block?.block?.findLast((one) => one.keyword.text === keyword);
}

/** The comment sign (`#` or `!`) that cuts this unquoted word off, if one touches it. */
export function commentSignAfter(text: string, word: Statement['keyword']): string | undefined {
  if (word.quoted) return undefined;
  const rest = text.split('\n')[word.line - 1]?.slice(word.column - 1) ?? '';
  return /^(?:\\[#!]|\\(?![#!])|[^\s"#!\\])+([#!])/.exec(rest)?.[1];
}
