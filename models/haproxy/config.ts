/**
 * A HAProxy configuration as plain data: what `read-cfg.ts` makes of haproxy.cfg and what the process gets
 * as its config. Keys are the daemon's own (doc/configuration.txt 2.6 to 3.x); times are milliseconds, as
 * in the file; undefined means "not written", and the daemon's default is applied where it is used.
 *
 * Not modelled: TLS termination, cookies and stick tables, ACL conditions, HTTP rewriting, DNS resolution
 * at run time, UNIX sockets, several processes and thread groups.
 */

export type Mode = 'tcp' | 'http';

/** `balance` (doc section 4.2). `random` carries its number of draws (default 2), `source` its `hash-type`. */
export type Algorithm = 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'source' | 'random';

/** All `timeout` keywords that the model knows, in milliseconds; unset is infinite (defaults.h). */
export interface Timeouts {
  readonly connect?: number;
  readonly client?: number;
  readonly server?: number;
  readonly check?: number;
  /** Unset: as `connect` (src/proxy.c:2480). */
  readonly queue?: number;
  /** Once established, instead of `client` and `server`. */
  readonly tunnel?: number;
  readonly 'http-request'?: number;
  readonly 'http-keep-alive'?: number;
}

export interface Bind {
  /** Undefined: all addresses (`*:8443`, `:8443`). */
  readonly address?: string;
  readonly port: number;
  /** Line in the file, for the daemon's complaint when it cannot bind. */
  readonly line: number;
  readonly ssl: boolean;
}

export interface FrontendConfig {
  readonly name: string;
  /** Order of the section in the file, from 0; a listen section's backend has the same. */
  readonly position: number;
  readonly mode: Mode;
  readonly binds: readonly Bind[];
  /** The backend that takes its connections: an unconditional use_backend, else default_backend; undefined: none. */
  readonly backend?: string;
  readonly maxconn?: number;
  readonly backlog?: number;
  readonly timeouts: Timeouts;
  /** A `log` line and `option tcplog` or `httplog` are there: a line per session. */
  readonly log: boolean;
  readonly dontlognull: boolean;
  readonly stats?: StatsPage;
}

export interface StatsPage {
  readonly uri: string;
  readonly hideVersion: boolean;
  readonly refreshMs?: number;
}

/** What `http-check expect` and `tcp-check expect` compare. */
export type Expectation =
  | { readonly on: 'status'; readonly codes: readonly (readonly [number, number])[]; readonly not: boolean }
  | { readonly on: 'rstatus' | 'string' | 'rstring'; readonly pattern: string; readonly not: boolean };

/** A step of a check, in the order of the file. */
export type CheckRule =
  | { readonly step: 'connect'; readonly ssl: boolean; readonly port?: number; readonly address?: string }
  | { readonly step: 'send'; readonly text: string }
  | { readonly step: 'request'; readonly method: string; readonly uri: string }
  | { readonly step: 'expect'; readonly expectation: Expectation };

/** Which `option ...chk` is in force; the last one of a section wins. */
export type CheckKind = 'connect' | 'httpchk' | 'ssl-hello-chk' | 'tcp-check';

export interface CheckRules {
  readonly kind: CheckKind;
  /** Complete: the defaults of the kind are filled in. The first step is always a connect. */
  readonly rules: readonly CheckRule[];
  /** `http-check disable-on-404`: 404 passes conditionally and takes the server out of balancing. */
  readonly disableOn404: boolean;
}

export interface Check {
  readonly inter: number;
  readonly fastinter?: number;
  readonly downinter?: number;
  readonly rise: number;
  readonly fall: number;
  readonly port?: number;
  readonly addr?: string;
  /** `check-ssl`, or `ssl` on the server line while neither `port` nor `addr` is given (check.c init_srv_check). */
  readonly ssl: boolean;
  /** 3.1 and later. Unset: health = rise, so UP and one failure away from DOWN. */
  readonly 'init-state'?: 'fully-up' | 'up' | 'down' | 'fully-down';
}

export interface AgentCheck {
  readonly port: number;
  readonly addr?: string;
  readonly inter: number;
  readonly send?: string;
}

export interface ServerConfig {
  readonly name: string;
  /** `id`, else the position in the section, from 1; `balance first` and consistent hashing use it. */
  readonly id: number;
  readonly address: string;
  /** 0: the port that the client asked for. */
  readonly port: number;
  readonly weight: number;
  readonly backup: boolean;
  /** 0 is unlimited. */
  readonly maxconn: number;
  readonly minconn: number;
  readonly maxqueue: number;
  readonly slowstart: number;
  readonly disabled: boolean;
  /** Traffic to the server is TLS (HAProxy is the TLS client). */
  readonly ssl: boolean;
  readonly check?: Check;
  readonly agent?: AgentCheck;
  readonly track?: { readonly backend: string; readonly server: string };
  readonly observe?: 'layer4' | 'layer7';
  readonly 'error-limit': number;
  readonly 'on-error': 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down';
  /** `on-marked-down shutdown-sessions` */
  readonly shutdownSessions: boolean;
  /** `on-marked-up shutdown-backup-sessions` */
  readonly shutdownBackupSessions: boolean;
}

export interface BackendConfig {
  readonly name: string;
  readonly position: number;
  readonly mode: Mode;
  /** Unset: roundrobin up to 3.2, random from 3.3 (doc v3.3.0:6217). */
  readonly balance?: Algorithm;
  readonly randomDraws: number;
  /** `hash-type consistent`; otherwise map-based. */
  readonly consistent: boolean;
  readonly retries: number;
  /** `option redispatch [N]`: undefined is off, -1 the default interval (stream.h:332). */
  readonly redispatch?: number;
  readonly allbackups: boolean;
  readonly fullconn?: number;
  readonly timeouts: Timeouts;
  readonly checks: CheckRules;
  readonly logHealthChecks: boolean;
  readonly servers: readonly ServerConfig[];
}

export interface HaproxyConfig {
  /** `MAJOR.MINOR` or `MAJOR.MINOR.PATCH`; 2.6.12 is what Debian 12 ships and what the recordings ran. */
  readonly version: string;
  readonly global: {
    readonly maxconn?: number;
    readonly nbthread: number;
    /** Percent. */
    readonly 'spread-checks': number;
    /** Milliseconds; 0 is no limit. */
    readonly 'max-spread-checks': number;
  };
  /** Order of the file. A `listen` section is one of each, under one name. */
  readonly frontends: readonly FrontendConfig[];
  readonly backends: readonly BackendConfig[];
}

/** Defaults of include/haproxy/defaults.h:284-292 (2.6 to 3.x). */
export const DEFAULT_INTER_MS = 2000;
export const DEFAULT_FALL = 3;
export const DEFAULT_RISE = 2;
export const DEFAULT_RETRIES = 3;
export const DEFAULT_ERROR_LIMIT = 10;
export const DEFAULT_VERSION = '2.6.12';
