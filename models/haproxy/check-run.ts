/**
 * One health check, rule by rule: connect, (TLS) hello, send, expect. Pure functions from the check's context
 * and what came from the network to the next context with its effects. Sources: src/tcpcheck.c (2.2 to 3.x),
 * src/check.c chk_report_conn_err; verdicts and words as recorded of 2.6.12.
 *
 * Unit: microseconds. Not modelled: check ports by sample expression, PROXY protocol, HTTP headers.
 */
import type { CloseReason, Effect } from '../../sim/effects.ts';
import type { HttpResponse, TlsAnswer } from '../wire.ts';
import { agentVerdict } from './agent-words.ts';
import type { TextMessage } from './api.ts';
import type { CheckInput } from './check-events.ts';
import type { CheckStatus, Verdict } from './check-status.ts';
import type { CheckRule, Expectation } from './config.ts';
import { isHealthy } from './health.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { timerUs, wholeMs } from './timers.ts';
import { oldStatusText } from './version.ts';

/** Which layer the check waits for: names the timeout (L4TOUT, L6TOUT, L7TOUT). */
export type Layer = 'L4' | 'L6' | 'L7';

/** A running check. */
export interface Run {
  readonly startUs: number;
  /** Position in the rules. */
  readonly rule: number;
  readonly layer: Layer;
  /** The check must be over by then; and the time under which its task is queued. */
  readonly limitUs: number;
  readonly queuedUs: number;
  /** Answered by the last response, for the codes of HTTP. */
  readonly code: number;
  readonly verdict: Verdict | undefined;
  /** What an agent said. */
  readonly line: string | undefined;
}

export interface Progress {
  readonly run: Run;
  readonly effects: readonly Effect[];
}

const CONNECTION = 'check';

export function rulesOf({ backend, agent, server }: CheckInput): readonly CheckRule[] {
  if (!agent) return backend.checks.rules;
  const send = server.agent?.send;
  return [
    { step: 'connect', ssl: false },
    ...(send === undefined ? [] : [{ step: 'send', text: send } as const]),
  ];
}

/** A new check. */
export function begin(input: CheckInput, atUs: number): Progress {
  const run: Run = {
    startUs: atUs,
    rule: 0,
    layer: 'L4',
    limitUs: atUs + connectLimitUs(input),
    queuedUs: atUs + connectLimitUs(input),
    code: 0,
    verdict: undefined,
    line: undefined,
  };
  return { run, effects: [connectEffect(input, rulesOf(input)[0] as CheckRule)] };
}

/**
 * Connecting may take `inter`, or min(inter, timeout connect) if BOTH timeout check and timeout connect are
 * set. Always the plain inter, even while fastinter or downinter rule the schedule (tcpcheck.c:1605-1655).
 */
export function connectLimitUs({ backend, check }: Pick<CheckInput, 'backend' | 'check'>): number {
  const { check: answer, connect } = backend.timeouts;
  return timerUs(
    answer === undefined || connect === undefined ? check.inter : Math.min(check.inter, connect),
  );
}

function connectEffect(input: CheckInput, rule: CheckRule): Effect {
  const { check, server, agent } = input;
  const own = rule.step === 'connect' ? rule : undefined;
  return {
    type: 'connect',
    connection: CONNECTION,
    to: own?.address ?? (agent ? server.agent?.addr : check.addr) ?? server.address,
    port: own?.port ?? (agent ? server.agent?.port : check.port) ?? server.port,
  };
}

/** The connection is there: TLS first if it is asked for, then the rules go on. */
export function connected(input: CheckInput, run: Run, atUs: number): Progress {
  const answerMs = input.backend.timeouts.check;
  const limited = answerMs === undefined ? run : { ...run, limitUs: atUs + timerUs(answerMs) };
  const rule = rulesOf(input)[run.rule] as CheckRule;
  const helloed = input.backend.checks.kind === 'ssl-hello-chk' && !input.agent;
  if (helloed || usesTls(input, rule)) {
    const hello = { kind: 'tls-hello', version: helloed ? 'ssl3' : 'tls' };
    return {
      run: { ...limited, layer: 'L6' },
      effects: [{ type: 'transmit', connection: CONNECTION, message: hello }],
    };
  }
  return goOn(input, { ...limited, rule: run.rule + 1 }, atUs);
}

