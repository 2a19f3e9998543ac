/** How each request of each client ended, and what is thought of the service by it. Times are world microseconds. */
import type { Effect } from '../sim/effects.ts';
import { Judge } from './judge.ts';
import type { Outcome } from './result.ts';

export interface RequestFact {
  readonly client: string;
  readonly outcome: Outcome;
  readonly startedAtUs: number;
  readonly endedAtUs: number;
  readonly detail: string | undefined;
  /** Who answered, where the client can tell. */
  readonly server?: string;
  /** Of an acknowledged write: what was written where, and the revision that the API gave it. */
  readonly write: { readonly key: string; readonly value: number; readonly revision: string } | undefined;
  readonly step: number;
}

/** A client's note that a request has ended. */
export function requestFact(note: Extract<Effect, { type: 'note' }>, step: number): RequestFact {
  return {
    client: String(note['client']),
    outcome: note['outcome'] as Outcome,
    startedAtUs: note['startedAtUs'] as number,
    endedAtUs: note['endedAtUs'] as number,
    detail: note['detail'] as string | undefined,
    ...(note['server'] === undefined ? {} : { server: String(note['server']) }),
    write:
      note['key'] === undefined
        ? undefined
        : { key: String(note['key']), value: note['value'] as number, revision: String(note['revision']) },
    step,
  };
}

export class RequestFacts {
  /** In the order of their ends. */
  readonly list: RequestFact[] = [];
  /** By client. */
  readonly judges = new Map<string, Judge>();
  readonly counts = new Map<string, Record<Outcome, number>>();

  /** The same so far; what is learnt by one is not known to the other. */
  copy(): RequestFacts {
    const copy = new RequestFacts();
    for (const fact of this.list) copy.add(fact);
    return copy;
  }

  /** True if the service may have to be thought of differently. */
  add(fact: RequestFact): boolean {
    const { client, outcome } = fact;
    this.list.push(fact);
    let judge = this.judges.get(client);
    if (judge === undefined) {
      judge = new Judge();
      this.judges.set(client, judge);
    }
    const before = judge.state;
    judge.add(fact);
    let counts = this.counts.get(client);
    if (counts === undefined) {
      counts = { ok: 0, refused: 0, timeout: 0, eof: 0, reset: 0, error: 0 };
      this.counts.set(client, counts);
    }
    counts[outcome]++;
    return judge.state !== before || before === 'degraded';
  }
}
