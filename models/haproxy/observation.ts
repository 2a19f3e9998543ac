/**
 * `observe layer4|layer7`: consecutive errors of live traffic make a server's check act. Source:
 * src/check.c:663-745 (__health_adjust), 2.6 to 3.x. In tcp mode only connections are judged.
 */
import type { Turn } from './turn.ts';

/** A connection could not be made, or (http) an answer was bad. */
export function observeError(turn: Turn, backend: number, server: number, words: string): void {
  const config = turn.serverConfig(backend, server);
  if (config.observe === undefined || config.check === undefined) return;
  const state = turn.server(backend, server);
  const consecutiveErrors = state.consecutiveErrors + 1;
  if (consecutiveErrors < config['error-limit']) {
    turn.changeServer(backend, server, { consecutiveErrors });
    return;
  }
  turn.changeServer(backend, server, { consecutiveErrors: 0, hanafail: state.hanafail + 1 });
  turn.tell(`check:${turn.backendConfig(backend).name}/${config.name}`, {
    type: 'analysed',
    action: config['on-error'],
    info: `Detected ${consecutiveErrors} consecutive errors, last one was: ${words}`,
  });
}

/** layer4: a good connection clears the count. */
export function observeSuccess(turn: Turn, backend: number, server: number): void {
  if (turn.serverConfig(backend, server).observe !== 'layer4') return;
  if (turn.server(backend, server).consecutiveErrors > 0) {
    turn.changeServer(backend, server, { consecutiveErrors: 0 });
  }
}
