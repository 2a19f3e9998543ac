/**
 * `.if`, `.elif`, `.else`, `.endif` and `.notice` and its kin: doc section 2.4 (2.4 and later). Constants, an empty
 * condition (false) and `defined(...)` (false: no variable is set here) are known; another condition is
 * taken as false, with a note.
 */
import type { Complaints } from './draft.ts';
import type { Word } from './words.ts';

const DEEPEST = 20; // MAXNESTEDCONDS, include/haproxy/defaults.h

interface Block {
  readonly line: number;
  /** The lines around it are read. */
  readonly outer: boolean;
  taken: boolean;
  active: boolean;
}

export class Conditions {
  private readonly complaints: Complaints;
  private readonly blocks: Block[] = [];

  constructor(complaints: Complaints) {
    this.complaints = complaints;
  }

  /** Lines are read, not passed over. */
  get active(): boolean {
    return this.blocks[this.blocks.length - 1]?.active ?? true;
  }

  /** Handles a line that begins with a dot; false if it is no directive. */
  directive(words: readonly Word[], line: number): boolean {
    const [first, ...rest] = words as [Word, ...Word[]];
    switch (first.text) {
      case '.if': {
        if (this.blocks.length >= DEEPEST) {
          this.complaints.error(line, first, `too many nested '.if', more than ${DEEPEST}`);
          return true;
        }
        const outer = this.active;
        const holds = outer && this.holds(rest, line, first);
        this.blocks.push({ line, outer, taken: holds, active: holds });
        return true;
      }
      case '.elif':
      case '.else': {
        const block = this.blocks[this.blocks.length - 1];
        if (block === undefined)
          this.complaints.error(line, first, `lone '${first.text}' with no matching '.if'`);
        else {
          const holds = first.text === '.else' || (!block.taken && this.holds(rest, line, first));
          block.active = block.outer && !block.taken && holds;
          block.taken ||= block.active;
        }
        return true;
      }
      case '.endif':
        if (this.blocks.pop() === undefined)
          this.complaints.error(line, first, "lone '.endif' with no matching '.if'");
        return true;
      case '.diag':
      case '.notice':
      case '.warning':
        return true;
      case '.alert':
        if (this.active)
          this.complaints.error(
            line,
            first,
            rest
              .map((word) => word.text)
              .join(' ')
              .slice(0, 200),
          );
        return true;
      default:
        return false;
    }
  }

  end(line: number): void {
    const open = this.blocks[this.blocks.length - 1];
    if (open !== undefined) this.complaints.error(line, 1, `'.if' of line ${open.line} is never ended`);
  }

  private holds(words: readonly Word[], line: number, at: Word): boolean {
    const text = words.map((word) => word.text).join(' ');
    const [, not = '', constant] = /^(!?)\s*(\d+)$/.exec(text) ?? [];
    if (constant !== undefined) return (Number(constant) !== 0) === (not === '');
    if (text === '' || text.startsWith('defined(')) return false;
    if (text.startsWith('!defined(') || text.startsWith('! defined(')) return true;
    this.complaints.note(
      line,
      words[0] ?? at,
      `the condition '${text.slice(0, 60)}' is not modelled; it counts as false`,
    );
    return false;
  }
}
