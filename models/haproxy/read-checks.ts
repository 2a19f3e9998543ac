/**
 * Reads `option ...chk`, `http-check` and `tcp-check`, and fills in what each kind does by default. Sources:
 * doc sections "option httpchk", "http-check", "tcp-check" (2.2 to 3.x); src/tcpcheck.c.
 */
import type { CheckRule, CheckRules, Expectation } from './config.ts';
import type { Complaints, ProxyDraft } from './draft.ts';
import { parseNumber } from './durations.ts';
import type { Word } from './words.ts';

/** A check with more steps is no check. */
const MOST_RULES = 100;

/** 2xx and 3xx pass unless a rule says otherwise (doc:10899). */
const DEFAULT_STATUS: Expectation = { on: 'status', codes: [[200, 399]], not: false };

/** The complete rules of a section's checks. */
export function checkRules(draft: ProxyDraft): CheckRules {
  switch (draft.checkKind) {
    case 'httpchk':
      return { kind: 'httpchk', rules: httpRules(draft), disableOn404: draft.disableOn404 };
    case 'tcp-check': {
      const rules = withConnect(draft.tcpRules);
      return { kind: 'tcp-check', rules, disableOn404: false };
    }
    default:
      return { kind: draft.checkKind, rules: withConnect([]), disableOn404: false };
  }
}

function withConnect(rules: readonly CheckRule[]): CheckRule[] {
  return rules[0]?.step === 'connect' ? [...rules] : [{ step: 'connect', ssl: false }, ...rules];
}

/** A missing request or expectation is put where the option's own would stand (check_proxy_tcpcheck). */
function httpRules(draft: ProxyDraft): CheckRule[] {
  const request: CheckRule = { step: 'request', ...draft.httpRequest };
  const rules = withConnect(draft.httpRules);
  const complete: CheckRule[] = [];
  rules.forEach((rule, index) => {
    complete.push(rule);
    const next = rules[index + 1];
    if (rule.step === 'connect' && next?.step !== 'request') complete.push(request);
  });
  const last = complete[complete.length - 1];
  if (last?.step === 'request') complete.push({ step: 'expect', expectation: DEFAULT_STATUS });
  return complete;
}

/** `http-check ...` */
export function readHttpCheck(
  draft: ProxyDraft,
  words: readonly Word[],
  line: number,
  complaints: Complaints,
): void {
  const [keyword, action, ...rest] = words as [Word, Word | undefined, ...Word[]];
  if (draft.httpRules.length >= MOST_RULES) {
    complaints.error(line, keyword, `more than ${MOST_RULES} rules`);
    return;
  }
  switch (action?.text) {
    case 'disable-on-404':
      draft.disableOn404 = true;
      return;
    case 'connect':
      draft.httpRules.push(readConnect(rest, line, complaints));
      return;
    case 'send':
      draft.httpRules.push(readRequest(draft, rest, line, complaints));
      return;
    case 'expect': {
      const expectation = readExpect(rest, line, action, complaints);
      if (expectation !== undefined) draft.httpRules.push({ step: 'expect', expectation });
      return;
    }
    case 'send-state':
    case 'set-var':
    case 'set-var-fmt':
    case 'unset-var':
    case 'comment':
      complaints.note(line, action, `'http-check ${action.text}' is not modelled`);
      return;
    default:
      complaints.unknown(line, action ?? keyword, 'http-check action', [
        'connect',
        'send',
        'expect',
        'disable-on-404',
        'send-state',
      ]);
  }
}

/** `tcp-check ...` */
export function readTcpCheck(
  draft: ProxyDraft,
  words: readonly Word[],
  line: number,
  complaints: Complaints,
): void {
  const [keyword, action, ...rest] = words as [Word, Word | undefined, ...Word[]];
  if (draft.tcpRules.length >= MOST_RULES) {
    complaints.error(line, keyword, `more than ${MOST_RULES} rules`);
    return;
  }
  switch (action?.text) {
    case 'connect':
      draft.tcpRules.push(readConnect(rest, line, complaints));
      return;
    case 'send':
    case 'send-lf':
    case 'send-binary':
    case 'send-binary-lf':
      if (rest[0] === undefined)
        complaints.error(line, action, `'tcp-check ${action.text}' expects a string`);
      else draft.tcpRules.push({ step: 'send', text: rest[0].text });
      return;
    case 'expect': {
      const expectation = readExpect(rest, line, action, complaints);
      if (expectation !== undefined) draft.tcpRules.push({ step: 'expect', expectation });
      return;
    }
    case 'comment':
    case 'set-var':
    case 'set-var-fmt':
    case 'unset-var':
      return;
    default:
      complaints.unknown(line, action ?? keyword, 'tcp-check action', [
        'connect',
        'send',
        'expect',
        'comment',
      ]);
  }
}

