/** What a person should know about the files that a run is made from, on standard error: warnings, and the topology's notes. */
import { type Finding, findingText } from '../models/finding.ts';

/** Most lines; the same message about several places is one. */
const MOST = 16;

/** Warnings by message, with the first place each, then the notes. */
export function noteLines(findings: readonly Finding[], notes: readonly string[]): string[] {
  const places = new Map<string, { readonly first: string; readonly all: Set<string> }>();
  for (const finding of findings) {
    if (finding.severity !== 'warning') continue;
    const text = findingText(finding);
    const known = places.get(finding.message);
    if (known === undefined) places.set(finding.message, { first: text, all: new Set([text]) });
    else known.all.add(text);
  }
  const warnings = [...places.values()].map(({ first, all }) => {
    const more = all.size - 1;
    return `warning: ${first}${more === 0 ? '' : ` (and in ${more} more place${more === 1 ? '' : 's'})`}`;
  });
  const lines = [...warnings, ...notes.map((note) => `note: ${note}`)];
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST - 1), `and ${lines.length - MOST + 1} more`];
}
