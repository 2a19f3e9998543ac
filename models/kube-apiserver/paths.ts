/**
 * Reads a request line into what it asks for.
 *
 * Source: apiserver pkg/endpoints/request/requestinfo.go; the API's path layout
 * /api/v1/[namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]] and /apis/GROUP/VERSION/....
 */
import { RESOURCES, type Resource } from './api.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface ApiRequest {
  readonly kind: 'api';
  readonly verb: Verb;
  readonly resource: Resource;
  /** Empty: all namespaces, or a resource without. */
  readonly namespace: string;
  /** Empty for list, watch and create. */
  readonly name: string;
  /** `status`, `binding`, `eviction` or empty. */
  readonly subresource: string;
  /** Of the query: `0` allows an answer from the watch cache; a watch starts after it. */
  readonly resourceVersion: string | undefined;
  readonly timeoutSeconds: number | undefined;
  /** Of the query's `fieldSelector=spec.nodeName=NAME`: pods of this node only. */
  readonly nodeName: string | undefined;
}

export interface HealthRequest {
  readonly kind: 'health';
  readonly endpoint: 'healthz' | 'livez' | 'readyz';
  /** One check only, `/livez/etcd`; empty: all. */
  readonly check: string;
  readonly verbose: boolean;
  /** Checks left out by `exclude=`. */
  readonly exclude: readonly string[];
}

/** What may be posted to an object that exists. */
const POSTED = ['binding', 'eviction'];
const NODE_NAME = 'spec.nodeName=';

const VERBS: Readonly<Record<string, Verb>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function queryOf(text: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  for (const part of text.split('&')) {
    const mark = part.indexOf('=');
    const key = mark < 0 ? part : part.slice(0, mark);
    const value = mark < 0 ? '' : part.slice(mark + 1);
    query.set(key, [...(query.get(key) ?? []), value]);
  }
  return query;
}

const NO_QUERY: ReadonlyMap<string, readonly string[]> = new Map();

/** What was asked lately, as clients ask the same over and over; emptied when it is full. */
const KNOWN = new Map<string, ApiRequest | HealthRequest>();
const MOST_KNOWN = 1000;

/** Undefined: there is nothing at this path, or not for this method. */
export function parseRequest(method: string, path: string): ApiRequest | HealthRequest | undefined {
  const line = `${method} ${path}`;
  const known = KNOWN.get(line);
  if (known !== undefined) return known;
  const request = parsed(method, path);
  if (request === undefined) return undefined;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(line, request);
  return request;
}

function parsed(method: string, path: string): ApiRequest | HealthRequest | undefined {
  const mark = path.indexOf('?');
  const query = mark < 0 ? NO_QUERY : queryOf(path.slice(mark + 1));
  const parts = (mark < 0 ? path : path.slice(0, mark)).split('/');
  const [, root] = parts;
  if (root === 'healthz' || root === 'livez' || root === 'readyz') {
    if (method !== 'GET') return undefined;
    return {
      kind: 'health',
      endpoint: root,
      check: parts.slice(2).join('/'),
      verbose: query.has('verbose'),
      exclude: query.get('exclude') ?? [],
    };
  }
  if (root === 'api') return apiRequest(method, parts, 3, query);
  if (root === 'apis') return apiRequest(method, parts, 4, query);
  return undefined;
}

function apiRequest(
  method: string,
  parts: readonly string[],
  start: number,
  query: ReadonlyMap<string, readonly string[]>,
): ApiRequest | undefined {
  const inNamespace = parts[start] === 'namespaces' && parts.length > start + 2;
  const at = inNamespace ? start + 2 : start;
  const resource = RESOURCES[parts[at] ?? ''];
  const verb = VERBS[method];
  if (resource === undefined || verb === undefined) return undefined;
  if (parts.slice(2, start).join('/') !== resource.apiVersion) return undefined;
  const name = parts[at + 1] ?? '';
  if (name === '' && verb !== 'get' && verb !== 'create') return undefined;
  const subresource = parts[at + 2] ?? '';
  if (name !== '' && verb === 'create' && !POSTED.includes(subresource)) return undefined;
  const selector = query.get('fieldSelector')?.[0];
  const collectionVerb = query.get('watch')?.[0] === 'true' ? 'watch' : 'list';
  const timeout = query.get('timeoutSeconds')?.[0];
  return {
    kind: 'api',
    verb: name === '' && verb === 'get' ? collectionVerb : verb,
    resource,
    namespace: inNamespace ? (parts[start + 1] as string) : '',
    name,
    subresource,
    resourceVersion: query.get('resourceVersion')?.[0],
    timeoutSeconds: timeout === undefined ? undefined : Number(timeout),
    nodeName: selector?.startsWith(NODE_NAME) ? selector.slice(NODE_NAME.length) : undefined,
  };
}

/** The key in etcd of one object, or the prefix of a collection. */
export function keyOf(request: ApiRequest, name: string = request.name): string {
  const { resource, namespace } = request;
  const prefix =
    resource.namespaced && namespace !== '' ? `${resource.prefix}${namespace}/` : resource.prefix;
  return prefix + name;
}
