/**
 * What the container of a static pod has logged, as `kubectl logs`, `docker logs` and `crictl logs` show it.
 *
 * Sources: klog's header (Lmmdd hh:mm:ss.uuuuuu); client-go tools/leaderelection/leaderelection.go for the places of the lines
 * about elections (1.12, and 1.20 to 1.27); etcd's own loggers (etcd-log.ts).
 */
import type { Topology } from '../cluster/topology.ts';
import type { EtcdVersion } from '../etcd/version.ts';
import { minorOf } from '../kubernetes-minor.ts';
import type { LogLine } from './command.ts';
import { etcdLogLine } from './etcd-log.ts';
import { klogHeader } from './log-text.ts';

/** Words at the beginning of a line, and where it is logged until 1.12 and later. */
const SOURCES: readonly (readonly [words: RegExp, old: string, place: string])[] = [
  [/^attempting to acquire/, 'leaderelection.go:187', 'leaderelection.go:243'],
  [/^successfully acquired/, 'leaderelection.go:196', 'leaderelection.go:253'],
  [/^failed to renew/, 'leaderelection.go:230', 'leaderelection.go:278'],
  [/^error retrieving resource lock/, 'leaderelection.go:252', 'leaderelection.go:325'],
  [/^leaderelection lost/, 'server.go:191', 'leaderelection.go:278'],
];
const OLD_MINOR = 12;

function sourceOf(line: string, version: string): string {
  const found = SOURCES.find(([words]) => words.test(line));
  if (found === undefined) return '';
  const isOld = minorOf(version) <= OLD_MINOR;
  return `${isOld ? found[1] : found[2]}] `;
}

/** Those of the container that runs now, or of the one before; the last so many (negative: all). */
export function linesOf(lines: readonly LogLine[], previous: boolean, tail: number): readonly LogLine[] {
  const starts = [...new Set(lines.map((line) => line.starts))];
  const wanted = previous ? starts.at(-2) : starts.at(-1);
  const found = lines.filter((line) => line.starts === wanted);
  return tail >= 0 ? found.slice(-tail || found.length) : found;
}

/** @param offsetUs what the host's wall clock is ahead of the world's */
export function containerLog(
  process: string,
  lines: readonly LogLine[],
  offsetUs: number,
  versions: Topology['versions'],
): string {
  return lines
    .map(({ atUs, level, line }) => {
      const wallUs = atUs + offsetUs;
      if (line.startsWith('{')) return `${line}\n`;
      if (process === 'etcd') return `${etcdLogLine(versions.etcd as EtcdVersion, level, wallUs, line)}\n`;
      return `${klogHeader(level, wallUs)} ${sourceOf(line, versions.kubernetes)}${line}\n`;
    })
    .join('');
}
