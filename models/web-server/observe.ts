/** What scenarios may ask of a plain web server. */
import type { WebServerContext } from './machine.ts';

/** Id of its lead machine. */
export const WEB_SERVER = 'web-server';

/** @param context of the lead of a web process */
export function observeWeb(context: unknown): { readonly connections: number } {
  return { connections: (context as WebServerContext).taken };
}
