/** Where each host stands in the drawing: tiers from the outside world down, as many boxes beside each other as fit. Pixels. */
import type { Scene, SceneHost } from '../run/scene-at.ts';

export interface Box {
  readonly host: SceneHost;
  /** 0 is the outside world; a request runs downwards. */
  readonly tier: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  /** Where the VIP is drawn while nobody has it. */
  readonly nowhere: { readonly x: number; readonly y: number };
  /** Height at which requests run over the hosts, if the outside world stands beside them; undefined if it stands above. */
  readonly rail: number | undefined;
}

export const HEAD = 46;
export const ROW = 21;
export const FOOT = 30;
export const PAD = 8;
const CLIENT_WIDTH = 300;
const CLIENT_HEIGHT = 48;
/** A client beside the hosts has its services below each other. */
const BESIDE_WIDTH = 176;
const BESIDE_GAP = 30;
/** As tall as a control plane of seven processes with its balancer. */
const ROOM_BESIDE = 330;
const RAIL = 13;
const ROOM_FOR_FLAGS = 44;
const GAP = 16;
const NARROWEST = 172;
const WIDEST = 330;
/** Room for the path of a request and for the VIP's flag on the next tier. */
const TIER_GAP = 58;
/** Room under a tier for the balancers' lines to servers beside them. */
const BUS = 32;
/** From here on the outside world stands beside the hosts. */
const WIDE = 840;

/** Processes that come and go would make the drawing jump, so all that a host has count. */
function boxHeight(host: SceneHost): number {
  return HEAD + host.processes.length * ROW + (balances(host) ? FOOT : 0) + PAD;
}

export function isOutside(host: SceneHost): boolean {
  return /\bclient\b/.test(host.role);
}

export function balances(host: SceneHost): boolean {
  return host.processes.some(({ name }) => name === 'haproxy');
}

function tierOf(host: SceneHost): number {
  if (isOutside(host)) return 0;
  if (/control-plane/.test(host.role)) return 2;
  if (/load-balancer/.test(host.role)) return 1;
  return /etcd/.test(host.role) ? 3 : 4;
}

export function layOut(scene: Scene, width: number): Layout {
  const outside = scene.hosts.filter(isOutside);
  const beside = width >= WIDE && outside.length > 0 && !wraps(scene.hosts, width);
  const left = beside ? BESIDE_WIDTH + BESIDE_GAP : 0;
  const clients = outside.map((host, index): Box => {
    if (beside) {
      const height = HEAD + scene.services.length * ROW + PAD;
      return { host, tier: 0, x: 1, y: PAD + index * (height + GAP), width: BESIDE_WIDTH, height };
    }
    const each = Math.min(CLIENT_WIDTH, (width - GAP * (outside.length - 1)) / outside.length);
    const x = width / 2 - (outside.length / 2) * (each + GAP) + GAP / 2 + index * (each + GAP);
    return { host, tier: 0, x, y: PAD, width: each, height: CLIENT_HEIGHT };
  });
  const askers = beside ? askersBelow(clients, scene.hosts) : [];
  const top = beside || outside.length === 0 ? PAD + ROOM_FOR_FLAGS : PAD + CLIENT_HEIGHT + TIER_GAP;
  const placed = new Set(askers.map(({ host }) => host));
  const rest = scene.hosts.filter((host) => !placed.has(host));
  const { boxes, bottom } = tiers(rest, left, width, top);
  return {
    width,
    height: Math.max(bottom, ...[...clients, ...askers].map(({ y, height }) => y + height + PAD)),
    boxes: [...clients, ...askers, ...boxes],
    nowhere: { x: (left + width) / 2, y: beside ? PAD + RAIL : top - TIER_GAP + 30 },
    rail: beside ? PAD + RAIL : undefined,
  };
}

/** Standing the outside world beside the hosts would break a row of them that has room otherwise. */
function wraps(hosts: readonly SceneHost[], width: number): boolean {
  const most = Math.max(...[1, 2, 3].map((tier) => hosts.filter((host) => tierOf(host) === tier).length));
  return columnsIn(width - BESIDE_WIDTH - BESIDE_GAP) < most && columnsIn(width) >= most;
}

function columnsIn(room: number): number {
  return Math.max(1, Math.floor((room + GAP) / (NARROWEST + GAP)));
}

/** Workers ask for the API as the outside world does: a few of them find room under it. */
function askersBelow(clients: readonly Box[], hosts: readonly SceneHost[]): Box[] {
  const workers = hosts.filter((host) => tierOf(host) === 4);
  let y = Math.max(...clients.map((box) => box.y + box.height)) + GAP;
  const boxes = workers.map((host): Box => {
    const height = boxHeight(host);
    const box = { host, tier: 4, x: 1, y, width: BESIDE_WIDTH, height };
    y += height + GAP;
    return box;
  });
  return y <= ROOM_BESIDE ? boxes : [];
}

/** Hosts inside of the cluster, tier under tier, between left and right. */
function tiers(
  hosts: readonly SceneHost[],
  left: number,
  right: number,
  top: number,
): { boxes: Box[]; bottom: number } {
  const boxes: Box[] = [];
  const room = right - left;
  let y = top;
  for (const tier of [1, 2, 3, 4]) {
    const members = hosts.filter((host) => tierOf(host) === tier);
    if (members.length === 0) continue;
    const columns = Math.min(members.length, columnsIn(room));
    const width = Math.min(WIDEST, (room - GAP * (columns - 1)) / columns - 1);
    for (let first = 0; first < members.length; first += columns) {
      const row = members.slice(first, first + columns);
      const start = left + (room - row.length * width - (row.length - 1) * GAP) / 2;
      const height = Math.max(...row.map(boxHeight));
      row.forEach((host, index) => {
        boxes.push({ host, tier, x: start + index * (width + GAP), y, width, height });
      });
      y += height + (first + columns < members.length ? GAP * 2 : 0);
    }
    y += members.some(balances) ? BUS : GAP * 2;
  }
  return { boxes, bottom: y };
}
