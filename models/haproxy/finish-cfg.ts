/**
 * What HAProxy checks once the whole file is read (src/cfgparse.c check_config_validity, 2.6 to 3.x):
 * names, backends that are used, tracked servers, timeouts, listeners. Makes plain data of the drafts.
 */
import type { BackendConfig, FrontendConfig, HaproxyConfig, ServerConfig } from './config.ts';
import type { BackendRule, Complaints, ProxyDraft } from './draft.ts';
import type { GlobalDraft } from './read-cfg.ts';
import { checkRules } from './read-checks.ts';

export function finish(
  global: GlobalDraft,
  drafts: readonly ProxyDraft[],
  version: string,
  complaints: Complaints,
  lastLine: number,
): HaproxyConfig {
  const targets = new Map(
    drafts.filter((draft) => draft.kind !== 'frontend').map((draft) => [draft.name, draft]),
  );
  const used = drafts.filter((draft) => !draft.disabled && !leadsNowhere(draft, targets, complaints));
  checkNames(used, complaints);
  const frontends: FrontendConfig[] = [];
  const backends: BackendConfig[] = [];
  used.forEach((draft, position) => {
    if (draft.kind !== 'backend') frontends.push(frontend(draft, position, targets, global, complaints));
    if (draft.kind !== 'frontend') backends.push(backend(draft, position));
    checkTimeouts(draft, complaints);
    checkPorts(draft, complaints);
    checkObserve(draft, complaints);
  });
  checkTracks(used, complaints);
  const listens = (draft: ProxyDraft): boolean =>
    draft.otherBinds || (draft.passedOver && draft.binds.length > 0);
  if (frontends.every((each) => each.binds.length === 0) && !drafts.some(listens)) {
    complaints.error(
      lastLine,
      1,
      "no enabled listener found (check for 'bind' directives); HAProxy would not start",
    );
  }
  return {
    version,
    global: {
      nbthread: global.nbthread,
      'spread-checks': global.spreadChecks,
      'max-spread-checks': global.maxSpreadChecks,
      ...(global.maxconn === undefined ? {} : { maxconn: global.maxconn }),
    },
    frontends,
    backends,
  };
}

/** The rule that takes its connections, as far as rules are modelled. */
const ruleOf = (draft: ProxyDraft): BackendRule | undefined =>
  draft.useBackends.find((each) => each.always) ?? draft.defaultBackend;

/** It is passed over, or all its connections go to a section that is. */
function leadsNowhere(
  draft: ProxyDraft,
  targets: ReadonlyMap<string, ProxyDraft>,
  complaints: Complaints,
): boolean {
  if (draft.passedOver || draft.kind === 'backend') return draft.passedOver;
  const rule = ruleOf(draft);
  if (rule === undefined || targets.get(rule.name.text)?.passedOver !== true) return false;
  const message = `it leads to a section that is passed over, and so is ${draft.kind} '${draft.name}'`;
  complaints.note(rule.line, rule.name, message);
  draft.passedOver = true;
  return true;
}

function frontend(
  draft: ProxyDraft,
  position: number,
  targets: ReadonlyMap<string, ProxyDraft>,
  global: GlobalDraft,
  complaints: Complaints,
): FrontendConfig {
  for (const rule of [
    ...draft.useBackends,
    ...(draft.defaultBackend === undefined ? [] : [draft.defaultBackend]),
  ]) {
    const target = targets.get(rule.name.text);
    if (target === undefined) {
      complaints.missing(rule.line, rule.name, 'backend', targets.keys());
    } else if (target.mode !== draft.mode && !target.passedOver)
      complainOfModes(draft, target, rule, complaints);
  }
  if (draft.kind === 'frontend' && draft.binds.length === 0 && !draft.otherBinds) {
    complaints.warning(draft.line, 1, `frontend '${draft.name}' has no 'bind' directive`);
  }
  const target = ruleOf(draft)?.name.text ?? (draft.kind === 'listen' ? draft.name : undefined);
  // A disabled backend takes nothing: its connections end as without any.
  const chosen = target !== undefined && targets.get(target)?.disabled ? undefined : target;
  return {
    name: draft.name,
    position,
    mode: draft.mode,
    binds: draft.binds,
    timeouts: draft.timeouts,
    log: draft.sessionLog && (draft.logOwn || (draft.logGlobal && global.log)),
    dontlognull: draft.dontlognull,
    ...(chosen === undefined ? {} : { backend: chosen }),
    // 0: as many as the process may have.
    ...(draft.maxconn === undefined || draft.maxconn === 0 ? {} : { maxconn: draft.maxconn }),
    ...(draft.backlog === undefined ? {} : { backlog: draft.backlog }),
    ...(draft.stats === undefined ? {} : { stats: draft.stats }),
  };
}

/** From HTTP to TCP is refused; from TCP to HTTP the backend waits for a complete request (doc "use_backend"). */
function complainOfModes(
  draft: ProxyDraft,
  target: ProxyDraft,
  { line, name }: BackendRule,
  complaints: Complaints,
): void {
  const modes = `backend '${target.name}' is in mode ${target.mode}, ${draft.kind} '${draft.name}' in mode ${draft.mode}`;
  if (draft.mode === 'http') complaints.error(line, name, `${modes}; HAProxy would not start`);
  else {
    const effect = 'whoever speaks TLS is answered 400; that is not modelled, the stream is passed on unread';
    complaints.warning(line, name, `${modes}: ${effect}`);
  }
}

