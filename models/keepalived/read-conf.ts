/**
 * Reads a keepalived.conf: text in, configuration and findings out. Whatever the text, it ends in linear time, and what
 * keepalived would use is used.
 *
 * Source: keepalived 2.2.7 keepalived.conf(5), vrrp_parser.c (init_vrrp_keywords), vrrp_sync.c (vrrp_sync_set_group).
 * Not modelled: LVS (virtual_server), static addresses and routes, BFD, files and processes tracked by keepalived itself.
 */
import { boundedFindings, type Finding } from '../finding.ts';
import { MAX_FINDINGS, refuseText } from '../yaml-text.ts';
import { completeInstance } from './complete-instance.ts';
import { type ConfWord, keep, readConfLines } from './conf-lines.ts';
import { ConfReader, type KeepalivedReadOptions } from './conf-reader.ts';
import { readStatements, type Statement } from './conf-tree.ts';
import {
  type GroupConfig,
  type InstanceConfig,
  type KeepalivedConfig,
  keepalivedConfig,
  type ScriptConfig,
} from './config.ts';
import type { InstanceDraft, TrackDraft } from './instance-draft.ts';
import { newInstance } from './instance-draft.ts';
import { ROOT_BLOCKS, ROOT_WORDS } from './keywords.ts';
import { applySettings, type Settings, settingsOf } from './parameters.ts';
import { defaultGlobals, GLOBAL_WORDS, type Globals } from './read-globals.ts';
import { GROUP_WORDS, type GroupDraft, newGroup } from './read-group.ts';
import { INSTANCE_WORDS } from './read-instance.ts';
import {
  type FinishedScript,
  finishScript,
  newScript,
  SCRIPT_WORDS,
  type ScriptDraft,
} from './read-script-block.ts';
import { behaviourOf, DEFAULT_VERSION, nearestModelled } from './version.ts';

export interface ReadKeepalived {
  /** What is usable; without instances if there is nothing. */
  readonly config: KeepalivedConfig;
  readonly findings: readonly Finding[];
}

/** The configuration of a keepalived.conf and all complaints about it, each with file, line and column. Errors: it cannot run as meant. */
export function readKeepalivedConf(
  text: string,
  file: string,
  options: KeepalivedReadOptions = {},
): ReadKeepalived {
  const refusal = refuseText(text, file);
  if (refusal !== undefined) return { config: keepalivedConfig({ instances: [] }), findings: [refusal] };
  const { settings, findings: bad } = settingsOf(options.set ?? {});
  const asked = settings.version ?? options.version ?? DEFAULT_VERSION;
  const { version, same } = nearestModelled(asked);
  const scripts = { ...options.scripts, ...settings.scripts };
  const reader = new ConfReader({ ...options, scripts }, behaviourOf(version));
  const lines = readConfLines(text, file, options);
  const tree = readStatements(lines.lines, (keyword) => ROOT_BLOCKS.has(keyword));
  const found = new ConfFile(reader, settings).read(applySettings(tree.statements, settings));
  const findings: Finding[] = [...bad, ...lines.findings, ...tree.findings, ...reader.findings];
  if (!same) {
    const message = `keepalived ${asked} runs as ${version}`;
    findings.push({ severity: 'note', file, line: 1, column: 1, message });
  }
  if (found.instances.length === 0 && !findings.some((finding) => finding.severity === 'error')) {
    const message = 'no vrrp_instance: keepalived would move no address';
    findings.push({ severity: 'error', file, line: 1, column: 1, message });
  }
  const { globals, ...rest } = found;
  const config: KeepalivedConfig = {
    ...keepalivedConfig(rest),
    version,
    logDetail: options.logDetail ?? true,
    logUnknownVrids: globals.logUnknownVrids,
    startupDelayUs: globals.startupDelayUs,
  };
  return { config, findings: boundedFindings(inOrder(findings), MAX_FINDINGS) };
}

