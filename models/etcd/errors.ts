/**
 * The errors that a member answers, with the gRPC code of each.
 *
 * Source: etcd api/v3rpc/rpctypes/error.go (v3.6.14); ETCD-FACTS section 5.
 */

export type GrpcCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'FailedPrecondition'
  | 'ResourceExhausted'
  | 'OutOfRange'
  | 'Unavailable'
  | 'DataLoss';

export interface EtcdError {
  readonly error: string;
  readonly code: GrpcCode;
}

/** Errors that a member answers (api/v3rpc/rpctypes/error.go). */
export const ERRORS = {
  timeout: { error: 'etcdserver: request timed out', code: 'Unavailable' },
  timeoutLeaderFailure: {
    error: 'etcdserver: request timed out, possibly due to previous leader failure',
    code: 'Unavailable',
  },
  timeoutConnectionLost: {
    error: 'etcdserver: request timed out, possibly due to connection lost',
    code: 'Unavailable',
  },
  leaderChanged: { error: 'etcdserver: leader changed', code: 'Unavailable' },
  noLeader: { error: 'etcdserver: no leader', code: 'Unavailable' },
  notLearner: { error: 'etcdserver: rpc not supported for learner', code: 'FailedPrecondition' },
  tooManyRequests: { error: 'etcdserver: too many requests', code: 'ResourceExhausted' },
  corrupt: { error: 'etcdserver: corrupt cluster', code: 'DataLoss' },
  noSpace: { error: 'etcdserver: mvcc: database space exceeded', code: 'ResourceExhausted' },
  compacted: {
    error: 'etcdserver: mvcc: required revision has been compacted',
    code: 'OutOfRange',
  },
  futureRevision: {
    error: 'etcdserver: mvcc: required revision is a future revision',
    code: 'OutOfRange',
  },
  leaseNotFound: { error: 'etcdserver: requested lease not found', code: 'NotFound' },
  leaseExists: { error: 'etcdserver: lease already exists', code: 'FailedPrecondition' },
  requestTooLarge: { error: 'etcdserver: request is too large', code: 'InvalidArgument' },
  unhealthy: { error: 'etcdserver: unhealthy cluster', code: 'Unavailable' },
  notEnoughStarted: {
    error: 'etcdserver: re-configuration failed due to not enough started members',
    code: 'FailedPrecondition',
  },
  learnerNotReady: {
    error: 'etcdserver: can only promote a learner member which is in sync with leader',
    code: 'FailedPrecondition',
  },
  memberNotLearner: {
    error: 'etcdserver: can only promote a learner member',
    code: 'FailedPrecondition',
  },
  tooManyLearners: {
    error: 'etcdserver: too many learner members in cluster',
    code: 'FailedPrecondition',
  },
  memberExists: { error: 'etcdserver: member ID already exist', code: 'FailedPrecondition' },
  peerUrlExists: { error: 'etcdserver: Peer URLs already exists', code: 'FailedPrecondition' },
  memberNotFound: { error: 'etcdserver: member not found', code: 'NotFound' },
  notLeader: { error: 'etcdserver: not leader', code: 'FailedPrecondition' },
  badTransferee: { error: 'etcdserver: bad leader transferee', code: 'FailedPrecondition' },
  /** Not in etcd's map of errors, hence the code. */
  transferTimeout: {
    error: 'etcdserver: request timed out, leader transfer took too long',
    code: 'Unknown',
  },
} as const satisfies Readonly<Record<string, EtcdError>>;

export function isEtcdError(body: unknown): body is EtcdError {
  return typeof body === 'object' && body !== null && 'error' in body;
}
