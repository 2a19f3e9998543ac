/**
 * Whether anything is checked at all before a router keeps the VIP, and whether the check lets it come back.
 *
 * Source: keepalived.conf(5) "track_script" (without one only the interface counts); ps(1) and pgrep(1), which list the
 * interpreter of the check script itself under the script's name.
 */
import { scriptNamed } from '../../models/cluster/import-files.ts';
import { probesOf, progress } from '../../models/keepalived/probe.ts';
import { lastWritten, writtenStatements } from '../../models/keepalived/written.ts';
import type { Complaint, LintRule } from './lint.ts';
import type { Router } from './routers.ts';

/** What else may take the VIP away: it stands in the instance, or in its sync group. */
const TRACKERS = ['track_script', 'track_process', 'track_file', 'track_bfd'];

function tracksSomething({ file, written, checks, config }: Router): boolean {
  if (checks.length > 0 || TRACKERS.slice(1).some((word) => lastWritten(written, word))) return true;
  const statements = writtenStatements(file.text, file.path);
  // keepalived that balances by itself (IPVS) is its own proxy.
  if (statements.some(({ keyword }) => keyword.text === 'virtual_server')) return true;
  return statements.some(
    (group) =>
      group.keyword.text === 'vrrp_sync_group' &&
      TRACKERS.some((word) => lastWritten(group, word)) &&
      lastWritten(group, 'group')?.block?.some(({ keyword }) => keyword.text === config.name) === true,
  );
}

export const vipWithoutCheck: LintRule = {
  name: 'vip-without-check',
  severity: 'error',
  about: 'A router checks nothing: it keeps the VIP when the proxy behind it is dead.',
  cure: 'Track a vrrp_script that asks the local proxy.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }) =>
      routers
        .filter((router) => !tracksSomething(router))
        .map((router): Complaint => {
          const message = `${router.host} checks nothing: while it lives it keeps the VIP ${vip}, whether anybody answers there or not`;
          return { file: router.file.path, line: router.written?.keyword.line ?? 1, message };
        }),
    ),
};

export const checkNeverFails: LintRule = {
  name: 'check-never-fails',
  severity: 'error',
  about:
    'A check succeeds whatever happens: it tests nothing, or looks for a process whose name its own name contains, and finds itself.',
  cure: 'Let it ask the proxy (curl, or pidof, which takes exact names only).',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }) =>
      routers.flatMap((router) =>
        router.checks.flatMap(({ script, probes, written }): Complaint[] => {
          if (probes === undefined || probesOf(script.check).length > 0) return [];
          const end = progress(script.check, []);
          if (!('status' in end) || end.status !== 0) return [];
          const message = `${script.name} never fails: ${router.host} keeps the VIP ${vip} with a dead proxy`;
          const line = (lastWritten(written, 'script') ?? written)?.keyword.line ?? 1;
          return [{ file: router.file.path, line, message }];
        }),
      ),
    ),
};

const STOPS =
  /^[^#]*(?:systemctl\s+(?:\S+\s+)*?stop\s+keepalived|service\s+keepalived\s+stop|init\.d\/keepalived\s+stop|\bp?kill(?:all)?\s+(?:-\S+\s+)*keepalived)/;

export const checkStopsKeepalived: LintRule = {
  name: 'check-stops-keepalived',
  severity: 'warning',
  about:
    'A check script stops keepalived, which nothing starts again: after one failure the host is no backup.',
  cure: 'End the script with a status other than 0, and let the weight or FAULT move the VIP.',
  find: ({ virtualRouters, scripts }) => {
    const told = new Set<string>();
    return virtualRouters.flatMap(({ routers }) =>
      routers.flatMap(({ host, file, checks }) =>
        checks.flatMap(({ script }): Complaint[] => {
          const text = scriptNamed(scripts, file.host, script.command.split(' ')[0] ?? '');
          const index = text?.text.split('\n').findIndex((line) => STOPS.test(line)) ?? -1;
          if (text === undefined || index < 0 || told.has(text.path)) return [];
          told.add(text.path);
          const message = `stops keepalived on ${host}: the VIP moves, and when the proxy is well again nobody starts keepalived, so the next failure finds one backup less`;
          return [{ file: text.path, line: index + 1, message }];
        }),
      ),
    );
  },
};
