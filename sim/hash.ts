/**
 * The trace hash: 64 bits over the steps of a trace, the same in Node and in a browser. It takes in what a line of the trace
 * prints, neither more nor less, but reads the steps themselves: to print them costs more than to simulate them (decision 0007).
 * Two lanes of 32 bits, mixed at the end: MurmurHash3_x86_32's loop, and multiply and shift with MurmurHash2's constant. For
 * telling traces apart, not for security.
 */
import type { Effect } from './effects.ts';
import { DEPTH, MOST_ELEMENTS, type TraceRecord } from './trace.ts';

const LOW = 0x811c9dc5;
const HIGH = 0x9747b28c;

/** A word before each value, so that 1, '1', true and [1] differ. */
const OF = { number: 1, text: 2, true: 3, false: 4, null: 5, deep: 6, list: 7, object: 8, end: 9, batch: 10 };

/** Texts that come again and again are read once: names, keys, types of events. Longer ones are mostly new. */
const MOST_KNOWN = 10_000;
const LONGEST_KNOWN = 60;

export class TraceHash {
  private low = LOW;
  private high = HIGH;
  private readonly known = new Map<string, readonly [low: number, high: number]>();
  private readonly float = new Float64Array(1);
  private readonly halves = new Int32Array(this.float.buffer);

  /** Adds a step. `epochUs` is world time at the scenario's zero. */
  add(record: TraceRecord, epochUs: number): void {
    this.number(record.id);
    this.number(record.cause);
    this.number(record.atUs - epochUs);
    this.text(record.kind);
    this.text(record.who);
    this.value(record.event, DEPTH);
    this.text(record.before);
    this.text(record.after);
    for (const effect of record.effects) this.effect(effect);
    this.value(record.detail, DEPTH + 1);
  }

  /** 16 hexadecimal digits; may be asked at any time. */
  digest(): string {
    const mix = (value: number): number => {
      let h = value;
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return (h ^ (h >>> 16)) >>> 0;
    };
    const low = mix(this.low ^ Math.imul(this.high, 3));
    const high = mix(this.high ^ Math.imul(this.low, 5));
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }

  private effect(effect: Effect): void {
    if (effect.type !== 'batch') {
      this.value(effect, DEPTH);
      return;
    }
    this.word(OF.batch);
    for (const one of effect.effects) this.effect(one);
    this.word(OF.end);
  }

  private value(value: unknown, depth: number): void {
    if (typeof value === 'string') {
      this.word(OF.text);
      this.text(value);
    } else if (typeof value === 'number') {
      this.word(OF.number);
      this.number(value);
    } else if (typeof value === 'boolean') this.word(value ? OF.true : OF.false);
    else if (value === null || value === undefined) this.word(OF.null);
    else if (depth === 0) this.word(OF.deep);
    else if (Array.isArray(value)) this.list(value, depth);
    else this.object(value, depth);
  }

  private list(list: readonly unknown[], depth: number): void {
    this.word(OF.list);
    this.word(list.length);
    const shown = Math.min(list.length, MOST_ELEMENTS);
    for (let i = 0; i < shown; i++) this.value(list[i], depth);
  }

  private object(object: object, depth: number): void {
    const prototype = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
      this.word(OF.deep);
      return;
    }
    this.word(OF.object);
    for (const key in object) {
      const value = (object as Record<string, unknown>)[key];
      // JSON leaves it out: a key without a value is no key.
      if (value === undefined) continue;
      this.text(key);
      this.value(value, depth - 1);
    }
    this.word(OF.end);
  }

  private number(value: number): void {
    // Also of -0, which is printed as 0.
    if ((value | 0) === value) {
      this.word(value);
      return;
    }
    this.float[0] = value;
    this.word(this.halves[0] as number);
    this.word(this.halves[1] as number);
  }

  private text(text: string): void {
    const known = this.known.get(text) ?? this.read(text);
    this.word(known[0]);
    this.word(known[1]);
  }

  private read(text: string): readonly [low: number, high: number] {
    let low = LOW;
    let high = HIGH;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x5bd1e995);
      high ^= high >>> 15;
    }
    const read = [low, high] as const;
    if (text.length <= LONGEST_KNOWN) {
      if (this.known.size === MOST_KNOWN) this.known.clear();
      this.known.set(text, read);
    }
    return read;
  }

  private word(word: number): void {
    const part = Math.imul(word, 0xcc9e2d51);
    const low = this.low ^ Math.imul((part << 15) | (part >>> 17), 0x1b873593);
    this.low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
    const high = Math.imul(this.high ^ word, 0x5bd1e995);
    this.high = high ^ (high >>> 15);
  }
}
