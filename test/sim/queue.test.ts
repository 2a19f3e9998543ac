import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from '../../sim/queue.ts';

interface Entry {
  readonly atUs: number;
  readonly seq: number;
}

/** What the queue is to do, done the plain way. */
class SortedList {
  entries: Entry[] = [];

  push(entry: Entry): void {
    this.entries.push(entry);
    this.entries.sort((a, b) => a.atUs - b.atUs || a.seq - b.seq);
  }

  pop(): Entry | undefined {
    return this.entries.shift();
  }
}

/** Within the same day, some days on, and beyond the calendar. */
const delayUs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 3_000_000 }),
  fc.integer({ min: 0, max: 10_000_000_000 }),
);
const command = fc.oneof(
  { weight: 12, arbitrary: delayUs.map((us) => ({ do: 'push' as const, us })) },
  { weight: 10, arbitrary: fc.constant({ do: 'pop' as const }) },
  { weight: 4, arbitrary: fc.constant({ do: 'look' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'clone' as const }) },
  { weight: 1, arbitrary: fc.nat(4).map((rest) => ({ do: 'compact' as const, rest })) },
);

test('entries leave by time, those of one time in the order they came, whatever happens between', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
      const list = new SortedList();
      let queue = new EventQueue<Entry>(1_000, 4);
      let nowUs = 0;
      let seq = 0;
      for (const one of commands) {
        if (one.do === 'push') {
          const entry = { atUs: nowUs + one.us, seq: ++seq };
          queue.push(entry.atUs, entry.seq, entry);
          list.push(entry);
        } else if (one.do === 'pop' && queue.size > 0) {
          const entry = list.pop();
          expect(queue.pop()).toBe(entry);
          expect([queue.poppedUs, queue.poppedSeq]).toEqual([entry?.atUs, entry?.seq]);
          nowUs = queue.poppedUs;
        } else if (one.do === 'look') {
          expect(queue.nextUs).toBe(list.entries[0]?.atUs ?? Number.POSITIVE_INFINITY);
        } else if (one.do === 'clone') {
          queue = queue.clone();
        } else if (one.do === 'compact') {
          queue.compact((entry) => entry.seq % 5 !== one.rest);
          list.entries = list.entries.filter((entry) => entry.seq % 5 !== one.rest);
        }
        expect(queue.size).toBe(list.entries.length);
      }
      expect([...queue.entries()].map(({ item }) => item.seq).sort((a, b) => a - b)).toEqual(
        list.entries.map((entry) => entry.seq).sort((a, b) => a - b),
      );
    }),
    { numRuns: 300 },
  );
});

test('one entry more than the limit is an error', () => {
  const queue = new EventQueue<number>(4, 2);
  for (let i = 1; i <= 4; i++) queue.push(i, i, i);
  expect(() => queue.push(5, 5, 5)).toThrow(/4/);
});
