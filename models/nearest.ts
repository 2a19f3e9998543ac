/**
 * The names nearest to a misspelt one, for complaints: "unknown fault power-of; nearest: power-off".
 * Distance: Damerau-Levenshtein with adjacent transpositions (optimal string alignment), case ignored.
 */

/** Longer texts are no misspelt names; comparing them would only cost time. */
const LONGEST_NAME = 80;

/** Edits (insert, delete, replace, swap neighbours) that turn a into b. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** How many edits a misspelt name of this length may be away: in three letters nearly everything is near. */
function tolerance(length: number): number {
  return length <= 3 ? 1 : Math.max(2, Math.ceil(length / 3));
}

/** Up to `limit` candidates that could have been meant, nearest first; none if nothing is near. */
export function nearest(name: string, candidates: Iterable<string>, limit = 3): string[] {
  if (name.length > LONGEST_NAME) return [];
  const wanted = name.toLowerCase();
  const rated: { candidate: string; distance: number; edits: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (candidate.length > LONGEST_NAME) continue;
    const known = candidate.toLowerCase();
    const contained = wanted.length >= 3 && (known.includes(wanted) || wanted.includes(known));
    const edits = editDistance(wanted, known);
    const distance = contained ? 1 : edits;
    if (distance <= tolerance(wanted.length)) rated.push({ candidate, distance, edits });
  }
  rated.sort((a, b) => a.distance - b.distance || a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  return rated.slice(0, limit).map(({ candidate }) => candidate);
}

/** `; nearest: a, b`, or `; there are: a, b, c` when nothing is near and the list is short, else nothing. */
export function nearestHint(name: string, candidates: Iterable<string>): string {
  const all = [...new Set(candidates)];
  const near = nearest(name, all);
  if (near.length > 0) return `; nearest: ${near.join(', ')}`;
  if (all.length > 0 && all.length <= 12) return `; there are: ${all.join(', ')}`;
  return '';
}
