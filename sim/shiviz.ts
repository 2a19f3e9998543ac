/**
 * A trace as a log for ShiViz: two lines an event, the host with its vector clock, then what happened. Clocks follow the
 * causes: a step that was caused on another host has seen what that host had seen.
 *
 * Source: ShiViz's default parser, `(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`.
 */
import type { TraceRecord } from './trace.ts';

type Clock = Readonly<Record<string, number>>;

/** The text of the log. Steps of one host within one chain of causes are kept apart; steps without a host are left out. */
export function shivizLog(records: readonly TraceRecord[], epochUs: number): string {
  const clocks = new Map<string, Clock>();
  const seen = new Map<number, Clock>();
  const lines: string[] = [];
  for (const record of records) {
    const host = record.who.split('/')[0] ?? '';
    if (host === '') continue;
    const clock: Record<string, number> = { ...clocks.get(host) };
    for (const [other, count] of Object.entries(seen.get(record.cause) ?? {}))
      clock[other] = Math.max(clock[other] ?? 0, count);
    clock[host] = (clocks.get(host)?.[host] ?? 0) + 1;
    clocks.set(host, clock);
    seen.set(record.id, clock);
    const change = record.before === record.after ? record.after : `${record.before} -> ${record.after}`;
    const what =
      `${((record.atUs - epochUs) / 1000).toFixed(3)} ms ${record.who} ${record.event?.type ?? record.kind} ${change}`.trim();
    lines.push(`${host} ${JSON.stringify(clock)}`, what);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
