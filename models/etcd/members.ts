/**
 * The members of the cluster as clients see them.
 *
 * Source: etcd v3.6.14 server/etcdserver/api/v3rpc/member.go (membersToProtoMembers).
 */
import type { Member, MemberListResponse } from './api.ts';
import type { MemberRecord } from './backend.ts';
import { hexId } from './ids.ts';
import { header, type Server } from './server-state.ts';

export function memberToApi({ id, name, peerUrls, clientUrls, isLearner }: MemberRecord): Member {
  return { id: hexId(id), name, peerUrls, clientUrls, isLearner };
}

/** Members whose removal the v3 store was not told of are there again for a version that reads it. */
export function memberListOf(server: Server): MemberListResponse {
  const { members, notInV3 } = server.backend;
  const all = server.rules.readsV3 ? [...members, ...notInV3.removed] : members;
  return { ok: true, header: header(server), members: all.map(memberToApi) };
}
