/** The heads of log lines: klog's, and those of journalctl and syslog. */
import { civilTime } from './wall-clock.ts';

const two = (number: number): string => String(number).padStart(2, '0');

const LETTERS: Readonly<Record<string, string>> = { warn: 'W', warning: 'W', error: 'E', fatal: 'F' };

/** `I0105 00:02:05.123456       1` (klog: Lmmdd hh:mm:ss.uuuuuu threadid) */
export function klogHeader(level: string, wallUs: number): string {
  const { month, day, hour, minute, second, microsecond } = civilTime(wallUs);
  const time = `${two(hour)}:${two(minute)}:${two(second)}.${String(microsecond).padStart(6, '0')}`;
  return `${LETTERS[level] ?? 'I'}${two(month)}${two(day)} ${time}       1`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jan 05 00:02:05 m1 haproxy[812]:` */
export function journalHeader(wallUs: number, host: string, unit: string, pid: number): string {
  const { month, day, hour, minute, second } = civilTime(wallUs);
  return `${MONTHS[month - 1]} ${two(day)} ${two(hour)}:${two(minute)}:${two(second)} ${host} ${unit}[${pid}]:`;
}

/** `Mon 2026-01-05 00:02:05 UTC` */
export function systemdTime(wallUs: number): string {
  const { year, month, day, weekday, hour, minute, second } = civilTime(wallUs);
  const name = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][weekday];
  return `${name} ${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)} UTC`;
}
