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

export function memberListOf(server: Server): MemberListResponse {
  return { ok: true, header: header(server), members: server.backend.members.map(memberToApi) };
}
