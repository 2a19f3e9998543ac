/**
 * Values of a kubeadm document with their places: flags, endpoints, members, versions. Each reader says what is wrong
 * and then gives nothing.
 *
 * Sources as in config.ts.
 */
import type { Finding, Position } from '../finding.ts';
import { valueAt } from '../schema-findings.ts';
import type { Path, YamlDocument } from '../yaml-text.ts';
import { kubernetesMinor } from './config-versions.ts';

/** A value and where it stands. */
export interface Located<T> extends Position {
  readonly value: T;
}

export interface Endpoint {
  /** A name or an IPv4 address, as written. */
  readonly host: string;
  readonly port: number;
}

/** Flags of a daemon without the leading dashes, in the order written. */
export type ExtraArgs = Readonly<Record<string, Located<string>>>;

/** kubeadm's default of bindPort, and of the port of a controlPlaneEndpoint without one. */
export const APISERVER_PORT = 6443;
/** etcd's default client port (`--listen-client-urls`). */
export const ETCD_CLIENT_PORT = 2379;

/** A label such as `stable` or `stable-1.31` names no version: said, and then a default is taken. */
export function numbered(version: Located<string> | undefined, file: string, findings: Finding[]) {
  if (!version) return undefined;
  if (kubernetesMinor(version.value) !== undefined)
    return { ...version, value: version.value.replace(/^v/, '') };
  const label = /^(stable|latest|release|ci\/|k8s-)/.test(version.value);
  const message = label
    ? `kubernetesVersion ${version.value} is a label, not a version: the default is taken`
    : `kubernetesVersion ${version.value} is not a version of Kubernetes 1.x`;
  findings.push({ severity: label ? 'note' : 'error', file, ...version, message });
  return undefined;
}

/** `host[:port]`; errors for a port that is none. */
export function endpoint(
  document: YamlDocument | undefined,
  path: Path,
  defaultPort: number,
  findings: Finding[],
): Located<Endpoint> | undefined {
  const text = located<string>(document, path);
  if (!document || !text || text.value === '') return undefined;
  const match = /^(?:https?:\/\/)?([A-Za-z0-9._-]+)(?::([^:/]*))?\/?$/.exec(text.value);
  const port =
    match?.[2] === undefined ? defaultPort : /^\d{1,6}$/.test(match[2]) ? Number(match[2]) : Number.NaN;
  if (!match || !isPort(port)) {
    const wrong = match ? `port ${match[2]} is not in 1..65535` : 'expected HOST or HOST:PORT';
    findings.push(
      finding(document, path, 'error', `${String(path[path.length - 1])} ${text.value}: ${wrong}`),
    );
    return undefined;
  }
  return { ...text, value: { host: match[1]!, port } };
}

export function etcdEndpoints(cluster: YamlDocument, findings: Finding[]): Located<Endpoint>[] {
  const base: Path = ['etcd', 'external', 'endpoints'];
  const count = textsOf(cluster, base).length;
  if (count === 0)
    findings.push(finding(cluster, ['etcd', 'external'], 'error', 'etcd.external has no endpoints'));
  const read = Array.from({ length: count }, (_, i) =>
    endpoint(cluster, [...base, i], ETCD_CLIENT_PORT, findings),
  );
  return read.filter((found) => found !== undefined);
}

/** `name=https://address:2380,...` */
export function initialCluster(flag: Located<string> | undefined, file: string, findings: Finding[]) {
  const members: Record<string, Located<string>> = {};
  if (!flag) return members;
  for (const part of flag.value.split(',')) {
    const match = /^([A-Za-z0-9._-]+)=https?:\/\/([A-Za-z0-9._-]+):(\d{1,5})$/.exec(part.trim());
    if (match) members[match[1]!] = { value: match[2]!, line: flag.line, column: flag.column };
    else {
      const message = `initial-cluster: expected NAME=https://ADDRESS:PORT, not ${part.trim().slice(0, 60)}`;
      findings.push({ severity: 'error', file, line: flag.line, column: flag.column, message });
    }
  }
  return members;
}

export function located<T>(document: YamlDocument | undefined, path: Path): Located<T> | undefined {
  const value = valueAt(document?.value, path);
  if (!document || value === undefined || value === null) return undefined;
  return { value: value as T, ...document.position(path) };
}

export function argsOf(document: YamlDocument | undefined, path: Path): ExtraArgs {
  const value = valueAt(document?.value, path);
  if (!document || value === null || typeof value !== 'object') return {};
  const entries: [string, Path, unknown][] = Array.isArray(value)
    ? value.map((item, i) => [String(item.name), [...path, i, 'value'], item.value])
    : Object.entries(value).map(([name, flag]) => [name, [...path, name], flag]);
  return Object.fromEntries(
    entries.map(([name, at, flag]) => [name, { value: String(flag), ...document.position(at) }]),
  );
}

export function textsOf(document: YamlDocument | undefined, path: Path): string[] {
  const value = valueAt(document?.value, path);
  return Array.isArray(value) ? value.map(String) : [];
}

export function finding(
  document: YamlDocument,
  path: Path,
  severity: Finding['severity'],
  message: string,
): Finding {
  return { severity, file: document.file, ...document.position(path), message };
}

export function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function definedOnly<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
