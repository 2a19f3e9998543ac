/**
 * What goes on in the cluster around a moment: messages that have just arrived or were lost, and the timers that run. Made by
 * running the seconds before it again.
 */
import type { Step } from '../../sim/state.ts';
import type { Held } from './held-runs.ts';

/** Messages of one kind from one host to another within the last moment. */
export interface Messages {
  readonly from: string;
  readonly to: string;
  /** `keepalived`, `haproxy`, `etcd`, ...: whose words they are. */
  readonly who: string;
  readonly verdict: 'delivered' | 'lost' | 'refused';
  readonly count: number;
}

/** The timer of a process that will fire next. */
export interface RunningTimer {
  /** `m1/keepalived` */
  readonly process: string;
  readonly name: string;
  readonly dueMs: number;
  /** 1 when it was just set, 0 when it fires. */
  readonly left: number;
}

export interface Moment {
  readonly messages: readonly Messages[];
  readonly timers: readonly RunningTimer[];
}

/** Messages older than this are no longer shown. */
const RECENT_US = 100_000;
/** Timers that were set before are taken as set then. */
const BEFORE_US = 4_000_000;

const REFUSED = /^(refused|reset|unreachable|no-route)$/;

export function momentAt({ run }: Held, atMs: number): Moment {
  const { session } = run;
  const atUs = Math.min(session.epochUs + Math.round(atMs * 1_000), session.nowUs);
  const senders = new Map<number, string>();
  const messages = new Map<string, Messages>();
  const set = new Map<string, { readonly seq: number; readonly atUs: number }>();
  const note = (from: string, to: string, who: string, verdict: Messages['verdict']): void => {
    const key = [from, to, who, verdict].join(' ');
    messages.set(key, { from, to, who, verdict, count: (messages.get(key)?.count ?? 0) + 1 });
  };
  const observe = (step: Step): void => {
    const [host = ''] = step.who.split('/');
    const { cell } = step;
    cell?.timers.forEach((seq, slot) => {
      const key = `${cell.index}.${slot}`;
      if (seq !== 0 && set.get(key)?.seq !== seq) set.set(key, { seq, atUs: step.atUs });
    });
    if (step.atUs <= atUs - RECENT_US) return;
    senders.set(step.id, host);
    if (step.kind === 'drop') {
      const { to, protocol = 'tcp' } = step.detail as { readonly to?: string; readonly protocol?: string };
      if (to !== undefined) note(host, to, String(protocol), 'lost');
      return;
    }
    const from = senders.get(step.cause);
    if (cell === undefined || from === undefined || from === host) return;
    const who = step.who.split('/')[1] ?? '';
    note(from, host, who, REFUSED.test(step.event?.type ?? '') ? 'refused' : 'delivered');
  };
  const world = session.history!.again(atUs - BEFORE_US, atUs, observe);
  const timers: RunningTimer[] = [];
  for (const process of world.processes) {
    if (process.state !== 'running') continue;
    let next: RunningTimer | undefined;
    for (const index of process.members.values()) {
      const cell = world.cells[index];
      cell?.timers.forEach((seq, slot) => {
        const dueUs = cell.dueUs[slot] ?? 0;
        const dueMs = (dueUs - session.epochUs) / 1_000;
        if (seq === 0 || dueUs <= atUs || (next !== undefined && next.dueMs <= dueMs)) return;
        const known = set.get(`${cell.index}.${slot}`);
        const setUs = known?.seq === seq ? known.atUs : atUs - BEFORE_US;
        const host = world.hosts[process.host]?.name ?? '';
        next = {
          process: `${host}/${process.spec.name}`,
          name: (cell.program.timers[slot] ?? '').replace(/^xstate\.after\.([^.]+).*$/, '$1'),
          dueMs,
          left: (dueUs - atUs) / Math.max(1, dueUs - setUs),
        };
      });
    }
    if (next !== undefined) timers.push(next);
  }
  return { messages: [...messages.values()], timers: timers.sort((a, b) => a.dueMs - b.dueMs) };
}
