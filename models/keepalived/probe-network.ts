/**
 * The commands of check scripts that ask over the network: nc and curl.
 *
 * Sources: nc(1), curl(1) with its EXIT CODES. Not modelled: what an answer contains, client certificates, proxies,
 * retries, redirections (-L); --connect-timeout without --max-time limits the whole request.
 */
import type { Address } from '../../sim/effects.ts';
import { isIpv4 } from '../ipv4.ts';
import type { Expression, Probe } from './probe.ts';

/** A simple command whose words are all known. `pids` are substitutions that yield a pid. */
export interface KnownCommand {
  readonly words: readonly string[];
  /** Of the word at this index: whose pid it is. */
  readonly pids: ReadonlyMap<number, string>;
  /** Other names that may stand for addresses. */
  readonly addresses: Readonly<Record<string, Address>>;
}

/** What a command tests, or in a few words why it cannot be told. */
export type Recognised = { readonly expression: Expression } | { readonly refused: string };

const LOOPBACK = '127.0.0.1';

export const refuse = (refused: string): Recognised => ({ refused });
export const probe = (tested: Probe): Recognised => ({ expression: { probe: tested } });

export function addressOf(host: string, addresses: Readonly<Record<string, Address>>): Address | undefined {
  if (Object.hasOwn(addresses, host)) return addresses[host];
  if (host === 'localhost' || host === 'ip6-localhost') return LOOPBACK;
  return isIpv4(host) ? host : undefined;
}

/** A whole number from 1 to 65535. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function secondsUs(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,6}(?:\.\d{1,6})?$/.test(text)) return undefined;
  const us = Math.round(Number(text) * 1e6);
  return us > 0 ? us : undefined;
}

export function netcat({ words, addresses }: KnownCommand): Recognised {
  let zero = false;
  let maxTimeUs: number | undefined;
  const places: string[] = [];
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('-')) places.push(word);
    else if (!/^-[zvnw4]+\d*$/.test(word)) return refuse(`nc ${word}`);
    else {
      zero ||= word.includes('z');
      if (!word.includes('w')) continue;
      const given = word.slice(word.indexOf('w') + 1);
      maxTimeUs = secondsUs(given === '' ? words[++i] : given);
      if (maxTimeUs === undefined) return refuse('the time after nc -w');
    }
  }
  if (!zero) return refuse('an `nc` without -z');
  return tcp(places[0], places[1], addresses, maxTimeUs);
}

/** A connection that opens, from what a script or an override names. */
export function tcp(
  name: string | undefined,
  portText: string | undefined,
  addresses: Readonly<Record<string, Address>>,
  maxTimeUs?: number,
): Recognised {
  const port = portOf(portText);
  if (name === undefined || port === undefined) return refuse('a connection without HOST and PORT');
  const host = addressOf(name, addresses);
  if (host === undefined) return refuse(`the name ${name}, which has no address here`);
  return probe({ tcp: { host, port }, ...(maxTimeUs === undefined ? {} : { maxTimeUs }) });
}

const CURL_WITH_VALUE = new Set([
  ...['-o', '-w', '-H', '-A', '-E', '-u', '--output', '--write-out', '--header', '--user-agent', '--user'],
  ...['--cacert', '--cert', '--key', '--noproxy', '--interface', '--resolve', '--capath', '-b', '-e'],
]);
/** `fail`, `head`, or nothing that matters here. */
const CURL_FLAGS: Readonly<Record<string, 'fail' | 'head' | ''>> = {
  '--fail': 'fail',
  '--fail-with-body': 'fail',
  '--head': 'head',
  '--silent': '',
  '--show-error': '',
  '--insecure': '',
  '--verbose': '',
  '--ipv4': '',
  '--http1.1': '',
  '--http2': '',
  '--globoff': '',
  '--no-keepalive': '',
  '--tlsv1.2': '',
};
const CURL_LETTERS: Readonly<Record<string, 'fail' | 'head' | ''>> = {
  f: 'fail',
  I: 'head',
  s: '',
  S: '',
  k: '',
  v: '',
  g: '',
  4: '',
  N: '',
  L: '',
  q: '',
};

export function curl({ words, addresses }: KnownCommand): Recognised {
  let failOnStatus = false;
  let method = 'GET';
  let maxTimeUs: number | undefined;
  const urls: string[] = [];
  for (let i = 1; i < words.length; i++) {
    let word = words[i]!;
    if (!word.startsWith('-') || word === '-') {
      urls.push(word);
      continue;
    }
    // `-sko FILE` and `-m5`: letters up to one that takes a value.
    let value: string | undefined;
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    if (equals > 0) [word, value] = [word.slice(0, equals), word.slice(equals + 1)];
    else if (!word.startsWith('--')) {
      const taker = [...word.slice(1)].findIndex((letter) => 'owHAEumXbe'.includes(letter));
      const letters = taker < 0 ? word.slice(1) : word.slice(1, 1 + taker);
      for (const letter of letters) {
        const flag = CURL_LETTERS[letter];
        if (flag === undefined) return refuse(`curl -${letter}`);
        failOnStatus ||= flag === 'fail';
        if (flag === 'head') method = 'HEAD';
      }
      if (taker < 0) continue;
      const rest = word.slice(2 + taker);
      word = `-${word[1 + taker]!}`;
      if (rest !== '') value = rest;
    }
    const flag = CURL_FLAGS[word];
    if (flag !== undefined) {
      failOnStatus ||= flag === 'fail';
      if (flag === 'head') method = 'HEAD';
      continue;
    }
    value ??= words[++i];
    if (word === '-m' || word === '--max-time' || word === '--connect-timeout') {
      const limitUs = secondsUs(value);
      if (limitUs === undefined) return refuse(`the time after curl ${word}`);
      maxTimeUs = word === '--connect-timeout' ? (maxTimeUs ?? limitUs) : limitUs;
    } else if (word === '-X' || word === '--request') method = value ?? 'GET';
    else if (!CURL_WITH_VALUE.has(word)) return refuse(`curl ${word}`);
  }
  if (urls.length !== 1) return refuse(urls.length === 0 ? 'curl without a URL' : 'curl with several URLs');
  return http(urls[0]!, { failOnStatus, method, maxTimeUs }, addresses);
}

/** An HTTP request, from what a script or an override names. curl takes a URL without a scheme as http. */
export function http(
  url: string,
  how: { readonly failOnStatus: boolean; readonly method: string; readonly maxTimeUs: number | undefined },
  addresses: Readonly<Record<string, Address>>,
): Recognised {
  const match = /^(?:(https?):\/\/)?([^/:?#]+)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/i.exec(url);
  // curl(1) 3: the URL is malformed, as of an empty variable it is.
  if (/^https?:\/\/(?::\d+)?(?:\/|$)/i.test(url)) return { expression: { status: 3 } };
  if (match === null) return refuse(`the URL ${url}`);
  const tls = match[1]?.toLowerCase() === 'https';
  const host = addressOf(match[2]!, addresses);
  const port = match[3] === undefined ? (tls ? 443 : 80) : portOf(match[3]);
  if (host === undefined) return refuse(`the name ${match[2]}, which has no address here`);
  if (port === undefined) return refuse(`the port ${match[3]}`);
  const path = match[4] ?? '/';
  const { failOnStatus, method, maxTimeUs } = how;
  return probe({
    ...{ http: url, tls, host, port, path: path.startsWith('/') ? path : `/${path}`, method, failOnStatus },
    ...(maxTimeUs === undefined ? {} : { maxTimeUs }),
  });
}
