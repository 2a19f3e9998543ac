/**
 * What travels inside a TCP stream: the application messages that the components exchange. HAProxy in
 * TCP mode passes them on unread, as it does the bytes.
 *
 * Not modelled: byte sizes and segmentation; TLS beyond who says hello in which version, who answers, and when certificates
 * expire (microseconds of the clock of whoever looks).
 */

/** First thing a TLS client says. `ssl3` is what HAProxy's ssl-hello-chk sends. */
export interface TlsHello {
  readonly kind: 'tls-hello';
  readonly version: 'ssl3' | 'tls';
}
/** A server's reaction to a hello. An alert also counts as an answer for ssl-hello-chk. */
export interface TlsAnswer {
  readonly kind: 'tls-answer';
  readonly what: 'server-hello' | 'alert';
  /** When the server's certificate expires, if it can; each client judges by its own clock. */
  readonly notAfterUs?: number;
}
/**
 * An HTTP request. `tls` says whether it is sent inside TLS; a TLS port answers a plain one with 400.
 * `id` is chosen by the client and comes back in the answer (HTTP/2 stream; several may be open at once).
 */
export interface HttpRequest {
  readonly kind: 'request';
  readonly id: number;
  readonly tls: boolean;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Said to the Kubernetes API with a write: see kube-apiserver/events.ts. */
  readonly said?: readonly unknown[];
  /** When the certificate of the client expires, if it has one that can. */
  readonly notAfterUs?: number;
}
export interface HttpResponse {
  readonly kind: 'response';
  readonly id: number;
  readonly status: number;
  readonly body?: unknown;
  /** The header Retry-After, in seconds. */
  readonly retryAfter?: number;
}
/** A part of a streamed answer (watch events); the stream is named by the request's id. */
export interface HttpChunk {
  readonly kind: 'chunk';
  readonly id: number;
  readonly body: unknown;
}
/** HTTP/2 keep-alive of Go clients: ping after 30 s idle, answered at once. */
export interface HttpPing {
  readonly kind: 'ping' | 'pong';
}

/** The client gives a request or stream up (HTTP/2 RST_STREAM); nothing is answered to it any more. */
export interface HttpCancel {
  readonly kind: 'cancel';
  readonly id: number;
}

/** A server that ends in good order (HTTP/2 GOAWAY): what is under way goes on, new streams belong on another connection. */
export interface HttpGoAway {
  readonly kind: 'goaway';
}
/** A request that came after the GOAWAY was not looked at, and may be made again elsewhere. (HTTP/2 tells it with the GOAWAY's last stream.) */
export interface HttpRefused {
  readonly kind: 'refused';
  readonly id: number;
}

export type WireMessage =
  | TlsHello
  | TlsAnswer
  | HttpRequest
  | HttpResponse
  | HttpChunk
  | HttpPing
  | HttpCancel
  | HttpGoAway
  | HttpRefused;
