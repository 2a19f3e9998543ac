/**
 * What a run has been through: states and transitions of the machines, and combinations of the states of all processes at once.
 * An empty search is visible by it.
 */
import type { Program } from '../sim/machine.ts';
import type { Step } from '../sim/state.ts';
import type { World } from '../sim/world.ts';

export class Coverage {
  /** `etcd.raft up.follower` */
  readonly states = new Set<string>();
  /** `etcd.raft up.follower > up.candidate` */
  readonly transitions = new Set<string>();
  /** Hashes of the states of everything that has a role, all together. */
  readonly combinations = new Set<number>();
  private readonly seen = new Map<Program, Set<number>>();
  private changed = false;

  /** Looks at a step; cheap where nothing changed its state. */
  observe(step: Step): void {
    const { cell, leafBefore, leafAfter } = step;
    if (cell === undefined || leafBefore === leafAfter) return;
    const { program } = cell;
    if (cell.member === '' || program.id === 'keepalived.instance' || cell.member === 'raft')
      this.changed = true;
    let seen = this.seen.get(program);
    if (seen === undefined) {
      seen = new Set();
      this.seen.set(program, seen);
    }
    const key = (leafBefore + 1) * 4096 + leafAfter;
    if (seen.has(key)) return;
    seen.add(key);
    const to = `${program.id} ${program.leaves[leafAfter]}`;
    this.states.add(to);
    if (leafBefore >= 0)
      this.transitions.add(`${program.id} ${program.leaves[leafBefore]} > ${program.leaves[leafAfter]}`);
  }

  /** Takes the combination of states as it is now, if it may have changed since. True if it was never seen before. */
  look(world: World): boolean {
    if (!this.changed) return false;
    this.changed = false;
    const before = this.combinations.size;
    this.combinations.add(combinationOf(world));
    return this.combinations.size > before;
  }
}

/** A hash (FNV-1a) over who is in which state: hosts, leads of processes, VRRP instances, raft members. */
function combinationOf(world: World): number {
  let hash = 0x811c9dc5;
  const add = (value: number): void => {
    hash = Math.imul(hash ^ (value + 2), 0x01000193);
  };
  for (const cell of world.cells) {
    if (cell === undefined || cell.leaf < 0) continue;
    const counts = cell.member === '' || cell.program.id === 'keepalived.instance' || cell.member === 'raft';
    if (!counts || cell.program.id.startsWith('client')) continue;
    add(cell.process);
    add(cell.leaf);
  }
  return hash >>> 0;
}
