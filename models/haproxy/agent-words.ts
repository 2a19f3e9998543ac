/**
 * What an agent's line means: doc section 5.2 "agent-check" (doc:18291-18365), src/tcpcheck.c
 * tcpcheck_agent_expect_check. Words are separated by blanks, tabs and commas; `#` begins a description.
 */
import type { AgentOrders } from './check-events.ts';
import type { CheckStatus } from './check-status.ts';

export interface AgentSaid {
  /** L7OK for up, L7STS for down, fail and stopped; CHECKED: nothing about the state. */
  readonly status: CheckStatus;
  readonly info: string;
  readonly orders: AgentOrders;
}

export function agentVerdict(line: string): AgentSaid {
  const [first = ''] = line.split(/[\r\n]/, 1);
  const [words = '', description = ''] = splitOnce(first, '#');
  let status: CheckStatus = 'CHECKED';
  let said = '';
  let admin: AgentOrders['admin'];
  let weight: AgentOrders['weight'];
  let maxconn: number | undefined;
  for (const word of words.split(/[\s,]+/).slice(0, 64)) {
    const lower = word.toLowerCase();
    if (/^\d{1,5}%$/.test(word)) weight = { percent: Number.parseInt(word, 10) };
    else if (/^weight:\d{1,3}$/.test(lower)) weight = { absolute: Number(lower.slice(7)) };
    else if (/^maxconn:\d{1,9}$/.test(lower)) maxconn = Number(lower.slice(8));
    else if (lower === 'ready' || lower === 'drain' || lower === 'maint') admin = lower;
    else if (lower === 'up') {
      status = 'L7OK';
      said = word;
    } else if (lower === 'down' || lower === 'fail' || lower === 'failed' || lower === 'stopped') {
      status = 'L7STS';
      said = word;
    }
  }
  const info = status === 'L7STS' ? [said, description.trim()].filter((part) => part !== '').join(' ') : '';
  const orders: AgentOrders = {
    ...(admin === undefined ? {} : { admin }),
    ...(weight === undefined ? {} : { weight }),
    ...(maxconn === undefined ? {} : { maxconn }),
  };
  return { status, info, orders };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
