/** What a fault hits, in words: who, in which direction, until when. For the story of a run; times are microseconds. */
import type { Action } from '../sim/faults.ts';
import type { Rule, RuleEffect } from '../sim/network.ts';
import { durationText } from './durations.ts';

const HOST_WORDS: Readonly<Record<string, string>> = {
  'power-off': 'loses power',
  'power-on': 'is switched on',
  shutdown: 'is shut down in order',
  reset: 'is reset',
};
const PROCESS_WORDS: Readonly<Record<string, string>> = {
  stop: 'is stopped (SIGTERM)',
  start: 'is started',
  restart: 'is restarted',
  kill: 'is killed (SIGKILL)',
  pause: 'is paused (SIGSTOP)',
  resume: 'goes on (SIGCONT)',
};

/** One action of the outside world, by itself. */
export function actionWords(action: Action): string {
  switch (action.do) {
    case 'host':
      return `${action.host} ${HOST_WORDS[action.event.type] ?? action.event.type}`;
    case 'send':
      if (action.event.type === 'containers-killed')
        return `containers end on ${action.process.split('/')[0]} (pods ${String((action.event as unknown as { pod: string }).pod)})`;
      return `${action.process}: ${action.event.type}`;
    case 'rule-add':
      return `network: ${effectWords(action.rule.effect, action.rule.protocol)} (${action.rule.id})`;
    case 'rule-remove':
      return `network: ${action.id} is over`;
    case 'carrier':
      return `${action.host}: the cable is ${action.on ? 'in' : 'out'}`;
    case 'attached':
      return `${action.host}: the switch port is ${action.on ? 'on' : 'off (the host does not see it)'}`;
    case 'runtime':
      return `${action.host}: the container runtime ${action.on ? 'runs again' : 'is stopped'}`;
    case 'nonlocal-bind':
      return `${action.host}: ip_nonlocal_bind is ${action.on ? 'on' : 'off'}`;
    case 'disk':
      return `${action.host}: ${diskWords(action)}`;
    case 'disk-lost':
      return `${action.host}: the disk has lost ${action.process === undefined ? 'everything' : `the data of ${action.process}`}`;
    case 'clock':
      return `${action.host}: ${clockWords(action)}`;
    case 'starve':
      return `${action.host}: its processes get ${percent(action.shareUs / action.periodUs)} of the CPU, once in ${durationText(action.periodUs)}`;
    case 'feed':
      return `${action.host}: its processes have the CPU again`;
    case 'mark':
      return `(${action.name})`;
    case 'configure':
      return `${action.process} is given another configuration${action.what === undefined ? '' : `: ${action.what}`}`;
    case 'enable':
      return `${action.process} is ${action.on ? 'enabled' : 'disabled'}`;
    case 'disk-put':
      return `${action.host}: the data of ${action.process} are replaced`;
    case 'console':
    case 'say':
      return '';
    default:
      return `${action.process} ${PROCESS_WORDS[action.do] ?? action.do}`;
  }
}

export interface Occasion {
  /** Names of the world's hosts, by index. */
  readonly hosts: readonly string[];
  /** As the entry is called: `split`, or `partition` if it has no name. */
  readonly name: string;
  /** Scenario time at which it ends by itself. */
  readonly untilUs: number | undefined;
  /** These actions undo the entry of that name. */
  readonly undoes?: boolean;
  /** One sentence for all actions together. */
  readonly whole?: string | undefined;
  /** The role by which the scenario named what is hit. */
  readonly role: string | undefined;
}

/**
 * What the actions of one timeline entry are told as: a sentence for each host or process, one for all rules of the
 * network together. The empty text means that another action of the same entry tells it.
 */
export function entryWords(actions: readonly Action[], occasion: Occasion): Map<Action, string> {
  const { role, untilUs, whole } = occasion;
  if (whole !== undefined) return new Map(actions.map((action, index) => [action, index === 0 ? whole : '']));
  const suffix = `${role === undefined ? '' : ` [${role}]`}${untilUs === undefined ? '' : `, until ${seconds(untilUs)}`}`;
  const told = new Map<Action, string>();
  const rules = actions.filter((action) => action.do === 'rule-add');
  const ended = actions.filter((action) => action.do === 'rule-remove');
  for (const action of actions) {
    if (action.do === 'rule-add')
      told.set(action, action === rules[0] ? rulesWords(rules, occasion) + suffix : '');
    else if (action.do === 'rule-remove')
      told.set(
        action,
        action === ended[0]
          ? `${occasion.undoes === true ? `${occasion.name} is` : endedNames(ended)} over`
          : '',
      );
    else if (
      action.do === 'stop' &&
      actions.some((one) => one.do === 'kill' && one.process === action.process)
    )
      told.set(action, '');
    else if (
      action.do === 'kill' &&
      actions.some((one) => one.do === 'stop' && one.process === action.process)
    )
      told.set(action, `${actionWords(action)}${suffix}, and nobody starts it again`);
    else told.set(action, actionWords(action) + suffix);
  }
  return told;
}

