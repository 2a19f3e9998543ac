/**
 * Where etcd's versions behave differently, by series; a series behaves as its newest patch release. Bugs that a patch
 * release ended are there when an older one is asked for: `etcd.version: 3.5.12`.
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
  /** A leader whose ticks stood still proves that it leads before it revokes leases (3.4.31, 3.5.13; PR 17425). */
  readonly provesLeadership: boolean;
  /** Each retry of a read index has a new id (3.4.42, 3.5.28, 3.6.9; issue 20418). */
  readonly newReadIds: boolean;
  /** A promotion reaches the v3 store too, from which 3.6 reads who is a member (missing in 3.5.1 to 3.5.19; PR 19563). */
  readonly storesPromotions: boolean;
  /** --force-new-cluster removes the others from the v3 store too (3.5.22; issue 20967). */
  readonly storesForcedRemovals: boolean;
  /** Who is a member is read from the v3 store at a start (since 3.6). */
  readonly readsV3: boolean;
  /** GET /livez and /readyz are there (3.4.29, 3.5.11). */
  readonly hasProbes: boolean;
  /** Applied entries after which the in-memory log is cut without a snapshot (server.go:114); Infinity: only at snapshots. */
  readonly compactLogEvery: number;
}

type PatchRule =
  | 'addNeedsAll'
  | 'provesLeadership'
  | 'newReadIds'
  | 'storesPromotions'
  | 'storesForcedRemovals'
  | 'readsV3'
  | 'hasProbes';
type SeriesRules = Omit<VersionRules, PatchRule>;

const RULES: Readonly<Record<EtcdVersion, SeriesRules>> = {
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
    compactLogEvery: 100,
  },
};

/** Is it so in this patch release: since that one of its series; never in a series that is not named. */
function since(version: EtcdVersion, patch: number, releases: Partial<Record<EtcdVersion, number>>): boolean {
  return patch >= (releases[version] ?? Number.POSITIVE_INFINITY);
}

/** @param patch the third number; without it the newest release of the series */
export function versionRules(version: EtcdVersion, patch?: number): VersionRules {
  const rules = RULES[version];
  const number = patch ?? Number.MAX_SAFE_INTEGER;
  // The bug came with 3.5.1: 3.4 and 3.5.0 read members from the v2 store and write both.
  const losesPromotions = version === '3.5' && number >= 1 && number < 20;
  return {
    ...rules,
    full: patch === undefined ? rules.full : `${version}.${patch}`,
    addNeedsAll: !since(version, number, { '3.5': 30, '3.6': 11 }),
    provesLeadership: since(version, number, { '3.4': 31, '3.5': 13, '3.6': 0 }),
    // It came with 3.4.20 and 3.5.0.
    newReadIds:
      since(version, number, { '3.4': 42, '3.5': 28, '3.6': 9 }) || (version === '3.4' && number < 20),
    storesPromotions: !losesPromotions,
    storesForcedRemovals: since(version, number, { '3.5': 22, '3.6': 0 }),
    readsV3: version === '3.6',
    hasProbes: since(version, number, { '3.4': 29, '3.5': 11, '3.6': 0 }),
  };
}
