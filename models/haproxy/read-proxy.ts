/**
 * Statements of defaults, frontend, backend and listen sections: doc section 4. Each keyword has one
 * function; what the model does not need is in keywords.ts.
 */
import type { Algorithm } from './config.ts';
import type { BackendRule, Complaints, ProxyDraft, Statement } from './draft.ts';
import { parseNumber, parseTime } from './durations.ts';
import { BALANCE_KNOWN, PROXY_KNOWN, PROXY_PLAIN, PROXY_REMOVED, TIMEOUTS_KNOWN } from './keywords.ts';
import { parseAddress, readBind } from './read-bind.ts';
import { readHttpCheck, readTcpCheck } from './read-checks.ts';
import { readOption } from './read-option.ts';
import { readStats } from './read-stats.ts';
import { applyServerOptions, serverConfig } from './server-draft.ts';
import type { Word } from './words.ts';

type Handler = (statement: Statement) => void;

/** A text with more is no configuration of a control plane. */
const MOST_SERVERS = 1000;

const TIMEOUTS = [
  'connect',
  'client',
  'server',
  'check',
  'queue',
  'tunnel',
  'http-request',
  'http-keep-alive',
] as const;

const ALGORITHMS: readonly Algorithm[] = [
  'roundrobin',
  'static-rr',
  'leastconn',
  'first',
  'source',
  'random',
];

const handlers: Readonly<Record<string, Handler>> = {
  mode,
  bind: ({ draft, words, keyword, line, complaints }) => {
    if (draft.kind === 'backend' || draft.kind === 'defaults') {
      complaints.error(line, keyword, `'bind' is not allowed in a ${draft.kind} section`);
    } else readBind(draft, words, line, complaints);
  },
  server,
  'default-server': ({ draft, words, line, complaints }) =>
    applyServerOptions(draft.defaultServer, words, 1, line, complaints),
  option: readOption,
  timeout,
  balance,
  default_backend: ({ draft, words, keyword, line, complaints }) => {
    if (words[1] === undefined) complaints.error(line, keyword, "'default_backend' expects a backend name");
    else draft.defaultBackend = { name: words[1], line, always: true };
  },
  use_backend: useBackend,
  acl: ({ keyword, line, complaints }) => complaints.note(line, keyword, 'ACLs are not modelled'),
  'http-check': ({ draft, words, line, complaints }) => readHttpCheck(draft, words, line, complaints),
  'tcp-check': ({ draft, words, line, complaints }) => readTcpCheck(draft, words, line, complaints),
  stats: ({ draft, words, line, complaints }) => readStats(draft, words, line, complaints),
  retries: number('retries', 0),
  maxconn: number('maxconn', 0),
  backlog: number('backlog', 0),
  fullconn: number('fullconn', 1),
  log: ({ draft, words, no }) => {
    if (no) draft.logGlobal = draft.logOwn = false;
    else if (words[1]?.text === 'global') draft.logGlobal = true;
    else draft.logOwn = true;
  },
  'hash-type': ({ draft, words, keyword, line, complaints }) => {
    draft.consistent = words[1]?.text === 'consistent';
    if (words[1] === undefined)
      complaints.error(line, keyword, "'hash-type' expects map-based or consistent");
    else if (words[2] !== undefined)
      complaints.note(line, words[2], 'hash functions and modifiers are not modelled');
  },
  'retry-on': ({ keyword, line, complaints }) => complaints.note(line, keyword, "'retry-on' is not modelled"),
  disabled: ({ draft, no }) => {
    draft.disabled = !no;
  },
  'server-template': ({ keyword, line, complaints }) =>
    complaints.warning(line, keyword, "'server-template' is not modelled: its servers are not there"),
  contimeout: oldTimeout('connect'),
  clitimeout: oldTimeout('client'),
  srvtimeout: oldTimeout('server'),
};

