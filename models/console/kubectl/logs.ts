/**
 * `kubectl logs` of static pods, and `kubectl exec` into etcd's.
 *
 * Sources: kubectl pkg/cmd/logs/logs.go. The apiserver asks the kubelet of the pod's node,
 * port 10250: a node that is off or cut is not there. Not modelled: what programs of ordinary pods print, --since.
 */
import { objectPath } from '../../kube-apiserver/api.ts';
import { MIRROR_ANNOTATION, type Pod } from '../../kube-apiserver/workloads.ts';
import { elsewhere, type LogLine, look, type Script } from '../command.ts';
import { commandNamed } from '../commands.ts';
import { containerLog, linesOf } from '../container-log.ts';
import { flagOf, isSet } from '../flags.ts';
import { isFailed, type Kubectl, request } from './client.ts';

interface Place {
  readonly up: boolean;
  readonly address: string;
  readonly lines: readonly LogLine[];
  /** What the host's clock is ahead of the world's. */
  readonly offsetUs: number;
}

function* placeOf(node: string, process: string): Script<Place> {
  return yield* look(({ world, logs }) => {
    const host = world.hosts.find(({ name }) => name === node);
    if (host === undefined) return { up: false, address: node, lines: [], offsetUs: 0 };
    const kubelet = world.processes.find(
      ({ host: of, spec }) => of === host.index && spec.name === 'kubelet',
    );
    return {
      up: host.up && host.carrier && host.attached && kubelet?.state === 'running',
      address: host.address,
      lines: logs(`${node}/${process}`),
      offsetUs: world.localUs(host) + host.clock.wallOffsetUs - world.nowUs,
    };
  });
}

function* podOf(kubectl: Kubectl, name: string): Script<Pod | undefined> {
  const { namespace } = kubectl;
  const answer = yield* request<Pod>(kubectl, 'GET', objectPath('pods', namespace, name), {
    what: `get pods ${name}`,
  });
  return isFailed(answer) ? undefined : answer.body;
}

export function* logs(kubectl: Kubectl): Script {
  const { call, flags, args } = kubectl;
  const [first] = args;
  if (first === undefined) {
    call.err(
      "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\n",
    );
    return 1;
  }
  const pod = yield* podOf(kubectl, first.replace(/^pods?\//, ''));
  if (pod === undefined) return 1;
  const process = pod.metadata.annotations?.[MIRROR_ANNOTATION];
  const { nodeName } = pod.spec;
  if (nodeName === undefined) return 0;
  const place = yield* placeOf(nodeName, process ?? '');
  if (!place.up) {
    const url = `https://${place.address}:10250/containerLogs/${pod.metadata.namespace}/${pod.metadata.name}/${process ?? pod.spec.image}`;
    call.err(`Error from server: Get "${url}": dial tcp ${place.address}:10250: connect: no route to host\n`);
    return 1;
  }
  if (process === undefined) return 0;
  const lines = linesOf(place.lines, isSet(flags, 'previous'), Number(flagOf(flags, 'tail') ?? -1));
  call.out(containerLog(process, lines, place.offsetUs, call.place.topology.versions));
  return 0;
}

/** `kubectl exec POD -- etcdctl ...`: the command as if typed on the pod's node. */
export function* exec(kubectl: Kubectl): Script {
  const { call, args } = kubectl;
  const [name, ...rest] = args;
  const [command = '', ...words] = rest;
  if (name === undefined || command === '') {
    call.err('error: you must specify at least one command for the container\n');
    return 1;
  }
  const pod = yield* podOf(kubectl, name.replace(/^pods?\//, ''));
  if (pod === undefined) return 1;
  const { nodeName = '' } = pod.spec;
  const process = pod.metadata.annotations?.[MIRROR_ANNOTATION] ?? '';
  const place = yield* placeOf(nodeName, process);
  if (!place.up) {
    call.err(
      `Error from server: error dialing backend: dial tcp ${place.address}:10250: connect: no route to host\n`,
    );
    return 1;
  }
  const line = /^(?:\/bin\/)?sh$/.test(command) && words[0] === '-c' ? words[1] : undefined;
  const inner = line === undefined ? undefined : line.split(/\s+/);
  const [program = '', ...programArgs] = inner ?? [command, ...words];
  const known = process === 'etcd' || program !== 'etcdctl' ? commandNamed(program) : undefined;
  if (known === undefined) {
    call.err(
      `OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown\ncommand terminated with exit code 127\n`,
    );
    return 127;
  }
  const inside = { ...call.place, host: nodeName };
  const code = yield* elsewhere(
    nodeName,
    known({ ...call, place: inside, name: program, args: programArgs }),
  );
  if (code !== 0) call.err(`command terminated with exit code ${code}\n`);
  return code;
}
