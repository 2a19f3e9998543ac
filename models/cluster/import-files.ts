/**
 * Which deployment file is what, and whose: `m1/keepalived.conf` and `m1.keepalived.conf` are m1's, a haproxy.cfg
 * without a host is everybody's.
 */
import type { Finding } from '../finding.ts';
import { COMMAND_PATTERN } from '../kubeadm/commands.ts';
import { MAX_TEXT_BYTES, refuseText } from '../yaml-text.ts';
import { NAME_PATTERN } from './topology.ts';

/** A file as it was handed in: path with / between folders. */
export interface ImportFile {
  readonly path: string;
  readonly text: string;
}

export type FileKind =
  | 'haproxy'
  | 'keepalived'
  | 'kubeadm'
  | 'hosts'
  | 'sysctl'
  | 'script'
  | 'commands'
  | 'kube-vip';

export interface SortedFile extends ImportFile {
  readonly kind: FileKind;
  /** The host whose file it is; undefined for files that belong to all. */
  readonly host?: string;
  /** Path below the folder that all files share. */
  readonly short: string;
}

/** More files than this are no deployment of one control plane. */
const MAX_FILES = 500;

/** Sorts files by kind and host. Empty and oversized files are errors, unknown ones notes. */
export function sortFiles(files: readonly ImportFile[]): { sorted: SortedFile[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const say = (file: string, severity: Finding['severity'], message: string) =>
    findings.push({ severity, file, line: 1, column: 1, message });
  if (files.length > MAX_FILES) {
    say(files[0]!.path, 'error', `${files.length} files are too many; at most ${MAX_FILES} are read`);
    return { sorted: [], findings };
  }
  const parts = files.map(({ path }) =>
    path
      .replaceAll('\\', '/')
      .split('/')
      .filter((part) => part !== '' && part !== '.'),
  );
  const shared = sharedFolders(parts);
  const kinds = files.map(({ text }, index) => kindOf(parts[index]?.at(-1) ?? '', text));
  const groups = groupFolders(parts, kinds);
  const sorted: SortedFile[] = [];
  const seen = new Set<string>();
  for (const [index, file] of files.entries()) {
    const own = parts[index]!;
    const base = own[own.length - 1] ?? '';
    const kind = kinds[index];
    const refusal = refuseText(file.text, file.path);
    const isGroup = groups.has(pathOf(own, own.length - 1));
    const below = isGroup ? own.slice(-1) : own.slice(shared);
    const host = kind === undefined ? undefined : hostOfPath(below, kind, base, own[shared - 1]);
    if (seen.has(file.path)) say(file.path, 'error', 'the file is given twice');
    else if (kind === undefined) say(file.path, 'note', 'no kind of file that is read; read over');
    else if (refusal) findings.push(refusal);
    else if (host !== undefined && !NAME_PATTERN.test(host)) {
      say(file.path, 'error', `${host} cannot be the name of a host: letters, digits, - and _ only`);
    } else {
      const short = own.slice(shared).join('/');
      sorted.push({ ...file, kind, short, ...(host === undefined ? {} : { host }) });
    }
    seen.add(file.path);
  }
  return { sorted, findings };
}

/** How many leading folders all paths have in common. */
function sharedFolders(parts: readonly (readonly string[])[]): number {
  const [first] = parts;
  if (!first) return 0;
  let shared = 0;
  while (parts.every((own) => shared < own.length - 1 && own[shared] === first[shared])) shared++;
  return shared;
}

const pathOf = (own: readonly string[], depth: number): string => own.slice(0, depth).join('/');

/** Kinds of files that a host has for itself. */
const OWN_KINDS: readonly (FileKind | undefined)[] = ['haproxy', 'keepalived', 'kubeadm', 'kube-vip'];

/** Folders with the folders of several hosts: what lies beside these is everybody's. */
function groupFolders(
  parts: readonly (readonly string[])[],
  kinds: readonly (FileKind | undefined)[],
): Set<string> {
  const hosts = new Map<string, Set<string>>();
  for (const [index, own] of parts.entries()) {
    if (!OWN_KINDS.includes(kinds[index])) continue;
    for (let depth = 1; depth < own.length - 1; depth++) {
      const name = own[depth] as string;
      if (GENERIC_FOLDERS.includes(name)) continue;
      const folder = pathOf(own, depth);
      hosts.set(folder, (hosts.get(folder) ?? new Set()).add(name));
    }
  }
  return new Set([...hosts].filter(([, names]) => names.size > 1).map(([folder]) => folder));
}

/** By its name, and where the name leaves it open (a manifest, another daemon's file) by what is in it. */
function kindOf(base: string, text: string): FileKind | undefined {
  const name = base.toLowerCase();
  const has = (pattern: RegExp) => pattern.test(text.slice(0, MAX_TEXT_BYTES));
  if (name.endsWith('.cfg')) {
    return name.includes('haproxy') || has(/^\s*(?:frontend|backend|listen)\s/m) ? 'haproxy' : undefined;
  }
  if (name.includes('sysctl')) return 'sysctl';
  if (name.endsWith('.conf')) {
    if (name.includes('keepalived') || has(/^\s*vrrp_instance\s/m)) return 'keepalived';
    // A file of /etc/sysctl.d has any name.
    return has(/^\s*-?\s*net[./]ipv4[./]/m) ? 'sysctl' : undefined;
  }
  if (/\.ya?ml$/.test(name) && (name.includes('kube-vip') || has(/^\s*- name: vip_arp\s*$/m)))
    return 'kube-vip';
  if (/\.ya?ml$/.test(name))
    return name.includes('kubeadm') || has(/kubeadm\.k8s\.io/) ? 'kubeadm' : undefined;
  if (/(^|\.)hosts$/.test(name)) return 'hosts';
  if (/\.(txt|md|sh|bash)$/.test(name) && has(COMMAND_PATTERN)) return 'commands';
  return /\.(sh|bash)$/.test(name) || !name.includes('.') ? 'script' : undefined;
}

/** Folders that say what is in them and not whose it is: `m1/etc/keepalived/keepalived.conf` is m1's. */
const GENERIC_FOLDERS = [
  'etc',
  'keepalived',
  'haproxy',
  'kubernetes',
  'kubeadm',
  'manifests',
  'conf',
  'config',
  'configs',
  'scripts',
];

/**
 * The folder it lies in, below what all files share, or the prefix before the file's usual name (of a keepalived.conf also
 * `keepalived-m1.conf` and `m1-keepalived.conf`). When all files lie in one folder, that folder is the host of a
 * keepalived.conf in it.
 */
function hostOfPath(
  own: readonly string[],
  kind: FileKind,
  base: string,
  folder: string | undefined,
): string | undefined {
  const nearestFolder = own.slice(0, -1).findLast((name) => !GENERIC_FOLDERS.includes(name));
  if (nearestFolder !== undefined) return nearestFolder;
  const prefix =
    /^([^.]+)\.(?:keepalived\.conf|haproxy\.cfg|kubeadm-config\.ya?ml|kube-vip\.ya?ml|sysctl\.conf)$/.exec(
      base,
    );
  if (prefix) return prefix[1];
  if (kind !== 'keepalived') return undefined;
  const named = /^(?:keepalived[-_.](.+)|(.+)[-_]keepalived)\.conf$/.exec(base);
  if (named) return named[1] ?? named[2];
  return folder !== undefined && !GENERIC_FOLDERS.includes(folder) ? folder : undefined;
}

/** The text of a check script: beside the configuration that calls it, else the only one of that name. */
export function scriptNamed(
  sorted: readonly SortedFile[],
  host: string | undefined,
  path: string,
): SortedFile | undefined {
  const base = path.split('/').pop() ?? '';
  const named = sorted.filter(({ kind, short }) => kind === 'script' && short.split('/').pop() === base);
  return (
    named.find((file) => file.host === host) ?? named.find((file) => file.host === undefined) ?? named[0]
  );
}
