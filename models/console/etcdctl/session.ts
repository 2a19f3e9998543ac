/**
 * What every subcommand of etcdctl shares: its global flags, its endpoints, how it prints errors.
 *
 * Sources: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/ctl.go:33-34 (--command-timeout 5 s, --dial-timeout 2 s), command/global.go,
 * pkg/cobrautl/error.go (exit codes). Unit: microseconds.
 *
 * Assumption: the shells of the hosts export what an administrator's do: ETCDCTL_ENDPOINTS with the own member (or, on a
 * host without etcd, all members) and the certificates, so that `etcdctl member list` alone works. Without a scheme an
 * endpoint is spoken to in TLS, therefore; with http:// it is not.
 */
import type { Address } from '../../../sim/effects.ts';
import { etcdPatch } from '../../cluster/versions.ts';
import { CLIENT_PORT } from '../../etcd/api.ts';
import { type EtcdVersion, versionRules } from '../../etcd/version.ts';
import type { Call, Place } from '../command.ts';
import { type Flags, type FlagTable, flagOf, readGoDuration } from '../flags.ts';

export const EXIT_ERROR = 1;
export const EXIT_BAD_ARGS = 128;

/** Flags that every subcommand takes. Those about security, discovery and keep-alives change nothing here. */
export const GLOBAL_FLAGS: FlagTable = {
  endpoints: 'list',
  'write-out': 'value',
  'command-timeout': 'value',
  'dial-timeout': 'value',
  cacert: 'value',
  cert: 'value',
  key: 'value',
  user: 'value',
  password: 'value',
  debug: 'switch',
  hex: 'switch',
  'insecure-discovery': 'switch',
  'insecure-skip-tls-verify': 'switch',
  'insecure-transport': 'switch',
  'discovery-srv': 'value',
  'discovery-srv-name': 'value',
  'keepalive-time': 'value',
  'keepalive-timeout': 'value',
};
export const SHORTHANDS: Readonly<Record<string, string>> = { w: 'write-out' };

export interface Endpoint {
  /** As it was given, for messages. */
  readonly text: string;
  readonly address: Address;
  readonly port: number;
  readonly tls: boolean;
}

export type Format = 'simple' | 'table' | 'json' | 'fields';

export interface Session {
  readonly call: Call;
  readonly flags: Flags;
  /** What follows the subcommand. */
  readonly args: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly format: Format;
  readonly timeoutUs: number;
  readonly version: EtcdVersion;
}

const COMMAND_TIMEOUT_US = 5_000_000;

export function versionOf({ topology }: Place): EtcdVersion {
  return topology.versions.etcd as EtcdVersion;
}

/** The full version of the tool: it comes with the server. */
export function fullVersion(place: Place): string {
  return versionRules(versionOf(place), etcdPatch(place.topology.parameters?.['etcd.version'])).full;
}

export function isFormat(text: string): text is Format {
  return ['simple', 'table', 'json', 'fields'].includes(text);
}

/** The session, or the words of what is wrong with its flags. */
export function openSession(call: Call, flags: Flags, args: readonly string[]): Session | string {
  const format = flagOf(flags, 'write-out') ?? call.env['ETCDCTL_WRITE_OUT'] ?? 'simple';
  if (!isFormat(format)) return 'unsupported output format';
  const limit = flagOf(flags, 'command-timeout');
  const timeoutUs = limit === undefined ? COMMAND_TIMEOUT_US : readGoDuration(limit);
  if (timeoutUs === undefined) {
    return `invalid argument "${limit}" for "--command-timeout" flag: time: invalid duration ${limit}`;
  }
  const texts = (flags.values.get('endpoints') ?? [call.env['ETCDCTL_ENDPOINTS'] ?? ''])
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');
  const endpoints = (texts.length === 0 ? ownEndpoints(call.place) : texts).map((text) =>
    readEndpoint(text, call.place),
  );
  return { call, flags, args, endpoints, format, timeoutUs, version: versionOf(call.place) };
}

/** What the profile of the host's shell exports as ETCDCTL_ENDPOINTS. */
function ownEndpoints({ host, topology }: Place): string[] {
  const runsEtcd = topology.hosts.some(({ name, processes }) => name === host && processes.includes('etcd'));
  if (runsEtcd) return [`https://127.0.0.1:${CLIENT_PORT}`];
  return topology.etcd.members.map((member) => {
    const { address = '' } = topology.hosts.find(({ name }) => name === member.host) ?? {};
    return `https://${address}:${CLIENT_PORT}`;
  });
}

/** `https://10.0.0.11:2379`, `m1:2379`, `127.0.0.1:2379`; names are those of /etc/hosts. */
export function readEndpoint(text: string, place: Place): Endpoint {
  const [, scheme = '', rest = ''] = /^(?:(https?|unixs?):\/\/)?(.*)$/.exec(text) ?? [];
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?/.exec(rest.replace(/\/.*$/, '')) ?? [];
  return {
    text,
    address: addressOf(name, place),
    port: port === undefined || port === '' ? CLIENT_PORT : Number(port),
    tls: scheme !== 'http',
  };
}

/** The address that a name means on a host. An unknown name is left as it is: no route leads to it. */
export function addressOf(name: string, { host, topology }: Place): Address {
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  const wanted = ['127.0.0.1', 'localhost', '::1'].includes(bare) ? host : bare;
  return topology.hosts.find((one) => one.name === wanted)?.address ?? topology.names?.[wanted] ?? wanted;
}

/** ExitWithError of cobrautl. */
export function exitWithError({ call }: Pick<Session, 'call'>, error: string, code = EXIT_ERROR): number {
  call.err(`Error: ${error}\n`);
  return code;
}
