/** The rows of the lanes view: groups that can be closed, and under each the lanes that belong to it. Heights in pixels. */
import type { Lane, RunRecord } from '../../scenarios/run-record.ts';
import type { Grouping } from '../state/page-state.ts';

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

type Kind = Lane['kind'];

/** Kinds in the order in which they stand within a group, with the name of a group of them. */
const KINDS: Readonly<Record<Kind, string>> = {
  watch: 'Watched',
  service: 'Services, as clients see them',
  vip: 'VIP',
  lease: 'Leases',
  etcd: 'etcd roles',
  host: 'Hosts',
  process: 'Processes',
  backend: 'Backends, as balancers see them',
  node: 'Nodes, as kubectl shows them',
};
const ORDER = Object.keys(KINDS) as Kind[];

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
  for (const group of grouping === 'host' ? byHost(record) : byKind(record)) {
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

function byKind(record: RunRecord): Group[] {
  return ORDER.flatMap((kind): Group[] => {
    const lanes = record.lanes.filter((lane) => lane.kind === kind);
    return lanes.length === 0 ? [] : [{ id: kind, label: KINDS[kind], head: undefined, lanes }];
  });
}

function byOrder(a: Lane, b: Lane): number {
  return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
}

/** Within a group of one kind the host is what tells lanes apart. */
function labelByKind(lane: Lane): string {
  return lane.kind === 'host' || lane.kind === 'etcd' ? lane.group : `${lane.group} ${lane.label}`;
}
