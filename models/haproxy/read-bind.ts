/**
 * Reads `bind` lines and the addresses of servers: doc section 5.1 and "11.1 address formats". `*:8443`,
 * `:9999`, `ADDR:PORT`, `ADDR:FIRST-LAST`, several separated by commas, `ipv4@` in front.
 */
import type { Complaints, ProxyDraft } from './draft.ts';
import { parseNumber } from './durations.ts';
import { BIND_KNOWN } from './keywords.ts';
import type { Word } from './words.ts';

/** A range of ports is bound port by port; more than this is surely a mistake. */
const MOST_PORTS = 1000;

const OTHER_FAMILIES =
  /^(unix@|abns@|abnsz@|fd@|sockpair@|quic4@|quic6@|ipv6@|udp@|udp4@|udp6@|rhttp@|\/|\[)/;

export interface HostPort {
  /** Undefined: all addresses. */
  readonly host: string | undefined;
  readonly first: number;
  readonly last: number;
}

/** The host and port of an address, or what is wrong with it. A missing port is 0. */
export function parseAddress(text: string): HostPort | string {
  const plain = text.replace(/^(ipv4@|tcp@|tcp4@|inet@|stream\+)/, '');
  const variable = /\$\{?\w+\}?/.exec(plain);
  if (variable !== null) return `the environment variable ${variable[0]} is not known here`;
  if (OTHER_FAMILIES.test(plain)) return `only IPv4 and host names are modelled, not '${text.slice(0, 60)}'`;
  const colon = plain.lastIndexOf(':');
  const host = colon < 0 ? plain : plain.slice(0, colon);
  if (host.includes(':')) return `only IPv4 and host names are modelled, not '${text.slice(0, 60)}'`;
  if (host !== '' && host !== '*' && !isHost(host))
    return `'${host.slice(0, 60)}' is no address and no host name`;
  const ports = colon < 0 ? '' : plain.slice(colon + 1);
  if (ports === '') return { host: host === '' || host === '*' ? undefined : host, first: 0, last: 0 };
  const [low = '', high] = ports.split('-', 2);
  const first = parseNumber(low.replace(/^\+/, ''), 1, 65535);
  const last = high === undefined ? first : parseNumber(high, 1, 65535);
  if (typeof first === 'string') return `port ${first}`;
  if (typeof last === 'string') return `port ${last}`;
  if (last < first || last - first >= MOST_PORTS) return `port range ${ports} is empty or too long`;
  return { host: host === '' || host === '*' ? undefined : host, first, last };
}

function isHost(host: string): boolean {
  if (host.length > 253) return false;
  if (/^\d+(\.\d+){3}$/.test(host)) return host.split('.').every((part) => Number(part) <= 255);
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/.test(host);
}

/** `bind ADDRESSES [options]` */
export function readBind(
  draft: ProxyDraft,
  words: readonly Word[],
  line: number,
  complaints: Complaints,
): void {
  const [keyword, addresses, ...options] = words as [Word, Word | undefined, ...Word[]];
  if (addresses === undefined) {
    complaints.error(line, keyword, "'bind' expects addresses and ports");
    return;
  }
  const ssl = readBindOptions(options, line, complaints, draft);
  let column = addresses.column;
  for (const text of addresses.text.split(',')) {
    const parsed = parseAddress(text);
    if (typeof parsed === 'string') {
      const family = OTHER_FAMILIES.test(text) || parsed.startsWith('only');
      if (family) draft.otherBinds = true;
      complaints.add(family ? 'note' : 'error', line, column, parsed);
    } else if (parsed.first === 0)
      complaints.error(line, column, `missing port number in '${text.slice(0, 60)}'`);
    else {
      for (let port = parsed.first; port <= parsed.last; port++) {
        draft.binds.push({ ...(parsed.host === undefined ? {} : { address: parsed.host }), port, line, ssl });
      }
    }
    column += text.length + 1;
  }
}

function readBindOptions(
  options: readonly Word[],
  line: number,
  complaints: Complaints,
  draft: ProxyDraft,
): boolean {
  let ssl = false;
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Word;
    const following = BIND_KNOWN.get(option.text);
    if (following === undefined) {
      complaints.unknown(line, option, 'bind keyword', BIND_KNOWN.keys());
      return ssl;
    }
    if (following === 1 && options[i + 1] === undefined) {
      complaints.error(line, option, `'${option.text}' expects a value`);
      return ssl;
    }
    if (option.text === 'ssl') {
      ssl = true;
      complaints.note(line, option, 'TLS termination is not modelled: the stream is passed on unread');
    } else if (option.text === 'transparent') {
      complaints.note(line, option, "'transparent' is not modelled: set ip_nonlocal_bind on the host");
    } else if (option.text === 'backlog') {
      const backlog = parseNumber((options[i + 1] as Word).text, 0, 2147483647);
      if (typeof backlog === 'number') draft.backlog = backlog;
    } else if (option.text === 'maxconn')
      complaints.note(line, option, "'maxconn' of a bind line is not modelled");
    i += following;
  }
  return ssl;
}
