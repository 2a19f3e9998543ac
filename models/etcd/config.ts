/**
 * How an etcd process is started: its flags by their own names, and the times that follow from them.
 *
 * Sources: etcd v3.6.14 server/embed/config.go (defaults and checks), server/config/config.go:328-332
 * (ReqTimeout, PeerDialTimeout), server/etcdserver/server.go:353-358 (least TTL of a lease). Flags are in the
 * flags' own units (milliseconds, bytes); what is derived is in microseconds.
 *
 * Not modelled: URLs other than one peer and one client address a member; discovery; authentication; auto-compaction
 * (kube-apiserver compacts by itself).
 */
import type { Address } from '../../sim/effects.ts';
import { CLIENT_PORT, METRICS_PORT } from './api.ts';
import { type EtcdVersion, versionRules } from './version.ts';

/** --listen-peer-urls. */
export const PEER_PORT = 2380;

export interface InitialMember {
  readonly name: string;
  readonly peerAddress: Address;
  readonly peerPort: number;
}

/** Flags that change behaviour. One that is not given has the version's default. */
export interface EtcdFlags {
  /** Milliseconds; one tick of Raft. Default 100 (config.go:671). */
  readonly 'heartbeat-interval'?: number;
  /** Milliseconds. Default 1000 (config.go:672). */
  readonly 'election-timeout'?: number;
  /** Default: off in 3.4, on since 3.5. */
  readonly 'pre-vote'?: boolean;
  /** Default true (config.go:674). */
  readonly 'initial-election-tick-advance'?: boolean;
  /** Applied entries. Default 100000, 10000 since 3.6; kubeadm sets 10000. */
  readonly 'snapshot-count'?: number;
  /** Bytes; 0 means 2 GiB, negative means none (storage/quota.go:30-33). */
  readonly 'quota-backend-bytes'?: number;
  /** Bytes. Default 1.5 MiB (config.go:67). */
  readonly 'max-request-bytes'?: number;
  /** Refuse membership changes that would lose quorum. Default true (config.go:121). */
  readonly 'strict-reconfig-check'?: boolean;
  /** Learners at a time. Default 1 (cluster_opts.go:17). */
  readonly 'max-learners'?: number;
  /** Milliseconds between progress notifications of a watch. Default 10 min; kubeadm sets 5000. */
  readonly 'watch-progress-notify-interval'?: number;
  /** Start alone with the local data. */
  readonly 'force-new-cluster'?: boolean;
}

export interface EtcdConfig {
  /** --name. */
  readonly name: string;
  readonly version: EtcdVersion;
  /** The patch release; without it the newest of the series. */
  readonly patch?: number | undefined;
  /** --initial-cluster: every first member, this one too. */
  readonly initialCluster: readonly InitialMember[];
  /** --initial-cluster-state. */
  readonly initialClusterState: 'new' | 'existing';
  /** --initial-cluster-token; part of what ids are made of. Default `etcd-cluster`. */
  readonly initialClusterToken?: string;
  /** Clients speak TLS (--cert-file, --key-file). Default true, as kubeadm sets it up. */
  readonly tls?: boolean;
  /** Default 2379 and 2381. */
  readonly clientPort?: number;
  readonly metricsPort?: number;
  /** Bytes that the database holds from before: they cost quota and the time of a defragmentation. Default 0. */
  readonly databaseBytes?: number;
  readonly flags?: EtcdFlags;
}

const GIB = 1024 ** 3;
/** storage/quota.go:30: DefaultQuotaBytes. */
const DEFAULT_QUOTA_BYTES = 2 * GIB;
/** server/embed/config.go:67 DefaultMaxRequestBytes. */
const MAX_REQUEST_BYTES = 1.5 * 1024 * 1024;
/** server/config/config.go:330: 5 s for queue waiting, computation and disk IO delay. */
const REQUEST_BASE_US = 5_000_000;
/** server/config/config.go PeerDialTimeout: 1 s for queue waiting, plus the election timeout. */
const DIAL_BASE_US = 1_000_000;
/** server/embed/config.go:125 maxElectionMs. */
const MAX_ELECTION_MS = 50_000;

