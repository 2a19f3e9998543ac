/**
 * Options of `server` and `default-server` lines: doc section 5.2. A server line starts as a copy of the
 * section's default-server, then its own words are applied in order.
 */
import type { ServerConfig } from './config.ts';
import { DEFAULT_ERROR_LIMIT, DEFAULT_FALL, DEFAULT_INTER_MS, DEFAULT_RISE } from './config.ts';
import type { Complaints } from './draft.ts';
import { parseNumber, parseTime } from './durations.ts';
import { SERVER_KNOWN } from './keywords.ts';
import type { Word } from './words.ts';

export interface ServerDraft {
  check: boolean;
  agentCheck: boolean;
  id: number | undefined;
  inter: number;
  fastinter: number | undefined;
  downinter: number | undefined;
  rise: number;
  fall: number;
  port: number | undefined;
  addr: string | undefined;
  checkSsl: boolean;
  ssl: boolean;
  initState: 'fully-up' | 'up' | 'down' | 'fully-down' | undefined;
  agentPort: number | undefined;
  agentAddr: string | undefined;
  agentInter: number | undefined;
  agentSend: string | undefined;
  weight: number;
  backup: boolean;
  maxconn: number;
  minconn: number;
  maxqueue: number;
  slowstart: number;
  disabled: boolean;
  observe: 'layer4' | 'layer7' | undefined;
  errorLimit: number;
  onError: ServerConfig['on-error'];
  shutdownSessions: boolean;
  shutdownBackupSessions: boolean;
  track: { backend: string; server: string } | undefined;
}

export function emptyServer(): ServerDraft {
  return {
    check: false,
    agentCheck: false,
    id: undefined,
    inter: DEFAULT_INTER_MS,
    fastinter: undefined,
    downinter: undefined,
    rise: DEFAULT_RISE,
    fall: DEFAULT_FALL,
    port: undefined,
    addr: undefined,
    checkSsl: false,
    ssl: false,
    initState: undefined,
    agentPort: undefined,
    agentAddr: undefined,
    agentInter: undefined,
    agentSend: undefined,
    weight: 1,
    backup: false,
    maxconn: 0,
    minconn: 0,
    maxqueue: 0,
    slowstart: 0,
    disabled: false,
    observe: undefined,
    errorLimit: DEFAULT_ERROR_LIMIT,
    onError: 'fail-check',
    shutdownSessions: false,
    shutdownBackupSessions: false,
    track: undefined,
  };
}

/** Applies a value; what is wrong with it, if anything. */
type Apply = (server: ServerDraft, value: string) => string | undefined;

function flag<K extends keyof ServerDraft>(key: K, value: ServerDraft[K]): (server: ServerDraft) => void {
  return (server) => {
    server[key] = value;
  };
}

const flags: Readonly<Record<string, (server: ServerDraft) => void>> = {
  check: flag('check', true),
  'no-check': flag('check', false),
  'agent-check': flag('agentCheck', true),
  'no-agent-check': flag('agentCheck', false),
  'check-ssl': flag('checkSsl', true),
  'no-check-ssl': flag('checkSsl', false),
  ssl: flag('ssl', true),
  'no-ssl': flag('ssl', false),
  backup: flag('backup', true),
  'no-backup': flag('backup', false),
  disabled: flag('disabled', true),
  enabled: flag('disabled', false),
};

type KeyOf<T> = { [K in keyof ServerDraft]-?: T extends ServerDraft[K] ? K : never }[keyof ServerDraft];

function number(key: KeyOf<number>, from: number, to = 2147483647): Apply {
  return (server, text) => {
    const value = parseNumber(text, from, to);
    if (typeof value === 'string') return value;
    (server as Record<typeof key, number | undefined>)[key] = value;
    return undefined;
  };
}

function time(key: KeyOf<number>, from: number): Apply {
  return (server, text) => {
    const value = parseTime(text);
    if (typeof value === 'string') return value;
    if (value < from) return `${text} is too short`;
    (server as Record<typeof key, number | undefined>)[key] = value;
    return undefined;
  };
}

function string(key: 'addr' | 'agentAddr' | 'agentSend'): Apply {
  return (server, text) => {
    server[key] = text;
    return undefined;
  };
}

const values: Readonly<Record<string, Apply>> = {
  id: number('id', 1),
  inter: time('inter', 1),
  fastinter: time('fastinter', 1),
  downinter: time('downinter', 1),
  rise: number('rise', 1, 1_000_000),
  fall: number('fall', 1, 1_000_000),
  port: number('port', 1, 65535),
  addr: string('addr'),
  'agent-port': number('agentPort', 1, 65535),
  'agent-addr': string('agentAddr'),
  'agent-inter': time('agentInter', 1),
  'agent-send': string('agentSend'),
  weight: number('weight', 0, 256),
  maxconn: number('maxconn', 0),
  minconn: number('minconn', 0),
  maxqueue: number('maxqueue', 0),
  slowstart: time('slowstart', 0),
  'error-limit': number('errorLimit', 1, 1_000_000),
  observe: word(['layer4', 'layer7', 'none'], (s, v) => {
    s.observe = v === 'none' ? undefined : (v as 'layer4' | 'layer7');
  }),
  'on-error': word(['fastinter', 'fail-check', 'sudden-death', 'mark-down'], (s, v) => {
    s.onError = v as ServerConfig['on-error'];
  }),
  'on-marked-down': word(['shutdown-sessions'], flag('shutdownSessions', true)),
  'on-marked-up': word(['shutdown-backup-sessions'], flag('shutdownBackupSessions', true)),
  'init-state': word(['fully-up', 'up', 'down', 'fully-down', 'none'], (s, v) => {
    s.initState = v === 'none' ? undefined : (v as ServerDraft['initState']);
  }),
  track: (s, value) => {
    const slash = value.indexOf('/');
    s.track =
      slash < 0
        ? { backend: '', server: value }
        : { backend: value.slice(0, slash), server: value.slice(slash + 1) };
    return undefined;
  },
};

