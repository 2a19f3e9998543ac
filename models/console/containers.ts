/**
 * crictl and docker, ps and logs: the containers that run on a host, whatever the API says.
 *
 * Sources: crictl (cmd/crictl/container.go), docker ps; names of dockershim's containers
 * (k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT). Ids are made up. Not modelled: containers that have ended (crictl ps -a shows
 * none), images' hashes.
 */
import type { ContainerRuntime, Process } from '../../sim/state.ts';
import type { LocalPods } from '../kubelet/local-pod.ts';
import { type Call, look, type Script } from './command.ts';
import { containerLog, linesOf } from './container-log.ts';
import { columns } from './go-text.ts';
import { hostWallUs } from './host-clock.ts';
import { hexDigits } from './made-up.ts';

interface Container {
  readonly name: string;
  readonly pod: string;
  readonly namespace: string;
  readonly startedAtUs: number;
  readonly attempt: number;
}

function* containersOf(): Script<{
  readonly found: readonly Container[];
  readonly nowUs: number;
  readonly down: boolean;
  readonly runtime: ContainerRuntime;
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
    return { found, nowUs, down: !kubelet || !record.runtime, runtime: record.containerRuntime };
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

function refuse(call: Call, what: string): number {
  call.err(`${call.name}: this console has ${call.name} ps and ${call.name} logs, not ${what}\n`);
  return 1;
}

/** docker logs CONTAINER, crictl logs CONTAINER: by an id or the beginning of one, or by a name. */
function* logs(call: Call, words: readonly string[]): Script {
  const [wanted] = words;
  if (wanted === undefined) {
    call.err(`"${call.name} logs" requires exactly 1 argument.\n`);
    return 1;
  }
  const { found } = yield* containersOf();
  const one = found.find(
    (container) =>
      idOf(container, 64).startsWith(wanted) || container.name === wanted || dockerName(container) === wanted,
  );
  if (one === undefined) {
    call.err(`Error: No such container: ${wanted}\n`);
    return 1;
  }
  const tail = call.args.indexOf('--tail');
  const { lines, offsetUs } = yield* look((seen) => ({
    lines: seen.logs(`${call.place.host}/${one.name}`),
    offsetUs: hostWallUs(seen) - seen.nowUs,
  }));
  const shown = linesOf(lines, false, tail < 0 ? -1 : Number(call.args[tail + 1] ?? -1));
  call.out(containerLog(one.name, shown, offsetUs, call.place.topology.versions));
  return 0;
}

function idOf({ name, pod, attempt, startedAtUs }: Container, length: number): string {
  return hexDigits(`${name} ${pod} ${attempt} ${startedAtUs}`, length);
}

function dockerName({ name, pod, namespace, attempt }: Container, container = name): string {
  return `k8s_${container}_${pod}_${namespace}_${hexDigits(`uid ${pod}`, 32)}_${container === 'POD' ? 0 : attempt}`;
}

/** Flags with a value beside. */
const WITH_VALUE = ['--tail', '-n', '--name', '--since'];

function wordsOf({ args }: Call): string[] {
  return args.filter((arg, i) => !arg.startsWith('-') && !WITH_VALUE.includes(args[i - 1] ?? ''));
}

export function* crictl(call: Call): Script {
  const words = wordsOf(call);
  const [verb = ''] = words;
  if (verb === 'logs') return yield* logs(call, words.slice(1));
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
    .map((one) => [
      idOf(one, 13),
      hexDigits(`image ${one.name}`, 13),
      `${duration(nowUs - one.startedAtUs)} ago`,
      'Running',
      one.name,
      String(one.attempt),
      hexDigits(`sandbox ${one.pod}`, 13),
      one.pod,
      one.namespace,
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
  const words = wordsOf(call);
  const [verb = ''] = words;
  if (verb === 'logs') return yield* logs(call, words.slice(1));
  if (verb !== 'ps' && !(verb === 'container' && words[1] === 'ls'))
    return refuse(call, verb === '' ? 'that' : verb);
  const { found, nowUs, down, runtime } = yield* containersOf();
  if (down || runtime !== 'docker') {
    call.err(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
    );
    return 1;
  }
  const rows = [...found]
    .sort((a, b) => b.startedAtUs - a.startedAtUs)
    .flatMap((one) => {
      const { name, pod, startedAtUs, attempt } = one;
      const ago = duration(nowUs - startedAtUs);
      const row = (image: string, command: string, container: string) => [
        container === 'POD' ? hexDigits(`POD ${pod} ${attempt}`, 12) : idOf(one, 12),
        image,
        `"${command}"`,
        `${ago} ago`,
        `Up ${ago}`,
        '',
        dockerName(one, container),
      ];
      const program = name.length > 17 ? `${name.slice(0, 17)}…` : `${name} --…`;
      return [
        row(hexDigits(`image ${name}`, 12), program, name),
        row('k8s.gcr.io/pause:3.2', '/pause', 'POD'),
      ];
    });
  call.out(
    columns([['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'], ...rows], 3),
  );
  return 0;
}
