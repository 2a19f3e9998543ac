/** Why: the chain of steps that led to one, backwards through the causes, in words. */
import type { Effect } from '../sim/effects.ts';
import type { Action } from '../sim/faults.ts';
import type { TraceRecord } from '../sim/trace.ts';
import { actionWords } from './fault-words.ts';

export interface Link {
  readonly id: number;
  readonly at_ms: number;
  readonly who: string;
  readonly text: string;
}

/** From the step back to the outside world or to the beginning of the records. The newest comes first; at most `limit`. */
export function chainOf(
  id: number,
  records: Pick<ReadonlyMap<number, TraceRecord>, 'get'>,
  epochUs: number,
  limit = Number.POSITIVE_INFINITY,
): Link[] {
  const chain: Link[] = [];
  let next: number = id;
  // A step is always caused by an earlier one, so the walk ends.
  for (let record = records.get(next); record !== undefined; record = records.get(next)) {
    if (chain.length >= limit) break;
    chain.push({
      id: record.id,
      at_ms: (record.atUs - epochUs) / 1000,
      who: record.who,
      text: words(record),
    });
    if (record.cause >= record.id || record.cause === 0) break;
    next = record.cause;
  }
  return chain;
}

/** What a step was, in words. */
export function words(record: TraceRecord): string {
  const parts = [heard(record)];
  if (record.before !== record.after && record.after !== '')
    parts.push(
      record.before === '' ? `begins in ${record.after}` : `${record.before} becomes ${record.after}`,
    );
  const wishes = record.effects.flatMap(wish);
  if (wishes.length > 0)
    parts.push(wishes.slice(0, 4).join(', ') + (wishes.length > 4 ? `, and ${wishes.length - 4} more` : ''));
  return parts.filter((part) => part !== '').join('; ');
}

function heard(record: TraceRecord): string {
  const event = record.event as { readonly type: string; readonly [key: string]: unknown } | undefined;
  if (event === undefined) {
    if (record.kind === 'start') return 'starts';
    if (record.kind === 'fault') return `from outside: ${actionWords(record.detail as Action)}`;
    const detail = record.detail === undefined ? '' : ` ${JSON.stringify(record.detail)}`;
    return `${record.kind}${detail}`;
  }
  if (event.type.startsWith('xstate.after.')) return `its timer ${event.type.split('.')[2]} runs out`;
  switch (event.type) {
    case 'datagram':
      return `a ${event['protocol']} packet from ${event['from']} arrives`;
    case 'received':
      return `a message arrives on ${event['connection']}: ${messageWords(event['message'])}`;
    case 'connect-failed':
      return `the connection ${event['connection']} fails: ${event['reason']}`;
    case 'closed':
      return `the connection ${event['connection']} ends: ${event['how']}`;
    default:
      return event.type;
  }
}

function messageWords(message: unknown): string {
  if (typeof message !== 'object' || message === null) return String(message);
  const { kind, method, path, status, type } = message as Record<string, unknown>;
  return [kind ?? type, method, path, status].filter((part) => part !== undefined).join(' ') || 'a message';
}

function wish(effect: Effect): string[] {
  switch (effect.type) {
    case 'batch':
      return effect.effects.flatMap(wish);
    case 'log':
      return [`says "${effect.line}"`];
    case 'address-add':
      return [`takes the address ${effect.address}`];
    case 'address-remove':
      return [`gives up the address ${effect.address}`];
    case 'gratuitous-arp':
      return [`announces ${effect.address} by gratuitous ARP`];
    case 'connect':
      return [`connects to ${effect.to}:${effect.port}`];
    case 'datagram':
      return [`sends ${effect.protocol} to ${effect.to}`];
    case 'transmit':
      return [`sends ${messageWords(effect.message)}`];
    case 'exit':
      return [`exits with ${effect.code}`];
    case 'signal':
      return [`sends ${effect.signal} to ${effect.process}`];
    case 'tell':
      return [`tells ${effect.to === '' ? 'its lead' : effect.to} ${effect.event.type}`];
    case 'note':
    case 'inspect':
    case 'hand-over':
    case 'listen':
      return [];
    default:
      return [effect.type];
  }
}