function word(allowed: readonly string[], set: (server: ServerDraft, value: string) => void): Apply {
  return (server, text) => {
    if (!allowed.includes(text)) return `'${text.slice(0, 40)}' is none of ${allowed.join(', ')}`;
    set(server, text);
    return undefined;
  };
}

/** Applies the options of a server or default-server line, from the word at `from` on. */
export function applyServerOptions(
  server: ServerDraft,
  words: readonly Word[],
  from: number,
  line: number,
  complaints: Complaints,
): void {
  for (let i = from; i < words.length; i++) {
    const keyword = words[i] as Word;
    const setFlag = Object.hasOwn(flags, keyword.text) ? flags[keyword.text] : undefined;
    if (setFlag !== undefined) {
      setFlag(server);
      continue;
    }
    const value = words[i + 1];
    const apply = Object.hasOwn(values, keyword.text) ? values[keyword.text] : undefined;
    const following = apply !== undefined ? 1 : SERVER_KNOWN.get(keyword.text);
    if (following === undefined) {
      complaints.unknown(line, keyword, 'server keyword', [
        ...Object.keys(flags),
        ...Object.keys(values),
        ...SERVER_KNOWN.keys(),
      ]);
      return;
    }
    if (following === 1 && value === undefined) {
      complaints.error(line, keyword, `'${keyword.text}' expects a value`);
      return;
    }
    i += following;
    if (apply === undefined) {
      if (!SILENT.has(keyword.text)) complaints.note(line, keyword, `'${keyword.text}' is not modelled`);
      continue;
    }
    const wrong = apply(server, (value as Word).text);
    if (wrong !== undefined) complaints.error(line, value as Word, `'${keyword.text}': ${wrong}`);
  }
}

/** They change nothing that the model shows. */
const SILENT = new Set([
  'verify',
  'ca-file',
  'crt',
  'ssl-reuse',
  'sni',
  'check-sni',
  'alpn',
  'check-alpn',
  'ciphers',
]);

/** What a server line comes to. */
export function serverConfig(
  draft: ServerDraft,
  name: string,
  address: string,
  port: number,
  position: number,
): ServerConfig {
  // check.c init_srv_check: the check uses TLS like the traffic unless it goes to a port or address of its own.
  const sameTarget = draft.port === undefined && draft.addr === undefined;
  return {
    name,
    id: draft.id ?? position,
    address,
    port,
    weight: draft.weight,
    backup: draft.backup,
    maxconn: draft.maxconn,
    // server.c: a minconn without maxconn is the maxconn; a larger one is cut down to it.
    minconn: draft.maxconn === 0 ? draft.minconn : Math.min(draft.minconn || draft.maxconn, draft.maxconn),
    maxqueue: draft.maxqueue,
    slowstart: draft.slowstart,
    disabled: draft.disabled,
    ssl: draft.ssl,
    'error-limit': draft.errorLimit,
    'on-error': draft.onError,
    shutdownSessions: draft.shutdownSessions,
    shutdownBackupSessions: draft.shutdownBackupSessions,
    ...(draft.observe === undefined ? {} : { observe: draft.observe }),
    ...(draft.track === undefined ? {} : { track: draft.track }),
    ...(draft.check && {
      check: {
        inter: draft.inter,
        rise: draft.rise,
        fall: draft.fall,
        ssl: draft.checkSsl || (draft.ssl && sameTarget),
        ...(draft.fastinter === undefined ? {} : { fastinter: draft.fastinter }),
        ...(draft.downinter === undefined ? {} : { downinter: draft.downinter }),
        ...(draft.port === undefined ? {} : { port: draft.port }),
        ...(draft.addr === undefined ? {} : { addr: draft.addr }),
        ...(draft.initState === undefined ? {} : { 'init-state': draft.initState }),
      },
    }),
    ...(draft.agentCheck &&
      draft.agentPort !== undefined && {
        agent: {
          port: draft.agentPort,
          inter: draft.agentInter ?? draft.inter,
          ...((draft.agentAddr ?? draft.addr) === undefined
            ? {}
            : { addr: (draft.agentAddr ?? draft.addr) as string }),
          ...(draft.agentSend === undefined ? {} : { send: draft.agentSend }),
        },
      }),
  };
}
