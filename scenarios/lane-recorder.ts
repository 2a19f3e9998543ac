/**
 * Remembers, for the lanes of the page, when hosts, processes and those members of them that have a role (a raft member, a
 * VRRP instance) changed their state. Times are world microseconds.
 */
import { SHELL } from '../models/console/shell-process.ts';
import type { Cell, Step } from '../sim/state.ts';
import type { World } from '../sim/world.ts';
import type { Changes } from './changes.ts';
import { changesOf } from './facts.ts';

export class LaneRecorder {
  /** `m1` for a host, `m1/haproxy` for a process, `m1/etcd/raft` for a member: its state's path, or what the kernel knows of it. */
  readonly states = new Map<string, Changes<string>>();

  /** What is so at the scenario's zero. */
  begin(world: World, epochUs: number): void {
    for (const host of world.hosts) this.set(host.name, host.up ? 'up' : 'off', epochUs, 0);
    for (const process of world.processes) {
      if (process.spec.name === SHELL) continue;
      const lead = world.lead(process);
      const path = `${world.hosts[process.host]?.name}/${process.spec.name}`;
      const state =
        process.state === 'running' && lead !== undefined
          ? (lead.program.leaves[lead.leaf] ?? 'running')
          : process.state;
      this.set(path, state, epochUs, 0);
      for (const member of process.members.keys()) {
        const cell = world.member(process, member);
        if (cell !== undefined && hasRole(cell) && cell.leaf >= 0)
          this.set(`${path}/${member}`, cell.program.leaves[cell.leaf] ?? '', epochUs, 0);
      }
    }
  }

  observe(step: Step): void {
    const { cell, atUs, id } = step;
    if (cell !== undefined) {
      if (step.leafBefore === step.leafAfter || cell.program.id.startsWith('console.')) return;
      if (cell.member === '' || hasRole(cell))
        this.set(step.who, cell.program.leaves[step.leafAfter] ?? '', atUs, id);
      return;
    }
    const detail = step.detail as { readonly do?: string; readonly process?: string };
    if (step.kind === 'process-exit') {
      this.set(step.who, 'stopped', atUs, id);
      for (const path of this.states.keys())
        if (path.startsWith(`${step.who}/`)) this.set(path, 'stopped', atUs, id);
    } else if (step.kind === 'host-down') {
      for (const path of this.states.keys())
        if (path.startsWith(`${step.who}/`)) this.set(path, 'stopped', atUs, id);
    } else if (step.kind === 'fault' && detail.do === 'pause') this.set(step.who, 'paused', atUs, id);
    else if (step.kind === 'fault' && detail.do === 'resume') this.set(step.who, 'running', atUs, id);
    else if (step.kind === 'fault' && detail.do === 'stop') this.set(step.who, 'stopped', atUs, id);
  }

  private set(path: string, state: string, atUs: number, step: number): void {
    changesOf(this.states, path).set(atUs, step, state);
  }
}

/** Members whose state says what their process is among its peers. */
function hasRole({ member, program }: Cell): boolean {
  return member === 'raft' || program.id === 'keepalived.instance';
}
