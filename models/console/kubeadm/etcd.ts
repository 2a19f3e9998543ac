/**
 * kubeadm's client of etcd: finds the members by the etcd pods in the API, then asks the members themselves who they are.
 *
 * Source: k/k cmd/kubeadm/app/util/etcd/etcd.go commit 004a61a4 (NewFromCluster, Sync, getClusterStatus, AddMember: 2 s a
 * call), phases/etcd/local.go commit 0009808f (8 times, 5 s apart, until every member answers). Unit: microseconds.
 *
 * Not modelled: ClusterStatus in kubeadm-config, which named the members before 1.18 (here the pods do).
 */

import {
  CLIENT_PORT,
  METHODS,
  type Member,
  type MemberAddResponse,
  type MemberListResponse,
  type StatusResponse,
} from '../../etcd/api.ts';
import { collectionPath, type KubeList } from '../../kube-apiserver/api.ts';
import { MIRROR_ANNOTATION, type Pod } from '../../kube-apiserver/workloads.ts';
import { etcdPatience } from '../../kubeadm/behaviour.ts';
import { type Script, wait } from '../command.ts';
import { type Answer, call as ask, isFailure } from '../etcdctl/client.ts';
import { type Endpoint, readEndpoint, type Session, versionOf } from '../etcdctl/session.ts';
import { askOn } from './api.ts';
import { addressOf, type Broken, type Done, endpointOf, isBroken, type Kubeadm, retried } from './session.ts';

const CALL_US = 2_000_000;
const CHECK_EVERY_US = 5_000_000;
const CHECKS = 8;

export interface EtcdClient {
  readonly session: Session;
  /** URLs of all members, as etcd itself tells them. */
  readonly members: readonly Member[];
}

function sessionFor({ call }: Kubeadm, urls: readonly string[]): Session {
  return {
    call: { ...call, out: () => {}, err: () => {} },
    flags: { values: new Map(), positional: [] },
    args: [],
    endpoints: urls.map((url) => readEndpoint(url, call.place)),
    format: 'simple',
    timeoutUs: CALL_US,
    version: versionOf(call.place),
  };
}

/** One call with kubeadm's repetitions. */
function* repeated<Body>(
  { minor }: Kubeadm,
  session: Session,
  method: string,
  body: unknown,
  endpoints?: readonly Endpoint[],
): Script<Body | Broken> {
  return yield* retried<Body>(etcdPatience(minor), function* () {
    const options = endpoints === undefined ? {} : { endpoints };
    const answer: Answer<Body> = yield* ask<Body>(session, method, body, options);
    return isFailure(answer) ? { error: answer.failure } : answer.body;
  });
}

/** A client that knows all members. */
export function* connect(kubeadm: Kubeadm): Script<EtcdClient | Broken> {
  const listed = yield* askOn<KubeList>(
    kubeadm,
    endpointOf(kubeadm),
    'GET',
    collectionPath('pods', 'kube-system'),
  );
  if (isBroken(listed)) return { error: `could not retrieve the list of etcd endpoints: ${listed.error}` };
  const pods = (listed.body.items as readonly Pod[]).filter(
    ({ metadata }) => metadata.annotations?.[MIRROR_ANNOTATION] === 'etcd',
  );
  const urls = pods.map(({ spec }) => `https://${addressOf(kubeadm, spec.nodeName ?? '')}:${CLIENT_PORT}`);
  if (urls.length === 0)
    return { error: 'could not retrieve the list of etcd endpoints: timed out waiting for the condition' };
  const session = sessionFor(kubeadm, urls);
  const found = yield* repeated<MemberListResponse>(kubeadm, session, METHODS.memberList, {
    linearizable: true,
  });
  if (isBroken(found)) return { error: `error syncing endpoints with etcd: ${found.error}` };
  const known = found.members.flatMap(({ clientUrls }) => clientUrls);
  return { session: sessionFor(kubeadm, known), members: found.members };
}

/** Every member has to answer, one after the other. */
export function* checkHealth(kubeadm: Kubeadm, { session }: EtcdClient): Script<Done> {
  for (const endpoint of session.endpoints) {
    const status = yield* repeated<StatusResponse>(kubeadm, session, METHODS.status, {}, [endpoint]);
    if (isBroken(status))
      return { error: `failed to dial endpoint ${endpoint.text} with maintenance client: ${status.error}` };
  }
  return undefined;
}

export function* addMember(
  kubeadm: Kubeadm,
  { session, members }: EtcdClient,
  peerUrl: string,
  isLearner: boolean,
): Script<readonly Member[] | Broken> {
  if (members.some(({ peerUrls }) => peerUrls.includes(peerUrl))) return members;
  const request = { peerUrls: [peerUrl], isLearner };
  const added = yield* repeated<MemberAddResponse>(kubeadm, session, METHODS.memberAdd, request);
  return isBroken(added) ? added : added.members;
}

/** The same for a promotion or a removal. */
export function* changeMember(
  kubeadm: Kubeadm,
  { session }: EtcdClient,
  method: string,
  id: string,
): Script<Done> {
  const changed = yield* repeated<MemberListResponse>(kubeadm, session, method, { id });
  return isBroken(changed) ? changed : undefined;
}

/** Until all members answer, the new one too. */
export function* waitForAll(kubeadm: Kubeadm, client: EtcdClient, newUrl: string): Script<Done> {
  const urls = [...new Set([...client.session.endpoints.map(({ text }) => text), newUrl])];
  const all = { ...client, session: sessionFor(kubeadm, urls) };
  for (let i = 0; i < CHECKS; i++) {
    if (i > 0) yield* wait(CHECK_EVERY_US);
    if ((yield* checkHealth(kubeadm, all)) === undefined) return undefined;
  }
  return { error: 'timeout waiting for etcd cluster to be available' };
}
