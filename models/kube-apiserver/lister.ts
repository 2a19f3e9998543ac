/**
 * What a controller knows of one resource: its objects as of the last word of its informer, and as it wrote them itself.
 *
 * Source: client-go tools/cache/store.go. What is known is never put back by news that is older than it: a controller's
 * own write is known at once (the source counts what it expects to see, k/k pkg/controller/controller_utils.go).
 */
import { Map as ImmutableMap } from 'immutable';
import type { KubeObject } from './api.ts';
import type { Changed, Listed } from './informer.ts';
import { keyOfObject } from './workloads.ts';

/** By `NAMESPACE/NAME`, or by name. */
export type Objects<T extends KubeObject = KubeObject> = ImmutableMap<string, T>;

export const NO_OBJECTS: Objects = ImmutableMap();

/** Objects that no apiserver has numbered are always news. */
function isOlder(object: KubeObject, known: KubeObject | undefined): boolean {
  const before = known?.metadata.resourceVersion;
  return before !== undefined && Number(object.metadata.resourceVersion) < Number(before);
}

/** After an object was read or written. */
export function withObject(objects: Objects, object: KubeObject): Objects {
  const key = keyOfObject(object);
  return isOlder(object, objects.get(key)) ? objects : objects.set(key, object);
}

/** After what an informer told. */
export function afterNews(before: Objects | undefined, told: Listed | Changed): Objects {
  if (told.type === 'listed') {
    const entries = told.objects.map((object): [string, KubeObject] => {
      const known = before?.get(keyOfObject(object));
      return [keyOfObject(object), known !== undefined && isOlder(object, known) ? known : object];
    });
    return ImmutableMap(entries);
  }
  return (before ?? NO_OBJECTS).withMutations((objects) => {
    for (const { type, object } of told.events) {
      if (type === 'ERROR') continue;
      const news = object as KubeObject;
      const key = keyOfObject(news);
      if (isOlder(news, objects.get(key))) continue;
      if (type === 'DELETED') objects.delete(key);
      else objects.set(key, news);
    }
  });
}
