/**
 * A member of etcd on this host: the first of a cluster, or one more.
 *
 * Source: k/k cmd/kubeadm/app/phases/etcd/local.go commit 0009808f (CreateStackedEtcdStaticPodManifestFile). Unit:
 * microseconds. Assumption, as no source gives a time: a container of an image that is there takes 2 s from its manifest to
 * its process.
 */
import { etcdPlaces } from '../../cluster/topology.ts';
import { CLIENT_PORT, METHODS, type Member } from '../../etcd/api.ts';
import { type EtcdConfig, type InitialMember, PEER_PORT } from '../../etcd/config.ts';
import { peerUrl, addressOf as urlAddress } from '../../etcd/ids.ts';
import { joinsAsLearner } from '../../kubeadm/behaviour.ts';
import { act, look, type Script, wait } from '../command.ts';
import { addMember, changeMember, connect, type EtcdClient, waitForAll } from './etcd.ts';
import { addressOf, type Done, install, isBroken, type Kubeadm, say } from './session.ts';
import { sayEtcdManifest } from './words.ts';

const CONTAINER_US = 2_000_000;

function initialMembers(members: readonly Member[], own: InitialMember): InitialMember[] {
  return members.map(({ id, name, peerUrls }) => {
    const { address, port } = urlAddress(peerUrls[0] ?? '');
    const isOwn = address === own.peerAddress;
    return { name: isOwn ? own.name : name === '' ? id : name, peerAddress: address, peerPort: port };
  });
}

/** Writes the manifest of a member that knows these others. */
export function* startMember(
  kubeadm: Kubeadm,
  initialCluster: readonly InitialMember[],
  state: EtcdConfig['initialClusterState'],
): Script<void> {
  const process = `${kubeadm.call.place.host}/etcd`;
  const base = yield* look(({ world }) => world.process(process).spec.config as EtcdConfig);
  const config: EtcdConfig = { ...base, initialCluster, initialClusterState: state };
  yield* act([{ do: 'configure', process, config }]);
  yield* wait(CONTAINER_US);
  yield* install(kubeadm, ['etcd']);
}

/** This host's member, as the topology names it. */
export function ownMember({ call }: Kubeadm): InitialMember {
  const { host, topology } = call.place;
  const name = etcdPlaces(topology).find((one) => one.host === host)?.name ?? host;
  return { name, peerAddress: addressOf({ call }, host), peerPort: PEER_PORT };
}

/** The new member joins the others. */
export function* joinEtcd(kubeadm: Kubeadm): Script<Done> {
  const { minor } = kubeadm;
  const client = yield* connect(kubeadm);
  if (isBroken(client)) return client;
  const own = ownMember(kubeadm);
  const url = peerUrl(own.peerAddress, own.peerPort);
  const asLearner = joinsAsLearner(minor);
  const members = yield* addMember(kubeadm, client, url, asLearner);
  if (isBroken(members)) return members;
  say(kubeadm, '[etcd] Announced new etcd member joining to the existing etcd cluster');
  sayEtcdManifest(kubeadm, false);
  yield* startMember(kubeadm, initialMembers(members, own), 'existing');
  if (asLearner) {
    const promoted = yield* promote(kubeadm, client, members, url);
    if (promoted !== undefined) return promoted;
  }
  say(kubeadm, '[etcd] Waiting for the new etcd member to join the cluster. This can take up to 40s');
  return yield* waitForAll(kubeadm, client, `https://${own.peerAddress}:${CLIENT_PORT}`);
}

function* promote(
  kubeadm: Kubeadm,
  client: EtcdClient,
  members: readonly Member[],
  url: string,
): Script<Done> {
  const learner = members.find(({ peerUrls }) => peerUrls.includes(url));
  if (learner === undefined || !learner.isLearner) return undefined;
  return yield* changeMember(kubeadm, client, METHODS.memberPromote, learner.id);
}