function backend(draft: ProxyDraft, position: number): BackendConfig {
  return {
    name: draft.name,
    position,
    mode: draft.mode,
    randomDraws: draft.randomDraws,
    consistent: draft.consistent,
    retries: draft.retries,
    allbackups: draft.allbackups,
    timeouts: draft.timeouts,
    checks: checkRules(draft),
    logHealthChecks: draft.logHealthChecks,
    servers: draft.servers.map((server) =>
      server.track?.backend === '' ? { ...server, track: { ...server.track, backend: draft.name } } : server,
    ),
    ...(draft.balance === undefined ? {} : { balance: draft.balance }),
    ...(draft.redispatch === undefined ? {} : { redispatch: draft.redispatch }),
    ...(draft.fullconn === undefined ? {} : { fullconn: draft.fullconn }),
  };
}

/** A frontend and a backend may share a name; otherwise names are unique (a listen section is both). */
function checkNames(drafts: readonly ProxyDraft[], complaints: Complaints): void {
  const front = new Map<string, ProxyDraft>();
  const back = new Map<string, ProxyDraft>();
  for (const draft of drafts) {
    const before =
      (draft.kind === 'backend' ? undefined : front.get(draft.name)) ??
      (draft.kind === 'frontend' ? undefined : back.get(draft.name));
    if (before !== undefined) {
      const message = `${draft.kind} '${draft.name}' has the same name as ${before.kind} '${before.name}' of line ${before.line}`;
      complaints.error(draft.line, 1, `${message}; HAProxy would not start`);
    }
    if (draft.kind !== 'backend') front.set(draft.name, draft);
    if (draft.kind !== 'frontend') back.set(draft.name, draft);
  }
}

/** check.c init_srv_check: a check needs a service port, a port of its own, or one in the first connect rule. */
function checkPorts(draft: ProxyDraft, complaints: Complaints): void {
  const [first] = checkRules(draft).rules;
  if (first?.step === 'connect' && first.port !== undefined) return;
  for (const { name, port, check } of draft.servers) {
    if (port !== 0 || check === undefined || check.port !== undefined) continue;
    const line = draft.serverLines.get(name) as number;
    complaints.error(line, 1, `server '${name}' has neither service port nor check port`);
  }
}

/** HAProxy's own warning, once a section: "missing timeouts for ...". */
function checkTimeouts(draft: ProxyDraft, complaints: Complaints): void {
  const needed = [
    ...(draft.kind === 'backend' ? [] : (['client'] as const)),
    ...(draft.kind === 'frontend' || draft.servers.length === 0 ? [] : (['connect', 'server'] as const)),
  ];
  const missing = needed.filter((name) => draft.timeouts[name] === undefined);
  if (missing.length === 0 || (draft.kind !== 'backend' && draft.binds.length === 0)) return;
  const message = `missing timeouts for ${draft.kind} '${draft.name}': ${missing.join(', ')}`;
  complaints.warning(draft.line, 1, `${message}; without them connections may hang for ever`);
}

/** Answers can be judged only where they are understood. */
function checkObserve(draft: ProxyDraft, complaints: Complaints): void {
  for (const server of draft.servers) {
    if (server.observe !== 'layer7' || draft.mode === 'http') continue;
    const line = draft.serverLines.get(server.name) as number;
    complaints.error(line, 1, `server '${server.name}': 'observe layer7' can only be used in mode http`);
  }
}

/** Every tracked server exists, is checked somehow, and is not tracked by itself in a circle. */
function checkTracks(drafts: readonly ProxyDraft[], complaints: Complaints): void {
  const servers = new Map<string, ServerConfig>();
  for (const draft of drafts) {
    if (draft.kind !== 'frontend')
      for (const each of draft.servers) servers.set(`${draft.name}/${each.name}`, each);
  }
  const trackedBy = (draft: string, { track }: ServerConfig): string | undefined =>
    track === undefined ? undefined : `${track.backend || draft}/${track.server}`;
  for (const draft of drafts) {
    for (const server of draft.servers) {
      const path = trackedBy(draft.name, server);
      if (path === undefined) continue;
      const line = draft.serverLines.get(server.name) as number;
      const target = servers.get(path);
      if (target === undefined) {
        complaints.error(line, 1, `unable to find required server ${path} for tracking`);
      } else if (target.check === undefined && target.agent === undefined && target.track === undefined) {
        complaints.error(line, 1, `unable to use ${path} for tracking: it has no check`);
      } else if (endsInCircle(path, servers, trackedBy)) {
        complaints.error(line, 1, `unable to track ${path}: the servers track each other`);
      }
    }
  }
}

/** Longer chains of tracking servers are taken for a circle. */
const LONGEST_CHAIN = 32;

function endsInCircle(
  from: string,
  servers: ReadonlyMap<string, ServerConfig>,
  trackedBy: (backend: string, server: ServerConfig) => string | undefined,
): boolean {
  let at: string | undefined = from;
  for (let length = 0; at !== undefined; length++) {
    if (length >= LONGEST_CHAIN) return true;
    const server = servers.get(at);
    at = server === undefined ? undefined : trackedBy(at.slice(0, at.indexOf('/')), server);
  }
  return false;
}
