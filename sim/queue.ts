/**
 * The event queue: a heap with four children a node, ordered by (time, sequence number), so that ties leave in the order they came.
 *
 * Times and sequence numbers stand in typed arrays beside the items: comparisons touch no object. Nothing
 * is removed from the middle; a cancelled timer leaves when its time comes and is recognised by its sequence
 * number (sim/world.ts), and `compact` drops such entries when they outnumber the living.
 */
import { QueueFull } from './errors.ts';

export class EventQueue<Item> {
  size = 0;
  /** Time and sequence number of the entry that `pop` returned last. */
  poppedUs = 0;
  poppedSeq = 0;
  private times: Float64Array;
  private seqs: Float64Array;
  private items: (Item | undefined)[];
  private readonly limit: number;

  /** @param limit most entries; one more is a QueueFull error. */
  constructor(limit: number, capacity = 256) {
    this.limit = limit;
    this.times = new Float64Array(capacity);
    this.seqs = new Float64Array(capacity);
    this.items = new Array<Item | undefined>(capacity).fill(undefined);
  }

  /** Time of the next entry, or Infinity. */
  get nextUs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.times[0] as number);
  }

  push(atUs: number, seq: number, item: Item): void {
    let hole = this.size;
    if (hole === this.times.length) this.grow();
    this.size = hole + 1;
    const times = this.times;
    const seqs = this.seqs;
    const items = this.items;
    // Sequence numbers only grow, so a tie never moves a new entry up.
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentUs = times[parent] as number;
      if (parentUs < atUs || (parentUs === atUs && (seqs[parent] as number) < seq)) break;
      times[hole] = parentUs;
      seqs[hole] = seqs[parent] as number;
      items[hole] = items[parent];
      hole = parent;
    }
    times[hole] = atUs;
    seqs[hole] = seq;
    items[hole] = item;
  }

  /** Removes and returns the earliest entry; the queue must not be empty. */
  pop(): Item {
    const times = this.times;
    const seqs = this.seqs;
    const items = this.items;
    const item = items[0] as Item;
    this.poppedUs = times[0] as number;
    this.poppedSeq = seqs[0] as number;
    const last = this.size - 1;
    this.size = last;
    const lastItem = items[last];
    items[last] = undefined;
    if (last > 0) this.sink(0, times[last] as number, seqs[last] as number, lastItem as Item);
    return item;
  }

  private sink(from: number, atUs: number, seq: number, item: Item): void {
    const times = this.times;
    const seqs = this.seqs;
    const items = this.items;
    const size = this.size;
    let hole = from;
    for (;;) {
      const first = 4 * hole + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let child = first;
      let childUs = times[first] as number;
      for (let other = first + 1; other < end; other++) {
        const otherUs = times[other] as number;
        if (otherUs < childUs || (otherUs === childUs && (seqs[other] as number) < (seqs[child] as number))) {
          child = other;
          childUs = otherUs;
        }
      }
      if (atUs < childUs || (atUs === childUs && seq < (seqs[child] as number))) break;
      times[hole] = childUs;
      seqs[hole] = seqs[child] as number;
      items[hole] = items[child];
      hole = child;
    }
    times[hole] = atUs;
    seqs[hole] = seq;
    items[hole] = item;
  }

  private grow(): void {
    if (this.size >= this.limit) throw new QueueFull(this.limit);
    const capacity = Math.min(this.limit, this.times.length * 2);
    const times = new Float64Array(capacity);
    times.set(this.times);
    const seqs = new Float64Array(capacity);
    seqs.set(this.seqs);
    this.times = times;
    this.seqs = seqs;
    this.items.length = capacity;
    this.items.fill(undefined, this.size);
  }

  /** Drops every entry that `keep` refuses. Order among the kept is unchanged. */
  compact(keep: (item: Item, seq: number) => boolean): void {
    const { times, seqs, items } = this;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      if (!keep(items[i] as Item, seqs[i] as number)) continue;
      times[kept] = times[i] as number;
      seqs[kept] = seqs[i] as number;
      items[kept] = items[i];
      kept++;
    }
    items.fill(undefined, kept, this.size);
    this.size = kept;
    for (let i = (kept - 2) >> 2; i >= 0; i--) {
      this.sink(i, times[i] as number, seqs[i] as number, items[i] as Item);
    }
  }

  /** A copy that shares the items (they are never changed) and nothing else. */
  clone(): EventQueue<Item> {
    const copy = new EventQueue<Item>(this.limit, Math.max(16, this.size));
    copy.size = this.size;
    copy.times.set(this.times.subarray(0, this.size));
    copy.seqs.set(this.seqs.subarray(0, this.size));
    for (let i = 0; i < this.size; i++) copy.items[i] = this.items[i];
    return copy;
  }

  /** The entries in no particular order, for views (ghost ticks of what is to come). */
  *entries(): Generator<{ atUs: number; seq: number; item: Item }> {
    for (let i = 0; i < this.size; i++) {
      yield { atUs: this.times[i] as number, seq: this.seqs[i] as number, item: this.items[i] as Item };
    }
  }
}
