/** A plain web server, as the topology describes it. */
import { webServer } from '../web-server/process.ts';
import type { Daemon, Site } from './build.ts';
import { microseconds } from './parameters.ts';

export function webProcess({ topology, host }: Site): Daemon {
  const web = topology.web?.[host.name];
  if (web === undefined) throw new Error(`web of ${host.name} has no configuration`);
  const config = {
    port: web.port,
    tls: web.tls ?? false,
    answerUs: microseconds(web['answer-time']) ?? 0,
    backlog: web.backlog,
  };
  return { type: webServer, config };
}
