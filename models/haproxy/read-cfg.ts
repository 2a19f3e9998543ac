/**
 * Reads haproxy.cfg (doc section 2 to 5, HAProxy 2.6 to 3.x): sections, defaults, `.if`, quotes; every
 * keyword is modelled, known (a note), or unknown (a warning that says that HAProxy would not start).
 *
 * Linear in the length of the text, whatever the text is. Not modelled: several files, environment variables from
 * outside the file, conditions of `.if` other than constants and `defined(...)`.
 */
import { boundedFindings, type Finding } from '../finding.ts';
import { Conditions } from './conditions.ts';
import { DEFAULT_VERSION, type HaproxyConfig } from './config.ts';
import { Complaints, emptyDraft, inherit, type ProxyDraft, type SectionKind } from './draft.ts';
import { parseNumber, parseTime } from './durations.ts';
import { finish } from './finish-cfg.ts';
import { GLOBAL_KNOWN, GLOBAL_PLAIN, OTHER_SECTIONS } from './keywords.ts';
import { readBind } from './read-bind.ts';
import { readProxyLine } from './read-proxy.ts';
import { type Line, type Word, wordsOf } from './words.ts';

/** The `global` section while it is read. */
export interface GlobalDraft {
  maxconn: number | undefined;
  nbthread: number;
  spreadChecks: number;
  maxSpreadChecks: number;
  /** There is a `log` line. */
  log: boolean;
}

const PROXY_SECTIONS: ReadonlySet<string> = new Set(['defaults', 'frontend', 'backend', 'listen']);
/** A file with more lines than complaints can be kept of is still read to its end, but this many are shown. */
const SHOWN_FINDINGS = 500;
/** So that looking things up stays cheap in a text that is no configuration. */
const MOST_SECTIONS = 2000;

/**
 * Reads the text of a haproxy.cfg; `file` names it in findings. The configuration is always there; it is
 * what the daemon would run only if no finding is an error.
 */
export function readHaproxyCfg(
  text: string,
  file: string,
): { readonly config: HaproxyConfig; readonly findings: readonly Finding[] } {
  const complaints = new Complaints(file);
  const reader = new Reader(complaints);
  let from = 0;
  let number = 0;
  while (from < text.length && !complaints.full) {
    const end = text.indexOf('\n', from);
    number++;
    reader.line(text.slice(from, end < 0 ? text.length : end), number);
    if (end < 0) {
      complaints.warning(
        number,
        text.length - from + 1,
        'missing LF on the last line; HAProxy 2.3 and later refuse it',
      );
      break;
    }
    from = end + 1;
  }
  reader.end(number);
  const config = finish(reader.global, reader.proxies, DEFAULT_VERSION, complaints, Math.max(1, number));
  return { config, findings: boundedFindings(complaints.findings, SHOWN_FINDINGS) };
}

class Reader {
  readonly global: GlobalDraft = {
    maxconn: undefined,
    nbthread: 1,
    spreadChecks: 0,
    maxSpreadChecks: 0,
    log: false,
  };
  readonly proxies: ProxyDraft[] = [];
  private readonly complaints: Complaints;
  private readonly conditions: Conditions;
  private defaults: ProxyDraft = emptyDraft();
  private readonly namedDefaults = new Map<string, ProxyDraft>();
  private section: 'none' | 'global' | 'other' | ProxyDraft = 'none';
  /** What `setenv` and `presetenv` have set so far. */
  private readonly environment = new Map<string, string>();

  constructor(complaints: Complaints) {
    this.complaints = complaints;
    this.conditions = new Conditions(complaints);
  }

  line(text: string, number: number): void {
    const line = wordsOf(text, this.environment);
    const first = line.words[0];
    if (first?.text.startsWith('.') && this.conditions.directive(line.words, number)) return;
    if (!this.conditions.active) return;
    this.complain(line, number);
    if (first !== undefined) this.statement(line, first, number);
  }

  end(number: number): void {
    this.conditions.end(number);
  }

  private complain(line: Line, number: number): void {
    if (line.error !== undefined) this.complaints.error(number, line.error.column, line.error.message);
    for (const { column, name } of line.variables) {
      this.complaints.note(number, column, `the environment variable ${name} is empty here`);
    }
  }

  private statement({ words, variables }: Line, first: Word, number: number): void {
    if (first.text === 'global') {
      this.section = 'global';
    } else if (PROXY_SECTIONS.has(first.text)) {
      this.section = this.proxySection(words, first.text as SectionKind, number);
    } else if (OTHER_SECTIONS.has(first.text)) {
      this.section = 'other';
      this.complaints.note(number, first, `the section '${first.text}' is not modelled`);
    } else if (this.section === 'other') {
      // Its statements are not read.
    } else if (this.section === 'global') this.globalLine(words, number, variables.length > 0);
    else if (this.section === 'none') {
      this.complaints.missing(number, first, 'keyword out of a section', [
        'global',
        ...PROXY_SECTIONS,
        ...OTHER_SECTIONS,
      ]);
    } else readProxyLine(this.section, this.withAddress(words), number, this.complaints);
  }

