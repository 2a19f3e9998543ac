/**
 * Which questions of a command change the cluster, and which only tell about it: whoever shows a run that has already been
 * made needs another one only for the former.
 */
import { METHODS } from '../etcd/api.ts';
import type { Fetch, Question } from './command.ts';

const ETCD_READS: readonly string[] = [
  METHODS.range,
  METHODS.watch,
  METHODS.memberList,
  METHODS.status,
  METHODS.snapshot,
];

export function touches(question: Question): boolean {
  if (question.ask === 'act') return question.actions.length > 0;
  return question.ask === 'fetch' && question.requests.some(writes);
}

function writes({ connectOnly, method, path, body }: Fetch): boolean {
  if (connectOnly === true || ['', 'GET', 'HEAD'].includes(method)) return false;
  // gRPC posts everything; listing alarms is the same call as raising them.
  if (path === METHODS.alarm) return (body as { readonly action?: string } | undefined)?.action !== 'get';
  return !ETCD_READS.includes(path);
}
