/**
 * `vrrp_script` of keepalived.conf, and what its `script` line tests.
 *
 * Source: keepalived 2.2.7 vrrp_parser.c (vrrp_vscript_*), vrrp_data.c (defaults), lib/notify.c (system_call_script: the
 * line is executed without a shell; before 2.0 by system(3)).
 */
import type { Finding } from '../finding.ts';
import { type ConfWord, keep } from './conf-lines.ts';
import type { ConfReader, Vocabulary } from './conf-reader.ts';
import type { ScriptConfig } from './config.ts';
import { SCRIPT_WITHOUT_EFFECT } from './keywords.ts';
import type { Expression } from './probe.ts';
import { baseName } from './probe-commands.ts';
import { whole } from './read-globals.ts';
import { readWeight } from './read-tracked.ts';
import { SECOND_US } from './timers.ts';
import { parseScriptOverride, readTrackScript } from './track-script.ts';

export interface ScriptDraft {
  readonly name: ConfWord;
  /** The words of the `script` line. */
  line: readonly ConfWord[] | undefined;
  intervalUs: number;
  timeoutUs: number;
  weight: number;
  reverse: boolean;
  rise: number;
  fall: number;
}

export function newScript(name: ConfWord): ScriptDraft {
  return {
    ...{ name, line: undefined, intervalUs: SECOND_US, timeoutUs: 0 },
    ...{ weight: 0, reverse: false, rise: 1, fall: 1 },
  };
}

const MAX_SECONDS = 4294;
const seconds = (
  set: (draft: ScriptDraft, us: number) => void,
): Vocabulary<ScriptDraft>['modelled'][string] =>
  whole(0, MAX_SECONDS, (draft, value, statement, reader) => {
    if (value === 0) {
      const what = `vrrp script ${statement.keyword.text} must be greater than 0, setting to 1`;
      reader.warn(reader.first(statement), `(${draft.name.text}): ${what}`);
    }
    set(draft, Math.max(1, value) * SECOND_US);
  });

export const SCRIPT_WORDS: Vocabulary<ScriptDraft> = {
  modelled: {
    script: (draft, statement) => {
      draft.line = statement.args;
    },
    interval: seconds((draft, us) => {
      draft.intervalUs = us;
    }),
    timeout: seconds((draft, us) => {
      draft.timeoutUs = us;
    }),
    weight: (draft, statement, reader) => {
      draft.weight =
        readWeight(statement.args[0], statement.keyword, draft.name.text, reader) ?? draft.weight;
      const option = statement.args[1];
      if (option?.text === 'reverse') draft.reverse = true;
      else if (option !== undefined) {
        reader.warn(
          option,
          `vrrp_script ${draft.name.text} unknown weight option ${option.text.slice(0, 40)}`,
        );
      }
    },
    rise: whole(1, 2 ** 31 - 1, (draft, value) => {
      draft.rise = value;
    }),
    fall: whole(1, 2 ** 31 - 1, (draft, value) => {
      draft.fall = value;
    }),
  },
  withoutEffect: SCRIPT_WITHOUT_EFFECT,
  notModelled: new Set(),
};

/** A script that is ready, or why not: said as errors only if an instance tracks it. */
export type FinishedScript =
  | { readonly config: ScriptConfig }
  | { readonly config: undefined; readonly complaints: readonly Finding[] };

export function finishScript(draft: ScriptDraft, reader: ConfReader): FinishedScript {
  const name = draft.name.text;
  const at = draft.line?.[0] ?? draft.name;
  const refused = (message: string): FinishedScript => {
    const { file, line, column } = at;
    return { config: undefined, complaints: [{ severity: 'error', file, line, column, message }] };
  };
  const command = (draft.line ?? [])
    .map((word) => word.text)
    .join(' ')
    .trim();
  const overrides = reader.options.scripts ?? {};
  let check: Expression | undefined;
  let findings: readonly Finding[] = [];
  if (Object.hasOwn(overrides, name)) {
    const found = parseScriptOverride(overrides[name]!, reader.options.addresses);
    if ('message' in found) return refused(`script ${name}: ${found.message}`);
    check = found.check;
  } else {
    if (command === '') return refused(`No script set for vrrp_script ${name} - removing`);
    const found = readCommand(command, at, reader);
    if (found.check === undefined) return { config: undefined, complaints: found.findings };
    check = found.check;
    findings = found.findings;
  }
  for (const { severity, file, line, column, message } of findings)
    keep(reader.findings, { severity, file, line, column, message });
  const { intervalUs, timeoutUs, weight, reverse, rise, fall } = draft;
  return { config: { name, command, check, intervalUs, timeoutUs, weight, reverse, rise, fall } };
}

/** Shells and check commands; another path is a script of the deployment's own. */
const COMMANDS =
  /^(?:kill|killall|killall5|pkill|pidof|pgrep|systemctl|service|nc|ncat|netcat|curl|sh|bash|dash|true|false|sudo|test|ping)$/;
const SHELL_SIGNS = /[|&;<>`]|\$\(/;

function readCommand(
  command: string,
  at: ConfWord,
  reader: ConfReader,
): { readonly check: Expression | undefined; readonly findings: readonly Finding[] } {
  const place = { severity: 'error' as const, file: at.file, line: at.line, column: at.column };
  const words = command.split(/\s+/);
  const path = words[0]!;
  const { addresses } = reader.options;
  if (path.startsWith('/') && !COMMANDS.test(baseName(path))) {
    const script = reader.options.readScript?.(path);
    if (script === undefined) {
      const message = `the check script ${path} was not handed in: say what it tests: process:NAME, tcp:HOST:PORT or http:URL`;
      return { check: undefined, findings: [{ ...place, message }] };
    }
    return readTrackScript(script.text, script.file, {
      args: words.slice(1),
      name: baseName(path),
      ...(addresses && { addresses }),
    });
  }
  const withoutQuoted = command.replace(/'[^']*'|"[^"]*"/g, '');
  if (SHELL_SIGNS.test(withoutQuoted) && reader.behaviour.ownerByDefault && !command.startsWith('<')) {
    const message =
      'keepalived runs this line without a shell, so |, &, ; and > are handed on as words: put it into a script file';
    return { check: undefined, findings: [{ ...place, message }] };
  }
  const found = readTrackScript(command, at.file, addresses && { addresses });
  // The places inside the line are of little use: the whole line is the place.
  return { ...found, findings: found.findings.map((finding) => ({ ...finding, ...place })) };
}
