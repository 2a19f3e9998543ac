/** What a load generator is told. Plain data; times in microseconds. */

export type RequestKind = 'write' | 'read' | 'connect';

export interface ClientConfig {
  /** Unique among clients; also names the object that it writes. */
  readonly name: string;
  readonly request: RequestKind;
  readonly address: string;
  readonly port: number;
  /** Requests start at this distance, whether or not earlier ones have ended (open loop). */
  readonly everyUs: number;
  /** A request that has not ended by then is a time-out. */
  readonly timeoutUs: number;
}

/** Limit of the standard probers (DESIGN section 6). */
export const DEFAULT_TIMEOUT_US = 5_000_000;
