/**
 * Where things stand in a haproxy.cfg: its sections and their lines as written, for whoever wants to point at one. What they
 * amount to is read by read-cfg.ts. Not modelled: `.if`; what it leaves out stands here, too.
 */
import { type Word, wordsOf } from './words.ts';

export interface WrittenLine {
  /** From 1. */
  readonly line: number;
  /** At least one; `no` included. */
  readonly words: readonly Word[];
}

export interface WrittenSection {
  /** `defaults`, `frontend`, `backend`, `listen`, `global`. */
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  readonly lines: readonly WrittenLine[];
  /** The section that it begins with. */
  readonly defaults?: WrittenSection;
}

const SECTIONS = new Set(['global', 'defaults', 'frontend', 'backend', 'listen']);

/** The sections of a text, in its order. Linear in its length. */
export function writtenSections(text: string): WrittenSection[] {
  const sections: WrittenSection[] = [];
  let lines: WrittenLine[] = [];
  let defaults: WrittenSection | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const { words } = wordsOf(raw);
    const [keyword, name] = words;
    if (keyword === undefined) continue;
    if (!SECTIONS.has(keyword.text)) {
      lines.push({ line: index + 1, words });
      continue;
    }
    lines = [];
    const own = { kind: keyword.text, name: name?.text ?? '', line: index + 1, lines };
    const section = keyword.text === 'defaults' || defaults === undefined ? own : { ...own, defaults };
    sections.push(section);
    if (keyword.text === 'defaults') defaults = section;
  }
  return sections;
}

/** The section that holds the servers of a backend. */
export function backendSection(
  sections: readonly WrittenSection[],
  name: string,
): WrittenSection | undefined {
  return sections.find((one) => (one.kind === 'backend' || one.kind === 'listen') && one.name === name);
}

/** The last line of a section that begins so, else that of its defaults: the one in force. */
export function lineOf(section: WrittenSection | undefined, ...begin: readonly string[]): number | undefined {
  const found = section?.lines.findLast(({ words }) => begin.every((text, i) => words[i]?.text === text));
  return found?.line ?? (section?.defaults && lineOf(section.defaults, ...begin));
}
