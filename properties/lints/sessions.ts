/**
 * What happens to a connection whose server is dead, and to one that is silent for a while.
 *
 * Source: HAProxy stream.h:332-372 (without redispatch every retry goes to the same server), doc section 4.2 "timeout client",
 * "timeout server", "timeout tunnel"; apimachinery pkg/util/net/http.go:145-176 (Go's client pings after 30 s without a read).
 */
import { backendSection, lineOf } from '../../models/haproxy/written.ts';
import { type Complaint, type LintRule, secondsText } from './lint.ts';

export const retriesWithoutRedispatch: LintRule = {
  name: 'retries-without-redispatch',
  severity: 'warning',
  about: 'Without `option redispatch` every retry goes to the same dead server.',
  cure: 'Write `option redispatch`.',
  find: ({ balancers }) =>
    balancers.flatMap(({ file, sections, backend }): Complaint[] => {
      if (backend.redispatch !== undefined || backend.retries === 0 || backend.servers.length < 2) return [];
      const section = backendSection(sections, backend.name);
      const message = `the ${backend.retries} retries of a connection go to the server that just refused it, as option redispatch is not set: until its checks have failed, a dead server costs its share of the connections`;
      return [{ file: file.path, line: lineOf(section, 'retries') ?? section?.line ?? 1, message }];
    }),
};

/** HTTP/2 read idle time-out of Kubernetes' clients: an idle watch is pinged, and so kept alive, every 30 s. */
const PING_MS = 30_000;

export const timeoutsCutWatches: LintRule = {
  name: 'timeouts-cut-watches',
  severity: 'warning',
  about:
    'A stream that is silent for longer than the time-outs is cut: watches, slow requests, kubectl exec.',
  cure: 'Let timeout client and timeout server be minutes, or set timeout tunnel.',
  find: ({ balancers }) =>
    balancers.flatMap(({ file, sections, backend, frontends }): Complaint[] => {
      const server = { side: 'server', ms: backend.timeouts.server ?? Number.POSITIVE_INFINITY };
      const client = {
        side: 'client',
        ms: Math.min(...frontends.map(({ timeouts }) => timeouts.client ?? Number.POSITIVE_INFINITY)),
      };
      const { tunnel } = backend.timeouts;
      const { side, ms } =
        tunnel === undefined
          ? [server, client].toSorted((a, b) => a.ms - b.ms)[0]!
          : { side: 'tunnel', ms: tunnel };
      if (ms > PING_MS) return [];
      const front = sections.find(
        ({ kind, name }) => kind !== 'backend' && frontends.some((one) => one.name === name),
      );
      const back = backendSection(sections, backend.name);
      const line = lineOf(side === 'client' ? front : back, 'timeout', side) ?? back?.line ?? 1;
      const message = `timeout ${side} is ${secondsText(ms * 1_000)}, and clients of Kubernetes ping an idle connection only every 30 s: HAProxy cuts watches and slow requests that are silent for so long`;
      return [{ file: file.path, line, message }];
    }),
};
