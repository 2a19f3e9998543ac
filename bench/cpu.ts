/** CPU time, the only clock of the benchmarks: machines are shared and wall time lies. */

/** Seconds of CPU (user and system) that a function took, and what it returned. */
export function cpuSeconds<T>(work: () => T): { readonly seconds: number; readonly result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, result };
}

/** Runs the variants in turn, several rounds, and gives the median seconds of each: they share the machine's moods. */
export function sideBySide(
  rounds: number,
  variants: Readonly<Record<string, () => void>>,
): Record<string, number> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of Object.entries(variants)) {
      const { seconds } = cpuSeconds(work);
      // The first round warms up.
      if (round > 0) times[name] = [...(times[name] ?? []), seconds];
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