/** The configuration with every default filled in; times in microseconds. */
export interface Settings {
  readonly name: string;
  readonly version: EtcdVersion;
  readonly tls: boolean;
  readonly clientPort: number;
  readonly metricsPort: number;
  readonly token: string;
  readonly heartbeatUs: number;
  /** Ticks of an election timeout (integer division, as ElectionTicks). */
  readonly electionTicks: number;
  readonly electionUs: number;
  readonly preVote: boolean;
  readonly advanceTicks: boolean;
  readonly snapshotCount: number;
  /** Infinity: none. */
  readonly quotaBytes: number;
  readonly maxRequestBytes: number;
  readonly strictReconfigCheck: boolean;
  readonly maxLearners: number;
  /** 5 s + 2 x election timeout. */
  readonly requestTimeoutUs: number;
  readonly dialTimeoutUs: number;
  /** Seconds: ceil(1.5 x election timeout). */
  readonly minLeaseTtl: number;
  readonly progressNotifyUs: number;
}

/** Why etcd would not start with these flags, in its own words; undefined if it would (config.go:1270-1274). */
export function flagError(flags: EtcdFlags): string | undefined {
  const heartbeat = flags['heartbeat-interval'] ?? 100;
  const election = flags['election-timeout'] ?? 1000;
  if (heartbeat === 0) return '--heartbeat-interval must be >0 (set to 0ms)';
  if (election === 0) return '--election-timeout must be >0 (set to 0ms)';
  if (5 * heartbeat > election) {
    return `--election-timeout[${election}ms] should be at least as 5 times as --heartbeat-interval[${heartbeat}ms]`;
  }
  if (election > MAX_ELECTION_MS) {
    return `--election-timeout[${election}ms] is too long, and should be set less than ${MAX_ELECTION_MS}ms`;
  }
  return undefined;
}

export function settingsOf(config: EtcdConfig): Settings {
  const flags = config.flags ?? {};
  const rules = versionRules(config.version, config.patch);
  const heartbeatMs = flags['heartbeat-interval'] ?? 100;
  const electionMs = flags['election-timeout'] ?? 1000;
  const quota = flags['quota-backend-bytes'] ?? 0;
  const electionTicks = Math.floor(electionMs / heartbeatMs);
  return {
    name: config.name,
    version: config.version,
    tls: config.tls ?? true,
    clientPort: config.clientPort ?? CLIENT_PORT,
    metricsPort: config.metricsPort ?? METRICS_PORT,
    token: config.initialClusterToken ?? 'etcd-cluster',
    heartbeatUs: heartbeatMs * 1000,
    electionTicks,
    electionUs: electionMs * 1000,
    preVote: flags['pre-vote'] ?? rules.preVote,
    advanceTicks: flags['initial-election-tick-advance'] ?? true,
    snapshotCount: flags['snapshot-count'] ?? rules.snapshotCount,
    quotaBytes: quota < 0 ? Number.POSITIVE_INFINITY : quota === 0 ? DEFAULT_QUOTA_BYTES : quota,
    maxRequestBytes: flags['max-request-bytes'] ?? MAX_REQUEST_BYTES,
    strictReconfigCheck: flags['strict-reconfig-check'] ?? true,
    maxLearners: flags['max-learners'] ?? 1,
    requestTimeoutUs: REQUEST_BASE_US + 2 * electionTicks * heartbeatMs * 1000,
    dialTimeoutUs: DIAL_BASE_US + electionTicks * heartbeatMs * 1000,
    minLeaseTtl: Math.ceil((Math.floor((3 * electionTicks) / 2) * heartbeatMs) / 1000),
    progressNotifyUs: (flags['watch-progress-notify-interval'] ?? 600_000) * 1000,
  };
}
