/**
 * A trace in Chrome's trace event format, which Perfetto opens: hosts are processes, machines are threads, states are
 * slices, everything else is an instant, and an arrow leads from each step to one that it caused on another host.
 *
 * Source: "Trace Event Format" (catapult), JSON array form; times in microseconds.
 */
import type { TraceRecord } from './trace.ts';

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly [key: string]: unknown;
}

class Names {
  private readonly known = new Map<string, number>();
  readonly made: string[] = [];

  of(name: string): number {
    let id = this.known.get(name);
    if (id === undefined) {
      id = this.known.size + 1;
      this.known.set(name, id);
      this.made.push(name);
    }
    return id;
  }
}

/** The events, to be written as one JSON array. `epochUs` is world time at the scenario's zero. */
export function chromeTrace(records: readonly TraceRecord[], epochUs: number): TraceEvent[] {
  const hosts = new Names();
  const machines = new Names();
  const events: TraceEvent[] = [];
  const placeOf = new Map<number, { pid: number; tid: number; ts: number }>();
  const open = new Map<string, { state: string; ts: number; pid: number; tid: number }>();
  for (const record of records) {
    const ts = record.atUs - epochUs;
    const pid = hosts.of(record.who.split('/')[0] || 'world');
    const tid = machines.of(record.who || 'world');
    const cause = placeOf.get(record.cause);
    placeOf.set(record.id, { pid, tid, ts });
    const name = record.event?.type ?? record.kind;
    events.push({
      ph: 'i',
      s: 't',
      name,
      cat: record.kind,
      ts,
      pid,
      tid,
      args: {
        id: record.id,
        cause: record.cause,
        effects: record.effects.map(({ type }) => type),
        detail: record.detail,
      },
    });
    if (cause !== undefined && cause.pid !== pid) {
      events.push({
        ph: 's',
        name: 'cause',
        cat: 'cause',
        id: record.id,
        ts: cause.ts,
        pid: cause.pid,
        tid: cause.tid,
      });
      events.push({ ph: 'f', bp: 'e', name: 'cause', cat: 'cause', id: record.id, ts, pid, tid });
    }
    if (record.after === '' || record.before === record.after) continue;
    const before = open.get(record.who);
    if (before !== undefined) events.push(slice(before, ts));
    open.set(record.who, { state: record.after, ts, pid, tid });
  }
  const endTs = records.length === 0 ? 0 : (records[records.length - 1] as TraceRecord).atUs - epochUs;
  for (const state of open.values()) events.push(slice(state, endTs));
  const metadata: TraceEvent[] = [
    ...hosts.made.map((name, i) => ({
      ph: 'M',
      name: 'process_name',
      ts: 0,
      pid: i + 1,
      tid: 0,
      args: { name },
    })),
    ...machines.made.map((name, i) => ({
      ph: 'M',
      name: 'thread_name',
      ts: 0,
      pid: hosts.of(name.split('/')[0] || 'world'),
      tid: i + 1,
      args: { name: name.split('/').slice(1).join('/') || name },
    })),
  ];
  return [...metadata, ...events];
}

function slice(state: { state: string; ts: number; pid: number; tid: number }, endTs: number): TraceEvent {
  return {
    ph: 'X',
    name: state.state,
    cat: 'state',
    ts: state.ts,
    dur: endTs - state.ts,
    pid: state.pid,
    tid: state.tid,
  };
}
