/**
 * Which sets of failed processes are the same but for the names of their hosts. Hosts that run the same processes differ in nothing but
 * their priority, who leads etcd, and luck; of these only the priority lasts. So a set is taken for the one with its
 * hosts moved up to the first of their kind, in the same order: {m2/etcd, m5/haproxy} of five masters is
 * {m1/etcd, m2/haproxy}. That the order of priorities is kept is what makes it more than a guess: among those hit and
 * those not hit in between it may change who comes next, never who is left.
 *
 * Only a claim, which is why it is used only where not all sets can be run, and said in the output. Tests hold it to the tables in which
 * every set was run.
 */
import type { Topology } from '../models/cluster/topology.ts';
import { ownHosts } from './fault-classes.ts';
import type { FailureSet } from './survival-sets.ts';

/** Hosts with the same processes, in the order of the topology: that of falling priority in the reference ones. */
function kinds(topology: Topology): string[][] {
  const byProcesses = new Map<string, string[]>();
  for (const { name, processes } of ownHosts(topology)) {
    const key = [...processes].sort().join();
    byProcesses.set(key, [...(byProcesses.get(key) ?? []), name]);
  }
  return [...byProcesses.values()];
}

/** The set that stands for this one. */
export function standIn(topology: Topology, failed: readonly string[]): string[] {
  const hostOf = (what: string): string => what.split('/')[0] ?? '';
  const renamed = new Map<string, string>();
  for (const kind of kinds(topology)) {
    const hit = kind.filter((host) => failed.some((what) => hostOf(what) === host));
    for (const [index, host] of hit.entries()) renamed.set(host, kind[index] as string);
  }
  return failed.map((what) => what.replace(hostOf(what), renamed.get(hostOf(what)) ?? hostOf(what)));
}

/** Of some sets those that stand for others, each with the sets that it stands for. */
export function representatives(topology: Topology, sets: readonly FailureSet[]): FailureSet[] {
  const keyOf = (failed: readonly string[]): string => [...failed].sort().join();
  const alike = new Map<string, (readonly string[])[]>();
  for (const { failed } of sets) {
    const key = keyOf(standIn(topology, failed));
    alike.set(key, [...(alike.get(key) ?? []), failed]);
  }
  return sets.flatMap((set) => {
    const all = alike.get(keyOf(set.failed));
    // A set that is not its own stand-in has another one's key.
    if (all === undefined || keyOf(standIn(topology, set.failed)) !== keyOf(set.failed)) return [];
    return [{ ...set, alike: all.filter((failed) => failed !== set.failed) }];
  });
}
