/**
 * kubectl: reads its flags, finds the subcommand, and says which there are.
 *
 * Source: kubectl pkg/cmd/cmd.go; flags of pkg/cmd/get, delete, drain, create. Subcommands that this console does not have are
 * named as such. Versions are those of the cluster.
 */
import { nearestHint } from '../../nearest.ts';
import type { Call, Script } from '../command.ts';
import { type FlagTable, flagOf, isFlagError, readFlags } from '../flags.ts';
import { apply } from './apply.ts';
import { cordon, create, drain, expose, remove, scale, taint } from './change.ts';
import { isFailed, type Kubectl, request, serverOf, timeoutOf } from './client.ts';
import { describe } from './describe.ts';
import { get } from './get.ts';
import { exec, logs } from './logs.ts';

const FLAGS: FlagTable = {
  namespace: 'value',
  server: 'value',
  kubeconfig: 'value',
  context: 'value',
  'request-timeout': 'value',
  'insecure-skip-tls-verify': 'switch',
  output: 'value',
  'all-namespaces': 'switch',
  watch: 'switch',
  'watch-only': 'switch',
  'no-headers': 'switch',
  selector: 'value',
  'field-selector': 'value',
  'sort-by': 'value',
  'show-labels': 'switch',
  image: 'value',
  replicas: 'value',
  name: 'value',
  type: 'value',
  port: 'value',
  'target-port': 'value',
  force: 'switch',
  'grace-period': 'value',
  wait: 'switch',
  now: 'switch',
  'ignore-not-found': 'switch',
  'ignore-daemonsets': 'switch',
  'delete-emptydir-data': 'switch',
  'delete-local-data': 'switch',
  timeout: 'value',
  'disable-eviction': 'switch',
  previous: 'switch',
  follow: 'switch',
  tail: 'value',
  container: 'value',
  stdin: 'switch',
  tty: 'switch',
  raw: 'value',
  filename: 'value',
  validate: 'value',
};
const SHORT: Readonly<Record<string, string>> = {
  n: 'namespace',
  s: 'server',
  o: 'output',
  A: 'all-namespaces',
  w: 'watch',
  l: 'selector',
  p: 'previous',
  f: 'filename',
  c: 'container',
  i: 'stdin',
  t: 'tty',
};

type Subcommand = (kubectl: Kubectl) => Script;

function* version(kubectl: Kubectl): Script {
  const { call } = kubectl;
  const { kubernetes } = call.place.topology.versions;
  call.out(`Client Version: v${kubernetes}\n`);
  const answer = yield* request(kubectl, 'GET', '/livez', { what: 'get version' });
  if (isFailed(answer)) return 1;
  call.out(`Server Version: v${kubernetes}\n`);
  return 0;
}

function* clusterInfo(kubectl: Kubectl): Script {
  const { call, server } = kubectl;
  const answer = yield* request(kubectl, 'GET', '/api/v1/namespaces/kube-system/services', {
    what: 'get services',
  });
  if (isFailed(answer)) return 1;
  call.out(`Kubernetes control plane is running at https://${server.address}:${server.port}\n`);
  return 0;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  get,
  describe,
  logs,
  exec,
  create,
  apply,
  scale,
  expose,
  delete: remove,
  cordon: (kubectl) => cordon(kubectl, true),
  uncordon: (kubectl) => cordon(kubectl, false),
  drain,
  taint,
  version,
  'cluster-info': clusterInfo,
};

function usage(): string {
  return `kubectl controls the Kubernetes cluster manager.\n\nThis console has: ${Object.keys(SUBCOMMANDS).sort().join(', ')}\n`;
}

/** What stands behind a `--` belongs to the command in the container. */
function splitAt(args: readonly string[]): [readonly string[], readonly string[]] {
  const at = args.indexOf('--');
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

export function* kubectl(call: Call): Script {
  const [own, behind] = splitAt(call.args);
  const follows = own.includes('logs');
  const read = readFlags(own, FLAGS, follows ? { ...SHORT, f: 'follow' } : SHORT);
  if (isFlagError(read)) {
    call.err(`error: ${read.error}\nSee 'kubectl --help' for usage.\n`);
    return 1;
  }
  const [word, ...args] = read.positional;
  if (word === undefined || word === 'help') {
    call.out(usage());
    return 0;
  }
  const subcommand = Object.hasOwn(SUBCOMMANDS, word) ? SUBCOMMANDS[word] : undefined;
  if (subcommand === undefined) {
    call.err(
      `error: unknown command "${word}" for "kubectl"${nearestHint(word, Object.keys(SUBCOMMANDS))}\n${usage()}`,
    );
    return 1;
  }
  return yield* subcommand({
    call,
    flags: read,
    args: [...args, ...behind],
    server: yield* serverOf(call, read),
    timeoutUs: timeoutOf(read),
    namespace: (flagOf(read, 'namespace') ?? 'default').replace(/^=/, ''),
  });
}
