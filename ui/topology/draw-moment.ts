/** What goes on right now: messages that have just come or were lost, each with its verdict, and the timers as shrinking arcs. */
import { path } from 'd3';
import type { Messages, Moment, RunningTimer } from '../engine/moment.ts';
import { lengthText } from '../run/times.ts';
import type { Layer } from './draw-hosts.ts';
import { type Layout, ROW } from './layout.ts';
import { messageWay } from './message-way.ts';

const VERDICTS: Readonly<Record<Messages['verdict'], string>> = { delivered: '✓', lost: '✕', refused: '!' };
/** Outside of a process's mark. */
const RADIUS = 9.5;

export function drawTimers(hosts: Layer, moment: Moment | undefined, atMs: number): void {
  const [next] = moment?.timers ?? [];
  const byProcess = new Map((moment?.timers ?? []).map((timer) => [timer.process, timer]));
  hosts.selectAll<SVGGElement, { process: { path: string } }>('g.process').each(function ({ process }) {
    const timer = byProcess.get(process.path);
    let arc = this.querySelector<SVGPathElement>('path.timer');
    if (timer === undefined) {
      arc?.remove();
      return;
    }
    if (arc === null) {
      arc = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      arc.setAttribute('transform', `translate(20,${ROW / 2})`);
      const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
      arc.append(title);
      this.append(arc);
    }
    arc.setAttribute('class', `timer ${timer === next ? 'next' : ''}`);
    arc.setAttribute('d', arcOf(timer));
    arc.querySelector('title')!.textContent =
      `${timer.process}: ${timer.name} in ${lengthText(timer.dueMs - atMs)}, unless something comes before`;
  });
}

/** The share that is left, from the top on. */
function arcOf({ left }: RunningTimer): string {
  const share = Math.min(Math.max(left, 0.03), 0.999);
  const angle = share * Math.PI * 2;
  const [x, y] = [Math.sin(angle) * RADIUS, -Math.cos(angle) * RADIUS];
  return `M0,${-RADIUS}A${RADIUS},${RADIUS},0,${share > 0.5 ? 1 : 0},1,${x.toFixed(2)},${y.toFixed(2)}`;
}

interface Arrow extends Messages {
  readonly key: string;
  readonly shape: string;
  readonly x: number;
  readonly y: number;
}

export function drawMessages(layer: Layer, moment: Moment | undefined, layout: Layout): void {
  const arrows = (moment?.messages ?? []).flatMap((message) => arrowOf(message, layout) ?? []);
  const groups = layer
    .selectAll<SVGGElement, Arrow>('g.message')
    .data(arrows, ({ key }) => key)
    .join((enter) => {
      const added = enter.append('g');
      added.append('path');
      added.append('circle').attr('r', 5.5);
      added.append('text').attr('y', 0.5);
      added.append('title');
      return added;
    })
    .attr('class', ({ verdict }) => `message ${verdict}`);
  groups.select('path').attr('d', ({ shape }) => shape);
  groups
    .select('circle')
    .attr('cx', ({ x }) => x)
    .attr('cy', ({ y }) => y);
  groups
    .select('text')
    .attr('transform', ({ x, y }) => `translate(${x},${y})`)
    .text(({ verdict }) => VERDICTS[verdict]);
  groups.select('title').text(wordsOf);
}

export function wordsOf({ from, to, who, verdict, count }: Messages): string {
  return `${count} ${verdict}, ${from} to ${to}${who === 'tcp' ? '' : `, ${who}`}`;
}

function arrowOf(message: Messages, layout: Layout): Arrow | undefined {
  const box = (name: string) => layout.boxes.find(({ host }) => host.name === name);
  const [from, to] = [box(message.from), box(message.to)];
  if (from === undefined || to === undefined) return undefined;
  const way = messageWay(from, to, message.who);
  const line = path();
  line.moveTo(...way.from);
  line.lineTo(...way.to);
  const key = `${message.from} ${message.to} ${message.who} ${message.verdict}`;
  const [x, y] = way.mark;
  return { ...message, key, shape: line.toString(), x, y };
}
