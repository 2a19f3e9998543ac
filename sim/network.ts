/**
 * The network between hosts: directed links with a latency, and rules. Each fault of the network is a rule that looks
 * at a packet and says pass, deliver after, or drop; the first verdict that is not pass decides. Rules that can
 * drop are asked first, so that a lossy link may also be slow.
 *
 * Unit: microseconds. Default latency of a switched LAN, an assumption that every topology may override: 100 us one way
 * plus up to 100 us; 10 us on the loopback.
 * Not modelled: bandwidth, MTU, queueing in switches.
 */
import type { Streams } from './streams.ts';

export const LOOPBACK_US = 10;
export const DROPPED = -1;

export type RuleEffect =
  /** `refused`: by the sender's own host (netfilter, hook output). The send fails there, and its TCP knows that nothing went out. */
  | { readonly kind: 'drop'; readonly refused?: true }
  | { readonly kind: 'loss'; readonly probability: number }
  /** Gilbert-Elliott: two states per directed link, with a loss rate each; chances of changing are per packet. */
  | {
      readonly kind: 'burst-loss';
      readonly toBad: number;
      readonly toGood: number;
      readonly lossGood: number;
      readonly lossBad: number;
    }
  | { readonly kind: 'delay'; readonly latencyUs: number; readonly jitterUs: number }
  /** This share of packets arrives later by delayUs, so that others overtake it. Streams keep their order. */
  | { readonly kind: 'reorder'; readonly probability: number; readonly delayUs: number }
  /** This share of datagrams arrives twice. Streams drop the copy. */
  | { readonly kind: 'duplicate'; readonly probability: number };

export interface Rule {
  readonly id: string;
  /** Host indices; a packet matches when it goes from one of `from` to one of `to`. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Only this protocol: `tcp`, `arp`, `vrrp`, `icmp`. Absent: all. */
  readonly protocol?: string;
  readonly effect: RuleEffect;
}

const ORDER: Readonly<Record<RuleEffect['kind'], number>> = {
  drop: 0,
  loss: 1,
  'burst-loss': 2,
  reorder: 3,
  delay: 4,
  duplicate: 5,
};

export interface LinkSpec {
  readonly latencyUs: number;
  readonly jitterUs: number;
}

export const LAN: LinkSpec = { latencyUs: 100, jitterUs: 100 };

/** A directed link: the name of its streams, and how long it takes. */
interface Link {
  readonly name: string;
  readonly spec: LinkSpec;
}

export class Network {
  rules: readonly Rule[] = [];
  /** Copies of the packet judged last: extra delays after the first arrival. */
  duplicateAfterUs = DROPPED;
  private readonly makeLink: (from: number, to: number) => Link;
  /** By the sender, then by the receiver, and only those that a packet took: of 5,000 hosts most never talk to each other. */
  private readonly links: Link[][];
  private streams: Streams;
  /** Rules per directed link, in the order in which they are asked; links without any are not there. Made anew, never changed. */
  private matching: ReadonlyMap<number, readonly Rule[]> = new Map();
  /** As `links`. */
  private draws: (() => number)[][];
  /** Gilbert-Elliott state per rule and link: present means bad. */
  private readonly bad = new Set<string>();

  constructor(hosts: readonly string[], link: (from: number, to: number) => LinkSpec, streams: Streams) {
    this.count = hosts.length;
    this.streams = streams;
    this.makeLink = (from, to) => ({ name: `link/${hosts[from]}-${hosts[to]}`, spec: link(from, to) });
    this.links = hosts.map(() => []);
    this.draws = hosts.map(() => []);
  }

  private readonly count: number;

  addRule(rule: Rule): void {
    this.rules = [...this.rules.filter((other) => other.id !== rule.id), rule];
    this.index();
  }

