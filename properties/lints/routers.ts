/**
 * The VRRP instances that compete for an address, each with what it checks and how much that weighs.
 *
 * Scripts that are not handed in, or that do not say what they test, count as a check of unknown target: their weights matter
 * all the same.
 */
import type { SortedFile } from '../../models/cluster/import-files.ts';
import { scriptNamed } from '../../models/cluster/import-files.ts';
import type { HostDraft } from '../../models/cluster/import-hosts.ts';
import type { Sources } from '../../models/cluster/import-sources.ts';
import type { Statement } from '../../models/keepalived/conf-tree.ts';
import type { InstanceConfig, ScriptConfig } from '../../models/keepalived/config.ts';
import { contribution, effectivePriority, OWNER_PRIORITY } from '../../models/keepalived/priority.ts';
import { type Probe, probesOf } from '../../models/keepalived/probe.ts';
import { readKeepalivedConf } from '../../models/keepalived/read-conf.ts';
import { lastWritten, writtenBlock, writtenStatements } from '../../models/keepalived/written.ts';

export interface RouterCheck {
  readonly script: ScriptConfig;
  readonly weight: number;
  readonly reverse: boolean;
  /** What it tests; undefined if that cannot be told. */
  readonly probes: readonly Probe[] | undefined;
  /** The `vrrp_script` block, and the line that says its weight here. */
  readonly written: Statement | undefined;
  readonly weightLine: number;
}

export interface Router {
  readonly host: string;
  readonly file: SortedFile;
  readonly config: InstanceConfig;
  /** The `vrrp_instance` block. */
  readonly written: Statement | undefined;
  readonly checks: readonly RouterCheck[];
  /** Its own address on the network, if some file says it. */
  readonly address: string | undefined;
}

export interface VirtualRouter {
  readonly vip: string;
  /** In the order of the files; of one host there may be several. */
  readonly routers: readonly Router[];
}

/** Host to the names of its scripts whose target cannot be told from the files. */
export function scriptsThatCannotBeTold(sorted: readonly SortedFile[]): Map<string, Set<string>> {
  const unknown = new Map<string, Set<string>>();
  const confs = sorted.filter(({ kind }) => kind === 'keepalived');
  for (const [index, file] of confs.entries()) {
    const { config } = readKeepalivedConf(file.text, file.path, {
      readScript: (path) => {
        const script = scriptNamed(sorted, file.host, path);
        return script && { file: script.path, text: script.text };
      },
    });
    const told = new Set(config.scripts.map(({ name }) => name));
    const names = writtenStatements(file.text, file.path)
      .filter(({ keyword }) => keyword.text === 'vrrp_script')
      .flatMap(({ args }) => args[0]?.text ?? [])
      .filter((name) => /^[A-Za-z0-9_-]+$/.test(name) && !told.has(name));
    if (names.length > 0) unknown.set(file.host ?? `m${index + 1}`, new Set(names));
  }
  return unknown;
}

/** By address: an instance belongs to the first of its addresses. */
export function readRouters(
  sources: Sources,
  hosts: readonly HostDraft[],
  unknown: ReadonlyMap<string, ReadonlySet<string>>,
): VirtualRouter[] {
  const byVip = new Map<string, Router[]>();
  for (const { file, host, config } of sources.keepalived) {
    const statements = writtenStatements(file.text, file.path);
    for (const instance of config.instances) {
      const [vip] = instance.virtualIpAddresses;
      if (vip === undefined) continue;
      const written = writtenBlock(statements, 'vrrp_instance', instance.name);
      const router: Router = {
        host,
        file,
        config: instance,
        written,
        checks: instance.trackScripts.flatMap((tracked) => {
          const script = config.scripts.find(({ name }) => name === tracked.script);
          if (!script) return [];
          const block = writtenBlock(statements, 'vrrp_script', script.name);
          const entry = lastWritten(written, 'track_script')?.block?.find(
            ({ keyword }) => keyword.text === script.name,
          );
          const place =
            (entry?.args.length ? entry : undefined) ?? lastWritten(block, 'weight') ?? block ?? entry;
          const known = unknown.get(host)?.has(script.name) !== true;
          return [
            {
              script,
              weight: tracked.weight,
              reverse: tracked.reverse,
              probes: known ? probesOf(script.check) : undefined,
              written: block,
              weightLine: place?.keyword.line ?? 1,
            },
          ];
        }),
        address: instance.sourceAddress ?? hosts.find(({ name }) => name === host)?.address,
      };
      byVip.set(vip, [...(byVip.get(vip) ?? []), router]);
    }
  }
  return [...byVip].map(([vip, routers]) => ({ vip, routers }));
}

/** The line of a word of an instance, else of the instance itself. */
export function lineOfWord(router: Router, ...keywords: readonly string[]): number {
  for (const keyword of keywords) {
    const found = lastWritten(router.written, keyword);
    if (found) return found.keyword.line;
  }
  return router.written?.keyword.line ?? 1;
}

/** Priority 255: no weight changes it. */
export function isOwner({ config }: Router): boolean {
  return config.priority === OWNER_PRIORITY;
}

export function weighted({ checks }: Router): readonly RouterCheck[] {
  return checks.filter(({ weight }) => weight !== 0);
}

/** What it advertises while the checks named fail and all others pass; undefined in FAULT. */
export function priorityWith(
  { config, checks }: Router,
  failing: (script: string) => boolean,
): number | undefined {
  let total = config.priority;
  for (const check of checks) {
    const ok = !failing(check.script.name);
    if (check.weight === 0 && ok === check.reverse) return undefined;
    if (check.weight !== 0) total += contribution(check, ok, true);
  }
  return effectivePriority(config.priority, total);
}
