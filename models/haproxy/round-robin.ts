/**
 * Fast weighted round robin (`balance roundrobin`), src/lb_fwrr.c of HAProxy 1.8 to 3.x, as a pure data
 * structure: three ordered trees (init, curr, next) and a position counter. Servers are named by their
 * index in the backend; active and backup servers have a group each.
 *
 * No time. Not modelled: one tree per thread group (3.3 and later).
 *
 * A tree is ordered by (key, order of insertion), as an ebtree with duplicate keys is walked. npos is a
 * server's next position in the lap, lpos its last, rweight the remainder it carries (names of the source).
 */

/** SRV_EWGHT_MAX: the largest weight, 256, times BE_WEIGHT_SCALE, 16 (backend-t.h:145). */
export const WEIGHT_SCALE = 16;
const EWEIGHT_MAX = 256 * WEIGHT_SCALE;
const UWEIGHT_RANGE = 256;

type Tree = 'init' | 'next' | 'curr' | 'none';

interface Place {
  readonly eweight: number;
  readonly tree: Tree;
  readonly key: number;
  /** Insertion number, for equal keys. */
  readonly seq: number;
  readonly npos: number;
  readonly lpos: number;
  readonly rweight: number;
}

export interface RoundRobin {
  readonly currPos: number;
  readonly currWeight: number;
  readonly nextWeight: number;
  readonly seq: number;
  readonly places: readonly Place[];
}

const OUT: Place = { eweight: 0, tree: 'none', key: 0, seq: 0, npos: 0, lpos: 0, rweight: 0 };

/** All usable servers (effective weight over 0) in the init tree, the heaviest first, ties in their order. */
export function roundRobin(eweights: readonly number[]): RoundRobin {
  const total = eweights.reduce((sum, eweight) => sum + eweight, 0);
  const draft = new Draft({
    currPos: total,
    currWeight: total,
    nextWeight: total,
    seq: 0,
    places: eweights.map((eweight) => ({ ...OUT, eweight })),
  });
  eweights.forEach((eweight, server) => {
    if (eweight > 0) draft.queueByWeight(server, 'init');
  });
  return draft.done();
}

/**
 * The next server, or none when all are saturated (`isFull`) or none is usable. The one to avoid
 * (redispatch) is taken only if there is no other. Saturated servers are skipped and queued again.
 */
export function nextServer(
  state: RoundRobin,
  isFull: (server: number) => boolean,
  avoid: number | undefined,
): readonly [RoundRobin, number | undefined] {
  const draft = new Draft(state);
  const skipped: number[] = [];
  let switched = false;
  let avoided: number | undefined;
  let found: number | undefined;
  while (found === undefined) {
    draft.collectWeights();
    let server = draft.first();
    if (server === undefined) {
      if (!switched) {
        switched = true;
        draft.switchTrees();
        continue;
      }
      if (avoided === undefined) break;
      server = avoided;
      found = server;
    }
    draft.updatePosition(server);
    if (found !== undefined) break;
    if (!isFull(server) && (server !== avoid || avoided !== undefined)) found = server;
    else {
      if (!isFull(server)) avoided = server;
      skipped.unshift(server);
    }
  }
  if (found !== undefined) draft.queue(found);
  for (const server of skipped) {
    if (server === found) continue;
    // Once the trees have been switched their place is lost and only their weight matters.
    if (switched) draft.queueByWeight(server, 'init');
    else draft.queue(server);
  }
  return [draft.done(), found];
}

/** A server became unusable: it leaves its tree, the total of the next lap shrinks, nothing else moves. */
export function serverDown(state: RoundRobin, server: number): RoundRobin {
  const place = state.places[server] ?? OUT;
  if (place.eweight === 0) return state;
  const draft = new Draft(state);
  draft.nextWeight -= place.eweight;
  draft.change(server, { ...place, tree: 'none', eweight: 0 });
  return draft.done();
}

/** A server became usable: it joins the tail of the present lap. */
export function serverUp(state: RoundRobin, server: number, eweight: number): RoundRobin {
  if (eweight === 0 || (state.places[server] ?? OUT).eweight > 0) return state;
  const draft = new Draft(state);
  draft.nextWeight += eweight;
  const npos = draft.currPos + Math.trunc((draft.nextWeight + draft.currWeight - draft.currPos) / eweight);
  draft.change(server, { ...draft.place(server), eweight, npos, tree: 'none' });
  draft.queue(server);
  return draft.done();
}

