/** Hosts as boxes with their processes. All words go in as text nodes. */
import type { Selection } from 'd3';
import type { Preview } from '../engine/preview.ts';
import type { SceneBackend, SceneProcess } from '../run/scene-at.ts';
import { appendGlyph, updateGlyph } from './draw-glyph.ts';
import { type Box, FOOT, HEAD, isOutside, PAD, ROW } from './layout.ts';

export type Layer = Selection<SVGGElement, unknown, null, undefined>;

/** Names as they fit into a box; the lanes have them in full. */
export function shortName(process: string): string {
  return process.replace(/^kube-/, '');
}

export interface HostOptions {
  /** Id of the selected lane. */
  readonly selected: string | undefined;
  select(lane: string): void;
  /** What a fault that is being chosen would hit. */
  readonly aimed: Preview | undefined;
}

export function drawHosts(layer: Layer, boxes: readonly Box[], options: HostOptions): void {
  const hosts = layer
    .selectAll<SVGGElement, Box>('g.host')
    .data(boxes, ({ host }) => host.name)
    .join((enter) => {
      const added = enter.append('g');
      added.append('rect').attr('class', 'frame').attr('rx', 8);
      added.append('text').attr('class', 'name').attr('x', 14).attr('y', 20);
      added.append('text').attr('class', 'address').attr('x', 14).attr('y', 36);
      added.append('text').attr('class', 'badge').attr('y', 20);
      added.append('text').attr('class', 'badge second').attr('y', 36);
      added.append('g').attr('class', 'processes').attr('transform', `translate(0,${HEAD})`);
      added.append('g').attr('class', 'backends');
      return added;
    })
    .attr('class', ({ host }) => {
      const chosen = `host:${host.name}` === options.selected ? 'selected' : '';
      const hit = options.aimed?.hosts.includes(host.name) === true ? 'aimed' : '';
      return `host ${host.power.tone} ${chosen} ${hit}`;
    })
    .attr('transform', ({ x, y }) => `translate(${x},${y})`);
  hosts
    .select('.frame')
    .attr('width', ({ width }) => width)
    .attr('height', ({ height }) => height);
  hosts
    .select('.name')
    .text(({ host }) => host.name)
    .on('click', (_event: Event, { host }: Box) => options.select(`host:${host.name}`));
  hosts
    .select('.address')
    .text(({ host }) => (host.zone === '' ? host.address : `${host.address}, zone ${host.zone}`));
  hosts
    .select('.badge')
    .attr('x', ({ width }) => width - 12)
    .text(({ host }) => (host.power.tone === 'good' ? '' : `power ${host.power.state}`));
  hosts
    .select('.badge.second')
    .attr('x', ({ width }) => width - 12)
    .attr('class', ({ host }) => `badge second ${host.node === 'Ready' ? '' : 'bad'}`)
    .text(({ host }) => (host.node === undefined ? '' : `node ${host.node}`));
  drawProcesses(hosts, options);
  drawBackends(hosts);
}

function drawProcesses(hosts: Selection<SVGGElement, Box, SVGGElement, unknown>, options: HostOptions): void {
  const rows = hosts
    .select<SVGGElement>('.processes')
    .selectAll<SVGGElement, { process: SceneProcess; box: Box }>('g.process')
    .data(
      (box) => (isOutside(box.host) ? [] : box.host.processes.map((process) => ({ process, box }))),
      ({ process }) => process.path,
    )
    .join((enter) => {
      const added = enter.append('g').attr('transform', (_, index) => `translate(0,${index * ROW})`);
      added.append('rect').attr('class', 'row').attr('x', 5).attr('height', ROW).attr('rx', 5);
      appendGlyph(added).attr('transform', `translate(20,${ROW / 2})`);
      added.append('text').attr('class', 'label').attr('x', 36).attr('y', 15);
      added.append('text').attr('class', 'state').attr('y', 15);
      added.append('title');
      return added;
    })
    .attr('class', ({ process }) => {
      const chosen = `process:${process.path}` === options.selected ? 'selected' : '';
      const hit = options.aimed?.processes.includes(process.path) === true ? 'aimed' : '';
      return `process ${process.tone} ${process.active ? 'active' : ''} ${chosen} ${hit}`;
    })
    .on('click', (_event: Event, { process }) => options.select(`process:${process.path}`));
  rows.select('.row').attr('width', ({ box }) => box.width - 10);
  rows.select('.label').text(({ process }) => shortName(process.name));
  rows
    .select('.state')
    .attr('x', ({ box }) => box.width - 12)
    .text(({ process, box }) => fitting(process.state, shortName(process.name), box.width));
  rows.select('title').text(({ process }) => `${process.path}: ${process.state}`);
  updateGlyph(rows.select<SVGGElement>('.glyph'), ({ process }) => process);
}

/** The state's word if there is room for it beside the name; at 12 pixels a letter takes about 6.4. */
function fitting(state: string, name: string, width: number): string {
  const room = Math.floor((width - 56) / 6.4) - name.length;
  const word = state.slice(state.lastIndexOf('.') + 1);
  return word.length <= room ? word : '';
}

const CAPTION = 'sends to';
const CAPTION_WIDTH = 56;

interface ServerPlace {
  readonly backend: SceneBackend;
  readonly label: string;
  readonly x: number;
}

/** What this host's balancer thinks of each server, in one line at the foot of the box. */
function drawBackends(hosts: Selection<SVGGElement, Box, SVGGElement, unknown>): void {
  const feet = hosts
    .select<SVGGElement>('.backends')
    .attr('transform', ({ height }) => `translate(0,${height - FOOT - PAD / 2})`);
  feet
    .selectAll<SVGTextElement, Box>('text.foot')
    .data((box) => ((serversOf(box)[0]?.x ?? 0) > CAPTION_WIDTH ? [box] : []))
    .join('text')
    .attr('class', 'foot')
    .attr('x', 14)
    .attr('y', 20)
    .text(CAPTION);
  const servers = feet
    .selectAll<SVGGElement, ServerPlace>('g.server')
    .data(serversOf, ({ backend }) => backend.server)
    .join((enter) => {
      const added = enter.append('g');
      appendGlyph(added).attr('transform', 'translate(8,15.5)');
      added.append('text').attr('class', 'label').attr('x', 19).attr('y', 20);
      added.append('title');
      return added;
    })
    .attr('class', 'server')
    .attr('transform', ({ x }) => `translate(${x},0)`);
  servers.select('.label').text(({ label }) => label);
  servers.select('title').text(({ backend }) => `${backend.server}: ${backend.state}`);
  updateGlyph(servers.select<SVGGElement>('.glyph'), ({ backend }) => backend);
}

/** Many servers in a narrow box go without the caption, and then without their names. A host without power has no opinion. */
function serversOf({ host, width }: Box): ServerPlace[] {
  if (host.power.tone === 'off') return [];
  const names = host.backends.map((each) => each.host ?? each.server.slice(each.server.lastIndexOf('/') + 1));
  const longest = Math.max(0, ...names.map((name) => name.length)) * 6.6 + 28;
  const room = (from: number) => (width - from - 6) / names.length;
  const start = room(14 + CAPTION_WIDTH) >= longest ? 14 + CAPTION_WIDTH : 12;
  const each = Math.min(Math.max(longest, 46), room(start));
  return host.backends.map((backend, index) => ({
    backend,
    label: each >= longest ? names[index]! : '',
    x: start + index * each,
  }));
}
