/**
 * The result codes of checks with their words: src/check.c:304-345 (2.6 to 3.x).
 */

export type CheckStatus =
  | 'UNK'
  | 'INI'
  | 'CHECKED'
  | 'HANA'
  | 'SOCKERR'
  | 'L4OK'
  | 'L4TOUT'
  | 'L4CON'
  | 'L6OK'
  | 'L6TOUT'
  | 'L6RSP'
  | 'L7TOUT'
  | 'L7RSP'
  | 'L7OK'
  | 'L7OKC'
  | 'L7STS';

export type CheckResult = 'unknown' | 'neutral' | 'failed' | 'passed' | 'conditional';

interface StatusFacts {
  readonly result: CheckResult;
  /** What log lines and the statistics page say. */
  readonly words: string;
  /** Comes with a code (those after HCHK_STATUS_L57DATA). */
  readonly coded: boolean;
}

const facts: Readonly<Record<CheckStatus, StatusFacts>> = {
  UNK: { result: 'unknown', words: 'Unknown', coded: false },
  INI: { result: 'unknown', words: 'Initializing', coded: false },
  CHECKED: { result: 'neutral', words: 'No status change', coded: false },
  HANA: { result: 'failed', words: 'Health analyze', coded: false },
  SOCKERR: { result: 'failed', words: 'Socket error', coded: false },
  L4OK: { result: 'passed', words: 'Layer4 check passed', coded: false },
  L4TOUT: { result: 'failed', words: 'Layer4 timeout', coded: false },
  L4CON: { result: 'failed', words: 'Layer4 connection problem', coded: false },
  L6OK: { result: 'passed', words: 'Layer6 check passed', coded: false },
  L6TOUT: { result: 'failed', words: 'Layer6 timeout', coded: false },
  L6RSP: { result: 'failed', words: 'Layer6 invalid response', coded: false },
  L7TOUT: { result: 'failed', words: 'Layer7 timeout', coded: false },
  L7RSP: { result: 'failed', words: 'Layer7 invalid response', coded: false },
  L7OK: { result: 'passed', words: 'Layer7 check passed', coded: true },
  L7OKC: { result: 'conditional', words: 'Layer7 check conditionally passed', coded: true },
  L7STS: { result: 'failed', words: 'Layer7 wrong status', coded: true },
};

export function resultOf(status: CheckStatus): CheckResult {
  return facts[status].result;
}

export function wordsOf(status: CheckStatus): string {
  return facts[status].words;
}

export function isCoded(status: CheckStatus): boolean {
  return facts[status].coded;
}

/** What a check found. `durationMs` is -1 for what is no check (health analysis of traffic). */
export interface Verdict {
  readonly status: CheckStatus;
  readonly code: number;
  /** The description in quotes after `info:`; empty for none. */
  readonly info: string;
  readonly durationMs: number;
}

/** `, reason: Layer7 wrong status, code: 500, info: "...", check duration: 3ms` (check_append_info). */
export function reasonText(verdict: Verdict): string {
  let text = `, reason: ${wordsOf(verdict.status)}`;
  if (isCoded(verdict.status)) text += `, code: ${verdict.code}`;
  if (verdict.info !== '') text += `, info: "${encoded(verdict.info)}"`;
  if (verdict.durationMs >= 0) text += `, check duration: ${verdict.durationMs}ms`;
  return text;
}

/** chunk_asciiencode with `"` as quote: unprintable bytes, `<`, `>` and the quote become <XX>. */
function encoded(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is encoded
  return text.replace(/[\u0000-\u001f\u007f-\uffff"<>]/g, (character) => {
    return `<${(character.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}>`;
  });
}
