/** What the terminal says beside what commands print. */
import { lengthText } from '../run/times.ts';

/** Words that Tab completes after a command, beside hosts and processes. */
export const USUAL_WORDS: readonly string[] = [
  ...['member', 'endpoint', 'status', 'health', 'list', 'remove', 'add', 'move-leader', 'snapshot', 'alarm'],
  ...['--cluster', '--write-out=table', '--endpoints=', '--learner'],
  ...['get', 'describe', 'nodes', 'pods', 'leases', 'drain', 'cordon', 'uncordon', 'delete', 'apply', 'logs'],
  ...['--all-namespaces', '--namespace', '--ignore-daemonsets', '--output=wide', 'kube-system'],
  ...['start', 'stop', 'restart', 'status', '--unit', 'addr', 'show'],
];

const ESC = '\x1b';
const dim = (text: string) => `${ESC}[90m${text}${ESC}[0m`;

export const prompt = (host: string): string => `${ESC}[32mroot@${host}${ESC}[0m:~# `;

/** Cells of the prompt. */
export const promptLength = (host: string): number => `root@${host}:~# `.length;

/** While a command hangs. */
export const waiting = (tookMs: number): string =>
  dim(`… ${lengthText(tookMs)} of the cluster's time, Ctrl+C`);

/** After a command, if it took long or failed. */
export function ending(tookMs: number, exitCode: number | undefined, stopped: boolean): string {
  if (stopped) return dim(`[given up after ${lengthText(tookMs)}; the run is as it was]\n`);
  const parts = [
    ...(exitCode === 0 || exitCode === undefined ? [] : [`exit ${exitCode}`]),
    ...(tookMs < 1_000 ? [] : [`took ${lengthText(tookMs)}`]),
  ];
  return parts.length === 0 ? '' : dim(`[${parts.join(', ')}]\n`);
}

export const branched = (): string =>
  dim('[this changed the cluster: from here on it is a branch of its own]\n');

export const problem = (text: string): string => `${ESC}[31m${printable(text)}${ESC}[0m\n`;

export const note = dim;

/** What comes from files and commands must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => ('\n\t'.includes(character) ? character : '\u{fffd}'));
}
