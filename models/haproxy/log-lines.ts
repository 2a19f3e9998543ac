/**
 * The lines that HAProxy writes about servers and sessions, as texts. Sources: src/server.c
 * srv_append_status and _srv_update_status (2.6 to 3.x), src/check.c set_server_check_status, doc section
 * 8.2.2 (tcplog) and 8.5 (session states).
 *
 * Not modelled: the client's real port, calendar time (dates count from the start of the host's clock) and
 * bytes (messages are counted instead).
 */
import { type CheckResult, reasonText, type Verdict } from './check-status.ts';
import { healthText, type Limits } from './health.ts';

export interface ServerName {
  readonly backend: string;
  readonly server: string;
  readonly backup: boolean;
}

export function serverPrefix({ backend, server, backup }: ServerName): string {
  return `${backup ? 'Backup ' : ''}Server ${backend}/${server}`;
}

/** What remains in a backend after a change, for the end of the line. */
export interface Remains {
  readonly act: number;
  readonly bck: number;
  readonly sessions: number;
  readonly requeued: number;
  readonly queued: number;
}

/** `. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue` */
export function remainsText(stopped: boolean, remains: Remains): string {
  const { act, bck, sessions, requeued, queued } = remains;
  const running = bck > 0 && act === 0 ? ' Running on backup.' : '';
  return stopped
    ? `. ${act} active and ${bck} backup servers left.${running} ${sessions} sessions active, ${requeued} requeued, ${queued} remaining in queue`
    : `. ${act} active and ${bck} backup servers online.${running} ${requeued} sessions requeued, ${queued} total in queue`;
}

/** `Health check for server be/m1 failed, reason: ..., status: 2/3 UP.` */
export function checkLine(
  name: ServerName,
  agent: boolean,
  result: CheckResult,
  verdict: Verdict,
  health: number,
  limits: Limits,
  draining: boolean,
): string {
  const passed = result === 'passed' || result === 'conditional';
  return (
    `${agent ? 'Agent' : 'Health'} check for ${name.backup ? 'backup ' : ''}server ${name.backend}/${name.server} ` +
    `${result === 'conditional' ? 'conditionally ' : ''}${passed ? 'succeeded' : 'failed'}` +
    `${reasonText(verdict)}, status: ${healthText(health, limits, draining)}.`
  );
}

export function noServerLine(backend: string): string {
  return `backend ${backend} has no server available!`;
}

/** What a finished session left behind, for its log line. */
export interface SessionLine {
  readonly from: string;
  readonly port: number;
  readonly acceptedAtUs: number;
  readonly frontend: string;
  readonly backend: string;
  readonly server: string;
  /** Milliseconds; -1: did not come to that. */
  readonly queueMs: number;
  readonly connectMs: number;
  readonly totalMs: number;
  readonly messages: number;
  /** Two letters, `--` for an orderly end. */
  readonly state: string;
  readonly counts: readonly [number, number, number, number];
  readonly retries: number;
  readonly redispatched: boolean;
  readonly queues: readonly [number, number];
}

export function sessionLine(line: SessionLine): string {
  const retries = `${line.redispatched ? '+' : ''}${line.retries}`;
  return (
    `${line.from}:${line.port} [${dateText(line.acceptedAtUs)}] ${line.frontend} ${line.backend}/${line.server} ` +
    `${line.queueMs}/${line.connectMs}/${line.totalMs} ${line.messages} ${line.state} ` +
    `${line.counts.join('/')}/${retries} ${line.queues.join('/')}`
  );
}

/** `01/Jan/1970:00:00:12.345`, counted from the start of the host's clock. */
export function dateText(atUs: number): string {
  const ms = Math.floor(atUs / 1000);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const day = Math.floor(ms / 86_400_000);
  const time = [Math.floor(ms / 3_600_000) % 24, Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${pad((day % 31) + 1)}/Jan/1970:${time.map((part) => pad(part)).join(':')}.${pad(ms % 1000, 3)}`;
}
