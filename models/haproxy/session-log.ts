/** The line of `option tcplog` for a finished session, or none: doc section 8.2.2. */
import { sessionLine } from './log-lines.ts';
import type { SessionEnded } from './session-events.ts';
import { wholeMs } from './timers.ts';
import type { Turn } from './turn.ts';

/** Client ports are not modelled: the session's number gives one from Linux's ephemeral range. */
const FIRST_PORT = 32768;
const PORTS = 28232;

export function logSession(turn: Turn, event: SessionEnded): string | undefined {
  const { config } = turn.plan.frontends[event.frontend]!;
  if (!config.log || (config.dontlognull && event.messagesIn + event.messagesOut === 0)) return undefined;
  const backend = event.backend < 0 ? undefined : turn.backend(event.backend);
  const server =
    event.server === undefined || event.backend < 0
      ? undefined
      : {
          name: turn.serverConfig(event.backend, event.server).name,
          load: turn.server(event.backend, event.server).load,
        };
  return sessionLine({
    from: event.from,
    port: FIRST_PORT + (Number(event.id.slice(1)) % PORTS),
    acceptedAtUs: event.acceptedAtUs,
    frontend: config.name,
    backend: event.backend < 0 ? config.name : turn.backendConfig(event.backend).name,
    server: server?.name ?? '<NOSRV>',
    queueMs: event.server === undefined && event.queue === undefined ? -1 : wholeMs(event.queueUs),
    connectMs: event.connectUs < 0 ? -1 : wholeMs(event.connectUs),
    totalMs: wholeMs(turn.atUs - event.acceptedAtUs),
    messages: event.messagesOut,
    state: event.state,
    // The session itself is still counted in the process and the frontend, no more in backend and server.
    counts: [
      turn.actconn + 1,
      turn.frontend(event.frontend).load.scur,
      Math.max(0, (backend?.load.scur ?? 0) - (event.entered ? 1 : 0)),
      Math.max(0, (server?.load.scur ?? 0) - (event.connecting ? 1 : 0)),
    ],
    retries: event.failures,
    redispatched: event.redispatched,
    queues: [0, 0],
  });
}
