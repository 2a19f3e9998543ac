/** What a leader concludes about a follower: etcd-io/raft v3.7.0, tracker/progress.go and its tests. */
import { describe, expect, it } from 'vitest';
import {
  acknowledged,
  becomeProbe,
  becomeReplicate,
  becomeSnapshot,
  canBumpCommit,
  decreased,
  freeInflights,
  isPaused,
  newProgress,
  type ProgressState,
  sentEntries,
  withFlowPaused,
} from '../../../../models/etcd/raft/progress.ts';

const limits = { maxInflightMessages: 3, maxInflightBytes: 0 };
const progress = (state: ProgressState, match: number, next: number) => ({
  ...newProgress(2, match, next, false),
  state,
});

describe('a rejection', () => {
  it.each<[ProgressState, number, number, number, number, boolean, number]>([
    ['StateReplicate', 5, 10, 5, 5, false, 10],
    ['StateReplicate', 5, 10, 4, 4, false, 10],
    ['StateReplicate', 5, 10, 9, 9, true, 6],
    ['StateProbe', 0, 0, 0, 0, false, 0],
    ['StateProbe', 0, 10, 5, 5, false, 10],
    ['StateProbe', 0, 10, 9, 9, true, 9],
    ['StateProbe', 0, 2, 1, 1, true, 1],
    ['StateProbe', 0, 1, 0, 0, true, 1],
    ['StateProbe', 0, 10, 9, 2, true, 3],
    ['StateProbe', 0, 10, 9, 0, true, 1],
  ])(
    'in %s with match %i, next %i of index %i, hint %i: counts %s, next %i',
    (state, match, next, index, hint, counts, after) => {
      const before = progress(state, match, next);
      const p = decreased(before, index, hint);
      expect(p !== before).toBe(counts);
      expect(p.next).toBe(after);
    },
  );

  it('lets a paused probe go on, and never believes more was committed than could be sent', () => {
    const before = { ...withFlowPaused(progress('StateProbe', 0, 10), true), sentCommit: 9 };
    expect(decreased(before, 9, 2)).toMatchObject({ next: 3, flowPaused: false, sentCommit: 2 });
  });
});

describe('an acknowledgement', () => {
  it.each([
    { index: 2, match: 3, next: 5, news: false },
    { index: 3, match: 3, next: 5, news: false },
    { index: 4, match: 4, next: 5, news: true },
    { index: 5, match: 5, next: 6, news: true },
  ])('of $index behind match 3, next 5', ({ index, match, next, news }) => {
    const before = withFlowPaused(progress('StateReplicate', 3, 5), true);
    const p = acknowledged(before, index);
    expect(p).toMatchObject({ match, next, flowPaused: !news });
  });
});

describe('the states', () => {
  it('probing starts behind what is known, or behind the snapshot that is under way', () => {
    expect(becomeProbe(progress('StateReplicate', 1, 5)).next).toBe(2);
    expect(becomeProbe({ ...progress('StateSnapshot', 1, 5), pendingSnapshot: 10 }).next).toBe(11);
    expect(becomeProbe({ ...progress('StateSnapshot', 1, 5), pendingSnapshot: 0 }).next).toBe(2);
  });

  it('replicating starts behind what is known; a snapshot stops everything', () => {
    expect(becomeReplicate(progress('StateProbe', 1, 5))).toMatchObject({ state: 'StateReplicate', next: 2 });
    const waiting = becomeSnapshot(progress('StateProbe', 1, 5), 10);
    expect(waiting).toMatchObject({ next: 11, pendingSnapshot: 10, sentCommit: 10 });
    expect(isPaused(waiting)).toBe(true);
  });

  it('a probe with entries pauses, an empty one does not', () => {
    const probe = progress('StateProbe', 0, 1);
    expect(isPaused(sentEntries(probe, 1, 5, limits))).toBe(true);
    expect(sentEntries(probe, 0, 0, limits)).toBe(probe);
  });

  it('a full window pauses, counted in messages or in bytes, and is freed up to what is acknowledged', () => {
    let p = progress('StateReplicate', 0, 1);
    for (let n = 0; n < 3; n++) p = sentEntries(p, 2, 10, limits) as typeof p;
    expect([p.next, isPaused(p)]).toEqual([7, true]);
    expect(freeInflights(p, 1)).toBe(p);
    expect(
      freeInflights(p, 4)
        .inflights.map(({ index }) => index)
        .toArray(),
    ).toEqual([6]);
    expect(freeInflights(p, 9)).toMatchObject({ inflightBytes: 0 });
    const byBytes = { maxInflightMessages: 99, maxInflightBytes: 20 };
    let q = progress('StateReplicate', 0, 1);
    q = sentEntries(q, 1, 10, byBytes) as typeof q;
    expect(isPaused(q)).toBe(false);
    expect(isPaused(sentEntries(q, 1, 10, byBytes))).toBe(true);
  });

  it('a commit index is worth telling if it is newer than the one told and its entry was sent', () => {
    expect(canBumpCommit({ ...progress('StateReplicate', 3, 6), sentCommit: 2 }, 5)).toBe(true);
    expect(canBumpCommit({ ...progress('StateReplicate', 3, 6), sentCommit: 5 }, 5)).toBe(false);
    expect(canBumpCommit({ ...progress('StateReplicate', 3, 4), sentCommit: 3 }, 9)).toBe(false);
  });
});
