/**
 * A line of etcd's log as its logger heads it: capnslog until 3.4 (its default), zap's JSON from 3.5 on.
 *
 * Sources: etcd v3.4.23 embed/config_logging.go (logger capnslog), coreos/pkg capnslog/formatters.go PrettyFormatter
 * (`2006-01-02 15:04:05.000000 L | PACKAGE: TEXT`), v3.6.14 server/embed/config_logging.go. The package is found by the words, as
 * the lines themselves are those of the packages' own sources.
 */
import type { EtcdVersion } from '../etcd/version.ts';
import { civilTime, isoTime } from './wall-clock.ts';

/** The first that fits names the package. */
const PACKAGES: readonly (readonly [words: RegExp, name: string])[] = [
  [/^raft\.node: |^[0-9a-f]+ (?:is starting|became|received|has received|\[|switched|initialized)/, 'raft'],
  [/^newRaft |stepped down|^[0-9a-f]+ /, 'raft'],
  [
    /TCP streaming connection|^(?:started |stopped )?peer |failed to dial|request sent was ignored|health check for peer/,
    'rafthttp',
  ],
  [
    /^added member|^removed member|^updated the cluster version|^set the initial cluster/,
    'etcdserver/membership',
  ],
  [/^ready to serve|^serving/, 'embed'],
  [/compaction|^store\.index/, 'mvcc'],
];

const LETTERS: Readonly<Record<string, string>> = { W: 'W', WARN: 'W', E: 'E', ERROR: 'E', F: 'C', C: 'C' };
const LEVELS: Readonly<Record<string, string>> = { W: 'warn', E: 'error', C: 'fatal', I: 'info' };

const two = (number: number): string => String(number).padStart(2, '0');

/** @param level as the daemon's machine names it: I, W, E, or raft's INFO, WARN, ERROR */
export function etcdLogLine(version: EtcdVersion, level: string, wallUs: number, line: string): string {
  const letter = LETTERS[level] ?? 'I';
  const name = PACKAGES.find(([words]) => words.test(line))?.[1] ?? 'etcdserver';
  if (version !== '3.4')
    return JSON.stringify({
      level: LEVELS[letter],
      ts: isoTime(wallUs),
      ...(name === 'raft' ? { logger: 'raft' } : {}),
      msg: line,
    });
  const { year, month, day, hour, minute, second, microsecond } = civilTime(wallUs);
  const time = `${two(hour)}:${two(minute)}:${two(second)}.${String(microsecond).padStart(6, '0')}`;
  return `${year}-${two(month)}-${two(day)} ${time} ${letter} | ${name}: ${line}`;
}
