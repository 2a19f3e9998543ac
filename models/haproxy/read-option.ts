/**
 * `option` lines of a proxy section: doc section 4.2. The model knows those about logs, checks and retries; the others
 * are in keywords.ts.
 */
import type { Statement } from './draft.ts';
import { parseNumber } from './durations.ts';
import { CHECKS_KNOWN, OPTIONS_KNOWN } from './keywords.ts';
import type { Word } from './words.ts';

/** `option NAME` and `no option NAME`. */
export function readOption(statement: Statement): void {
  const { draft, words, keyword, line, no, complaints } = statement;
  const name = words[1];
  if (name === undefined) {
    complaints.error(line, keyword, "'option' expects a name");
    return;
  }
  switch (name.text) {
    case 'tcplog':
    case 'httplog':
      draft.sessionLog = !no;
      return;
    case 'dontlognull':
      draft.dontlognull = !no;
      return;
    case 'log-health-checks':
      draft.logHealthChecks = !no;
      return;
    case 'allbackups':
      draft.allbackups = !no;
      return;
    case 'redispatch': {
      const interval = words[2] === undefined ? -1 : parseNumber(words[2].text, -1_000_000, 1_000_000);
      if (typeof interval === 'string') complaints.error(line, words[2] as Word, `'redispatch': ${interval}`);
      else draft.redispatch = no || interval === 0 ? undefined : interval;
      return;
    }
    case 'httpchk':
    case 'tcp-check':
    case 'ssl-hello-chk':
      checkOption(statement, name.text);
      return;
    default:
      if (CHECKS_KNOWN.has(name.text)) {
        complaints.note(line, name, `'option ${name.text}' is not modelled: the check is a plain connect`);
        checkOption(statement, name.text);
      } else if (!OPTIONS_KNOWN.has(name.text)) {
        complaints.unknown(line, name, 'option', [
          ...['tcplog', 'httplog', 'dontlognull', 'log-health-checks', 'allbackups', 'redispatch', 'httpchk'],
          ...['tcp-check', 'ssl-hello-chk'],
          ...OPTIONS_KNOWN,
          ...CHECKS_KNOWN,
        ]);
      }
  }
}

/** The last `option ...chk` of a section wins; an earlier one of the same section is told. */
function checkOption({ draft, words, line, no, complaints }: Statement, name: string): void {
  const word = words[1] as Word;
  if (draft.kind === 'frontend') {
    complaints.warning(line, word, `'option ${name}' is ignored: a frontend has no servers`);
    return;
  }
  if (no) {
    draft.checkKind = 'connect';
    draft.checkOption = undefined;
    return;
  }
  const before = draft.checkOption;
  if (before !== undefined && before.option !== name && before.line > draft.line) {
    complaints.warning(
      line,
      word,
      `'option ${name}' overrides 'option ${before.option}' of line ${before.line}`,
    );
  }
  draft.checkOption = { option: name, line };
  draft.checkKind = name === 'httpchk' || name === 'tcp-check' || name === 'ssl-hello-chk' ? name : 'connect';
  if (name !== 'httpchk') return;
  // option httpchk [[METHOD] URI [VERSION [HOST]]]: one word alone is the URI.
  const [first, second] = words.slice(2);
  if (first === undefined) draft.httpRequest = { method: 'OPTIONS', uri: '/' };
  else if (second === undefined) draft.httpRequest = { method: 'OPTIONS', uri: first.text };
  else draft.httpRequest = { method: first.text, uri: second.text };
}
