/**
 * The story of a run: one line per thing a person would tell, made from the facts and from what happened to hosts and
 * processes. Times are scenario milliseconds.
 */
import { SHELL } from '../models/console/shell-process.ts';
import type { Action } from '../sim/faults.ts';
import type { Step } from '../sim/state.ts';
import type { Facts } from './facts.ts';
import { actionWords } from './fault-words.ts';
import type { JudgedOutage } from './judge.ts';
import type { Outage } from './result.ts';
import type { StoryLine } from './run-record.ts';

type Kind = StoryLine['kind'];
interface Line {
  readonly atUs: number;
  readonly step: number;
  readonly kind: Kind;
  readonly who: string;
  readonly text: string;
  /** Of a fault: what was done. */
  readonly action?: Action;
}

/** Listens to what happens to hosts and processes, from the scenario's zero on. */
export class Storyteller {
  readonly lines: Line[] = [];

  observe(step: Step): void {
    if (step.cell !== undefined) return;
    const told = tell(step.kind, step.who, step.detail as Record<string, unknown>);
    if (told !== undefined) this.lines.push({ atUs: step.atUs, step: step.id, who: step.who, ...told });
  }
}

function tell(
  kind: string,
  who: string,
  detail: Record<string, unknown>,
): { kind: Kind; text: string; action?: Action } | undefined {
  switch (kind) {
    case 'fault': {
      const action = detail as unknown as Action;
      // A file of the shell, or what a boot will do: told by the command that did it.
      if (action.do === 'enable' || (action.do === 'disk-put' && action.process === SHELL)) return undefined;
      return { kind: 'fault', text: actionWords(action), action };
    }
    case 'host-up':
      return { kind: 'host', text: `${who} has booted` };
    case 'host-down':
      return { kind: 'host', text: `${who} is off` };
    case 'process-start':
      return Number(detail['starts']) === 0 ? undefined : { kind: 'process', text: `${who} starts` };
    case 'process-exit':
      return {
        kind: 'process',
        text: detail['signal'] === undefined ? `${who} exits (code ${detail['code']})` : `${who} is killed`,
      };
    case 'operator':
      return operatorLine(who, detail as unknown as Action);
    case 'start-limit':
      return {
        kind: 'process',
        text: `${who} is not restarted any more: start limit hit (${detail['starts']} starts in 10 s)`,
      };
    default:
      return undefined;
  }
}

/** What somebody typed. What was printed is told when the command has ended, below. */
function operatorLine(host: string, action: Action): { kind: Kind; text: string } | undefined {
  if (action.do !== 'say' || action.answer !== undefined) return undefined;
  return { kind: 'operator', text: `${host}$ ${action.line}` };
}

/** What commands printed, a line of the story for each, at the moment when they ended. */
function printedLines(facts: Facts): Line[] {
  return facts.typed.flatMap(({ host, text, result, startedAtUs, endStep }): Line[] => {
    if (result === undefined) return [];
    const { exitCode, hungUs } = result;
    const texts = text.split('\n').filter((line) => line !== '');
    const took = hungUs >= SLOW_US ? `after ${(hungUs / 1e6).toFixed(1)} s` : '';
    const end = [exitCode === 0 ? '' : `exit code ${exitCode}`, took].filter((part) => part !== '').join(' ');
    return [...texts, ...(end === '' ? [] : [`(${end})`])].map((line) => ({
      atUs: startedAtUs + hungUs,
      step: endStep,
      kind: 'log',
      who: host,
      text: line,
    }));
  });
}

/**
 * All lines in order of time, with the time since the last fault. `told` says how actions of the timeline are told;
 * what has the empty text is left out.
 */
export function storyOf(
  storyteller: Storyteller,
  told: ReadonlyMap<Action, string>,
  facts: Facts,
  outages: readonly (Outage & { readonly judged: JudgedOutage })[],
  epochUs: number,
): StoryLine[] {
  const happened = storyteller.lines.flatMap((line): Line[] => {
    const text = line.action === undefined ? line.text : (told.get(line.action) ?? line.text);
    return text === '' ? [] : [{ ...line, text }];
  });
  const lines: Line[] = [
    ...happened,
    ...factLines(facts, epochUs),
    ...outageLines(outages, facts),
    ...printedLines(facts),
  ];
  lines.sort((a, b) => a.atUs - b.atUs || a.step - b.step);
  let faultUs: number | undefined;
  return lines
    .filter((line) => line.atUs >= epochUs)
    .map((line) => {
      if (line.kind === 'fault') faultUs = line.atUs;
      return {
        at_ms: (line.atUs - epochUs) / 1000,
        since_fault_ms: faultUs === undefined ? null : (line.atUs - faultUs) / 1000,
        kind: line.kind,
        who: line.who,
        text: line.text,
        step: line.step,
      };
    });
}

