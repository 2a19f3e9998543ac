/** What a plain web server is told: nginx, an echo server, whatever stands behind a balancer and is not the API. */

export interface WebServerConfig {
  readonly port: number;
  /** Speaks TLS first. */
  readonly tls: boolean;
  /** From a request to its answer. */
  readonly answerUs: number;
  /** listen(2): how many connections wait while it takes none. Default net.core.somaxconn. */
  readonly backlog: number | undefined;
}

/** The body of every answer: who gave it. */
export interface WebAnswer {
  readonly server: string;
}

/** From outside: every later request is answered with this status. */
export interface AnswerWith {
  readonly type: 'answer';
  readonly status: number;
}
