/**
 * What the simulated clients of etcd asked and were answered, as it went over their connections: the recorded history
 * that is judged. Moments are ids of kernel steps, which are in the order of time and have no ties.
 *
 * Recorded are puts, gets of one key at the newest revision and deletes, whoever the client is. Keys that are changed in
 * another way (transactions, ranges, leases that run out) are named, so that nobody judges them.
 */
import {
  type DeleteRangeRequest,
  METHODS,
  type PutRequest,
  type RangeRequest,
  type RangeResponse,
  type ResponseHeader,
  type TxnRequest,
} from '../../models/etcd/api.ts';
import type { HttpRequest, HttpResponse } from '../../models/wire.ts';
import type { Effect } from '../../sim/effects.ts';
import type { Step } from '../../sim/state.ts';
import type { RegisterInput, RegisterOperation, RegisterOutput } from '../register.ts';
import { effectsOf } from './watch.ts';

interface Call {
  readonly key: string;
  readonly input: RegisterInput;
  readonly call: number;
  return: number;
  output: RegisterOutput | undefined;
  /** Of an answered put: the revision at which it was made. */
  revision: number;
}

export interface AcknowledgedPut {
  readonly key: string;
  readonly value: string;
  readonly revision: number;
}

interface Told {
  readonly kind?: string;
  readonly id?: number;
}

/** A value as text, the same for the same value. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export class ClientHistory {
  private readonly calls: Call[] = [];
  private readonly open = new Map<string, Call>();
  /** Keys, and ends of ranges by their beginning, that something else changed. */
  private readonly changed = new Set<string>();
  private readonly changedRanges: { readonly key: string; readonly rangeEnd: string }[] = [];

  see(step: Step): void {
    const { cell, event } = step;
    if (cell === undefined) return;
    if (event?.type === 'received') {
      const { connection, message } = event as unknown as { connection: string; message: Told };
      if (message.kind === 'response')
        this.answered(`${cell.serial} ${connection} ${message.id}`, message as HttpResponse, step.id);
    }
    for (const effect of effectsOf(step.effects))
      if (isRequest(effect)) this.asked(cell.serial, effect, step.id);
  }

  private asked(serial: number, { connection, message }: Request, at: number): void {
    const { path, body, id } = message;
    const called = (key: string, input: RegisterInput): void => {
      const call = { key, input, call: at, return: Number.POSITIVE_INFINITY, output: undefined, revision: 0 };
      this.calls.push(call);
      this.open.set(`${serial} ${connection} ${id}`, call);
    };
    if (path === METHODS.put) {
      const { key, value, lease = 0 } = body as PutRequest;
      if (lease === 0) called(key, { op: 'put', value: valueText(value) });
      else this.changed.add(key);
    } else if (path === METHODS.range) {
      const { key, rangeEnd, revision = 0, serializable, keysOnly, countOnly } = body as RangeRequest;
      if (rangeEnd === undefined && revision === 0 && !serializable && !keysOnly && !countOnly)
        called(key, { op: 'get' });
    } else if (path === METHODS.deleteRange) {
      const { key, rangeEnd } = body as DeleteRangeRequest;
      if (rangeEnd === undefined) called(key, { op: 'delete' });
      else this.changedRanges.push({ key, rangeEnd });
    } else if (path === METHODS.txn) {
      const { success, failure } = body as TxnRequest;
      for (const { op, request } of [...success, ...failure])
        if (op !== 'range') this.changed.add(request.key);
    }
  }

  private answered(name: string, { body }: HttpResponse, at: number): void {
    const call = this.open.get(name);
    if (call === undefined) return;
    this.open.delete(name);
    // An error says that nobody knows, but that the request was refused before it was proposed is not told apart.
    const answer = body as { readonly ok?: true; readonly header?: ResponseHeader };
    if (answer.ok !== true) return;
    call.return = at;
    const [found] = call.input.op === 'get' ? (body as RangeResponse).kvs : [];
    call.output = { value: found === undefined ? undefined : valueText(found.value) };
    call.revision = answer.header?.revision ?? 0;
  }

  private isJudged(key: string): boolean {
    if (this.changed.has(key)) return false;
    return !this.changedRanges.some((range) => key >= range.key && key < range.rangeEnd);
  }

  /**
   * The operations on each key that they changed, and they only. A key that was only read was put before anybody looked:
   * what it held at first is not known.
   */
  get byKey(): Map<string, RegisterOperation[]> {
    const byKey = new Map<string, RegisterOperation[]>();
    const written = new Set(this.calls.filter(({ input }) => input.op !== 'get').map(({ key }) => key));
    for (const call of this.calls) {
      if (!written.has(call.key) || !this.isJudged(call.key)) continue;
      const known = byKey.get(call.key);
      if (known === undefined) byKey.set(call.key, [call]);
      else known.push(call);
    }
    return byKey;
  }

  /** Every acknowledged put, in the order in which they were asked, and when each was answered. */
  get puts(): (AcknowledgedPut & { readonly answeredAt: number })[] {
    return this.calls.flatMap(({ key, input, output, revision, return: answeredAt }) =>
      input.op === 'put' && output !== undefined ? [{ key, value: input.value, revision, answeredAt }] : [],
    );
  }

  /** The newest acknowledged put of each key that nobody deletes. */
  get acknowledged(): AcknowledgedPut[] {
    const newest = new Map<string, AcknowledgedPut>();
    const deleted = new Set<string>();
    for (const { key, input, output, revision } of this.calls) {
      if (input.op === 'delete') deleted.add(key);
      if (input.op !== 'put' || output === undefined || revision <= (newest.get(key)?.revision ?? 0))
        continue;
      newest.set(key, { key, value: input.value, revision });
    }
    return [...newest.values()].filter(({ key }) => this.isJudged(key) && !deleted.has(key));
  }

  /** How much there is to judge. */
  get counts(): { readonly puts: number; readonly gets: number; readonly unanswered: number } {
    const answered = this.calls.filter(({ output }) => output !== undefined);
    const gets = answered.filter(({ input }) => input.op === 'get').length;
    return { puts: answered.length - gets, gets, unanswered: this.calls.length - answered.length };
  }
}

interface Request {
  readonly connection: string;
  readonly message: HttpRequest;
}

function isRequest(effect: Effect): effect is Effect & Request & { readonly type: 'transmit' } {
  return effect.type === 'transmit' && (effect.message as Told).kind === 'request';
}
