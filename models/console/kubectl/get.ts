/**
 * `kubectl get`: lists, one object, `all`, several kinds, watches.
 *
 * Source: kubectl pkg/cmd/get/get.go (No resources found, the order of `all`, what -w prints). A watch is read for as long as
 * the caller waits: 60 s of the world's time without --request-timeout (assumption: a person presses Ctrl-C).
 */

import {
  collectionPath,
  type KubeList,
  type KubeObject,
  RESOURCES,
  type WatchEvent,
} from '../../kube-apiserver/api.ts';
import { type Script, look as see } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import { hostWallUs } from '../host-clock.ts';
import { type Answered, type Failed, isFailed, type Kubectl, minorOf, pathOf, request } from './client.ts';
import { type Printer, printerOf } from './formats.ts';
import { findAll, relaxed } from './jsonpath.ts';
import { TemplateError } from './jsonpath-steps.ts';
import { type Look, tableOf, tableText, withLabels, withNamespaces } from './print.ts';
import { ALL, kindName, pluralOf, unknownResource } from './resources.ts';
import { wireBody, wireOf } from './wire.ts';

const WATCH_US = 60_000_000;

interface Wanted {
  readonly plural: string;
  readonly names: readonly string[];
}

/** `pods NAME...`, `pod/NAME`, `nodes,pods`, `all`; or the word that is none. */
function wantedOf(args: readonly string[]): readonly Wanted[] | { readonly unknown: string } {
  const [first = '', ...names] = args;
  if (first.includes('/')) {
    const found: Wanted[] = [];
    for (const arg of args) {
      const [kind = '', name = ''] = arg.split('/');
      const plural = pluralOf(kind);
      if (plural === undefined) return { unknown: kind };
      found.push({ plural, names: [name] });
    }
    return found;
  }
  const found: Wanted[] = [];
  for (const word of first.split(',')) {
    const plurals = word === 'all' ? ALL : [pluralOf(word)];
    for (const plural of plurals) {
      if (plural === undefined) return { unknown: word };
      found.push({ plural, names });
    }
  }
  return found;
}

/** -l app=nginx,tier!=front */
function matches({ metadata: { labels = {} } }: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  return selector.split(',').every((part) => {
    const [, key = '', operator, value = ''] = /^([^=!]+)(==|=|!=)?(.*)$/.exec(part) ?? [];
    if (operator === undefined) return Object.hasOwn(labels, key);
    return operator === '!=' ? labels[key] !== value : labels[key] === value;
  });
}

/** --field-selector spec.nodeName=NAME, metadata.name=NAME */
function selected(object: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  return selector.split(',').every((part) => {
    const [path = '', value] = part.split('=');
    const found = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], object);
    return String(found ?? '') === value;
  });
}

/** By a field; objects without it come first. @throws TemplateError */
function sortedBy(objects: readonly KubeObject[], path: string): readonly KubeObject[] {
  const pieces = relaxed(path);
  const fields = new Map(objects.map((object) => [object, findAll(pieces, wireOf(object)).flat()[0]]));
  if (objects.length > 0 && [...fields.values()].every((field) => field === undefined))
    throw new TemplateError(`couldn't find any field with path "{${path}}" in the list of objects`);
  const rank = (a: unknown, b: unknown): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a ?? '') < String(b ?? '') ? -1 : 1;
  return [...objects].sort((a, b) =>
    fields.get(a) === fields.get(b) ? 0 : rank(fields.get(a), fields.get(b)),
  );
}

/** `get --raw /healthz` */
function* getRaw(kubectl: Kubectl, path: string): Script {
  const answer = yield* request<string | KubeObject | KubeList>(kubectl, 'GET', path, {
    what: `get ${path}`,
  });
  if (isFailed(answer)) return 1;
  const { body } = answer;
  kubectl.call.out(typeof body === 'string' ? body : `${JSON.stringify(wireBody(body))}\n`);
  return 0;
}

function namespaceOf(kubectl: Kubectl, plural: string): string | undefined {
  const everywhere = isSet(kubectl.flags, 'all-namespaces');
  return RESOURCES[plural]?.namespaced === true && !everywhere ? kubectl.namespace : undefined;
}

export function* listObjects(kubectl: Kubectl, plural: string): Script<Answered<KubeList> | Failed> {
  const path = collectionPath(plural, namespaceOf(kubectl, plural));
  return yield* request<KubeList>(kubectl, 'GET', path, { what: `get ${plural}` });
}

/** The header Warning of an answer (k/k PR 93570), which kubectl prints. */
const DEPRECATED = 'Warning: v1 ComponentStatus is deprecated in v1.19+\n';
const DEPRECATED_SINCE = 19;

function warn(kubectl: Kubectl, plural: string): void {
  if (plural === 'componentstatuses' && minorOf(kubectl) >= DEPRECATED_SINCE) kubectl.call.err(DEPRECATED);
}

interface Fetched {
  readonly objects: readonly KubeObject[];
  /** From where a watch goes on. */
  readonly revision: string;
}

