/** The rows of the lanes view: groups that can be closed, and under each the lanes that belong to it. Heights in pixels. */
import type { Lane, RunRecord } from '../../scenarios/run-record.ts';
import type { Grouping } from '../state/page-state.ts';
import { groupIdOf, KINDS } from './groups.ts';

export interface Row {
  readonly type: 'group' | 'lane';
  /** Of the group or of the lane. */
  readonly id: string;
  readonly label: string;
  /** What is painted in it: the lane, or for a group its host's power; undefined for nothing. */
  readonly lane: Lane | undefined;
  readonly y: number;
  readonly height: number;
  readonly open: boolean;
}

/** Tall enough to be hit by a finger (WCAG 2.2, 2.5.8: 24 pixels). */
export const LANE_HEIGHT = 24;
export const GROUP_HEIGHT = 30;

const ORDER = Object.keys(KINDS) as Lane['kind'][];

interface Group {
  readonly id: string;
  readonly label: string;
  readonly head: Lane | undefined;
  readonly lanes: readonly Lane[];
}

export function rowsOf(record: RunRecord, grouping: Grouping, collapsed: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  let y = 0;
  const push = (row: Omit<Row, 'y'>) => {
    rows.push({ ...row, y });
    y += row.height;
  };
  for (const group of grouping === 'host' ? byHost(record) : byWhat(record, grouping)) {
    const open = !collapsed.has(group.id);
    push({ type: 'group', id: group.id, label: group.label, lane: group.head, height: GROUP_HEIGHT, open });
    if (!open) continue;
    for (const lane of group.lanes) {
      const label =
        grouping === 'host' || lane.group === 'cluster' || lane.kind === 'watch'
          ? lane.label
          : labelByKind(lane);
      push({ type: 'lane', id: lane.id, label, lane, height: LANE_HEIGHT, open: false });
    }
  }
  return rows;
}

/** Height of all rows together. */
export function heightOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last === undefined ? 0 : last.y + last.height;
}

/** The cluster's lanes first, then each host's with its power in the row of its name. */
function byHost(record: RunRecord): Group[] {
  const names = ['watched', 'cluster', ...record.hosts.map(({ name }) => name)];
  for (const { group } of record.lanes) if (!names.includes(group)) names.push(group);
  return names.flatMap((name): Group[] => {
    const lanes = record.lanes.filter(({ group }) => group === name);
    const head = lanes.find(({ kind }) => kind === 'host');
    const rest = lanes.filter((lane) => lane !== head);
    if (lanes.length === 0) return [];
    return [{ id: name, label: name, head, lanes: rest.toSorted(byOrder) }];
  });
}

/** In the order of the kinds of their first lanes. */
function byWhat(record: RunRecord, grouping: Grouping): Group[] {
  const groups = new Map<string, Lane[]>();
  for (const lane of record.lanes.toSorted(byOrder)) {
    const id = groupIdOf(lane, grouping);
    groups.set(id, [...(groups.get(id) ?? []), lane]);
  }
  return [...groups].map(([id, lanes]) => ({
    id,
    label: grouping === 'kind' ? KINDS[id as Lane['kind']] : id,
    head: undefined,
    lanes,
  }));
}

/** Rows of lanes that are pinned, without groups. */
export function pinnedRows(record: RunRecord, pinned: readonly string[]): Row[] {
  return pinned
    .flatMap((id) => record.lanes.find((lane) => lane.id === id) ?? [])
    .map((lane, index) => ({
      type: 'lane',
      id: lane.id,
      label: lane.group === 'cluster' || lane.kind === 'watch' ? lane.label : `${lane.group} ${lane.label}`,
      lane,
      y: index * LANE_HEIGHT,
      height: LANE_HEIGHT,
      open: false,
    }));
}

function byOrder(a: Lane, b: Lane): number {
  return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
}

/** Within a group of one kind the host is what tells lanes apart. */
function labelByKind(lane: Lane): string {
  return lane.kind === 'host' || lane.kind === 'etcd' ? lane.group : `${lane.group} ${lane.label}`;
}