function usesTls({ check, agent }: CheckInput, rule: CheckRule): boolean {
  return !agent && (check.ssl || (rule.step === 'connect' && rule.ssl));
}

/** Carries out rules until one must wait, or none is left. */
function goOn(input: CheckInput, run: Run, atUs: number): Progress {
  const rules = rulesOf(input);
  const effects: Effect[] = [];
  let current = run;
  for (;;) {
    const rule = rules[current.rule];
    if (rule === undefined) {
      if (input.agent) return { run: { ...current, layer: 'L7' }, effects };
      return { run: { ...current, verdict: passed(input, current, atUs) }, effects };
    }
    if (rule.step === 'expect') return { run: { ...current, layer: 'L7' }, effects };
    if (rule.step === 'connect') {
      effects.push({ type: 'close', connection: CONNECTION }, connectEffect(input, rule));
      return { run: { ...current, layer: 'L4', limitUs: atUs + connectLimitUs(input) }, effects };
    }
    effects.push({
      type: 'transmit',
      connection: CONNECTION,
      message: messageOf(input, rule, rules, current.rule),
    });
    current = { ...current, rule: current.rule + 1 };
  }
}

function messageOf(input: CheckInput, rule: CheckRule, rules: readonly CheckRule[], at: number): unknown {
  if (rule.step === 'send') return { kind: 'text', text: rule.text } satisfies TextMessage;
  const connect = rules.slice(0, at).findLast((each) => each.step === 'connect');
  const tls = connect !== undefined && usesTls(input, connect);
  const { method, uri } = rule as Extract<CheckRule, { step: 'request' }>;
  return { kind: 'request', id: 1, tls, method, path: uri };
}

/** All rules went well. */
function passed(input: CheckInput, run: Run, atUs: number): Verdict {
  const { checks } = input.backend;
  const talks = checks.rules.some(({ step }) => step !== 'connect');
  if (checks.kind === 'httpchk') return verdict(run, atUs, 'L7OK', '', run.code);
  if (checks.kind === 'tcp-check' && talks) return verdict(run, atUs, 'L7OK', '(tcp-check)');
  const tls = usesTls(input, rulesOf(input)[0] as CheckRule) || checks.kind === 'ssl-hello-chk';
  return verdict(run, atUs, tls ? 'L6OK' : 'L4OK');
}

function verdict(run: Run, atUs: number, status: CheckStatus, info = '', code = 0): Verdict {
  return { status, code, info, durationMs: wholeMs(atUs - run.startUs) };
}

/** Something came from the server. */
export function received(input: CheckInput, run: Run, message: unknown, atUs: number): Progress {
  const { kind } = message as { readonly kind: string };
  const conclude = (status: CheckStatus, info: string, code = 0): Progress => ({
    run: { ...run, code, verdict: verdict(run, atUs, status, info, code) },
    effects: [],
  });
  if (run.layer === 'L6') {
    if (kind !== 'tls-answer') return conclude('L6RSP', handshakeFailure(input));
    // An alert is an answer to the old hello, and the end of a real handshake.
    const alert = (message as TlsAnswer).what === 'alert';
    if (alert && input.backend.checks.kind !== 'ssl-hello-chk')
      return conclude('L6RSP', 'SSL handshake failure');
    return goOn(input, { ...run, rule: run.rule + 1 }, atUs);
  }
  if (run.layer === 'L4') return { run, effects: [] };
  if (input.agent) {
    const line = kind === 'text' ? (message as TextMessage).text : '';
    const said = agentVerdict(line);
    return {
      run: { ...run, line, verdict: verdict(run, atUs, said.status, said.info) },
      effects: [],
    };
  }
  return expectation(input, run, message, atUs, conclude);
}

function handshakeFailure(input: CheckInput): string {
  return input.backend.checks.kind === 'ssl-hello-chk' ? '' : 'SSL handshake failure';
}

