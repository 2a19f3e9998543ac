/**
 * A table as `kubectl describe` prints it within an object: indented, the titles underlined.
 *
 * Source: kubectl pkg/describe/describe.go (tabbed writer of two spaces).
 */
import { columns } from '../go-text.ts';

/** With its last newline. */
export function ruledTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((title) => '-'.repeat(title.length));
  const indented = [header, rule, ...rows].map(([first, ...others]) => [`  ${first}`, ...others]);
  return columns(indented, 2);
}
