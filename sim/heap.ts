/**
 * Numbers of entries as a heap with four children a node; when each is due, and its sequence number, stand elsewhere. Ordered by
 * (time, sequence number).
 */
export class Heap {
  size = 0;
  private nodes = new Int32Array(16);

  /** The earliest entry; there must be one. */
  get first(): number {
    return this.nodes[0] as number;
  }

  add(entry: number, times: Float64Array, seqs: Float64Array): void {
    let hole = this.size++;
    if (hole === this.nodes.length) {
      const longer = new Int32Array(2 * hole);
      longer.set(this.nodes);
      this.nodes = longer;
    }
    const { nodes } = this;
    const atUs = times[entry] as number;
    const seq = seqs[entry] as number;
    while (hole > 0) {
      const above = (hole - 1) >> 2;
      const parent = nodes[above] as number;
      const parentUs = times[parent] as number;
      if (parentUs < atUs || (parentUs === atUs && (seqs[parent] as number) < seq)) break;
      nodes[hole] = parent;
      hole = above;
    }
    nodes[hole] = entry;
  }

  removeFirst(times: Float64Array, seqs: Float64Array): void {
    const { nodes } = this;
    const size = --this.size;
    const entry = nodes[size] as number;
    const atUs = times[entry] as number;
    const seq = seqs[entry] as number;
    let hole = 0;
    for (;;) {
      const begin = 4 * hole + 1;
      if (begin >= size) break;
      const end = Math.min(begin + 4, size);
      let below = begin;
      let child = nodes[begin] as number;
      let childUs = times[child] as number;
      for (let at = begin + 1; at < end; at++) {
        const other = nodes[at] as number;
        const otherUs = times[other] as number;
        if (otherUs < childUs || (otherUs === childUs && (seqs[other] as number) < (seqs[child] as number))) {
          below = at;
          child = other;
          childUs = otherUs;
        }
      }
      if (atUs < childUs || (atUs === childUs && seq < (seqs[child] as number))) break;
      nodes[hole] = child;
      hole = below;
    }
    nodes[hole] = entry;
  }
}
