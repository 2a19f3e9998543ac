/**
 * Which sessions are on which server: kept only in backends where on-marked-down shutdown-sessions or
 * on-marked-up shutdown-backup-sessions may end them, since elsewhere nobody asks.
 */
import type { Turn } from './turn.ts';

export function enlist(turn: Turn, backend: number, id: string, server: number): void {
  const { sessions } = turn.backend(backend);
  if (sessions !== undefined) turn.changeBackend(backend, { sessions: sessions.set(id, server) });
}

export function strike(turn: Turn, backend: number, id: string): void {
  const { sessions } = turn.backend(backend);
  if (sessions?.has(id) === true) turn.changeBackend(backend, { sessions: sessions.delete(id) });
}

/** Ends all sessions of a server; the letter is their state in the log: D down, U backups, K killed. */
export function shutdownSessions(turn: Turn, backend: number, server: number, letter: 'D' | 'U' | 'K'): void {
  for (const [id, on] of turn.backend(backend).sessions ?? []) {
    if (on === server) turn.tell(id, { type: 'kill', letter });
  }
}