/** By place; files in the order in which they were first complained about. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const files = new Map<string, number>();
  for (const { file } of findings) if (!files.has(file)) files.set(file, files.size);
  return [...findings].sort(
    (a, b) => files.get(a.file)! - files.get(b.file)! || a.line - b.line || a.column - b.column,
  );
}

interface Found {
  readonly globals: Globals;
  readonly instances: readonly InstanceConfig[];
  readonly scripts: readonly ScriptConfig[];
  readonly groups: readonly GroupConfig[];
}

class ConfFile {
  private readonly reader: ConfReader;
  private readonly settings: Settings;
  private readonly globals = defaultGlobals();
  private readonly scripts = new Map<string, FinishedScript & { readonly draft: ScriptDraft }>();
  private readonly instances = new Map<string, InstanceDraft>();
  private readonly groups: GroupDraft[] = [];
  private readonly groupOf = new Map<string, GroupDraft>();
  /** Scripts that some instance tracks. */
  private readonly tracked = new Set<string>();

  constructor(reader: ConfReader, settings: Settings) {
    this.reader = reader;
    this.settings = settings;
  }

  read(statements: readonly Statement[]): Found {
    for (const statement of statements) this.root(statement);
    for (const group of [...this.groups].reverse()) {
      for (const member of group.members) this.groupOf.set(member.text, group);
    }
    const configs = [...this.instances.values()].map((draft) => this.instanceConfig(draft));
    const instances = this.withoutConflicts(configs.filter((config) => config !== undefined));
    return {
      globals: this.globals,
      instances,
      scripts: this.finishedScripts(),
      groups: this.finishedGroups(instances),
    };
  }

  private root(statement: Statement): void {
    const { keyword, args, block } = statement;
    const { reader } = this;
    const name = args[0];
    if (keyword.text === 'global_defs') reader.walk(block ?? [], this.globals, GLOBAL_WORDS);
    else if (NAMED_BLOCKS.has(keyword.text)) {
      if (name === undefined) reader.warn(keyword, `${keyword.text} must have a name - skipping`);
      else if (keyword.text === 'vrrp_script') this.script(statement, name);
      else if (keyword.text === 'vrrp_instance') this.instance(statement, name);
      else {
        const group = newGroup(name);
        this.groups.push(group);
        reader.walk(block ?? [], group, GROUP_WORDS);
      }
    } else if (ROOT_BLOCKS.has(keyword.text)) {
      reader.say('note', keyword, `${keyword.text} is known but not modelled`);
    } else if (ROOT_WORDS.has(keyword.text)) {
      reader.say('note', keyword, `${keyword.text} is known and has no effect here`);
    } else reader.unknown(keyword);
  }

  private script(statement: Statement, name: ConfWord): void {
    const draft = newScript(name);
    if (this.scripts.has(name.text)) this.reader.warn(name, `Script ${name.text} already declared`);
    else if (this.scripts.size >= MAX_BLOCKS)
      this.reader.warn(name, `more than ${MAX_BLOCKS} scripts - skipping`);
    else {
      this.reader.walk(statement.block ?? [], draft, SCRIPT_WORDS);
      this.scripts.set(name.text, { ...finishScript(draft, this.reader), draft });
    }
  }

  private instance(statement: Statement, name: ConfWord): void {
    const { reader } = this;
    if (this.instances.has(name.text)) {
      reader.warn(name, `vrrp instance ${name.text} already defined, please use unique names - skipping`);
      return;
    }
    if (this.instances.size >= MAX_BLOCKS) {
      reader.warn(name, `more than ${MAX_BLOCKS} instances - skipping`);
      return;
    }
    const draft = newInstance(name);
    reader.walk(statement.block ?? [], draft, INSTANCE_WORDS);
    // A script has to stand before the instance that tracks it (find_script_by_name while parsing).
    const known = draft.trackScripts.filter((track) => {
      const there = this.scripts.has(track.name);
      if (!there) reader.warn(track.word, `(${name.text}) track script ${track.name} not found, ignoring...`);
      return there;
    });
    draft.trackScripts.splice(0, draft.trackScripts.length, ...known);
    this.instances.set(name.text, draft);
  }

  private instanceConfig(draft: InstanceDraft): InstanceConfig | undefined {
    const ofGroup = this.groupOf.get(draft.name.text)?.trackScripts ?? [];
    const trackInterfaces = draft.trackInterfaces.map((track) => ({
      interface: track.name,
      weight: track.weight ?? 0,
      reverse: track.reverse ?? false,
    }));
    const trackScripts = this.tracks([...draft.trackScripts, ...ofGroup], draft.name.text);
    return completeInstance(draft, this.globals, { trackScripts, trackInterfaces }, this.reader);
  }

  private tracks(tracks: readonly TrackDraft[], of: string): InstanceConfig['trackScripts'] {
    const kept = new Map<string, InstanceConfig['trackScripts'][number]>();
    for (const track of tracks) {
      const script = this.scripts.get(track.name);
      if (script === undefined) continue;
      if (kept.has(track.name)) {
        this.reader.warn(track.word, `(${of}) duplicate track_script ${track.name} - ignoring`);
        continue;
      }
      this.tracked.add(track.name);
      if (script.config === undefined) continue;
      kept.set(track.name, {
        script: track.name,
        weight: track.weight ?? script.draft.weight,
        reverse: track.reverse ?? script.draft.reverse,
      });
    }
    return [...kept.values()];
  }

  private finishedScripts(): ScriptConfig[] {
    const configs: ScriptConfig[] = [];
    for (const [name, script] of this.scripts) {
      if (script.config !== undefined) configs.push(script.config);
      else {
        for (const complaint of script.complaints) {
          const severity = this.tracked.has(name) ? complaint.severity : 'warning';
          keep(this.reader.findings, { ...complaint, severity });
        }
      }
      if (!this.tracked.has(name))
        this.reader.say('note', script.draft.name, `Warning - script ${name} is not used`);
    }
    for (const name of Object.keys(this.settings.scripts)) {
      if (!this.scripts.has(name)) this.reader.say('error', nowhere, `there is no vrrp_script ${name}`);
    }
    return configs;
  }

  /** One virtual router id an interface and process. */
  private withoutConflicts(instances: readonly InstanceConfig[]): InstanceConfig[] {
    const seen = new Map<string, string>();
    return instances.filter((instance) => {
      const key = `${instance.interface} ${instance.virtualRouterId} ${instance.unicastPeers.length > 0}`;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, instance.name);
      else {
        const draft = this.instances.get(instance.name)!;
        const what = `VRID ${instance.virtualRouterId} is already that of ${other} on interface ${instance.interface}`;
        this.reader.warn(draft.name, `(${instance.name}) ${what} - skipping`);
      }
      return other === undefined;
    });
  }

  private finishedGroups(instances: readonly InstanceConfig[]): GroupConfig[] {
    const taken = new Set<string>();
    const names = new Set(instances.map((instance) => instance.name));
    return this.groups.flatMap((group) => {
      const members = group.members.filter((member) => {
        const there = names.has(member.text);
        if (!there) {
          const what = `Virtual router ${member.text} specified in sync group ${group.name.text} doesn't exist - ignoring`;
          this.reader.warn(member, what);
        } else if (taken.has(member.text)) {
          const what = `Virtual router ${member.text} cannot exist in more than one sync group; ignoring ${group.name.text}`;
          this.reader.warn(member, what);
          return false;
        }
        if (there) taken.add(member.text);
        return there;
      });
      if (members.length <= 1) {
        const [count, rest] =
          members.length === 1 ? ['only 1', "this probably isn't what you want"] : ['no', 'removing'];
        this.reader.warn(
          group.name,
          `Sync group ${group.name.text} has ${count} virtual router(s) - ${rest}`,
        );
      }
      if (members.length === 0) return [];
      return [
        {
          name: group.name.text,
          members: members.map((member) => member.text),
          trackingWeight: group.trackingWeight,
          notify: group.notify,
        },
      ];
    });
  }
}

/** An interface has 255 virtual router ids. */
const MAX_BLOCKS = 1000;
const NAMED_BLOCKS = new Set(['vrrp_script', 'vrrp_instance', 'vrrp_sync_group']);
const nowhere: ConfWord = { text: '', file: 'parameters', line: 1, column: 1, quoted: false };
