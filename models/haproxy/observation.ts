/**
 * `observe layer4|layer7`: consecutive errors of live traffic make a server's check act. Source:
 * src/check.c:663-745 (__health_adjust), 2.6 to 3.x. In tcp mode only connections are judged;
 * layer7 judges answers too.
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

/** layer7: a status of 100 to 499, 501 or 505 is good, another one an error (doc:19387-19410). */
export function observeAnswer(turn: Turn, backend: number, server: number, status: number): void {
  if (turn.serverConfig(backend, server).observe !== 'layer7') return;
  const good = (status >= 100 && status <= 499) || status === 501 || status === 505;
  if (!good) observeError(turn, backend, server, 'Wrong http response');
  else if (turn.server(backend, server).consecutiveErrors > 0) {
    turn.changeServer(backend, server, { consecutiveErrors: 0 });
  }
}
