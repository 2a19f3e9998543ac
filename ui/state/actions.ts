import type { RunRequest } from '../run/request.ts';

/** What the page can do as a whole, for keys, buttons and the command palette alike. */
export interface Actions {
  /** Opens the fault palette, aimed at this target, or at the selected lane, or at whoever holds the VIP. */
  breakIt(on?: string): void;
  /** A terminal on this host, or on the selected lane's, or on whoever holds the VIP. */
  terminal(host?: string): void;
  /** Explains the selected lane's state at the playhead, or the last event. */
  why(): void;
  /** Breakpoints and watches. */
  watch(): void;
  undo(): void;
  redo(): void;
  /** Something that is prepared for a talk: `n` from 0. */
  prepared(n: number): void;
  open(request: RunRequest): void;
  /** This run beside another one. */
  compare(): void;
  share(): void;
  /** The viewer's own configuration files. */
  files(): void;
  /** The command palette. */
  commands(): void;
  help(): void;
  search(): void;
}
