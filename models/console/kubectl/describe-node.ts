/**
 * `kubectl describe node`, as far as the model has what it shows.
 *
 * Source: kubectl pkg/describe/describe.go describeNode. Not modelled: capacity, allocated resources, images.
 */
import {
  collectionPath,
  type KubeList,
  type Lease,
  leasePath,
  type Node,
  nodePath,
} from '../../kube-apiserver/api.ts';
import type { Pod } from '../../kube-apiserver/workloads.ts';
import { look, type Script } from '../command.ts';
import { hostWallUs } from '../host-clock.ts';
import { civilTime } from '../wall-clock.ts';
import { isFailed, type Kubectl, minorOf, request } from './client.ts';
import { eventsText } from './describe-events.ts';
import { humanDuration, rolesOf, runtimeOf } from './print.ts';
import { ruledTable } from './ruled-table.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 1123 with a zone of digits: `Mon, 05 Jan 2026 00:01:02 +0000`. */
export function dateText(wallUs: number): string {
  const { year, month, day, weekday, hour, minute, second } = civilTime(wallUs);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${DAYS[weekday]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${two(hour)}:${two(minute)}:${two(second)} +0000`;
}

export function block(title: string, lines: readonly string[]): string {
  const [first = '<none>', ...rest] = lines;
  const pad = `${title}:`.padEnd(20);
  return [`${pad}${first}`, ...rest.map((line) => `${''.padEnd(20)}${line}`)]
    .map((line) => `${line}\n`)
    .join('');
}

function conditionsText(node: Node): string {
  const rows = node.status.conditions.map(
    ({ type, status, lastHeartbeatTimeUs, lastTransitionTimeUs, reason, message }) => [
      type,
      status,
      dateText(lastHeartbeatTimeUs),
      dateText(lastTransitionTimeUs),
      reason,
      message,
    ],
  );
  const header = ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'];
  return `Conditions:\n${ruledTable(header, rows)}`;
}

function podsText(pods: readonly Pod[], nowUs: number): string {
  const rows = pods.map(({ metadata }) => [
    metadata.namespace ?? '',
    metadata.name,
    humanDuration(nowUs - (metadata.creationTimestampUs ?? nowUs)),
  ]);
  const table = ruledTable(['Namespace', 'Name', 'Age'], rows);
  return `Non-terminated Pods:          (${pods.length} in total)\n${table}`;
}

export function* describeNode(kubectl: Kubectl, name: string): Script {
  const { call } = kubectl;
  const found = yield* request<Node>(kubectl, 'GET', nodePath(name), { what: `get nodes ${name}` });
  if (isFailed(found)) return 1;
  const node = found.body;
  const lease = yield* request<Lease>(kubectl, 'GET', leasePath('kube-node-lease', name), {
    what: `get leases ${name}`,
    quiet: [404],
  });
  const pods = yield* request<KubeList>(
    kubectl,
    'GET',
    `${collectionPath('pods')}?fieldSelector=spec.nodeName=${name}`,
    {
      what: 'get pods',
    },
  );
  if (isFailed(pods)) return 1;
  const nowUs = yield* look(hostWallUs);
  const taints = (node.spec.taints ?? []).map(
    ({ key, value, effect }) => `${key}${value === undefined ? '' : `=${value}`}:${effect}`,
  );
  call.out(block('Name', [node.metadata.name]));
  call.out(block('Roles', [rolesOf(node)]));
  call.out(
    block(
      'Labels',
      Object.entries(node.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`),
    ),
  );
  call.out(block('CreationTimestamp', [dateText(node.metadata.creationTimestampUs ?? 0)]));
  call.out(block('Taints', taints));
  call.out(block('Unschedulable', [String(node.spec.unschedulable === true)]));
  if (!isFailed(lease)) {
    const { holderIdentity, renewTimeUs } = lease.body.spec;
    call.out(
      `Lease:\n  HolderIdentity:  ${holderIdentity}\n  AcquireTime:     <unset>\n  RenewTime:       ${dateText(renewTimeUs)}\n`,
    );
  }
  call.out(conditionsText(node));
  call.out(
    `Addresses:\n${node.status.addresses.map(({ type, address }) => `  ${type}:  ${address}\n`).join('')}`,
  );
  call.out(
    `System Info:\n  Container Runtime Version:  ${runtimeOf(minorOf(kubectl))}\n  Kubelet Version:            ${node.status.nodeInfo.kubeletVersion}\n`,
  );
  call.out(podsText(pods.body.items as readonly Pod[], nowUs));
  call.out(yield* eventsText(kubectl, node));
  return 0;
}
