/**
 * Which sets of failures a survival table tries. Every subset of the hosts, each all at once; every subset of the
 * processes that serve requests, up to a size, and every other process by itself.
 *
 * Order: only VRRP remembers who came first (a BACKUP accepts adverts of its own priority, RFC 3768 section 6.4.2), and
 * what it reacts to are keepalived and HAProxy (its track scripts). So sets with two or more of these are tried with all at once and in every
 * order of these, the rest of the set first; the others all at once. A test holds this rule to all orders of all pairs.
 * All of them, or of the processes only those that differ in more than the names of their hosts (survival-symmetry.ts).
 */
import type { Topology } from '../models/cluster/topology.ts';
import { ownHosts, SERVING } from './fault-classes.ts';
import type { FailureOrder } from './survival.ts';

/** What fails, and the ways in which it is tried. */
export interface FailureSet {
  readonly kind: 'hosts' | 'processes';
  readonly failed: readonly string[];
  readonly tried: readonly FailureOrder[];
  /** Sets that this one stands for. */
  readonly alike?: readonly (readonly string[])[];
}

/** @param most processes that fail together */
export function failureSets(topology: Topology, most: number): FailureSet[] {
  const own = ownHosts(topology);
  const hosts = own.map(({ name }) => name);
  const processes = own.flatMap((host) => host.processes.map((process) => `${host.name}/${process}`));
  const serves = (path: string): boolean => SERVING.includes(path.split('/')[1] ?? '');
  const serving = processes.filter(serves);
  const others = processes.filter((path) => !serves(path));
  return [
    ...subsets(hosts, hosts.length).map((failed) => hostSet(failed)),
    ...(most < 1 ? [] : [...subsets(serving, most).slice(1), ...others.map((one) => [one])]).map(processSet),
  ];
}

function hostSet(failed: readonly string[]): FailureSet {
  return { kind: 'hosts', failed, tried: [{ failed, how: 'together' }] };
}

function processSet(failed: readonly string[]): FailureSet {
  const remembered = failed.filter(isRemembered);
  const rest = failed.filter((what) => !isRemembered(what));
  const inTurn =
    remembered.length < 2
      ? []
      : permutations(remembered).map(
          (order): FailureOrder => ({ failed: [...rest, ...order], how: 'in turn' }),
        );
  return { kind: 'processes', failed, tried: [{ failed, how: 'together' }, ...inTurn] };
}

/** Does the order matter in which such processes fail? */
function isRemembered(what: string): boolean {
  return what.endsWith('/keepalived') || what.endsWith('/haproxy');
}

/** Every subset of up to `most` elements, smaller ones first, each in the order of `all`. */
export function subsets<T>(all: readonly T[], most: number): T[][] {
  const bySize: T[][][] = [[[]]];
  for (const one of all) {
    for (let size = Math.min(bySize.length, most); size >= 1; size--) {
      const grown = (bySize[size - 1] ?? []).map((subset) => [...subset, one]);
      bySize[size] = [...(bySize[size] ?? []), ...grown];
    }
  }
  return bySize.flat();
}

export function permutations<T>(all: readonly T[]): T[][] {
  if (all.length <= 1) return [[...all]];
  return all.flatMap((first, index) =>
    permutations(all.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}