/** The objects that are wanted of one resource; undefined when something failed. */
export function* fetchWanted(kubectl: Kubectl, { plural, names }: Wanted): Script<Fetched | undefined> {
  if (names.length === 0) {
    const answer = yield* listObjects(kubectl, plural);
    if (isFailed(answer)) return undefined;
    warn(kubectl, plural);
    const labels = flagOf(kubectl.flags, 'selector');
    const fields = flagOf(kubectl.flags, 'field-selector');
    const { items, metadata } = answer.body;
    const objects = items.filter((object) => matches(object, labels) && selected(object, fields));
    return { objects, revision: metadata.resourceVersion };
  }
  const objects: KubeObject[] = [];
  let failed = false;
  for (const name of names) {
    const answer = yield* request<KubeObject>(kubectl, 'GET', pathOf(kubectl, plural, name), {
      what: `get ${plural} ${name}`,
      quiet: isSet(kubectl.flags, 'ignore-not-found') ? [404] : [],
    });
    if (isFailed(answer)) failed ||= answer.failed !== 404 || !isSet(kubectl.flags, 'ignore-not-found');
    else objects.push(answer.body);
  }
  if (objects.length > 0) warn(kubectl, plural);
  if (failed && objects.length === 0) return undefined;
  return { objects, revision: objects[0]?.metadata.resourceVersion ?? '0' };
}

export function* lookOf(kubectl: Kubectl): Script<Look> {
  const wide = flagOf(kubectl.flags, 'output') === 'wide';
  return { wide, nowUs: yield* see(hostWallUs), minor: minorOf(kubectl) };
}

function* printTable(
  kubectl: Kubectl,
  plural: string,
  objects: readonly KubeObject[],
  prefixed: boolean,
): Script<void> {
  const { call, flags } = kubectl;
  const table = tableOf(plural, objects, yield* lookOf(kubectl));
  const named = prefixed
    ? { ...table, rows: table.rows.map(([name, ...rest]) => [`${kindName(plural)}/${name}`, ...rest]) }
    : table;
  const labelled = isSet(flags, 'show-labels') ? withLabels(named, objects) : named;
  const everywhere = isSet(flags, 'all-namespaces') && RESOURCES[plural]?.namespaced === true;
  call.out(tableText(everywhere ? withNamespaces(labelled, objects) : labelled, !isSet(flags, 'no-headers')));
}

function* watchOn(kubectl: Kubectl, { plural, names }: Wanted, revision: string): Script {
  const path = `${collectionPath(plural, namespaceOf(kubectl, plural))}?watch=true&resourceVersion=${revision}`;
  const answer = yield* request(kubectl, 'GET', path, {
    what: `get ${plural}`,
    streamUs: kubectl.timeoutUs ?? WATCH_US,
  });
  if (isFailed(answer)) return 1;
  const look = yield* lookOf(kubectl);
  for (const { body } of answer.chunks) {
    for (const { object } of body as readonly WatchEvent[]) {
      const one = object as KubeObject;
      if (names.length > 0 && !names.includes(one.metadata.name)) continue;
      if (!matches(one, flagOf(kubectl.flags, 'selector'))) continue;
      kubectl.call.out(tableText(tableOf(plural, [one], look), false));
    }
  }
  return 0;
}

/** What is wrong with a template is said as kubectl does. */
export function* get(kubectl: Kubectl): Script {
  try {
    const printer = printerOf(flagOf(kubectl.flags, 'output'), !isSet(kubectl.flags, 'no-headers'));
    return yield* getObjects(kubectl, printer);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    kubectl.call.err(`error: ${error.message}\n`);
    return 1;
  }
}

function* getObjects(kubectl: Kubectl, printer: Printer | undefined): Script {
  const { call, flags, args } = kubectl;
  const raw = flagOf(flags, 'raw');
  if (raw !== undefined) return yield* getRaw(kubectl, raw);
  if (args.length === 0) {
    call.err(
      'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\n',
    );
    return 1;
  }
  const wanted = wantedOf(args);
  if ('unknown' in wanted) {
    call.err(unknownResource(wanted.unknown));
    return 1;
  }
  const all: KubeObject[] = [];
  let code = 0;
  let revision = '0';
  for (const one of wanted) {
    const fetched = yield* fetchWanted(kubectl, one);
    if (fetched === undefined) return 1;
    const order = flagOf(flags, 'sort-by');
    const objects = order === undefined ? fetched.objects : sortedBy(fetched.objects, order);
    revision = fetched.revision;
    if (one.names.length > objects.length && !isSet(flags, 'ignore-not-found')) code = 1;
    if (printer === undefined && objects.length > 0) {
      if (all.length > 0 && flagOf(flags, 'output') === undefined) call.out('\n');
      yield* printTable(kubectl, one.plural, objects, wanted.length > 1);
    }
    all.push(...objects);
  }
  const [first] = wanted;
  if (printer !== undefined) {
    const isOne = wanted.length === 1 && first?.names.length === 1;
    if (all.length > 0 || !isOne) call.out(printer(all, isOne ? all[0] : undefined));
  }
  if (first !== undefined && (isSet(flags, 'watch') || isSet(flags, 'watch-only')))
    return yield* watchOn(kubectl, first, revision);
  if (printer === undefined && all.length === 0 && code === 0 && !isSet(flags, 'ignore-not-found')) {
    const namespaced = RESOURCES[first?.plural ?? '']?.namespaced === true && !isSet(flags, 'all-namespaces');
    call.err(namespaced ? `No resources found in ${kubectl.namespace} namespace.\n` : 'No resources found\n');
  }
  return code;
}
