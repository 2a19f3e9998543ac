/**
 * Parameters: COMPONENT[.HOST].KEY, with the key as in the daemon's own file or flag. The same paths stand in
 * scenarios, in topologies and behind --set; a later one overrides an earlier one, one with a host overrides
 * one without.
 */
import { nearestHint } from '../nearest.ts';
import { COMPONENTS, PARAMETERS, type Parameter, valueMistake } from './parameter-table.ts';

export type ParameterValue = string | number | boolean;
/** Path to value, as written. */
export type ParameterMap = Readonly<Record<string, ParameterValue>>;

export interface ParameterPath {
  readonly component: string;
  readonly host?: string;
  readonly key: string;
  readonly parameter: Parameter;
}

/**
 * Takes a path apart, or says what is wrong with it. `hosts` are the names that may stand in the middle:
 * `haproxy.m1.inter` and `etcd.election-timeout` are told apart by them.
 */
export function readParameterPath(path: string, hosts: readonly string[]): ParameterPath | string {
  const [component = '', ...rest] = path.split('.');
  const known = PARAMETERS.filter((parameter) => parameter.component === component);
  if (known.length === 0)
    return `unknown component ${component.slice(0, 60)} in ${path.slice(0, 80)}${nearestHint(component, COMPONENTS)}`;
  const [host = '', ...keyParts] = rest;
  const key = keyParts.join('.');
  const parameter = find(known, key);
  if (hosts.includes(host) && parameter) return { component, host, key, parameter };
  const direct = find(known, rest.join('.'));
  if (direct) return { component, key: rest.join('.'), parameter: direct };
  const keys = known.map((candidate) => candidate.key);
  if (hosts.includes(host))
    return `${component} has no parameter ${key || '(none given)'}${nearestHint(key, keys)}`;
  if (parameter) return `there is no host ${host} in ${path}${nearestHint(host, hosts)}`;
  const wanted = rest.join('.');
  const hint = nearestHint(wanted, keys);
  const nearHost = keyParts.length > 0 ? nearestHint(key, keys) : '';
  return `${component} has no parameter ${wanted.slice(0, 80)}${hint || nearHost}`;
}

function find(known: readonly Parameter[], key: string): Parameter | undefined {
  return known.find((parameter) => {
    if (!parameter.key.includes('NAME')) return parameter.key === key;
    const [before = '', after = ''] = parameter.key.split('NAME');
    const middle = key.slice(before.length, key.length - after.length);
    return key.startsWith(before) && key.endsWith(after) && middle !== '' && !middle.includes('.');
  });
}

/** What is wrong with one setting, or undefined: the path first, then the value. */
export function settingMistake(
  path: string,
  value: ParameterValue,
  hosts: readonly string[],
): string | undefined {
  const read = readParameterPath(path, hosts);
  if (typeof read === 'string') return read;
  const wrong = valueMistake(read.parameter, value);
  return wrong === undefined ? undefined : `${path}: ${wrong}`;
}

/** The value set for a host (or for all hosts), or undefined if none is. */
export function setting(
  parameters: ParameterMap,
  component: string,
  host: string | undefined,
  key: string,
): ParameterValue | undefined {
  const own = host === undefined ? undefined : `${component}.${host}.${key}`;
  if (own !== undefined && Object.hasOwn(parameters, own)) return parameters[own];
  const general = `${component}.${key}`;
  return Object.hasOwn(parameters, general) ? parameters[general] : undefined;
}

/** All that is set of a component for one host: key to value, what names the host before what does not. */
export function settingsOf(
  parameters: ParameterMap,
  component: string,
  host: string,
  hosts: readonly string[],
): Readonly<Record<string, ParameterValue>> {
  const general: [string, ParameterValue][] = [];
  const own: [string, ParameterValue][] = [];
  for (const [path, value] of Object.entries(parameters)) {
    const read = readParameterPath(path, hosts);
    if (typeof read === 'string' || read.component !== component) continue;
    if (read.host === undefined) general.push([read.key, value]);
    else if (read.host === host) own.push([read.key, value]);
  }
  return Object.fromEntries([...general, ...own]);
}

/** `haproxy.m1.inter=1s` of a command line. Numbers, true and false become what they look like. */
export function readSetting(text: string): { path: string; value: ParameterValue } | string {
  const equals = text.indexOf('=');
  if (equals <= 0) return `${text.slice(0, 80)}: write COMPONENT[.HOST].KEY=VALUE`;
  const raw = text.slice(equals + 1);
  const value =
    raw === 'true' ? true : raw === 'false' ? false : /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : raw;
  return { path: text.slice(0, equals).trim(), value };
}

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** Microseconds of a time with units that has been checked; undefined where nothing is set. */
export function microseconds(value: ParameterValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  let us = 0;
  for (const [, amount, unit] of String(value).matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g))
    us += Number(amount) * (UNIT_US[unit as string] as number);
  return Math.round(us);
}