/** A command that takes longer makes its user wait. */
const SLOW_US = 1_000_000;

/** Shorter is the way of one packet: from the advert of the new master to the old one's giving up, for instance. */
const MOMENT_US = 1_000;

/** Pods come and go one after the other; told is where that rests. */
const PODS_MOMENT_US = 1_000_000;

/** Without what lasted for a moment only; the result of `run --json` has it all. */
function lasting<T>(
  list: readonly { readonly atUs: number; readonly step: number; readonly value: T }[],
  momentUs = MOMENT_US,
) {
  return list.filter(({ atUs }, i) => {
    const next = list[i + 1];
    return next === undefined || next.atUs - atUs >= momentUs;
  });
}

/** Changes after the scenario's zero: what was so at zero is no news. */
function factLines(facts: Facts, epochUs: number): Line[] {
  const lines: Line[] = [];
  const news = <T>(
    list: readonly { readonly atUs: number; readonly step: number; readonly value: T }[],
    line: (value: T, before: T | undefined) => Omit<Line, 'atUs' | 'step'>,
  ): void => {
    list.forEach(({ atUs, step, value }, i) => {
      if (atUs > epochUs) lines.push({ atUs, step, ...line(value, list[i - 1]?.value) });
    });
  };
  news(lasting(facts.vip.list), (holders) => ({
    kind: 'vip',
    who: holders.join(', '),
    text:
      holders.length === 0
        ? 'nobody holds the VIP'
        : holders.length === 1
          ? `the VIP is on ${holders[0]}`
          : `the VIP is on ${holders.slice(0, -1).join(', ')} and ${holders.at(-1)} at once`,
  }));
  news(facts.etcd.leader.list, ({ member, term }) => ({
    kind: 'election',
    who: member ?? '',
    text: member === null ? 'etcd has no leader' : `etcd: ${member} leads in term ${term}`,
  }));
  for (const [lease, changes] of facts.leases) {
    news(changes.list, (holder) => ({
      kind: 'lease',
      who: holder ?? '',
      text: holder === null ? `${lease}: nobody holds the lease` : `${lease}: ${holder} has the lease`,
    }));
  }
  for (const [key, changes] of facts.backends) {
    const [balancer = '', server = ''] = key.split(' ');
    news(changes.list, ({ by, state, reason }) => ({
      kind: 'backend',
      who: balancer,
      text: `${by} on ${balancer}: ${server} is ${state}${reason === '' ? '' : ` (${reason})`}`,
    }));
  }
  for (const [workload, changes] of facts.workloads) {
    news(lasting(changes.list, PODS_MOMENT_US), (ready) => ({
      kind: 'node',
      who: workload,
      text: `${workload}: ${ready} pods ready`,
    }));
  }
  for (const [node, changes] of facts.nodes)
    news(changes.list, (status) => ({ kind: 'node', who: node, text: `node ${node} is ${status}` }));
  return lines;
}

function outageLines(outages: readonly (Outage & { readonly judged: JudgedOutage })[], facts: Facts): Line[] {
  const lines: Line[] = [];
  const stepAt = (client: string, startedAtUs: number): number =>
    facts.requests.list.find((one) => one.client === client && one.startedAtUs === startedAtUs)?.step ?? 0;
  for (const { service, judged, outcomes } of outages) {
    const worst = Object.entries(outcomes)
      .filter(([outcome]) => outcome !== 'ok')
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', ');
    lines.push({
      atUs: judged.fromUs,
      step: stepAt(service, judged.fromUs),
      kind: 'client',
      who: service,
      text: `${service}: first failed request (in all ${worst})`,
    });
    if (judged.toUs !== undefined) {
      const lastedMs = (judged.toUs - judged.fromUs) / 1000;
      lines.push({
        atUs: judged.toUs,
        step: stepAt(service, judged.toUs),
        kind: 'client',
        who: service,
        text: `${service}: good again after ${(lastedMs / 1000).toFixed(1)} s`,
      });
    }
  }
  return lines;
}
