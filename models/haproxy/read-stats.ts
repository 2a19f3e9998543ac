/** Reads `stats ...` of a proxy section: doc "stats enable", "stats uri" (default /haproxy?stats, defaults.h). */
import type { Complaints, ProxyDraft } from './draft.ts';
import { parseTime } from './durations.ts';
import { STATS_KNOWN } from './keywords.ts';
import type { Word } from './words.ts';

const DEFAULT_URI = '/haproxy?stats';

export function readStats(
  draft: ProxyDraft,
  words: readonly Word[],
  line: number,
  complaints: Complaints,
): void {
  const [keyword, what, value] = words as [Word, Word | undefined, Word | undefined];
  if (what === undefined || !STATS_KNOWN.has(what.text)) {
    complaints.unknown(line, what ?? keyword, 'stats keyword', STATS_KNOWN);
    return;
  }
  draft.stats ??= { uri: DEFAULT_URI, hideVersion: false };
  if (what.text === 'uri' && value !== undefined) draft.stats.uri = value.text;
  else if (what.text === 'hide-version') draft.stats.hideVersion = true;
  else if (what.text === 'refresh' && value !== undefined) {
    const refresh = parseTime(value.text, 's');
    if (typeof refresh === 'string') complaints.error(line, value, `'stats refresh': ${refresh}`);
    else draft.stats.refreshMs = refresh;
  }
}
