/**
 * Settings from outside (`--set keepalived.HOST.KEY=value`): each replaces the words of the file before it is judged, so
 * that everything that keepalived derives from a word follows.
 */
import type { Finding } from '../finding.ts';
import { nearestHint } from '../nearest.ts';
import type { ConfWord } from './conf-lines.ts';
import type { Statement } from './conf-tree.ts';
import { GLOBAL_WORDS } from './read-globals.ts';
import { INSTANCE_WORDS } from './read-instance.ts';
import { SCRIPT_WORDS } from './read-script-block.ts';

interface Setting {
  readonly key: string;
  readonly value: string;
}

export interface Settings {
  /** keepalived's own version. */
  readonly version: string | undefined;
  /** By script name: what it tests. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly globals: readonly Setting[];
  /** For the instance of that name, or for all. */
  readonly instances: readonly (Setting & { readonly name: string | undefined })[];
  readonly scriptWords: readonly (Setting & { readonly name: string })[];
}

/** Sorts keys: `priority`, `VI_1.priority`, `script.NAME`, `script.NAME.interval`, `vrrp_version`, `version`. */
export function settingsOf(set: Readonly<Record<string, string>>): {
  readonly settings: Settings;
  readonly findings: readonly Finding[];
} {
  const scripts: Record<string, string> = {};
  const globals: Setting[] = [];
  const instances: (Setting & { name: string | undefined })[] = [];
  const scriptWords: (Setting & { name: string })[] = [];
  const findings: Finding[] = [];
  let version: string | undefined;
  for (const [path, value] of Object.entries(set)) {
    const parts = path.split('.');
    const key = parts[parts.length - 1]!;
    const name = parts.length > 1 ? parts.slice(0, -1).join('.') : undefined;
    if (path === 'version') version = value;
    else if (parts[0] === 'script' && parts.length === 2) scripts[key] = value;
    else if (parts[0] === 'script' && parts.length > 2 && Object.hasOwn(SCRIPT_WORDS.modelled, key)) {
      scriptWords.push({ name: parts.slice(1, -1).join('.'), key, value });
    } else if (name === undefined && Object.hasOwn(GLOBAL_WORDS.modelled, key)) globals.push({ key, value });
    else if (parts[0] !== 'script' && Object.hasOwn(INSTANCE_WORDS.modelled, key)) {
      instances.push({ name, key, value });
    } else {
      const known = [...Object.keys(INSTANCE_WORDS.modelled), ...Object.keys(GLOBAL_WORDS.modelled)];
      const message = `unknown parameter ${path}${nearestHint(key, known)}`;
      findings.push({ severity: 'error', file: 'parameters', line: 1, column: 1, message });
    }
  }
  return { settings: { version, scripts, globals, instances, scriptWords }, findings };
}

/** The statements as if the settings had been written in the file. */
export function applySettings(statements: readonly Statement[], settings: Settings): readonly Statement[] {
  const { globals, instances, scriptWords } = settings;
  if (globals.length + instances.length + scriptWords.length === 0) return statements;
  const changed = statements.map((statement): Statement => {
    const name = statement.args[0]?.text;
    if (statement.keyword.text === 'vrrp_instance') {
      return replaced(
        statement,
        instances.filter((setting) => setting.name === undefined || setting.name === name),
      );
    }
    if (statement.keyword.text === 'vrrp_script') {
      return replaced(
        statement,
        scriptWords.filter((setting) => setting.name === name),
      );
    }
    return statement;
  });
  // A later global_defs adds to an earlier one, and its words win.
  const last: Statement = { keyword: word('global_defs'), args: [], block: [] };
  return globals.length === 0 ? changed : [...changed, replaced(last, globals)];
}

function replaced(statement: Statement, settings: readonly Setting[]): Statement {
  if (settings.length === 0) return statement;
  const keys = new Set(settings.map((setting) => setting.key));
  const kept = (statement.block ?? []).filter((inner) => !keys.has(inner.keyword.text));
  const added = settings.flatMap(({ key, value }): Statement[] => {
    if (
      ['nopreempt', 'dont_track_primary', 'timer_expired_backup'].includes(key) &&
      /^(?:off|false|no)$/.test(value)
    ) {
      return [];
    }
    const args = value === '' ? [] : value.split(/\s+/).map(word);
    return [{ keyword: word(key), args, block: undefined }];
  });
  return { ...statement, block: [...kept, ...added] };
}

function word(text: string): ConfWord {
  return { text, file: 'parameters', line: 1, column: 1, quoted: false };
}
