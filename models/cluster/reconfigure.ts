/**
 * A parameter of a daemon that is there already gets another value, as when somebody edits its file or its manifest: what the
 * value changes in the configuration is changed, and all else stays as the run has made it by now.
 */
import { daemonConfig } from './build.ts';
import { type ParameterValue, readSetting, settingMistake } from './parameters.ts';
import { hostOf, type ProcessName, type Topology } from './topology.ts';

/** Keys that the supervisor reads, and not the daemon. */
export const OF_UNIT = ['enabled', 'Restart'];

/** `process`: HOST/PROCESS. */
export interface ParameterChange {
  readonly process: string;
  /** As in the daemon's own file or flag: `inter`. */
  readonly key: string;
  /** A text may be a number, true or false, as behind --set. */
  readonly value: ParameterValue;
}

/** What is wrong with a change, or undefined. */
export function reconfigureMistake(topology: Topology, change: ParameterChange): string | undefined {
  const { process, key } = change;
  const { component, path, value } = placed(change);
  if (OF_UNIT.includes(key)) return `${key} is no parameter of ${component} itself, but of its unit`;
  const hosts = topology.hosts.map(({ name }) => name);
  const mistake = settingMistake(path, value, hosts);
  if (mistake !== undefined) return mistake;
  const { findings } = built(topology, process, { [path]: value });
  return findings.find(({ severity }) => severity === 'error')?.message;
}

/** The daemon's configuration with the change; `current` is what it has now. */
export function reconfigured(topology: Topology, change: ParameterChange, current: unknown): unknown {
  const { path, value } = placed(change);
  const before = built(topology, change.process, {}).config;
  return overlay(current, before, built(topology, change.process, { [path]: value }).config);
}

function placed({ process, key, value }: ParameterChange) {
  const [host = '', component = ''] = process.split('/');
  const path = `${component}.${host}.${key}`;
  const read = readSetting(`${path}=${value}`);
  return { component, path, value: typeof read === 'string' ? value : read.value };
}

function built(topology: Topology, process: string, changed: Readonly<Record<string, ParameterValue>>) {
  const [host = '', name = ''] = process.split('/');
  const parameters = { ...topology.parameters, ...changed };
  return daemonConfig(topology, hostOf(topology, host), name as ProcessName, parameters);
}

/** What differs between `before` and `after`, written over `current`. */
function overlay(current: unknown, before: unknown, after: unknown): unknown {
  if (JSON.stringify(before) === JSON.stringify(after)) return current;
  const all = [current, before, after];
  if (all.every(Array.isArray)) {
    const [now, from, to] = all as readonly (readonly unknown[])[];
    const alike = now!.length === from!.length && from!.length === to!.length;
    return alike ? now!.map((one, index) => overlay(one, from![index], to![index])) : after;
  }
  if (!all.every(isRecord)) return after;
  const [now, from, to] = all as readonly Readonly<Record<string, unknown>>[];
  const result: Record<string, unknown> = { ...now };
  for (const key of new Set([...Object.keys(from!), ...Object.keys(to!)])) {
    if (Object.hasOwn(to!, key)) result[key] = overlay(now![key], from![key], to![key]);
    else delete result[key];
  }
  return result;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