/** The names of three time-outs up to HAProxy 2.0 (cfgparse.c proxy_parse_timeout). */
function oldTimeout(name: 'connect' | 'client' | 'server'): Handler {
  return (statement) => {
    const { words, keyword, line, complaints } = statement;
    const message = `'${keyword.text}' is not supported since HAProxy 2.1, which would not start: use 'timeout ${name}'`;
    complaints.warning(line, keyword, message);
    timeout({ ...statement, words: [keyword, { ...keyword, text: name }, ...words.slice(1)] });
  };
}

/** Reads one statement of a proxy section. */
export function readProxyLine(
  draft: ProxyDraft,
  words: readonly Word[],
  line: number,
  complaints: Complaints,
): void {
  const no = words[0]?.text === 'no' && words.length > 1;
  const statement = no ? words.slice(1) : words;
  const keyword = statement[0] as Word;
  if (no && !['option', 'log', 'disabled', 'http-check', 'stats'].includes(keyword.text)) {
    complaints.error(line, keyword, `'no' cannot stand before '${keyword.text.slice(0, 40)}'`);
    return;
  }
  const handler = Object.hasOwn(handlers, keyword.text) ? handlers[keyword.text] : undefined;
  if (handler !== undefined) handler({ draft, words: statement, keyword, line, no, complaints });
  else if (PROXY_REMOVED.has(keyword.text)) {
    const message = `'${keyword.text}' is not supported since HAProxy 2.1, which would not start`;
    complaints.warning(line, keyword, message);
  } else if (PROXY_KNOWN.has(keyword.text))
    complaints.note(line, keyword, `'${keyword.text}' is not modelled`);
  else if (!PROXY_PLAIN.has(keyword.text)) {
    complaints.unknown(line, keyword, `keyword in a ${draft.kind} section`, [
      ...Object.keys(handlers),
      ...PROXY_KNOWN,
      ...PROXY_PLAIN,
    ]);
  }
}

function mode({ draft, words, keyword, line, complaints }: Statement): void {
  const value = words[1];
  if (value?.text === 'tcp' || value?.text === 'http') draft.mode = value.text;
  else if (value !== undefined && ['health', 'log', 'spop', 'haterm'].includes(value.text)) {
    complaints.note(line, value, `mode ${value.text} is not modelled; the section is passed over`);
    draft.passedOver = true;
  } else complaints.error(line, value ?? keyword, "'mode' expects tcp or http");
}

function number(name: 'retries' | 'maxconn' | 'backlog' | 'fullconn', from: number): Handler {
  return ({ draft, words, keyword, line, complaints }) => {
    const value = parseNumber(words[1]?.text ?? '', from, 2147483647);
    if (typeof value === 'string') complaints.error(line, words[1] ?? keyword, `'${name}': ${value}`);
    else draft[name] = value;
  };
}

function timeout({ draft, words, keyword, line, complaints }: Statement): void {
  const [, name, value] = words;
  const which = TIMEOUTS.find((known) => known === name?.text);
  if (which === undefined) {
    if (name !== undefined && TIMEOUTS_KNOWN.has(name.text)) {
      complaints.note(line, name, `'timeout ${name.text}' is not modelled`);
    } else complaints.unknown(line, name ?? keyword, 'timeout', [...TIMEOUTS, ...TIMEOUTS_KNOWN]);
    return;
  }
  const ms = value === undefined ? 'expects a time' : parseTime(value.text);
  if (typeof ms === 'string') complaints.error(line, value ?? (name as Word), `'timeout ${which}' ${ms}`);
  // 0 is infinite, as unset.
  else if (ms === 0) delete draft.timeouts[which];
  else draft.timeouts[which] = ms;
}