  removeRule(id: string): boolean {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.id !== id);
    this.index();
    return this.rules.length < before;
  }

  private index(): void {
    const matching = new Map<number, readonly Rule[]>();
    // The newest rule of a kind is asked first: of two latencies the later one holds.
    const sorted = [...this.rules].reverse().sort((x, y) => ORDER[x.effect.kind] - ORDER[y.effect.kind]);
    for (const rule of sorted) {
      for (const from of rule.from) {
        for (const to of rule.to) {
          if (from === to) continue;
          const link = from * this.count + to;
          matching.set(link, [...(matching.get(link) ?? []), rule]);
        }
      }
    }
    this.matching = matching;
  }

  private rulesOf(from: number, to: number): readonly Rule[] | undefined {
    return this.matching.size === 0 ? undefined : this.matching.get(from * this.count + to);
  }

  /** One-way delay of a packet in microseconds, or DROPPED. Draws from the link's own stream. */
  transitUs(from: number, to: number, protocol: string): number {
    if (from === to) return LOOPBACK_US;
    const row = this.links[from] as Link[];
    row[to] ??= this.makeLink(from, to);
    const { name, spec } = row[to];
    const delayUs =
      spec.jitterUs === 0
        ? spec.latencyUs
        : spec.latencyUs + Math.floor(this.draw(from, to, name) * spec.jitterUs);
    this.duplicateAfterUs = DROPPED;
    const rules = this.rulesOf(from, to);
    return rules === undefined ? delayUs : this.judge(rules, name, protocol, delayUs);
  }

  /** The next number of a link's own stream, which is looked up by its name once. */
  private draw(from: number, to: number, name: string): number {
    const row = this.draws[from] as (() => number)[];
    row[to] ??= this.streams.generator(name);
    return row[to]();
  }

  /** Is every packet of this protocol from one host to the other dropped? Draws nothing. */
  isCut(from: number, to: number, protocol: string): boolean {
    if (from === to) return false;
    const rules = this.rulesOf(from, to);
    if (rules === undefined) return false;
    for (const rule of rules) {
      if (rule.effect.kind === 'drop' && (rule.protocol === undefined || rule.protocol === protocol))
        return true;
    }
    return false;
  }

  /** Does the sender's own host drop every packet of this protocol to the other? Draws nothing. */
  isRefused(from: number, to: number, protocol: string): boolean {
    const rules = this.rulesOf(from, to);
    if (rules === undefined) return false;
    for (const { effect, protocol: only } of rules) {
      if (effect.kind === 'drop' && effect.refused === true && (only === undefined || only === protocol))
        return true;
    }
    return false;
  }

  private judge(rules: readonly Rule[], name: string, protocol: string, delayUs: number): number {
    let result = delayUs;
    for (const { id, protocol: only, effect } of rules) {
      if (only !== undefined && only !== protocol) continue;
      switch (effect.kind) {
        case 'drop':
          return DROPPED;
        case 'loss':
          if (this.streams.next(`${name}/loss`) < effect.probability) return DROPPED;
          break;
        case 'burst-loss': {
          const key = `${id} ${name}`;
          const wasBad = this.bad.has(key);
          const turns = this.streams.next(`${name}/burst`) < (wasBad ? effect.toGood : effect.toBad);
          const isBad = turns ? !wasBad : wasBad;
          if (isBad) this.bad.add(key);
          else this.bad.delete(key);
          if (this.streams.next(`${name}/loss`) < (isBad ? effect.lossBad : effect.lossGood)) return DROPPED;
          break;
        }
        case 'reorder':
          if (this.streams.next(`${name}/reorder`) < effect.probability) result += effect.delayUs;
          break;
        case 'delay':
          result += effect.latencyUs + Math.floor(this.streams.next(`${name}/delay`) * effect.jitterUs);
          return this.duplicate(rules, name, protocol, result);
        case 'duplicate':
          break;
      }
    }
    return this.duplicate(rules, name, protocol, result);
  }

  private duplicate(rules: readonly Rule[], name: string, protocol: string, resultUs: number): number {
    for (const { protocol: only, effect } of rules) {
      if (effect.kind !== 'duplicate' || (only !== undefined && only !== protocol)) continue;
      if (this.streams.next(`${name}/duplicate`) < effect.probability) {
        this.duplicateAfterUs = Math.floor(this.streams.next(`${name}/duplicate`) * 1000);
      }
      break;
    }
    return resultUs;
  }

  clone(streams: Streams): Network {
    const copy: Network = Object.create(Network.prototype);
    Object.assign(copy, this);
    copy.streams = streams;
    copy.draws = this.links.map(() => []);
    (copy as unknown as { bad: Set<string> }).bad = new Set(this.bad);
    return copy;
  }
}
