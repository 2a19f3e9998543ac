/** Time limits in tests are CPU time of the test's own process: the machine may be busy with other things. */

/** Milliseconds of CPU that the work takes. */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
