/**
 * A proxy section of haproxy.cfg while it is read, and the place where complaints go. `defaults` sections
 * are drafts too; a new section starts as a copy of the last one (or of the one that `from` names).
 */
import type { Finding } from '../finding.ts';
import { nearestHint } from '../nearest.ts';
import type {
  Algorithm,
  Bind,
  CheckKind,
  CheckRule,
  Mode,
  ServerConfig,
  StatsPage,
  Timeouts,
} from './config.ts';
import { DEFAULT_RETRIES } from './config.ts';
import { emptyServer, type ServerDraft } from './server-draft.ts';
import type { Word } from './words.ts';

export type SectionKind = 'defaults' | 'frontend' | 'backend' | 'listen';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface BackendRule {
  readonly name: Word;
  readonly line: number;
  /** False: it has a condition that is not modelled, and is never taken. */
  readonly always: boolean;
}

export interface ProxyDraft {
  kind: SectionKind;
  name: string;
  line: number;
  mode: Mode;
  binds: Bind[];
  defaultBackend: BackendRule | undefined;
  useBackends: BackendRule[];
  maxconn: number | undefined;
  backlog: number | undefined;
  fullconn: number | undefined;
  retries: number;
  redispatch: number | undefined;
  balance: Algorithm | undefined;
  randomDraws: number;
  consistent: boolean;
  allbackups: boolean;
  timeouts: Mutable<Timeouts>;
  /** `log` lines: to the global targets, to targets of its own. */
  logGlobal: boolean;
  logOwn: boolean;
  sessionLog: boolean;
  dontlognull: boolean;
  logHealthChecks: boolean;
  disabled: boolean;
  /** Something in it is not modelled without which it makes no sense; a note says what. */
  passedOver: boolean;
  /** It has `bind` lines for sockets that are not modelled. */
  otherBinds: boolean;
  checkKind: CheckKind;
  /** Where the `option ...chk` in force was written, to say what overrides it. */
  checkOption: { readonly option: string; readonly line: number } | undefined;
  httpRequest: { method: string; uri: string };
  httpRules: CheckRule[];
  tcpRules: CheckRule[];
  disableOn404: boolean;
  stats: Mutable<StatsPage> | undefined;
  defaultServer: ServerDraft;
  servers: ServerConfig[];
  /** Line of each server, by name, in the order of `servers`. */
  serverLines: Map<string, number>;
}

export function emptyDraft(): ProxyDraft {
  return {
    kind: 'defaults',
    name: '',
    line: 0,
    mode: 'tcp',
    binds: [],
    defaultBackend: undefined,
    useBackends: [],
    maxconn: undefined,
    backlog: undefined,
    fullconn: undefined,
    retries: DEFAULT_RETRIES,
    redispatch: undefined,
    balance: undefined,
    randomDraws: 2,
    consistent: false,
    allbackups: false,
    timeouts: {},
    logGlobal: false,
    logOwn: false,
    sessionLog: false,
    dontlognull: false,
    logHealthChecks: false,
    disabled: false,
    passedOver: false,
    otherBinds: false,
    checkKind: 'connect',
    checkOption: undefined,
    // doc:10899: without arguments `OPTIONS /`.
    httpRequest: { method: 'OPTIONS', uri: '/' },
    httpRules: [],
    tcpRules: [],
    disableOn404: false,
    stats: undefined,
    defaultServer: emptyServer(),
    servers: [],
    serverLines: new Map(),
  };
}

/** A section that begins as `defaults` says. */
export function inherit(defaults: ProxyDraft, kind: SectionKind, name: string, line: number): ProxyDraft {
  return {
    ...defaults,
    kind,
    name,
    line,
    binds: [],
    useBackends: [],
    timeouts: { ...defaults.timeouts },
    httpRequest: { ...defaults.httpRequest },
    httpRules: [...defaults.httpRules],
    tcpRules: [...defaults.tcpRules],
    stats: defaults.stats === undefined ? undefined : { ...defaults.stats },
    defaultServer: { ...defaults.defaultServer },
    servers: [],
    serverLines: new Map(),
  };
}

/** A text that has nothing to do with haproxy.cfg is given up after so many complaints. */
const MOST_FINDINGS = 2000;
/** Comparing names costs time; a text with more unknown words is not a misspelt one. */
const MOST_HINTS = 40;

/** Collects complaints; a place is a line with a word or a column. */
export class Complaints {
  readonly findings: Finding[] = [];
  private readonly file: string;
  private hints = 0;

  constructor(file: string) {
    this.file = file;
  }

  get full(): boolean {
    return this.findings.length >= MOST_FINDINGS;
  }

  add(severity: Finding['severity'], line: number, at: Word | number, message: string): void {
    if (this.full) return;
    const column = typeof at === 'number' ? at : at.column;
    this.findings.push({ severity, file: this.file, line, column, message });
  }

  error(line: number, at: Word | number, message: string): void {
    this.add('error', line, at, message);
  }

  note(line: number, at: Word | number, message: string): void {
    this.add('note', line, at, message);
  }

  warning(line: number, at: Word | number, message: string): void {
    this.add('warning', line, at, message);
  }

  /** An unknown word: HAProxy would not start; here the rest is used, and whoever wants it strict refuses it. */
  unknown(line: number, word: Word, where: string, known: Iterable<string>): void {
    this.warning(line, word, this.unknownText(word, where, known));
  }

  /** A name of something that is not there: nothing can be used instead. */
  missing(line: number, word: Word, where: string, known: Iterable<string>): void {
    this.error(line, word, this.unknownText(word, where, known));
  }

  private unknownText(word: Word, where: string, known: Iterable<string>): string {
    const hint = this.hints++ < MOST_HINTS ? nearestHint(word.text, known) : '';
    return `unknown ${where} '${word.text.slice(0, 60)}'${hint}; HAProxy would not start`;
  }
}

/** What a statement needs: its section, its words (keyword first, without `no`), its line. */
export interface Statement {
  readonly draft: ProxyDraft;
  readonly words: readonly Word[];
  readonly keyword: Word;
  readonly line: number;
  /** `no` stood in front. */
  readonly no: boolean;
  readonly complaints: Complaints;
}
