/**
 * The event queue, ordered by (time, sequence number), so that ties leave in the order they came.
 *
 * It is a calendar: time is cut into days. What is due today or was due before stands sorted, the next one last; what is due on
 * one of the days to come is in that day's list, in no order; what is due later is in a heap. When nothing is left of today, the
 * next day with entries becomes today and its list is sorted. So most entries are sorted among the few of their own day, and
 * never compared with the others (Brown, "Calendar Queues", CACM 31, 1988; its days are as long as the present entries make them,
 * ours are fixed).
 *
 * Entries are numbers of places, in typed arrays: comparisons and moves touch no object, and an item is written once and read once.
 * Nothing is removed from the middle; a cancelled timer leaves when its time comes and is recognised by its sequence number
 * (sim/world.ts), and `compact` drops such entries when they outnumber the living.
 */
import { QueueFull } from './errors.ts';
import { Heap } from './heap.ts';

/**
 * Longer than most packets travel, so that they stay within today and are sorted near its end; short enough that a day of a world of
 * thousands of processes has a hundred entries and not a thousand. The calendar, 17 s, is longer than most timers run.
 */
const DAY_US = 32_768;
const DAYS = 512;
const WORDS = DAYS / 32;
const NONE = -1;

function dayOf(atUs: number): number {
  return Math.floor(atUs / DAY_US);
}

/** Where the list of a day is. */
function slotOf(day: number): number {
  return day & (DAYS - 1);
}

/** `made`, which begins as `from` was. */
function longer<A extends Float64Array | Int32Array>(made: A, from: A): A {
  made.set(from);
  return made;
}

export class EventQueue<Item> {
  size = 0;
  /** Time and sequence number of the entry that `pop` returned last. */
  poppedUs = 0;
  poppedSeq = 0;
  /** By place. */
  private times: Float64Array;
  private seqs: Float64Array;
  private items: (Item | undefined)[];
  /** The next place of the same list: of a day, or of those that hold nothing. */
  private next: Int32Array;
  private free = NONE;
  private used = 0;
  private today = 0;
  /** When today ends, and when the calendar does. */
  private tomorrowUs = DAY_US;
  private endUs = DAYS * DAY_US;
  /** Today's places, latest first. */
  private sorted: Int32Array;
  private left = 0;
  /** By slot: the first place of each day's list. A bit says that there is one, so that empty days are passed 32 at a time. */
  private readonly days = new Int32Array(DAYS).fill(NONE);
  private readonly marks = new Int32Array(WORDS);
  /** How many places are in the lists. */
  private listed = 0;
  private readonly later = new Heap();
  private readonly limit: number;

  /** @param limit most entries; one more is a QueueFull error. */
  constructor(limit: number, capacity = 256) {
    this.limit = limit;
    this.times = new Float64Array(capacity);
    this.seqs = new Float64Array(capacity);
    this.items = new Array<Item | undefined>(capacity).fill(undefined);
    this.next = new Int32Array(capacity);
    this.sorted = new Int32Array(capacity);
  }

  /** Time of the next entry, or Infinity. */
  get nextUs(): number {
    if (this.left === 0) this.turn();
    return this.size === 0
      ? Number.POSITIVE_INFINITY
      : (this.times[this.sorted[this.left - 1] as number] as number);
  }

  push(atUs: number, seq: number, item: Item): void {
    let place = this.free;
    if (place !== NONE) this.free = this.next[place] as number;
    else {
      if (this.used === this.items.length) this.grow();
      place = this.used++;
    }
    this.size++;
    this.times[place] = atUs;
    this.seqs[place] = seq;
    this.items[place] = item;
    if (atUs < this.tomorrowUs) this.sort(place);
    else if (atUs < this.endUs) {
      const slot = slotOf(dayOf(atUs));
      const first = this.days[slot] as number;
      if (first === NONE) this.marks[slot >> 5] = (this.marks[slot >> 5] as number) | (1 << slot);
      this.next[place] = first;
      this.days[slot] = place;
      this.listed++;
    } else this.later.add(place, this.times, this.seqs);
  }

