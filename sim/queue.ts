/**
 * The event queue: a heap with four children a node, ordered by (time, sequence number), so that ties leave in the order they came.
 *
 * The heap holds times and the numbers of the places where the items stand, in typed arrays: comparisons and moves touch no
 * object, and an item is written once and read once. Nothing is removed from the middle; a cancelled timer leaves when its time comes
 * and is recognised by its sequence number (sim/world.ts), and `compact` drops such entries when they outnumber the living.
 */
import { QueueFull } from './errors.ts';

export class EventQueue<Item> {
  size = 0;
  /** Time and sequence number of the entry that `pop` returned last. */
  poppedUs = 0;
  poppedSeq = 0;
  /** By node of the heap. */
  private times: Float64Array;
  private places: Int32Array;
  /** By place. */
  private seqs: Float64Array;
  private items: (Item | undefined)[];
  /** Places that hold nothing, below the first that never held anything: there are as many as the heap is shorter. */
  private free: Int32Array;
  private used = 0;
  private readonly limit: number;

  /** @param limit most entries; one more is a QueueFull error. */
  constructor(limit: number, capacity = 256) {
    this.limit = limit;
    this.times = new Float64Array(capacity);
    this.places = new Int32Array(capacity);
    this.seqs = new Float64Array(capacity);
    this.free = new Int32Array(capacity);
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
    const { times, places, used } = this;
    const place = used > hole ? (this.free[used - hole - 1] as number) : used;
    if (place === used) this.used = used + 1;
    this.items[place] = item;
    this.seqs[place] = seq;
    // Sequence numbers only grow, so a tie never moves a new entry up.
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentUs = times[parent] as number;
      if (parentUs < atUs || (parentUs === atUs && (this.seqs[places[parent] as number] as number) < seq))
        break;
      times[hole] = parentUs;
      places[hole] = places[parent] as number;
      hole = parent;
    }
    times[hole] = atUs;
    places[hole] = place;
  }

  /** Removes and returns the earliest entry; the queue must not be empty. */
  pop(): Item {
    const { times, places, items } = this;
    const place = places[0] as number;
    const item = items[place] as Item;
    this.poppedUs = times[0] as number;
    this.poppedSeq = this.seqs[place] as number;
    items[place] = undefined;
    const last = this.size - 1;
    this.size = last;
    this.free[this.used - last - 1] = place;
    if (last > 0) this.sink(0, times[last] as number, places[last] as number);
    return item;
  }

  private sink(from: number, atUs: number, place: number): void {
    const { times, places, seqs, size } = this;
    const seq = seqs[place] as number;
    let hole = from;
    for (;;) {
      const first = 4 * hole + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let child = first;
      let childUs = times[first] as number;
      for (let other = first + 1; other < end; other++) {
        const otherUs = times[other] as number;
        if (
          otherUs < childUs ||
          (otherUs === childUs &&
            (seqs[places[other] as number] as number) < (seqs[places[child] as number] as number))
        ) {
          child = other;
          childUs = otherUs;
        }
      }
      if (atUs < childUs || (atUs === childUs && seq < (seqs[places[child] as number] as number))) break;
      times[hole] = childUs;
      places[hole] = places[child] as number;
      hole = child;
    }
    times[hole] = atUs;
    places[hole] = place;
  }

  private grow(): void {
    if (this.size >= this.limit) throw new QueueFull(this.limit);
    const capacity = Math.min(this.limit, this.times.length * 2);
    const longer = <A extends Float64Array | Int32Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    this.times = longer(new Float64Array(capacity), this.times);
    this.places = longer(new Int32Array(capacity), this.places);
    this.seqs = longer(new Float64Array(capacity), this.seqs);
    this.free = longer(new Int32Array(capacity), this.free);
    this.items.length = capacity;
    this.items.fill(undefined, this.used);
  }

  /** Drops every entry that `keep` refuses. Order among the kept is unchanged. */
  compact(keep: (item: Item, seq: number) => boolean): void {
    const { times, places, seqs, items } = this;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      const place = places[i] as number;
      if (!keep(items[place] as Item, seqs[place] as number)) {
        items[place] = undefined;
        continue;
      }
      times[kept] = times[i] as number;
      places[kept] = place;
      kept++;
    }
    this.size = kept;
    let free = 0;
    for (let place = 0; place < this.used; place++) {
      if (items[place] === undefined) this.free[free++] = place;
    }
    for (let i = (kept - 2) >> 2; i >= 0; i--) this.sink(i, times[i] as number, places[i] as number);
  }

  /** A copy that shares the items (they are never changed) and nothing else. */
  clone(): EventQueue<Item> {
    const copy = new EventQueue<Item>(this.limit, Math.max(16, this.size));
    const { size, times, places, seqs, items } = this;
    copy.size = size;
    copy.used = size;
    copy.times.set(times.subarray(0, size));
    for (let i = 0; i < size; i++) {
      const place = places[i] as number;
      copy.places[i] = i;
      copy.seqs[i] = seqs[place] as number;
      copy.items[i] = items[place];
    }
    return copy;
  }

  /** The entries in no particular order, for views (ghost ticks of what is to come). */
  *entries(): Generator<{ atUs: number; seq: number; item: Item }> {
    for (let i = 0; i < this.size; i++) {
      const place = this.places[i] as number;
      yield {
        atUs: this.times[i] as number,
        seq: this.seqs[place] as number,
        item: this.items[place] as Item,
      };
    }
  }
}
