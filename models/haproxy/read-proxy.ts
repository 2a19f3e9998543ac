/**
 * Statements of defaults, frontend, backend and listen sections: doc section 4. Each keyword has one
 * function; what the model does not need is in keywords.ts.
 */
import type { Algorithm } from './config.ts';
import type { BackendRule, Complaints, ProxyDraft } from './draft.ts';
import { parseNumber, parseTime } from './durations.ts';
import {
  BALANCE_KNOWN,
  CHECKS_KNOWN,
  OPTIONS_KNOWN,
  PROXY_KNOWN,
  PROXY_PLAIN,
  TIMEOUTS_KNOWN,
} from './keywords.ts';
import { parseAddress, readBind } from './read-bind.ts';
import { readHttpCheck, readTcpCheck } from './read-checks.ts';
import { readStats } from './read-stats.ts';
import { applyServerOptions, serverConfig } from './server-draft.ts';
import type { Word } from './words.ts';

/** What a statement needs: its section, its words (keyword first, without `no`), its line. */
interface Statement {
  readonly draft: ProxyDraft;
  readonly words: readonly Word[];
  readonly keyword: Word;
  readonly line: number;
  /** `no` stood in front. */
  readonly no: boolean;
  readonly complaints: Complaints;
}

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
  option,
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
};

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
  else if (PROXY_KNOWN.has(keyword.text)) complaints.note(line, keyword, `'${keyword.text}' is not modelled`);
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
    draft.disabled = true;
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
    complaints.error(line, address, parsed);
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
  if (options.check && parsed.first === 0 && options.port === undefined) {
    complaints.error(line, address, `server '${name.text}' has neither service port nor check port`);
  }
  if (options.ssl) complaints.note(line, name, 'TLS towards the server is modelled for its checks only');
  draft.servers.push(serverConfig(options, name.text, parsed.host, parsed.first, draft.servers.length + 1));
  draft.serverLines.set(name.text, line);
}

function option(statement: Statement): void {
  const { draft, words, keyword, line, no, complaints } = statement;
  const name = words[1];
  if (name === undefined) {
    complaints.error(line, keyword, "'option' expects a name");
    return;
  }
  switch (name.text) {
    case 'tcplog':
    case 'httplog':
      draft.sessionLog = !no;
      return;
    case 'dontlognull':
      draft.dontlognull = !no;
      return;
    case 'log-health-checks':
      draft.logHealthChecks = !no;
      return;
    case 'allbackups':
      draft.allbackups = !no;
      return;
    case 'redispatch': {
      const interval = words[2] === undefined ? -1 : parseNumber(words[2].text, -1_000_000, 1_000_000);
      if (typeof interval === 'string') complaints.error(line, words[2] as Word, `'redispatch': ${interval}`);
      else draft.redispatch = no || interval === 0 ? undefined : interval;
      return;
    }
    case 'httpchk':
    case 'tcp-check':
    case 'ssl-hello-chk':
      checkOption(statement, name.text);
      return;
    default:
      if (CHECKS_KNOWN.has(name.text)) {
        complaints.note(line, name, `'option ${name.text}' is not modelled: the check is a plain connect`);
        checkOption(statement, name.text);
      } else if (!OPTIONS_KNOWN.has(name.text)) {
        complaints.unknown(line, name, 'option', [
          ...['tcplog', 'httplog', 'dontlognull', 'log-health-checks', 'allbackups', 'redispatch', 'httpchk'],
          ...['tcp-check', 'ssl-hello-chk'],
          ...OPTIONS_KNOWN,
          ...CHECKS_KNOWN,
        ]);
      }
  }
}

/** The last `option ...chk` of a section wins; an earlier one of the same section is told. */
function checkOption({ draft, words, line, no, complaints }: Statement, name: string): void {
  const word = words[1] as Word;
  if (draft.kind === 'frontend') {
    complaints.warning(line, word, `'option ${name}' is ignored: a frontend has no servers`);
    return;
  }
  if (no) {
    draft.checkKind = 'connect';
    draft.checkOption = undefined;
    return;
  }
  const before = draft.checkOption;
  if (before !== undefined && before.option !== name && before.line > draft.line) {
    complaints.warning(
      line,
      word,
      `'option ${name}' overrides 'option ${before.option}' of line ${before.line}`,
    );
  }
  draft.checkOption = { option: name, line };
  draft.checkKind = name === 'httpchk' || name === 'tcp-check' || name === 'ssl-hello-chk' ? name : 'connect';
  if (name !== 'httpchk') return;
  // option httpchk [[METHOD] URI [VERSION [HOST]]]: one word alone is the URI.
  const [first, second] = words.slice(2);
  if (first === undefined) draft.httpRequest = { method: 'OPTIONS', uri: '/' };
  else if (second === undefined) draft.httpRequest = { method: 'OPTIONS', uri: first.text };
  else draft.httpRequest = { method: first.text, uri: second.text };
}