  /** Removes and returns the earliest entry; the queue must not be empty. */
  pop(): Item {
    if (this.left === 0) this.turn();
    const place = this.sorted[--this.left] as number;
    const { items } = this;
    const item = items[place] as Item;
    items[place] = undefined;
    this.poppedUs = this.times[place] as number;
    this.poppedSeq = this.seqs[place] as number;
    this.next[place] = this.free;
    this.free = place;
    this.size--;
    return item;
  }

  /** Puts an entry among today's. */
  private sort(place: number): void {
    const { sorted, times, seqs } = this;
    const atUs = times[place] as number;
    const seq = seqs[place] as number;
    let hole = this.left++;
    for (; hole > 0; hole--) {
      const before = sorted[hole - 1] as number;
      const beforeUs = times[before] as number;
      if (beforeUs > atUs || (beforeUs === atUs && (seqs[before] as number) > seq)) break;
      sorted[hole] = before;
    }
    sorted[hole] = place;
  }

  /** Nothing is left of today: the next day on which something is due becomes today. */
  private turn(): void {
    if (this.size === 0) return;
    const { later, times, seqs } = this;
    const laterDay = later.size === 0 ? Number.POSITIVE_INFINITY : dayOf(times[later.first] as number);
    this.begin(this.listed === 0 ? laterDay : Math.min(this.nextListed(), laterDay));
    const slot = slotOf(this.today);
    for (let place = this.days[slot] as number; place !== NONE; place = this.next[place] as number) {
      this.sort(place);
      this.listed--;
    }
    this.days[slot] = NONE;
    this.marks[slot >> 5] = (this.marks[slot >> 5] as number) & ~(1 << slot);
    while (later.size > 0 && (times[later.first] as number) < this.tomorrowUs) {
      this.sort(later.first);
      later.removeFirst(times, seqs);
    }
  }

  private begin(today: number): void {
    this.today = today;
    this.tomorrowUs = (today + 1) * DAY_US;
    this.endUs = (today + DAYS) * DAY_US;
  }

  /** The first day after today that has a list; there must be one. */
  private nextListed(): number {
    const { marks, today } = this;
    const from = slotOf(today + 1);
    let word = from >> 5;
    let bits = (marks[word] as number) & (-1 << from);
    while (bits === 0) {
      word = (word + 1) & (WORDS - 1);
      bits = marks[word] as number;
    }
    const slot = 32 * word + 31 - Math.clz32(bits & -bits);
    return today + 1 + slotOf(slot - from);
  }

  private grow(): void {
    if (this.size >= this.limit) throw new QueueFull(this.limit);
    const capacity = Math.min(this.limit, this.items.length * 2);
    this.times = longer(new Float64Array(capacity), this.times);
    this.seqs = longer(new Float64Array(capacity), this.seqs);
    this.next = longer(new Int32Array(capacity), this.next);
    this.sorted = longer(new Int32Array(capacity), this.sorted);
    this.items.length = capacity;
    this.items.fill(undefined, this.used);
  }

  /** Drops every entry that `keep` refuses. Order among the kept is unchanged. */
  compact(keep: (item: Item, seq: number) => boolean): void {
    const kept = [...this.entries()].filter(({ item, seq }) => keep(item, seq));
    this.size = 0;
    this.items.fill(undefined, 0, this.used);
    this.free = NONE;
    this.used = 0;
    this.left = 0;
    this.days.fill(NONE);
    this.marks.fill(0);
    this.listed = 0;
    this.later.size = 0;
    for (const { atUs, seq, item } of kept) this.push(atUs, seq, item);
  }

  /** A copy that shares the items (they are never changed) and nothing else. */
  clone(): EventQueue<Item> {
    const copy = new EventQueue<Item>(this.limit, Math.max(16, this.size));
    copy.begin(this.today);
    for (let place = 0; place < this.used; place++) {
      const item = this.items[place];
      if (item !== undefined) copy.push(this.times[place] as number, this.seqs[place] as number, item);
    }
    return copy;
  }

  /** The entries in no particular order, for views (ghost ticks of what is to come). */
  *entries(): Generator<{ atUs: number; seq: number; item: Item }> {
    for (let place = 0; place < this.used; place++) {
      const item = this.items[place];
      if (item !== undefined)
        yield { atUs: this.times[place] as number, seq: this.seqs[place] as number, item };
    }
  }
}
