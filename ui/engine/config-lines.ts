/** The lines of keepalived.conf, haproxy.cfg and the other files that count where a step was made. */
import type { Topology } from '../../models/cluster/topology.ts';
import type { TraceRecord } from '../../sim/trace.ts';

export interface ConfigLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const MOST = 5;

/** Keys that count, by the machine that makes the step; `only` narrows them by what it heard. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'keepalived.instance': ['advert_int', 'priority', 'nopreempt', 'preempt_delay', 'weight'],
  'keepalived.script': ['script', 'interval', 'timeout', 'fall', 'rise', 'weight'],
  'haproxy.check': [
    'timeout check',
    'inter',
    'fall',
    'rise',
    'option httpchk',
    'http-check',
    'default-server',
  ],
  'haproxy.session': ['balance', 'timeout connect', 'retries', 'redispatch', 'timeout queue'],
  'haproxy.proxy': ['balance', 'inter', 'fall', 'rise', 'timeout check', 'default-server'],
};

export function configLinesOf(program: string, record: TraceRecord, topology: Topology): ConfigLine[] {
  const [host = '', process] = record.who.split('/');
  const files = topology.files ?? {};
  if (process === 'keepalived') {
    const own = topology.keepalived?.[host];
    const block = program === 'keepalived.script' ? 'vrrp_script' : 'vrrp_instance';
    return linesOf(own?.conf, files, KEYS[program] ?? KEYS['keepalived.instance']!, block);
  }
  if (process === 'haproxy') {
    return linesOf(
      topology.haproxy?.[host],
      files,
      KEYS[program] ?? KEYS['haproxy.proxy']!,
      serverOf(record),
    );
  }
  const keys = { etcd: ['heartbeat-interval', 'election-timeout'] }[process ?? ''] ?? [
    'leader-elect-lease-duration',
    'leader-elect-renew-deadline',
    'leader-elect-retry-period',
  ];
  return Object.keys(files)
    .filter((file) => /ya?ml$/.test(file))
    .flatMap((file) => linesOf(file, files, keys))
    .slice(0, MOST);
}

/** The server that a check is about, whose own line counts as well. */
function serverOf({ contextAfter }: TraceRecord): string | undefined {
  const { input } = (contextAfter ?? {}) as { input?: { server?: { name?: string }; name?: string } };
  const name = input?.server?.name ?? input?.name;
  return name === undefined ? undefined : `server ${name}`;
}

/** Lines that have one of the keys; or that begin with `also`, for a server's line or the head of a block. */
export function linesOf(
  file: string | undefined,
  files: Readonly<Record<string, string>>,
  keys: readonly string[],
  also?: string,
): ConfigLine[] {
  const text = file === undefined ? undefined : files[file];
  if (file === undefined || text === undefined) return [];
  const found: ConfigLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const bare = line
      .replace(/[#!].*$/, '')
      .trim()
      .replaceAll(/\s+/g, ' ');
    const counts =
      keys.some((key) => bare.startsWith(`${key} `) || bare === key || bare.includes(` ${key} `)) ||
      (also !== undefined && bare.startsWith(`${also} `));
    if (bare !== '' && counts) found.push({ file, line: index + 1, text: line.trim() });
  }
  return found.slice(0, MOST);
}
