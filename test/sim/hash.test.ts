import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceHash } from '../../sim/hash.ts';
import { type TraceRecord, traceLine } from '../../sim/trace.ts';

const STEP: TraceRecord = {
  id: 7,
  cause: 3,
  atUs: 1_500_000,
  kind: 'event',
  who: 'm1/etcd',
  event: { type: 'tick' },
  before: 'follower',
  after: 'candidate',
  contextAfter: {},
  effects: [{ type: 'note', name: 'term', term: 2 }],
  detail: undefined,
};
const with_ = (change: Record<string, unknown>) => ({ ...STEP, ...change }) as TraceRecord;
const hashOf = (...records: TraceRecord[]): string => {
  const hash = new TraceHash();
  for (const record of records) hash.add(record, 0);
  return hash.digest();
};

describe('the trace hash', () => {
  it('has 16 hexadecimal digits, and is that of every platform', () => {
    expect(hashOf(STEP)).toBe('b81d7cf4fe695c17');
  });

  it.each([
    ['an id', { id: 8 }],
    ['a time', { atUs: 1_500_001 }],
    ['a time beyond 32 bits', { atUs: 1_500_000 + 2 ** 32 }],
    ['a name', { who: 'm2/etcd' }],
    ['a state', { after: 'leader' }],
    ['no effect', { effects: [] }],
    ['a batch around it', { effects: [{ type: 'batch', effects: STEP.effects }] }],
    ['a number as a text', { effects: [{ type: 'note', name: 'term', term: '2' }] }],
    ['a fraction', { effects: [{ type: 'note', name: 'term', term: 2.5 }] }],
    ['a detail', { detail: { to: null } }],
    ['an object in an object', { detail: { to: { host: 'm1' } } }],
    ['its key one level up', { detail: { to: {}, host: 'm1' } }],
    ['a list', { detail: ['a', 'b'] }],
    ['a longer list', { detail: ['a', 'b', 'c'] }],
    ['a list in parts', { detail: [['a'], 'b'] }],
  ])('differs for %s', (_, change) => {
    const others = [STEP, with_({ detail: { to: 'm1' } }), with_({ detail: [['a', 'b']] })];
    for (const other of others) expect(hashOf(with_(change))).not.toBe(hashOf(other));
  });

  it('is of the order of steps, and of nothing that came before it was made', () => {
    const second = with_({ id: 8 });
    expect(hashOf(STEP, second)).not.toBe(hashOf(second, STEP));
    expect(hashOf(STEP, second)).toBe(hashOf(STEP, second));
  });

  it('is the same where the lines are the same, and another one where they differ', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(0, -0, 1, 2.5, 1e12, 'a', 'b', '1', '', true, false, null),
        fc.array(tie('any'), { maxLength: 10 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'to'), tie('any'), { maxKeys: 3, noNullPrototype: true }),
        fc.constant(new Map([['a', 1]])),
        fc.record({ to: fc.constantFrom(undefined, 1) }),
      ),
    })).any;
    const record = value.map((detail) => with_({ detail }));
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(hashOf(a) === hashOf(b)).toBe(traceLine(a, 0) === traceLine(b, 0));
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });
});