  /** Addresses may name environment variables without quotes, too (doc section 4.2 "bind", str2sa_range). */
  private withAddress(words: readonly Word[]): readonly Word[] {
    const at = words[0]?.text === 'bind' ? 1 : words[0]?.text === 'server' ? 2 : -1;
    const filled = (text: string): string =>
      text.replace(
        /\$(?:\{(\w+)\}|(\w+))/g,
        (all, braced, plain) => this.environment.get(braced ?? plain) ?? all,
      );
    return words.map((word, index) =>
      index === at && word.text.includes('$') ? { ...word, text: filled(word.text) } : word,
    );
  }

  private proxySection(words: readonly Word[], kind: SectionKind, number: number): ProxyDraft {
    const [keyword, second, ...rest] = words as [Word, Word | undefined, ...Word[]];
    if (kind === 'defaults') {
      const draft = this.from(second?.text === 'from' ? words.slice(1) : rest, number) ?? emptyDraft();
      this.defaults = { ...inherit(draft, 'defaults', second?.text ?? '', number) };
      if (second !== undefined && second.text !== 'from') this.namedDefaults.set(second.text, this.defaults);
      return this.defaults;
    }
    if (second === undefined) this.complaints.error(number, keyword, `'${kind}' expects a name`);
    else if (!/^[A-Za-z0-9_.:-]+$/.test(second.text)) {
      this.complaints.error(
        number,
        second,
        `'${second.text.slice(0, 40)}' is no name: letters, digits and _.:- only`,
      );
    }
    const draft = inherit(this.from(rest, number) ?? this.defaults, kind, second?.text ?? '', number);
    if (this.proxies.length < MOST_SECTIONS) this.proxies.push(draft);
    else this.complaints.error(number, keyword, `more than ${MOST_SECTIONS} sections`);
    if (rest[0] !== undefined && rest[0].text !== 'from') this.afterName(draft, keyword, rest, number);
    return draft;
  }

  /** Up to 1.8 a listening address might stand behind the name (cfg_parse_listen). */
  private afterName(draft: ProxyDraft, keyword: Word, rest: readonly Word[], number: number): void {
    const [at] = rest as [Word, ...Word[]];
    if (draft.kind === 'backend') {
      const shown = at.text.slice(0, 40);
      this.complaints.warning(number, at, `'backend' cannot handle '${shown}'; HAProxy would not start`);
      return;
    }
    const message = "listening addresses need the 'bind' keyword; HAProxy 2.0 and later would not start";
    this.complaints.warning(number, at, message);
    readBind(draft, [keyword, ...rest], number, this.complaints);
  }

  /** `from NAME`: the named defaults section. */
  private from(words: readonly Word[], number: number): ProxyDraft | undefined {
    const [keyword, name] = words;
    if (keyword?.text !== 'from' || name === undefined) return undefined;
    const found = this.namedDefaults.get(name.text);
    if (found === undefined)
      this.complaints.missing(number, name, 'defaults section', this.namedDefaults.keys());
    return found;
  }

  /** @param untold a value on the line comes from an environment variable that is not known here */
  private globalLine(words: readonly Word[], number: number, untold: boolean): void {
    const [keyword, value] = (words[0]?.text === 'no' ? words.slice(1) : words) as [
      Word | undefined,
      Word | undefined,
    ];
    if (keyword === undefined) return;
    const numeric = (from: number, to: number): number | undefined => {
      const parsed = parseNumber(value?.text ?? '', from, to);
      if (typeof parsed === 'number') return parsed;
      // The default is taken; the variable has been told.
      if (untold) return undefined;
      this.complaints.error(number, value ?? keyword, `'${keyword.text}': ${parsed}`);
      return undefined;
    };
    switch (keyword.text) {
      case 'log':
        this.global.log = true;
        return;
      case 'maxconn':
        this.global.maxconn = numeric(1, 2147483647);
        return;
      case 'nbthread':
        this.global.nbthread = numeric(1, 4096) ?? 1;
        return;
      case 'spread-checks':
        this.global.spreadChecks = numeric(0, 50) ?? 0;
        return;
      case 'max-spread-checks': {
        const ms = parseTime(value?.text ?? '');
        if (typeof ms === 'string')
          this.complaints.error(number, value ?? keyword, `'max-spread-checks': ${ms}`);
        else this.global.maxSpreadChecks = ms;
        return;
      }
    }
    if (this.environmentLine(words)) return;
    if (keyword.text === 'nbproc')
      this.complaints.warning(
        number,
        keyword,
        "'nbproc' is not supported since HAProxy 2.5, which would not start",
      );
    const plain = GLOBAL_PLAIN.has(keyword.text) || keyword.text.startsWith('tune.');
    if (plain) return;
    if (GLOBAL_KNOWN.has(keyword.text))
      this.complaints.note(number, keyword, `'${keyword.text}' is not modelled`);
    else {
      this.complaints.unknown(number, keyword, 'keyword in the global section', [
        ...['log', 'maxconn', 'spread-checks', 'max-spread-checks'],
        ...GLOBAL_PLAIN,
        ...GLOBAL_KNOWN,
      ]);
    }
  }
  /** `setenv NAME VALUE` and its kin: doc section 3.1. False: something else. */
  private environmentLine([keyword, name, value]: readonly Word[]): boolean {
    if (name === undefined) return false;
    const { environment } = this;
    if (keyword?.text === 'setenv' || (keyword?.text === 'presetenv' && !environment.has(name.text)))
      environment.set(name.text, value?.text ?? '');
    else if (keyword?.text === 'unsetenv') environment.delete(name.text);
    else return keyword?.text === 'presetenv';
    return true;
  }
}
