/** The statechart of a running machine, read from its definition, with what it is and knows at a moment. */
import type { ProcessType } from '../../sim/process-type.ts';
import type { Cell } from '../../sim/state.ts';
import { differencesOf } from './differences.ts';
import type { Held } from './held-runs.ts';

export interface ChartState {
  /** `running.connecting`; the root has the empty path. */
  readonly path: string;
  readonly name: string;
  readonly parent: string | undefined;
  /** The child that is entered by default. */
  readonly initial: string | undefined;
}

export interface ChartEdge {
  readonly from: string;
  /** Equal to `from` for what is done without leaving. */
  readonly to: string;
  /** `advert [isSuperior]`, `after masterDown` */
  readonly label: string;
}

export interface Chart {
  readonly id: string;
  readonly states: readonly ChartState[];
  readonly edges: readonly ChartEdge[];
}

export interface LiveMachine {
  /** `m1/keepalived/VI_1` */
  readonly who: string;
  /** The machines of the same process, that one among them; the lead comes first. */
  readonly family: readonly string[];
  readonly chart: Chart;
  /** Path of the state it is in; undefined while it does not run. */
  readonly state: string | undefined;
  readonly knows: readonly { readonly field: string; readonly value: string }[];
  readonly timers: readonly { readonly name: string; readonly at_ms: number }[];
}

/** Most members that are named: sessions and requests come by the hundred. */
const MOST_MEMBERS = 60;

/** `who`: a process, or a member of one. Throws an Error with words for people. */
export function machineAt({ run }: Held, who: string, atMs: number): LiveMachine {
  const { session } = run;
  const { epochUs } = session;
  const world = session.history!.at(Math.min(epochUs + Math.round(atMs * 1_000), session.nowUs));
  const [host = '', name = '', ...rest] = who.split('/');
  const process = world.process(`${host}/${name}`);
  const path = `${host}/${name}`;
  const members = [...process.members.keys()].slice(0, MOST_MEMBERS).map((member) => `${path}/${member}`);
  const cell = world.member(process, rest.join('/')) ?? world.lead(process);
  const { type } = process.spec;
  const kinds = [type.lead, ...Object.values(type.members ?? {})];
  const machine = kinds.find(({ id }) => id === cell?.program.id) ?? type.lead;
  return {
    who: cell === undefined ? path : cell.path,
    family: [path, ...members],
    chart: chartOf(machine),
    state: cell === undefined || cell.leaf < 0 ? undefined : cell.program.leaves[cell.leaf],
    knows: differencesOf({}, cell?.context).map(({ field, after }) => ({ field, value: after })),
    timers: cell === undefined ? [] : timersOf(cell, epochUs),
  };
}

function timersOf(cell: Cell, epochUs: number): LiveMachine['timers'] {
  return cell.timers
    .flatMap((armed, slot) =>
      armed === 0
        ? []
        : [{ name: timerName(cell.program.timers[slot] ?? ''), at_ms: (cell.dueUs[slot]! - epochUs) / 1000 }],
    )
    .sort((a, b) => a.at_ms - b.at_ms);
}

type AnyStateMachine = ProcessType['lead'];
type Node = AnyStateMachine['root'];

export function chartOf(machine: AnyStateMachine): Chart {
  const states: ChartState[] = [];
  const edges: ChartEdge[] = [];
  const walk = (node: Node): void => {
    const path = node.path.join('.');
    const children = Object.values(node.states) as Node[];
    const initial = children.length === 0 ? undefined : node.initial.target?.[0]?.path.join('.');
    states.push({ path, name: node.key, parent: node.parent?.path.join('.'), initial });
    for (const [event, transitions] of node.transitions) {
      for (const { target, guard } of transitions) edges.push(edge(path, target, event, guard));
    }
    for (const { target, guard } of node.always ?? []) edges.push(edge(path, target, 'at once', guard));
    for (const child of children) walk(child);
  };
  walk(machine.root);
  return { id: machine.id, states, edges };
}

function edge(from: string, target: readonly Node[] | undefined, event: string, guard: unknown): ChartEdge {
  const when = guardName(guard);
  return {
    from,
    to: target?.[0]?.path.join('.') ?? from,
    label: `${timerName(event)}${when === '' ? '' : ` [${when}]`}`,
  };
}

/** `after masterDown` for `xstate.after.masterDown.keepalived.instance.backup`. */
function timerName(event: string): string {
  return event.startsWith('xstate.after.') ? `after ${event.split('.')[2]}` : event;
}

function guardName(guard: unknown): string {
  if (guard === undefined || guard === null) return '';
  if (typeof guard === 'string') return guard;
  const { type, name, check, guards } = guard as {
    type?: string;
    name?: string;
    check?: unknown;
    guards?: readonly unknown[];
  };
  if (guards !== undefined) {
    const word = /not/i.test(String((check as { name?: string } | undefined)?.name)) ? 'not ' : '';
    return (
      word +
      guards
        .map(guardName)
        .filter(Boolean)
        .join(/or/i.test(String((check as { name?: string } | undefined)?.name)) ? ' or ' : ' and ')
    );
  }
  return type ?? name ?? '';
}
