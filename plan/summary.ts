/** What many runs gave, in few numbers. */

/** Of a duration or a count. Quantiles by nearest rank, so that each is a sample that really occurred. */
export interface NumberSummary {
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

/** The smallest sample that is not exceeded by at least this share of all. Throws on an empty list. */
export function quantile(sorted: readonly number[], share: number): number {
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('a quantile of nothing');
  return found;
}

/** Undefined if there is no sample. */
export function summaryOf(samples: readonly number[]): NumberSummary | undefined {
  if (samples.length === 0) return undefined;
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    n: sorted.length,
    min: quantile(sorted, 0),
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    max: quantile(sorted, 1),
  };
}

/** How often each word occurred, in the order of the words. */
export function countsOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
