/**
 * The events at the end of what `kubectl describe` prints.
 *
 * Source: kubectl pkg/describe/describe.go DescribeEvents (by time of their last sight; of an object without a namespace they are
 * in `default`).
 */
import { collectionPath, type KubeList, type KubeObject } from '../../kube-apiserver/api.ts';
import type { KubeEvent } from '../../kube-apiserver/workloads.ts';
import { look, type Script } from '../command.ts';
import { hostWallUs } from '../host-clock.ts';
import { isFailed, type Kubectl, request } from './client.ts';
import { humanDuration } from './print.ts';
import { ruledTable } from './ruled-table.ts';

const HEADER = ['Type', 'Reason', 'Age', 'From', 'Message'];

/** What is said about an object; nothing if it cannot be had. */
export function* eventsText(kubectl: Kubectl, { kind, metadata }: KubeObject): Script<string> {
  const { namespace = 'default', name } = metadata;
  const answer = yield* request<KubeList>(kubectl, 'GET', collectionPath('events', namespace), {
    what: 'get events',
  });
  if (isFailed(answer)) return '';
  const events = (answer.body.items as readonly KubeEvent[])
    .filter(({ involvedObject: about }) => about.kind === kind && about.name === name)
    .sort((a, b) => a.lastTimestampUs - b.lastTimestampUs);
  if (events.length === 0) return 'Events:              <none>\n';
  const nowUs = yield* look(hostWallUs);
  const rows = events.map(({ type, reason, lastTimestampUs, source, message }) => [
    ...[type, reason, humanDuration(nowUs - lastTimestampUs), source.component, message],
  ]);
  return `Events:\n${ruledTable(HEADER, rows)}`;
}
