/** What the page and its worker say to each other. Each request is answered once, with its number; a run says before how far it is. */
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { RunRequest } from '../run/link.ts';
import type { ScenarioChoice } from '../state/page-state.ts';

export type ToEngine =
  | { readonly id: number; readonly type: 'list' }
  | { readonly id: number; readonly type: 'run'; readonly request: RunRequest }
  /** The text of a file that should be a stored run. */
  | { readonly id: number; readonly type: 'read'; readonly name: string; readonly text: string };

export type FromEngine =
  | { readonly id: number; readonly type: 'listed'; readonly scenarios: readonly ScenarioChoice[] }
  | { readonly id: number; readonly type: 'record'; readonly record: RunRecord }
  /** 0 to 1. */
  | { readonly id: number; readonly type: 'progress'; readonly share: number }
  | { readonly id: number; readonly type: 'failed'; readonly message: string };

/** A request without its number. */
export type Ask = ToEngine extends infer Each ? (Each extends unknown ? Omit<Each, 'id'> : never) : never;
