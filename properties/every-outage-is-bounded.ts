import type { RequestFact } from '../scenarios/request-facts.ts';
import type { Session } from '../scenarios/session.ts';
import { chainText, chainUs, longest, type OutageChain, PACKETS_US } from './outage-bound.ts';
import { chainsOf } from './outage-causes.ts';
import type { Property } from './property.ts';
import type { Failure, Phases } from './schedule.ts';
import { hasApiserver, hasFrontDoor, hasMajority, hasProxyDoor } from './writes-served-iff-majority.ts';

/** Clients that come to the endpoint with a connection for each request (needs.ts). */
const CLIENTS: readonly string[] = ['api.write', 'api.read', 'vip'];
/** Requests that begin later than this before the look may still be under way: their limit is 5 s. */
const UNDER_WAY_MS = 5_500;

export interface BoundedOutage {
  /** From the fault on. */
  readonly boundUs: number;
  /** What the bound is made of; undefined: the failure breaks nothing. */
  readonly chain: OutageChain | undefined;
  /** From the fault to the beginning of the last request that failed; 0 if none did. */
  readonly tookUs: number;
  readonly last: RequestFact | undefined;
}

/** The outage of a single fault that has not ended, and its bound; a text says why there is none. */
export function outageOf(
  session: Session,
  failed: readonly Failure[],
  { settledMs }: Phases,
): BoundedOutage | string {
  const { topology, scenario, facts, epochUs } = session;
  const [failure] = failed;
  if (failure === undefined || (scenario.timeline ?? []).length !== 1)
    return 'there was not a single fault that lasted';
  if (![hasMajority, hasApiserver, hasFrontDoor].every((has) => has(topology, failed)))
    return 'too little was left to serve anybody';
  const chains = chainsOf(session, failure);
  if (chains === undefined) return 'the configuration gives no bound: nothing looks for such a fault';
  const chain = longest(chains);
  const boundUs = chain === undefined ? PACKETS_US : chainUs(chain);
  const faultUs = epochUs + failure.atMs * 1000;
  const endUs = epochUs + (settledMs - UNDER_WAY_MS) * 1000;
  if (faultUs + boundUs >= endUs) return 'the run ended before the bound';
  const bad = facts.requests.list.filter(
    ({ client, outcome, startedAtUs }) =>
      CLIENTS.includes(client) && outcome !== 'ok' && startedAtUs >= faultUs && startedAtUs <= endUs,
  );
  const last = bad.toSorted((a, b) => a.startedAtUs - b.startedAtUs).at(-1);
  return { boundUs, chain, tookUs: last === undefined ? 0 : last.startedAtUs - faultUs, last };
}

/** The bound is arithmetic over the configuration alone: outage-bound.ts. */
export const everyOutageIsBounded: Property = {
  name: 'every-outage-is-bounded',
  sentence:
    "Every client's outage after a single fault is bounded: a request that begins later than the configuration's own times add up to is served.",
  source:
    'RFC 3768 section 6.1; keepalived.conf(5); HAProxy configuration.txt, inter, fall and timeout connect; apiserver etcd3.go, keepalive; etcd, election-timeout and ReqTimeout',
  claimedUnder: ['host power', 'link', 'process stop'],
  applies: hasProxyDoor,
  needs: 'requests',
  about: ['keepalived', 'haproxy', 'etcd', 'kube-apiserver'],
  judged: 'settled',
  unjudged(session, failed, phases) {
    const outage = outageOf(session, failed, phases);
    return typeof outage === 'string' ? outage : undefined;
  },
  violation(session, failed, phases) {
    const outage = outageOf(session, failed, phases);
    if (typeof outage === 'string' || outage.last === undefined || outage.tookUs <= outage.boundUs)
      return undefined;
    const { last, tookUs, boundUs, chain } = outage;
    const why = chain === undefined ? 'the fault breaks nothing' : chainText(chain);
    return `a request of ${last.client} that began ${(tookUs / 1e6).toFixed(3)} s after the fault failed (${last.outcome}), and the configuration says ${(boundUs / 1e6).toFixed(3)} s: ${why}`;
  },
};
