/** What the readers of the blocks of keepalived.conf share: options, findings, and one way to walk a block by a table of words. */
import type { Address } from '../../sim/effects.ts';
import type { Finding } from '../finding.ts';
import { nearest } from '../nearest.ts';
import { type ConfLinesOptions, type ConfWord, type IncludedText, keep, short } from './conf-lines.ts';
import type { Statement } from './conf-tree.ts';
import { readAddress } from './conf-values.ts';
import type { Behaviour } from './version.ts';

export interface KeepalivedReadOptions extends ConfLinesOptions {
  /** keepalived's version, default 2.2.7. */
  readonly version?: string | undefined;
  /** -D, default on. */
  readonly logDetail?: boolean | undefined;
  /** The text of a check script, by the path in the `script` line; undefined if it is not there. */
  readonly readScript?: ((path: string) => IncludedText | undefined) | undefined;
  /** By script name: what it tests, `process:NAME`, `tcp:HOST:PORT` or `http:URL`, whatever its text says. */
  readonly scripts?: Readonly<Record<string, string>> | undefined;
  /** What placeholders and names stand for. */
  readonly addresses?: Readonly<Record<string, Address>> | undefined;
  /**
   * Words that replace the file's, as `--set keepalived.HOST.KEY=value` gives them: `priority`, `VI_1.priority`,
   * `script.NAME` (as in `scripts`), `script.NAME.interval`, `vrrp_version`, `version` (keepalived's).
   */
  readonly set?: Readonly<Record<string, string>> | undefined;
}

export type Handler<Draft> = (draft: Draft, statement: Statement, reader: ConfReader) => void;

export interface Vocabulary<Draft> {
  readonly modelled: Readonly<Record<string, Handler<Draft>>>;
  readonly withoutEffect: ReadonlySet<string>;
  readonly notModelled: ReadonlySet<string>;
}

/** Hints cost time, and nobody reads hundreds. */
const MAX_HINTS = 20;

export class ConfReader {
  readonly findings: Finding[] = [];
  private hints = 0;
  readonly options: KeepalivedReadOptions;
  readonly behaviour: Behaviour;

  constructor(options: KeepalivedReadOptions, behaviour: Behaviour) {
    this.options = options;
    this.behaviour = behaviour;
  }

  say(severity: Finding['severity'], at: ConfWord, message: string): void {
    const { file, line, column } = at;
    keep(this.findings, { severity, file, line, column, message });
  }

  warn(at: ConfWord, message: string): void {
    this.say('warning', at, message);
  }

  /** Hands each statement of a block to its handler; says what is known but not modelled, and what is unknown. */
  walk<Draft>(statements: readonly Statement[], draft: Draft, vocabulary: Vocabulary<Draft>): void {
    for (const statement of statements) {
      const { keyword } = statement;
      const name = keyword.text;
      if (Object.hasOwn(vocabulary.modelled, name)) vocabulary.modelled[name]!(draft, statement, this);
      else if (vocabulary.withoutEffect.has(name)) {
        this.say('note', keyword, `${name} is known and has no effect here`);
      } else if (vocabulary.notModelled.has(name)) {
        this.say('note', keyword, `${name} is known but not modelled`);
      } else this.unknown(keyword, vocabulary);
    }
  }

  unknown<Draft>(keyword: ConfWord, vocabulary?: Vocabulary<Draft>): void {
    let hint = '';
    if (vocabulary !== undefined && this.hints++ < MAX_HINTS) {
      const known = [
        ...Object.keys(vocabulary.modelled),
        ...vocabulary.withoutEffect,
        ...vocabulary.notModelled,
      ];
      const near = nearest(keyword.text, known, 1);
      if (near.length > 0) hint = `; nearest: ${near[0]}`;
    }
    this.warn(keyword, `Unknown keyword '${short(keyword.text)}'${hint}`);
  }

  /** The first argument, or the keyword itself for a complaint about its absence. */
  first(statement: Statement): ConfWord {
    return statement.args[0] ?? statement.keyword;
  }

  /** An address that can be used, or undefined after a complaint. */
  address(word: ConfWord, what: string): Address | undefined {
    const found = readAddress(word.text, this.options.addresses);
    if ('address' in found) {
      if (found.placeholder !== undefined) {
        this.say('note', word, `${short(found.placeholder)} stands for ${found.address}`);
      }
      return found.address;
    }
    const text = short(word.text);
    if (found.refused === 'ipv6') this.warn(word, `${what} ${text}: IPv6 is not modelled - ignoring`);
    else if (found.refused === 'placeholder') {
      this.say('error', word, `${what} ${text} is a placeholder: say which address it stands for`);
    } else this.warn(word, `${what} ${text} is no address - ignoring`);
    return undefined;
  }
}
