/**
 * The trace hash: 64 bits over text, the same in Node and in a browser. FNV-1a in two 32-bit lanes with different
 * offsets and primes and a final mixing. For telling traces apart, not for security.
 */

export class TraceHash {
  private low = 0x811c9dc5;
  private high = 0x9747b28c;

  /** Adds a text (its UTF-16 code units). */
  add(text: string): void {
    let low = this.low;
    let high = this.high;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x5bd1e995);
      high ^= high >>> 15;
    }
    this.low = low;
    this.high = high;
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
}
