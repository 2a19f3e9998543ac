/**
 * crictl ps and docker ps: the containers that run on a host, whatever the API says.
 *
 * Sources: crictl (cmd/crictl/container.go), docker ps; names of dockershim's containers
 * (k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT). Ids are made up. Not modelled: containers that have ended (crictl ps -a shows
 * none), images' hashes.
 */
import type { Process } from '../../sim/state.ts';
import type { LocalPods } from '../kubelet/local-pod.ts';
import { type Call, look, type Script } from './command.ts';
import { runtimeName } from './units.ts';

interface Container {
  readonly name: string;
  readonly pod: string;
  readonly namespace: string;
  readonly startedAtUs: number;
  readonly attempt: number;
}

/** FNV-1a, as hexadecimal digits. */
function id(text: string, length: number): string {
  let hex = '';
  for (let round = 0; hex.length < length; round++) {
    let hash = 0x811c9dc5;
    const salted = `${round} ${text}`;
    for (let i = 0; i < salted.length; i++) hash = Math.imul(hash ^ salted.charCodeAt(i), 0x01000193);
    hex += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return hex.slice(0, length);
}

function* containersOf(): Script<{
  readonly found: readonly Container[];
  readonly nowUs: number;
  readonly down: boolean;
}> {
  return yield* look(({ world, host, nowUs }) => {
    const record = world.host(host);
    const found: Container[] = [];
    for (const index of record.processes) {
      const process = world.processes[index] as Process;
      if (process.spec.supervisor.kind !== 'static-pod') continue;
      if (process.state !== 'running' && process.state !== 'paused') continue;
      const { name } = process.spec;
      found.push({
        name,
        pod: `${name}-${host}`,
        namespace: 'kube-system',
        startedAtUs: process.startedAtUs,
        attempt: process.failures,
      });
    }
    const kept = record.disk.values.get('kubelet/containers')?.value as
      | { readonly local: LocalPods }
      | undefined;
    for (const [key, pod] of kept?.local ?? []) {
      if (pod.process !== undefined || (pod.state !== 'running' && pod.state !== 'ending')) continue;
      const [namespace = '', name = ''] = key.split('/');
      const offsetUs = world.localUs(record) - nowUs;
      found.push({
        name: pod.labels['app'] ?? name,
        pod: name,
        namespace,
        startedAtUs: pod.startedAtUs - offsetUs,
        attempt: pod.restarts,
      });
    }
    const kubelet = record.processes.some((index) => world.processes[index]?.spec.name === 'kubelet');
    return { found, nowUs, down: !kubelet || !record.runtime };
  });
}

/** `About a minute`, `19 seconds`, `2 hours` (docker's and crictl's words). */
function duration(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60 + 0.5);
  if (hours === 1) return 'About an hour';
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}

function columns(rows: readonly (readonly string[])[], gap: number): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] as number) + gap))).join('')}\n`,
    )
    .join('');
}

function refuse(call: Call, what: string): number {
  call.err(`${call.name}: this console has ${call.name} ps, not ${what}\n`);
  return 1;
}

export function* crictl(call: Call): Script {
  const words = call.args.filter((arg) => !arg.startsWith('-'));
  const [verb = ''] = words;
  if (verb !== 'ps') return refuse(call, verb === '' ? 'that' : verb);
  const at = call.args.indexOf('--name');
  const wanted = at < 0 ? undefined : call.args[at + 1];
  const { found, nowUs, down } = yield* containersOf();
  if (down) {
    call.err(
      'FATA[0000] validate service connection: validate CRI v1 runtime API for endpoint "unix:///run/containerd/containerd.sock": dial unix /run/containerd/containerd.sock: connect: no such file or directory\n',
    );
    return 1;
  }
  const rows = found
    .filter(({ name }) => wanted === undefined || name.includes(wanted))
    .sort((a, b) => b.startedAtUs - a.startedAtUs)
    .map(({ name, pod, namespace, startedAtUs, attempt }) => [
      id(`${pod} ${attempt} ${startedAtUs}`, 13),
      id(`image ${name}`, 13),
      `${duration(nowUs - startedAtUs)} ago`,
      'Running',
      name,
      String(attempt),
      id(`sandbox ${pod}`, 13),
      pod,
      namespace,
    ]);
  call.out(
    columns(
      [['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'], ...rows],
      2,
    ),
  );
  return 0;
}

export function* docker(call: Call): Script {
  const words = call.args.filter((arg) => !arg.startsWith('-'));
  const [verb = ''] = words;
  if (verb !== 'ps' && !(verb === 'container' && words[1] === 'ls'))
    return refuse(call, verb === '' ? 'that' : verb);
  const { found, nowUs, down } = yield* containersOf();
  if (down || runtimeName(call.place) !== 'docker') {
    call.err(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
    );
    return 1;
  }
  const rows = [...found]
    .sort((a, b) => b.startedAtUs - a.startedAtUs)
    .flatMap(({ name, pod, namespace, startedAtUs, attempt }) => {
      const uid = id(`uid ${pod}`, 32);
      const ago = duration(nowUs - startedAtUs);
      const row = (image: string, command: string, container: string) => [
        id(`${container} ${pod} ${attempt} ${startedAtUs}`, 12),
        image,
        `"${command}"`,
        `${ago} ago`,
        `Up ${ago}`,
        '',
        `k8s_${container}_${pod}_${namespace}_${uid}_${container === 'POD' ? 0 : attempt}`,
      ];
      const program = name.length > 17 ? `${name.slice(0, 17)}…` : `${name} --…`;
      return [row(id(`image ${name}`, 12), program, name), row('k8s.gcr.io/pause:3.2', '/pause', 'POD')];
    });
  call.out(
    columns([['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'], ...rows], 3),
  );
  return 0;
}
