/**
 * How etcdctl prints what it got, in the formats simple, table and json.
 *
 * Sources: etcd v3.4.23 etcdctl/ctlv3/command/printer.go, printer_json.go; v3.6.14 the same (columns of endpoint status).
 */
import type { Member, ResponseHeader, StatusResponse } from '../../etcd/api.ts';
import type { EtcdVersion } from '../../etcd/version.ts';
import { goTable, humanBytes, omitEmpty } from '../go-text.ts';
import type { Session } from './session.ts';

/** Ids are printed in hexadecimal, and in JSON as numbers. */
export function idNumber(hex: string): number {
  return hex === '' ? 0 : Number.parseInt(hex, 16);
}

/** %16x: padded with spaces to sixteen. */
export function wideId(hex: string): string {
  return hex.padStart(16);
}

export function headerJson(
  { clusterId, memberId, revision, raftTerm }: ResponseHeader,
  withRevision = true,
): unknown {
  return omitEmpty({
    cluster_id: idNumber(clusterId),
    member_id: idNumber(memberId),
    revision: withRevision ? revision : 0,
    raft_term: raftTerm,
  });
}

export function printJson({ call }: Session, value: unknown): void {
  call.out(`${JSON.stringify(value)}\n`);
}

/** Rows as `simple` (joined by commas) or as a table. */
export function printRows(
  session: Session,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  if (session.format === 'table') session.call.out(goTable(header, rows));
  else for (const row of rows) session.call.out(`${row.join(', ')}\n`);
}

// --- members

export const MEMBER_HEADER = ['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'];

export function memberRow({ id, name, peerUrls, clientUrls, isLearner }: Member): string[] {
  return [
    id,
    name === '' ? 'unstarted' : 'started',
    name,
    peerUrls.join(','),
    clientUrls.join(','),
    String(isLearner),
  ];
}

export function memberJson({ id, name, peerUrls, clientUrls, isLearner }: Member): unknown {
  return omitEmpty({ ID: idNumber(id), name, peerURLs: peerUrls, clientURLs: clientUrls, isLearner });
}

// --- endpoint status

const STATUS_HEADER = [
  'endpoint',
  'ID',
  'version',
  'db size',
  'is leader',
  'is learner',
  'raft term',
  'raft index',
  'raft applied index',
  'errors',
];
const STATUS_HEADER_36 = [
  'endpoint',
  'ID',
  'version',
  'storage version',
  'db size',
  'in use',
  'percentage not in use',
  'quota',
  'is leader',
  'is learner',
  'raft term',
  'raft index',
  'raft applied index',
  'errors',
  'downgrade target version',
  'downgrade enabled',
];

export function statusHeader(version: EtcdVersion): readonly string[] {
  return version === '3.6' ? STATUS_HEADER_36 : STATUS_HEADER;
}

const STORAGE_VERSION = '3.6.0';

export function statusRow(version: EtcdVersion, endpoint: string, status: StatusResponse): string[] {
  const {
    header,
    dbSize,
    dbSizeInUse,
    dbSizeQuota,
    leader,
    isLearner,
    raftTerm,
    raftIndex,
    raftAppliedIndex,
  } = status;
  const roles = [String(leader === header.memberId), String(isLearner)];
  const raft = [raftTerm, raftIndex, raftAppliedIndex].map(String);
  const errors = status.errors.join(', ');
  if (version !== '3.6') {
    return [endpoint, header.memberId, status.version, humanBytes(dbSize), ...roles, ...raft, errors];
  }
  const unused = dbSize === 0 ? 0 : Math.trunc(100 - (dbSizeInUse * 100) / dbSize);
  const sizes = [humanBytes(dbSize), humanBytes(dbSizeInUse), `${unused}%`, humanBytes(dbSizeQuota)];
  return [
    endpoint,
    header.memberId,
    status.version,
    STORAGE_VERSION,
    ...sizes,
    ...roles,
    ...raft,
    errors,
    '',
    'false',
  ];
}

export function statusJson(version: EtcdVersion, endpoint: string, status: StatusResponse): unknown {
  const isNew = version === '3.6';
  return {
    Endpoint: endpoint,
    Status: {
      header: headerJson(status.header),
      ...omitEmpty({
        version: status.version,
        dbSize: status.dbSize,
        leader: idNumber(status.leader),
        raftIndex: status.raftIndex,
        raftTerm: status.raftTerm,
        raftAppliedIndex: status.raftAppliedIndex,
        errors: status.errors,
        dbSizeInUse: status.dbSizeInUse,
        isLearner: status.isLearner,
        storageVersion: isNew ? STORAGE_VERSION : undefined,
        dbSizeQuota: isNew ? status.dbSizeQuota : undefined,
        downgradeInfo: isNew ? {} : undefined,
      }),
    },
  };
}
