/**
 * kube-apiserver's compactor of etcd: every five minutes one of the apiservers wins a transaction on `compact_rev_key`
 * and has etcd forget what was superseded before the revision that was seen at the round before.
 *
 * Source: apiserver pkg/storage/etcd3/compact.go (compactor, compact), --etcd-compaction-interval. Unit: microseconds.
 *
 * The version of the key is the logical time of the compactors: who finds it as last seen moves it on and compacts, the
 * others take it over. The first round of a fresh apiserver compacts nothing. An error is logged and the next round tried;
 * the client library repeats no write.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type CompactionRequest, METHODS, type TxnRequest, type TxnResponse } from '../etcd/api.ts';
import { type EtcdError, isEtcdError } from '../etcd/errors.ts';
import { type Timed, tell } from '../family.ts';
import { COMPACTOR, ETCD_CLIENT, type EtcdAnswer, type EtcdCall } from './family.ts';

/** compact.go compactRevKey. */
const KEY = 'compact_rev_key';

export interface CompactorInput {
  readonly intervalUs: number;
}
interface Context extends CompactorInput {
  /** Version of the key as last seen (compactTime). */
  readonly version: number;
  /** The revision of that moment, up to which the next won round compacts; 0: none was seen. */
  readonly revision: number;
  /** What the round that was won compacts. */
  readonly compacting: number;
}

function call(path: string, body: TxnRequest | CompactionRequest): Effect {
  return tell<EtcdCall>(ETCD_CLIENT, { type: 'call', from: COMPACTOR, path, body });
}

function claim({ version, revision }: Context): TxnRequest {
  return {
    compare: [{ key: KEY, version }],
    success: [{ op: 'put', request: { key: KEY, value: String(revision) } }],
    failure: [{ op: 'range', request: { key: KEY } }],
  };
}

/** The key's version in an answer that somebody else was faster. */
function versionFound({ responses: [first] }: TxnResponse): number {
  return first?.op === 'range' ? (first.response.kvs[0]?.version ?? 0) : 0;
}

function failure({ body }: EtcdAnswer): Effect {
  return { type: 'log', line: `etcd: compact failed: ${(body as EtcdError).error}`, level: 'error' };
}

export const compactor = setup({
  types: {} as { context: Context; events: Timed<EtcdAnswer>; input: CompactorInput; emitted: Effect },
  guards: {
    failed: ({ event }) => isEtcdError(event.body),
    lost: ({ event }) => !(event.body as TxnResponse).succeeded,
    first: ({ context }) => context.revision === 0,
  },
  actions: {
    'take over': assign(({ event }) => {
      const answer = event.body as TxnResponse;
      return { version: versionFound(answer), revision: answer.header.revision };
    }),
    'move on': assign(({ context, event }) => ({
      version: context.version + 1,
      revision: (event.body as TxnResponse).header.revision,
      compacting: context.revision,
    })),
    'log the failure': emit(({ event }) => failure(event)),
  },
  delays: { interval: ({ context }) => context.intervalUs },
}).createMachine({
  id: 'kube-apiserver.compactor',
  context: ({ input }) => ({ ...input, version: 0, revision: 0, compacting: 0 }),
  initial: 'waiting',
  states: {
    waiting: { after: { interval: 'claiming' } },
    claiming: {
      entry: emit(({ context }) => call(METHODS.txn, claim(context))),
      on: {
        answer: [
          { guard: 'failed', target: 'waiting', actions: 'log the failure' },
          { guard: 'lost', target: 'waiting', actions: 'take over' },
          { guard: 'first', target: 'waiting', actions: 'move on' },
          { target: 'compacting', actions: 'move on' },
        ],
      },
    },
    compacting: {
      entry: emit(({ context }) => call(METHODS.compact, { revision: context.compacting })),
      on: {
        answer: [{ guard: 'failed', target: 'waiting', actions: 'log the failure' }, { target: 'waiting' }],
      },
    },
  },
});
