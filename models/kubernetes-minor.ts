/** The minor version in a version of Kubernetes such as `1.30.2` or `v1.30`; 0 if it names none. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1] ?? 0);
}
