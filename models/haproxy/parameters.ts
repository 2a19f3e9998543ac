/**
 * Single settings of a configuration by the daemon's own words, for `--set haproxy.m1.inter=1s`: what stands
 * on server lines is set on every checked server, what stands in a backend on every backend.
 */
import type { BackendConfig, Check, FrontendConfig, HaproxyConfig, Timeouts } from './config.ts';
import { parseNumber, parseTime } from './durations.ts';

const ALGORITHMS = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'random'] as const;
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

export const PARAMETER_KEYS: readonly string[] = [
  'version',
  'inter',
  'fastinter',
  'downinter',
  'rise',
  'fall',
  'retries',
  'redispatch',
  'balance',
  'maxconn',
  'spread-checks',
  ...TIMEOUTS.map((name) => `timeout.${name}`),
];

/** The configuration with one setting changed, or what is wrong with the key or the value. */
export function withParameter(
  config: HaproxyConfig,
  key: string,
  value: string | number | boolean,
): HaproxyConfig | string {
  const text = String(value);
  const timeout = TIMEOUTS.find((name) => key === `timeout.${name}`);
  if (timeout !== undefined) return timed(text, (ms) => withTimeout(config, timeout, ms));
  switch (key) {
    case 'version':
      return /^\d+\.\d+(\.\d+)?$/.test(text) ? { ...config, version: text } : `'${text}' is no version`;
    case 'inter':
    case 'fastinter':
    case 'downinter':
      return timed(text, (ms) => onChecks(config, { [key]: ms }));
    case 'rise':
    case 'fall':
      return counted(text, 1, (count) => onChecks(config, { [key]: count }));
    case 'retries':
      return counted(text, 0, (retries) => onBackends(config, (backend) => ({ ...backend, retries })));
    case 'maxconn':
      return counted(text, 1, (maxconn) => onFrontends(config, (frontend) => ({ ...frontend, maxconn })));
    case 'spread-checks':
      return counted(text, 0, (percent) => ({
        ...config,
        global: { ...config.global, 'spread-checks': percent },
      }));
    case 'redispatch':
      return onBackends(config, ({ redispatch: _, ...backend }) =>
        value === false || text === 'false'
          ? backend
          : { ...backend, redispatch: value === true || text === 'true' ? -1 : Number(text) || -1 },
      );
    case 'balance': {
      const balance = ALGORITHMS.find((name) => name === text);
      if (balance === undefined) return `'${text}' is none of ${ALGORITHMS.join(', ')}`;
      return onBackends(config, (backend) => ({ ...backend, balance }));
    }
    default:
      return `haproxy has no parameter '${key}'; there are: ${PARAMETER_KEYS.join(', ')}`;
  }
}

function timed(text: string, apply: (ms: number) => HaproxyConfig): HaproxyConfig | string {
  const ms = parseTime(text);
  return typeof ms === 'string' ? ms : apply(ms);
}

function counted(
  text: string,
  from: number,
  apply: (count: number) => HaproxyConfig,
): HaproxyConfig | string {
  const count = parseNumber(text, from, 2147483647);
  return typeof count === 'string' ? count : apply(count);
}

function onBackends(config: HaproxyConfig, change: (backend: BackendConfig) => BackendConfig): HaproxyConfig {
  return { ...config, backends: config.backends.map(change) };
}

function onFrontends(
  config: HaproxyConfig,
  change: (frontend: FrontendConfig) => FrontendConfig,
): HaproxyConfig {
  return { ...config, frontends: config.frontends.map(change) };
}

function onChecks(config: HaproxyConfig, change: Partial<Check>): HaproxyConfig {
  return onBackends(config, (backend) => ({
    ...backend,
    servers: backend.servers.map((server) =>
      server.check === undefined ? server : { ...server, check: { ...server.check, ...change } },
    ),
  }));
}

function withTimeout(config: HaproxyConfig, name: keyof Timeouts, ms: number): HaproxyConfig {
  const change = { [name]: ms };
  const backends = onBackends(config, (backend) => ({
    ...backend,
    timeouts: { ...backend.timeouts, ...change },
  }));
  return onFrontends(backends, (frontend) => ({
    ...frontend,
    timeouts: { ...frontend.timeouts, ...change },
  }));
}