function endedNames(removed: readonly { readonly id: string }[]): string {
  const names = [...new Set(removed.map(({ id }) => id.replace(/#\d+$/, '')))];
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
}

function rulesWords(actions: readonly { readonly rule: Rule }[], { hosts, name }: Occasion): string {
  const [first] = actions;
  if (first === undefined) return '';
  const rules = actions.map(({ rule }) => rule);
  return `${name}: ${effectWords(first.rule.effect, first.rule.protocol)} ${directionWords(rules, hosts)}`;
}

/** `between m1 and m2, m3` when both directions are hit, `from m1 to m2, m3` for one. */
function directionWords(rules: readonly Rule[], hosts: readonly string[]): string {
  const side = (indices: readonly number[]): string => {
    const others = hosts.filter((_, index) => !indices.includes(index));
    const names = indices.map((index) => hosts[index] ?? String(index));
    return others.length === 1 && names.length > 1
      ? `everybody else (${names.join(', ')})`
      : names.join(', ');
  };
  const same = (a: readonly number[], b: readonly number[]) => a.join() === b.join();
  const parts: string[] = [];
  rules.forEach((rule, index) => {
    const isReturn = (other: Rule) => same(other.from, rule.to) && same(other.to, rule.from);
    if (rules.slice(0, index).some(isReturn)) return;
    parts.push(
      rules.slice(index + 1).some(isReturn)
        ? `between ${side(rule.from)} and ${side(rule.to)}, both directions`
        : `from ${side(rule.from)} to ${side(rule.to)}, this direction only`,
    );
  });
  return parts.join('; ');
}

function effectWords(effect: RuleEffect, protocol: string | undefined): string {
  const packets = protocol === undefined ? 'packets' : `${protocol} packets`;
  switch (effect.kind) {
    case 'drop':
      return `no ${packets} get through${effect.refused === true ? ' (their own host refuses them)' : ''}`;
    case 'loss':
      return `${percent(effect.probability)} of ${packets} are lost`;
    case 'burst-loss':
      return `${percent(effect.lossBad)} of ${packets} are lost in bursts of ${Math.round(1 / effect.toGood)} or so`;
    case 'delay':
      return `${packets} take ${durationText(effect.latencyUs)} longer${effect.jitterUs === 0 ? '' : ` and up to ${durationText(effect.jitterUs)} more`}`;
    case 'reorder':
      return `${percent(effect.probability)} of ${packets} come ${durationText(effect.delayUs)} late`;
    case 'duplicate':
      return `${percent(effect.probability)} of ${packets} arrive twice`;
  }
}

function diskWords(action: Extract<Action, { do: 'disk' }>): string {
  const parts: string[] = [];
  if (action.hung !== undefined) parts.push(action.hung ? 'the disk hangs' : 'the disk is back');
  if (action.full !== undefined) parts.push(action.full ? 'the disk is full' : 'the disk has room again');
  if (action.lying !== undefined)
    parts.push(action.lying ? 'fsync answers but nothing is kept' : 'fsync keeps what it is given again');
  if (action.latencyUs !== undefined) {
    const jitter =
      action.jitterUs === undefined || action.jitterUs === 0
        ? ''
        : ` and up to ${durationText(action.jitterUs)} more`;
    parts.push(`an fsync takes ${durationText(action.latencyUs)}${jitter}`);
  }
  return parts.join(', ');
}

function clockWords({ stepUs, driftPpm }: Extract<Action, { do: 'clock' }>): string {
  const parts: string[] = [];
  if (stepUs !== undefined)
    parts.push(`the wall clock jumps ${durationText(Math.abs(stepUs))} ${stepUs < 0 ? 'back' : 'forward'}`);
  if (driftPpm !== undefined)
    parts.push(driftPpm === 0 ? 'the clock runs true' : `the clock drifts by ${driftPpm} ppm`);
  return parts.join(', ');
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

function seconds(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}
