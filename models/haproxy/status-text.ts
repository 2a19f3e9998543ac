/**
 * What the statistics page calls a server: src/stats-proxy.c:733-790, 905-909 (stats.c up to 2.9). Pure
 * functions of the server's state and its check's settings.
 */
import type { ServerConfig } from './config.ts';
import { fullHealth, isHealthy } from './health.ts';
import type { ServerState } from './state.ts';

/** The state in one word, without the count of checks. */
export type ServerWord = 'UP' | 'DOWN' | 'MAINT' | 'DRAIN' | 'NOLB';

export function serverWord(state: ServerState): ServerWord {
  if (state.maintenance) return 'MAINT';
  if (state.operational === 'STOPPED') return 'DOWN';
  if (state.operational === 'STOPPING') return 'NOLB';
  return state.drain || state.uweight === 0 ? 'DRAIN' : 'UP';
}

/** The server that a server tracks, with its settings; itself without `track`. */
export interface Reference {
  readonly config: ServerConfig;
  readonly state: ServerState;
}

/**
 * `UP`, `UP 2/3`, `DOWN 1/2`, `DRAIN`, `NOLB`, `MAINT`, `MAINT (via be/m1)`, `DOWN (agent)`, `no check`.
 * The counts are those of the server it tracks, if it tracks one.
 */
export function statusText(state: ServerState, config: ServerConfig, reference: Reference): string {
  const word = serverWord(state);
  const track = config.track;
  if (word === 'MAINT') return track === undefined ? 'MAINT' : `MAINT (via ${track.backend}/${track.server})`;
  const { check, agent } = reference.config;
  const health = reference.state.check?.health ?? 0;
  if (word === 'DOWN') {
    if (agent !== undefined && (reference.state.agent?.health ?? 1) < 1) return 'DOWN (agent)';
    return check !== undefined && health > 0 ? `DOWN ${health}/${check.rise}` : 'DOWN';
  }
  if (check === undefined) return word === 'UP' ? (agent === undefined ? 'no check' : 'UP') : word;
  return health < fullHealth(check) && isHealthy(health, check)
    ? `${word} ${health - check.rise + 1}/${check.fall}`
    : word;
}

/** The class of the row on the HTML page, by which it is coloured (stats-html.c:111-130). */
export type RowColour =
  | 'up'
  | 'going-down'
  | 'going-up'
  | 'down'
  | 'no-check'
  | 'maintenance'
  | 'draining'
  | 'nolb';

/** Background colours of the page's legend (stats-html.c:270-292). */
export const ROW_COLOURS: Readonly<Record<RowColour, string>> = {
  up: '#c0ffc0',
  'going-down': '#ffffa0',
  'going-up': '#ffd020',
  down: '#ff9090',
  'no-check': '#e0e0e0',
  maintenance: '#c07820',
  draining: '#20a0ff',
  nolb: '#20a0ff',
};

export function rowColour(text: string): RowColour {
  if (text.startsWith('MAINT')) return 'maintenance';
  if (text.startsWith('DRAIN')) return 'draining';
  if (text.startsWith('NOLB')) return 'nolb';
  if (text === 'no check') return 'no-check';
  if (text.startsWith('UP')) return text === 'UP' ? 'up' : 'going-down';
  return /^DOWN \d/.test(text) ? 'going-up' : 'down';
}
