/**
 * Messages of HAProxy's own that are on no other component's wire: plain text, as an agent answers or as
 * `tcp-check send` writes.
 */

/** A line of text inside a TCP stream (agent-check: `up`, `drain`, `75%`; tcp-check send and expect). */
export interface TextMessage {
  readonly kind: 'text';
  readonly text: string;
}
