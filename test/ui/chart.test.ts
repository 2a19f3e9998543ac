import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { etcd } from '../../models/etcd/process.ts';
import { haproxy } from '../../models/haproxy/process.ts';
import { keepalived } from '../../models/keepalived/process.ts';
import { layOutChart } from '../../ui/chart/layout.ts';
import { chartOf } from '../../ui/engine/chart.ts';

const types = [etcd, haproxy, keepalived];
const machines = types.flatMap(({ lead, members }) => [
  lead,
  ...Object.values(members ?? {}),
]) as AnyStateMachine[];

describe.each(machines.map((machine) => [machine.id, machine] as const))(
  'the chart of %s',
  (_id, machine) => {
    const chart = chartOf(machine);
    const { boxes, width, height } = layOutChart(chart, 300);

    it('has every state of the definition once', () => {
      const paths = chart.states.map(({ path }) => path).filter((path) => path !== '');
      expect(boxes.map(({ state }) => state.path).toSorted()).toEqual(paths.toSorted());
    });

    it('keeps boxes apart, and those of inner states within those of their parents', () => {
      for (const box of boxes) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width + 0.01);
        expect(box.y + box.height).toBeLessThanOrEqual(height + 0.01);
        for (const other of boxes) {
          if (other === box) continue;
          const [a, b] = [box.state.path, other.state.path];
          const apart =
            box.x + box.width <= other.x ||
            other.x + other.width <= box.x ||
            box.y + box.height <= other.y ||
            other.y + other.height <= box.y;
          if (b.startsWith(`${a}.`))
            expect(other.x >= box.x && other.x + other.width <= box.x + box.width).toBe(true);
          else if (!a.startsWith(`${b}.`)) expect(apart, `${a} and ${b}`).toBe(true);
        }
      }
    });

    it('leads only from states to states', () => {
      const paths = new Set(chart.states.map(({ path }) => path));
      for (const { from, to } of chart.edges) expect(paths.has(from) && paths.has(to)).toBe(true);
    });
  },
);