function readConnect(words: readonly Word[], line: number, complaints: Complaints): CheckRule {
  let ssl = false;
  let port: number | undefined;
  let address: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    const value = words[i + 1];
    if (word.text === 'ssl') ssl = true;
    else if (word.text === 'port' && value !== undefined) {
      const number = parseNumber(value.text, 1, 65535);
      if (typeof number === 'string') complaints.error(line, value, `'port': ${number}`);
      else port = number;
      i++;
    } else if (word.text === 'addr' && value !== undefined) {
      address = value.text;
      i++;
    } else if (['sni', 'alpn', 'proto', 'comment'].includes(word.text) && value !== undefined) i++;
    else if (!['default', 'send-proxy', 'via-socks4', 'linger'].includes(word.text)) {
      complaints.unknown(line, word, 'connect option', [
        'ssl',
        'port',
        'addr',
        'sni',
        'alpn',
        'linger',
        'default',
      ]);
      break;
    }
  }
  return {
    step: 'connect',
    ssl,
    ...(port === undefined ? {} : { port }),
    ...(address === undefined ? {} : { address }),
  };
}

function readRequest(
  draft: ProxyDraft,
  words: readonly Word[],
  line: number,
  complaints: Complaints,
): CheckRule {
  let method = draft.httpRequest.method;
  let uri = draft.httpRequest.uri;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    const value = words[i + 1];
    const known = ['meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body', 'body-lf', 'comment'];
    if (!known.includes(word.text)) {
      complaints.unknown(line, word, 'send option', known);
      break;
    }
    if (value === undefined) {
      complaints.error(line, word, `'${word.text}' expects a value`);
      break;
    }
    if (word.text === 'meth') method = value.text;
    if (word.text === 'uri' || word.text === 'uri-lf') uri = value.text;
    i += word.text === 'hdr' ? 2 : 1;
  }
  return { step: 'request', method, uri };
}

function readExpect(
  words: readonly Word[],
  line: number,
  action: Word,
  complaints: Complaints,
): Expectation | undefined {
  let i = 0;
  let not = false;
  let tuned = false;
  for (; i < words.length; i++) {
    const text = (words[i] as Word).text;
    if (text === '!') not = !not;
    else if (
      [
        'min-recv',
        'comment',
        'ok-status',
        'error-status',
        'tout-status',
        'on-success',
        'on-error',
        'status-code',
      ].includes(text)
    ) {
      i++;
      tuned = true;
    } else break;
  }
  const match = words[i];
  const pattern = words[i + 1];
  if (match === undefined || pattern === undefined) {
    complaints.error(line, match ?? action, "'expect' expects a match and a pattern");
    return undefined;
  }
  if (tuned) complaints.note(line, action, 'options of an expect rule are not modelled');
  switch (match.text) {
    case 'status': {
      const codes = readCodes(pattern.text);
      if (codes !== undefined) return { on: 'status', codes, not };
      complaints.error(line, pattern, `'${pattern.text.slice(0, 40)}' is no list of status codes`);
      return undefined;
    }
    case 'rstatus':
    case 'rstring':
      if (!isRegex(pattern.text)) {
        complaints.error(line, pattern, `'${pattern.text.slice(0, 40)}' is no regular expression`);
        return undefined;
      }
      return { on: match.text, pattern: pattern.text, not };
    case 'string':
      return { on: 'string', pattern: pattern.text, not };
    case 'binary':
    case 'rbinary':
    case 'string-lf':
    case 'binary-lf':
    case 'hdr':
    case 'fhdr':
    case 'custom':
      complaints.note(line, match, `'expect ${match.text}' is not modelled; the rule is left out`);
      return undefined;
    default:
      complaints.unknown(line, match, 'match', [
        'status',
        'rstatus',
        'string',
        'rstring',
        'binary',
        'rbinary',
        'hdr',
      ]);
      return undefined;
  }
}

/** `200,301-399` */
function readCodes(text: string): [number, number][] | undefined {
  const codes: [number, number][] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part);
    if (match === null) return undefined;
    const from = Number(match[1]);
    codes.push([from, match[2] === undefined ? from : Number(match[2])]);
  }
  return codes;
}

/** Longer patterns and repeated groups could take forever to match; HAProxy would run them with PCRE. */
function isRegex(text: string): boolean {
  if (text.length > 200 || /[+*}]\)[+*{]/.test(text)) return false;
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}
