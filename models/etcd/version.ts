/**
 * Where etcd's versions behave differently, by series. Patch releases are not told apart: a series behaves
 * as its newest patch release.
 *
 * Sources: v3.4.30 embed/config.go:444 and etcdserver/server.go; v3.5.33 server/embed/config.go:511, server/etcdserver/server.go:76;
 * v3.6.14 server/embed/config.go:695, server/etcdserver/server.go:80, :114; api/etcdhttp/health.go of each.
 */

export type EtcdVersion = '3.4' | '3.5' | '3.6';

export interface VersionRules {
  /** What `etcdctl endpoint status` prints. */
  readonly full: string;
  /** Default of --pre-vote. */
  readonly preVote: boolean;
  /** Default of --snapshot-count: applied entries between two snapshots. */
  readonly snapshotCount: number;
  /** MemberList asks for a quorum (CHANGELOG-3.5, "Breaking Changes"). */
  readonly linearizableMemberList: boolean;
  /** How long GET /health lets its read take. */
  readonly healthReadUs: number | 'request-timeout';
  /** GET /health names its reason. */
  readonly healthReason: boolean;
  /** gRPC code of a server-side `context deadline exceeded` (grpc-go's server: status.FromContextError since 1.37; recorded with 3.4: 2). */
  readonly contextDeadlineCode: 'Unknown' | 'DeadlineExceeded';
  /** Clients are served without a leader after this time (--wait-cluster-ready-timeout); 3.4 waits for ever. */
  readonly waitClusterReadyUs: number;
  /** gRPC code of `rpc not supported for learner` (recorded with 3.4: 14). */
  readonly learnerCode: 'Unavailable' | 'FailedPrecondition';
  /** A member may only be added while every voter is connected (until 3.5.29, 3.6.10; PR 21641). */
  readonly addNeedsAll: boolean;
  /** Applied entries after which the in-memory log is cut without a snapshot (server.go:114); Infinity: only at snapshots. */
  readonly compactLogEvery: number;
}

const RULES: Readonly<Record<EtcdVersion, VersionRules>> = {
  '3.4': {
    full: '3.4.23',
    preVote: false,
    snapshotCount: 100_000,
    linearizableMemberList: false,
    healthReadUs: 1_000_000,
    healthReason: false,
    contextDeadlineCode: 'Unknown',
    waitClusterReadyUs: Number.POSITIVE_INFINITY,
    learnerCode: 'Unavailable',
    addNeedsAll: true,
    compactLogEvery: Number.POSITIVE_INFINITY,
  },
  '3.5': {
    full: '3.5.33',
    preVote: true,
    snapshotCount: 100_000,
    linearizableMemberList: true,
    healthReadUs: 'request-timeout',
    healthReason: true,
    contextDeadlineCode: 'DeadlineExceeded',
    waitClusterReadyUs: 5_000_000,
    learnerCode: 'FailedPrecondition',
    addNeedsAll: false,
    compactLogEvery: Number.POSITIVE_INFINITY,
  },
  '3.6': {
    full: '3.6.14',
    preVote: true,
    snapshotCount: 10_000,
    linearizableMemberList: true,
    healthReadUs: 'request-timeout',
    healthReason: true,
    contextDeadlineCode: 'DeadlineExceeded',
    waitClusterReadyUs: 5_000_000,
    learnerCode: 'FailedPrecondition',
    addNeedsAll: false,
    compactLogEvery: 100,
  },
};

export function versionRules(version: EtcdVersion): VersionRules {
  return RULES[version];
}
