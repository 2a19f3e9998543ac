/**
 * The commands that check scripts are made of, each as a probe of the simulated host.
 *
 * Sources: the manual pages of kill(1), killall(1), pkill(1), pidof(8), pgrep(1), systemctl(1), ip(8), grep(1), and
 * their exit statuses on failure: 1, for systemctl is-active 3.
 */
import type { Expression } from './probe.ts';
import {
  addressOf,
  curl,
  type KnownCommand,
  netcat,
  probe,
  type Recognised,
  refuse,
} from './probe-network.ts';

/** Commands that only speak, and always succeed. */
const SILENT = new Set([
  'echo',
  'printf',
  'logger',
  ':',
  'true',
  'export',
  'local',
  'readonly',
  'unset',
  'umask',
  'cd',
]);

/** `/usr/bin/curl` is `curl`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The process that writes this pid file: `/run/haproxy.pid` is haproxy's. */
export function processOfPidFile(path: string): string {
  return baseName(path).replace(/\.pid$/, '');
}

/** Recognises one simple command. */
export function recognise(command: KnownCommand): Recognised {
  const name = baseName(command.words[0] ?? '');
  const daemon = /^\/etc\/(?:rc\.d\/)?init\.d\/([\w.-]+)$/.exec(command.words[0] ?? '')?.[1];
  if (daemon !== undefined) return systemctl('service', [daemon, ...command.words.slice(1)]);
  if (SILENT.has(name)) return { expression: { status: 0 } };
  switch (name) {
    case 'false':
      return { expression: { status: 1 } };
    case 'kill':
      return kill(command);
    case 'killall':
    case 'killall5':
    case 'pkill':
      return killall(command);
    case 'pidof':
    case 'pgrep':
      return pidof(command);
    case 'systemctl':
    case 'service':
      return systemctl(name, command.words.slice(1));
    case 'nc':
    case 'ncat':
    case 'netcat':
      return netcat(command);
    case 'curl':
      return curl(command);
    default:
      return refuse(`\`${command.words.join(' ')}\``);
  }
}

function kill({ words, pids }: KnownCommand): Recognised {
  const rest = words.slice(1);
  const testsOnly = rest[0] === '-0' || (rest[0] === '-s' && rest[1] === '0');
  if (!testsOnly) return refuse('a `kill` that is not `kill -0`');
  const index = rest[0] === '-0' ? 2 : 3;
  const process = pids.get(index);
  if (process === undefined || words.length !== index + 1) {
    return refuse('`kill -0` of something else than $(cat PIDFILE), $(pidof NAME) or $(pgrep NAME)');
  }
  return probe({ process });
}

function killall({ words }: KnownCommand): Recognised {
  let zero = false;
  const names: string[] = [];
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (word === '-0' || word === '-s0' || word === '--signal=0') zero = true;
    else if (word === '-s' || word === '--signal') {
      zero = words[i + 1] === '0';
      i++;
    } else if (word.startsWith('-')) {
      if (!/^-[qewxfv]+$|^--(?:quiet|exact|wait|full)$/.test(word)) return refuse(`${words[0]} ${word}`);
    } else names.push(word);
  }
  if (!zero) return refuse(`a \`${baseName(words[0]!)}\` that is not with -0`);
  return everyProcess(names);
}

function everyProcess(patterns: readonly string[]): Recognised {
  const names = patterns.map(processName);
  const unclear = names.indexOf(undefined);
  if (unclear >= 0) return refuse(`the pattern ${patterns[unclear]}`);
  if (names.length === 0) return refuse('a process without a name');
  const probes = names.map((process): Expression => ({ probe: { process: process! } }));
  return { expression: probes.reduce((left, right) => ({ and: [left, right] })) };
}

/** `^haproxy$`, `[h]aproxy` and `/usr/sbin/haproxy` are haproxy. */
export function processName(pattern: string): string | undefined {
  const name = baseName(pattern.replace(/^\^|\$$/g, '').replace(/\[(.)\]/g, '$1'));
  return /^[A-Za-z0-9_.-]+$/.test(name) ? name : undefined;
}

function pidof({ words }: KnownCommand): Recognised {
  const names = words.slice(1).filter((word) => !word.startsWith('-'));
  const strange = words.slice(1).find((word) => word.startsWith('-') && !/^-[sqxfcn]+$/.test(word));
  if (strange !== undefined) return refuse(`${words[0]} ${strange}`);
  const probes = everyProcess(names);
  if (!('expression' in probes) || names.length === 1) return probes;
  // pidof and pgrep succeed when one of several is there.
  const each = names.map((name): Expression => ({ probe: { process: processName(name)! } }));
  return { expression: each.reduce((left, right) => ({ or: [left, right] })) };
}

/** systemctl(1): 3 is "not active"; service(8) passes the status script's 3 on. */
function systemctl(name: string, args: readonly string[]): Recognised {
  const words = args.filter((word) => word !== '--quiet' && word !== '-q' && word !== '--no-pager');
  const [verb, unit] = name === 'service' ? [words[1], words[0]] : [words[0], words[1]];
  const tests = verb === 'is-active' || verb === 'status';
  if (verb !== undefined && /^(?:re)?(?:start|stop)$/.test(verb))
    return refuse(`a check that does something: \`${verb} ${unit}\``);
  if (!tests || unit === undefined || words.length !== 2) return refuse(`\`${name} ${args.join(' ')}\``);
  return probe({ process: unit.replace(/\.service$/, ''), failure: 3 });
}

/** `ip addr | grep -q ADDRESS` and its relatives. */
export function recogniseAddressTest(
  left: readonly string[],
  right: readonly string[],
): Recognised | undefined {
  const lists =
    (baseName(left[0] ?? '') === 'ip' &&
      left.slice(1).some((word) => /^a(?:d(?:d(?:r(?:ess)?)?)?)?$/.test(word))) ||
    (baseName(left[0] ?? '') === 'hostname' && left[1] === '-I') ||
    baseName(left[0] ?? '') === 'ifconfig';
  const greps = /^[ef]?grep$/.test(baseName(right[0] ?? ''));
  if (!lists || !greps) return undefined;
  const patterns = right.slice(1).filter((word) => !/^-(?:[qwFEsox]+|-quiet|-fixed-strings)$/.test(word));
  // grep without a pattern ends with 2, and so does the pipe.
  if (right.every((word, index) => index === 0 || word.startsWith('-'))) return { expression: { status: 2 } };
  if (patterns.length !== 1) return refuse(`\`${right.join(' ')}\``);
  const found = /^(?:inet )?\^?((?:\d{1,3}\.){3}\d{1,3})(?:\/\d*)?\$?$/.exec(
    patterns[0]!.replaceAll('\\', '').trim(),
  );
  const address = found === null ? undefined : addressOf(found[1]!, {});
  return address === undefined ? refuse(`the pattern ${patterns[0]}`) : probe({ address });
}