function expectation(
  input: CheckInput,
  run: Run,
  message: unknown,
  atUs: number,
  conclude: (status: CheckStatus, info: string, code?: number) => Progress,
): Progress {
  const rule = rulesOf(input)[run.rule] as Extract<CheckRule, { step: 'expect' }>;
  const { kind } = message as { readonly kind: string };
  if (input.backend.checks.kind !== 'httpchk') {
    const text = kind === 'text' ? (message as TextMessage).text : '';
    if (matches(rule.expectation, 0, text)) return goOn(input, { ...run, rule: run.rule + 1 }, atUs);
    return conclude(
      'L7RSP',
      `TCPCHK did not match content '${'pattern' in rule.expectation ? rule.expectation.pattern : ''}' at step ${run.rule + 1}`,
    );
  }
  if (kind !== 'response') return conclude('L7RSP', '');
  const { status, body } = message as HttpResponse;
  const up = isHealthy(input.check.rise, input.check);
  if (input.backend.checks.disableOn404 && status === 404 && up)
    return conclude('L7OKC', reasonPhrase(status), status);
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  if (matches(rule.expectation, status, text)) {
    return goOn(input, { ...run, rule: run.rule + 1, code: status }, atUs);
  }
  if (rule.expectation.on === 'status' || rule.expectation.on === 'rstatus') {
    const old = `HTTP status check returned code <${status}>`;
    return conclude('L7STS', oldStatusText(input.version) ? old : reasonPhrase(status), status);
  }
  return conclude(
    'L7RSP',
    text === '' ? 'HTTP content check could not find a response body' : 'HTTP content check did not match',
    status,
  );
}

export function matches(expectation: Expectation, status: number, text: string): boolean {
  switch (expectation.on) {
    case 'status':
      return expectation.codes.some(([from, to]) => status >= from && status <= to) !== expectation.not;
    case 'rstatus':
      return new RegExp(expectation.pattern).test(String(status)) !== expectation.not;
    case 'string':
      return text.includes(expectation.pattern) !== expectation.not;
    case 'rstring':
      return new RegExp(expectation.pattern).test(text) !== expectation.not;
  }
}

/** `at initial connection step of tcp-check`, or the number of the step: only tcp-check tells. */
function place(input: CheckInput, run: Run): string {
  const { checks } = input.backend;
  if (checks.kind !== 'tcp-check' || input.agent) return '';
  const implicit = run.rule === 0;
  if (implicit) return ' at initial connection step of tcp-check';
  const rule = checks.rules[run.rule];
  const what =
    rule?.step === 'expect' && 'pattern' in rule.expectation
      ? `expect string '${rule.expectation.pattern}'`
      : rule?.step;
  return ` at step ${run.rule} of tcp-check (${what})`;
}

const CONNECT_ERRORS = {
  refused: 'Connection refused',
  'no-route': 'No route to host',
  timeout: 'Connection timed out',
} as const;

export function connectFailed(
  input: CheckInput,
  run: Run,
  reason: keyof typeof CONNECT_ERRORS,
  atUs: number,
): Run {
  const info = CONNECT_ERRORS[reason] + place(input, run);
  return { ...run, verdict: verdict(run, atUs, 'L4CON', info) };
}

/** The server ended the connection before the check was over. */
export function closed(input: CheckInput, run: Run, how: CloseReason, atUs: number): Run {
  const hello = input.backend.checks.kind === 'ssl-hello-chk';
  const error = how === 'timeout' ? 'Connection timed out' : 'Connection reset by peer';
  if (run.layer === 'L6' && !hello) {
    const info =
      how === 'eof' ? 'Connection closed during SSL handshake' : `SSL handshake failure (${error})`;
    return { ...run, verdict: verdict(run, atUs, 'L6RSP', info) };
  }
  if (how !== 'eof') return { ...run, verdict: verdict(run, atUs, 'SOCKERR', error + place(input, run)) };
  return { ...run, verdict: verdict(run, atUs, run.layer === 'L6' ? 'L6RSP' : 'L7RSP', '') };
}

/** Its time is over. */
export function expired(input: CheckInput, run: Run, atUs: number): Run {
  const status = run.layer === 'L4' ? 'L4TOUT' : run.layer === 'L6' ? 'L6TOUT' : 'L7TOUT';
  return { ...run, verdict: verdict(run, atUs, status, place(input, run)) };
}

/**
 * How the connection ends: a plain check resets it at once, without ever telling the server that the handshake
 * is done (LAB-FINDINGS 15); one that has talked says FIN.
 */
export function ending(run: Run): Effect {
  const talked = run.layer !== 'L4' || run.rule > 1;
  return { type: talked ? 'close' : 'reset', connection: CONNECTION };
}