function balance({ draft, words, keyword, line, complaints }: Statement): void {
  const word = words[1];
  if (word === undefined) {
    // backend_parse_balance(): without an algorithm it is roundrobin.
    draft.balance = 'roundrobin';
    return;
  }
  const [, name = '', argument] = /^([a-z-]+)(?:\((\d{1,4})\))?$/.exec(word?.text ?? '') ?? [];
  const algorithm = ALGORITHMS.find((known) => known === name);
  if (algorithm !== undefined) {
    draft.balance = algorithm;
    if (argument !== undefined) draft.randomDraws = Math.max(1, Number(argument));
  } else if (
    word !== undefined &&
    (BALANCE_KNOWN.has(name) || /^(hdr|rdp-cookie|url_param|uri|hash)\b/.test(word.text))
  ) {
    complaints.note(line, word, `'balance ${word.text.slice(0, 40)}' is not modelled; roundrobin is used`);
    draft.balance = 'roundrobin';
  } else complaints.unknown(line, word ?? keyword, 'balance algorithm', [...ALGORITHMS, ...BALANCE_KNOWN]);
}

function useBackend({ draft, words, keyword, line, complaints }: Statement): void {
  const [, name, condition, ...rest] = words;
  if (name === undefined) {
    complaints.error(line, keyword, "'use_backend' expects a backend name");
    return;
  }
  const tests = rest.map((word) => word.text).join(' ');
  const always =
    condition === undefined ||
    (condition.text === 'if' && /^(TRUE|\{ always_true \})$/.test(tests)) ||
    (condition.text === 'unless' && /^(FALSE|\{ always_false \})$/.test(tests));
  if (!always) {
    complaints.note(line, condition, 'conditions are not modelled: this rule is never taken');
  }
  const rule: BackendRule = { name, line, always };
  draft.useBackends.push(rule);
}

function server({ draft, words, keyword, line, complaints }: Statement): void {
  const [, name, address] = words;
  if (draft.kind === 'frontend' || draft.kind === 'defaults') {
    complaints.error(line, keyword, `'server' is not allowed in a ${draft.kind} section`);
    return;
  }
  if (name === undefined || address === undefined) {
    complaints.error(line, keyword, "'server' expects a name and an address");
    return;
  }
  if (draft.servers.length >= MOST_SERVERS) {
    complaints.error(line, name, `more than ${MOST_SERVERS} servers`);
    return;
  }
  const earlier = draft.serverLines.get(name.text);
  if (earlier !== undefined) {
    const shown = name.text.slice(0, 60);
    complaints.error(line, name, `another server named '${shown}' is already defined at line ${earlier}`);
    return;
  }
  const parsed = parseAddress(address.text);
  if (typeof parsed === 'string') {
    if (/^(unix@|abnsz?@|fd@|sockpair@|rhttp@|\/)/.test(address.text))
      passOver(draft, line, address, complaints);
    else complaints.error(line, address, parsed);
    return;
  }
  if (parsed.host === undefined) {
    complaints.error(line, address, `missing address in '${address.text.slice(0, 60)}'`);
    return;
  }
  const options = { ...draft.defaultServer };
  applyServerOptions(options, words, 3, line, complaints);
  if (options.agentCheck && options.agentPort === undefined) {
    complaints.error(line, name, `server '${name.text}' has agent-check but no agent-port`);
  }
  if (options.check && options.track !== undefined) {
    complaints.error(line, name, `server '${name.text}': 'track' and 'check' exclude each other`);
  }
  if (options.ssl) complaints.note(line, name, 'TLS towards the server is modelled for its checks only');
  draft.servers.push(serverConfig(options, name.text, parsed.host, parsed.first, draft.servers.length + 1));
  draft.serverLines.set(name.text, line);
}

/** A server that no network leads to: what is behind the section is not simulated, and so is the section. */
function passOver(draft: ProxyDraft, line: number, address: Word, complaints: Complaints): void {
  const shown = address.text.slice(0, 60);
  complaints.note(line, address, `'${shown}' is not modelled; the section is passed over`);
  draft.passedOver = true;
}