/** Another weight, while usable or not (0 takes the server out). */
export function setWeight(state: RoundRobin, server: number, eweight: number): RoundRobin {
  const before = (state.places[server] ?? OUT).eweight;
  if (before === eweight) return state;
  if (eweight === 0) return serverDown(state, server);
  if (before === 0) return serverUp(state, server, eweight);
  const draft = new Draft(state);
  draft.nextWeight += eweight - before;
  const place = draft.take(server);
  if (place.tree === 'init') {
    draft.change(server, { ...place, eweight });
    draft.queueByWeight(server, 'init');
    return draft.done();
  }
  const step = Math.trunc(draft.nextWeight / eweight);
  let npos = Math.min(place.lpos + step, place.npos);
  if (npos < draft.currPos + 2) npos = draft.currPos + step;
  draft.change(server, { ...place, eweight, npos, rweight: 0 });
  draft.queue(server);
  return draft.done();
}

/** One operation's working copy; `done` freezes it into data again. */
class Draft {
  currPos: number;
  currWeight: number;
  nextWeight: number;
  private seq: number;
  private readonly places: Place[];

  constructor(state: RoundRobin) {
    this.currPos = state.currPos;
    this.currWeight = state.currWeight;
    this.nextWeight = state.nextWeight;
    this.seq = state.seq;
    this.places = state.places.slice();
  }

  done(): RoundRobin {
    const { currPos, currWeight, nextWeight, seq, places } = this;
    return { currPos, currWeight, nextWeight, seq, places };
  }

  place(server: number): Place {
    return this.places[server]!;
  }

  change(server: number, place: Place): void {
    this.places[server] = place;
  }

  /** The group was empty: weights that have changed since count from now. */
  collectWeights(): void {
    if (this.currWeight === 0) this.currPos = this.currWeight = this.nextWeight;
  }

  private firstOf(tree: Tree): number | undefined {
    let best: number | undefined;
    for (let server = 0; server < this.places.length; server++) {
      const place = this.places[server]!;
      if (place.tree !== tree) continue;
      const other = best === undefined ? undefined : this.places[best]!;
      if (
        other === undefined ||
        place.key < other.key ||
        (place.key === other.key && place.seq < other.seq)
      ) {
        best = server;
      }
    }
    return best;
  }

  /** First of curr unless it lies ahead (a hole), else first of init, else first of curr after all. */
  first(): number | undefined {
    const current = this.firstOf('curr');
    if (current !== undefined && this.place(current).npos <= this.currPos) return current;
    const fresh = this.firstOf('init');
    if (fresh === undefined) return current;
    this.change(fresh, { ...this.place(fresh), npos: 0, rweight: 0 });
    return fresh;
  }

  /** Computes the server's next position and takes it out of its tree; the counter moves on. */
  updatePosition(server: number): void {
    const place = this.place(server);
    const from = place.npos === 0 ? this.currPos : place.npos;
    let npos = from + Math.trunc(this.nextWeight / place.eweight);
    let rweight = place.rweight + (this.nextWeight % place.eweight);
    if (rweight >= place.eweight) {
      rweight -= place.eweight;
      npos++;
    }
    const { eweight, key, seq } = place;
    this.change(server, { eweight, tree: 'none', key, seq, npos, lpos: from, rweight });
    this.currPos++;
  }

  /** What extracting a server from its tree makes of its position (fwrr_get_srv). */
  take(server: number): Place {
    const place = this.place(server);
    if (place.tree === 'init') return { ...place, npos: 0, rweight: 0 };
    if (place.tree === 'next') return { ...place, npos: place.npos + this.currWeight };
    return place;
  }

  queueByWeight(server: number, tree: 'init' | 'next'): void {
    const place = this.place(server);
    this.change(server, { ...place, tree, key: EWEIGHT_MAX - place.eweight, seq: this.seq++ });
  }

  /** Into curr if it fits into this lap, else into next. */
  queue(server: number): void {
    const place = this.place(server);
    if (place.eweight === 0) {
      this.change(server, { ...place, tree: 'none' });
      return;
    }
    if (place.npos >= 2 * this.currWeight || place.npos >= this.currWeight + this.nextWeight) {
      this.change(server, { ...place, npos: place.npos - this.currWeight });
      this.queueByWeight(server, 'next');
      return;
    }
    const rest = Math.trunc((EWEIGHT_MAX + place.rweight - place.eweight) / WEIGHT_SCALE);
    const { eweight, npos, lpos, rweight } = place;
    const key = UWEIGHT_RANGE * npos + rest;
    this.change(server, { eweight, tree: 'curr', key, seq: this.seq++, npos, lpos, rweight });
  }

  /** `next` becomes `init`, the lap begins anew. */
  switchTrees(): void {
    for (let server = 0; server < this.places.length; server++) {
      const place = this.places[server]!;
      if (place.tree === 'next') this.places[server] = { ...place, tree: 'init' };
      else if (place.tree === 'init') this.places[server] = { ...place, tree: 'next' };
    }
    this.currWeight = this.nextWeight;
    this.currPos = this.currWeight;
  }
}
