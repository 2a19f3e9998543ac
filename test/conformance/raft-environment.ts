/**
 * The environment of an interaction file: members, messages under way between them, and the output.
 *
 * Source: etcd-io/raft v3.7.0, rafttest/interaction_env*.go.
 */

import { describeMessage, describeReady } from '../../models/etcd/raft/describe.ts';
import type { RaftReport } from '../../models/etcd/raft/events.ts';
import type { LineLevel } from '../../models/etcd/raft/lines.ts';
import {
  APPEND_THREAD,
  type HardState,
  isStorageThread,
  type RaftMessage,
} from '../../models/etcd/raft/messages.ts';
import type { Program } from '../../sim/machine.ts';
import type { RaftNode } from './raft-node.ts';

export const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'NONE'] as const;
const NONE_LEVEL = LEVELS.indexOf('NONE');

/** An error of a directive: its text is the end of the output. */
export class DirectiveError extends Error {}

export interface Recipient {
  readonly id: number;
  readonly drop: boolean;
}

export class RaftEnvironment {
  readonly program: Program;
  readonly nodes: RaftNode[] = [];
  messages: RaftMessage[] = [];
  level = 0;
  private output = '';

  constructor(program: Program) {
    this.program = program;
  }

  /** Runs one directive and gives its result. */
  run(directive: () => void): string {
    this.output = '';
    try {
      directive();
    } catch (error) {
      if (!(error instanceof DirectiveError)) throw error;
      if (this.quiet) return error.message;
      this.output += error.message;
    }
    return this.output === '' ? 'ok' : this.output;
  }

  private get quiet(): boolean {
    return this.level === NONE_LEVEL;
  }

  write(text: string): void {
    if (!this.quiet) this.output += text;
  }

  hear(report: RaftReport): void {
    for (const { level, text } of report.lines) this.log(level, text);
  }

  private log(level: LineLevel, text: string): void {
    if (this.level <= LEVELS.indexOf(level)) this.write(`${level} ${text}\n`);
  }

  /** What is written inside stands two blanks further in. */
  indented(inside: () => void): void {
    const before = this.output;
    this.output = '';
    try {
      inside();
    } finally {
      const lines = this.output.split('\n');
      if (lines.at(-1) === '') lines.pop();
      this.output = before + lines.map((line) => `  ${line}\n`).join('');
    }
  }

  node(id: number): RaftNode {
    const node = this.nodes[id - 1];
    if (node === undefined) throw new DirectiveError(`there is no node ${id}`);
    return node;
  }

  processReady(node: RaftNode): void {
    const ready = node.takeReady();
    this.write(describeReady(ready));
    if (!node.config.asyncStorageWrites) {
      this.save(node, ready);
      node.apply(ready.committedEntries);
    }
    for (const message of ready.messages) {
      if (!isStorageThread(message.to)) this.messages.push(message);
      else (message.to === APPEND_THREAD ? node.appendWork : node.applyWork).push(message);
    }
    if (!node.config.asyncStorageWrites) node.step({ type: 'advance' });
  }

  private save(
    node: RaftNode,
    what: Pick<RaftMessage, 'entries' | 'snapshot'> & { readonly hardState: HardState | null },
  ): void {
    const { hardState, entries, snapshot } = what;
    if (snapshot !== null && entries.length > 0) {
      throw new DirectiveError("can't apply snapshot and entries at the same time");
    }
    const report = node.step({ type: 'save', hardState, entries, snapshot });
    if (report?.refusal) throw new DirectiveError(report.refusal);
  }

  processAppendThread(node: RaftNode): void {
    const work = this.takeWork(node.appendWork, 'no append work to perform');
    if (work === undefined) return;
    const { term, vote, commit } = work;
    const hardState = term === 0 && vote === 0 && commit === 0 ? null : { term, vote, commit };
    this.save(node, { ...work, hardState });
    this.respond(work);
  }

  processApplyThread(node: RaftNode): void {
    const work = this.takeWork(node.applyWork, 'no apply work to perform');
    if (work === undefined) return;
    node.apply(work.entries);
    this.respond(work);
  }

  private takeWork(list: RaftMessage[], none: string): RaftMessage | undefined {
    const work = list.shift();
    if (work === undefined) this.write(none);
    else this.write(`Processing:\n${describeMessage({ ...work, responses: [] })}\n`);
    return work;
  }

  private respond(work: RaftMessage): void {
    this.write('Responses:\n');
    for (const response of work.responses) this.write(`${describeMessage(response)}\n`);
    this.messages.push(...work.responses);
  }

  /** Messages for a node, taken out of those under way; one that drops leaves its own storage's alone. */
  private isFor(message: RaftMessage, { id, drop }: Recipient, type: string | undefined): boolean {
    if (message.to !== id || (type !== undefined && message.type !== type)) return false;
    const local = message.from === message.to || isStorageThread(message.from) || isStorageThread(message.to);
    return !(drop && local);
  }

  hasMessagesFor(id: number): boolean {
    return this.messages.some((message) => this.isFor(message, { id, drop: false }, undefined));
  }

  /** Gives how many there were. */
  deliver(recipients: readonly Recipient[], type?: string): number {
    let count = 0;
    for (const recipient of recipients) {
      const taken = this.messages.filter((message) => this.isFor(message, recipient, type));
      this.messages = this.messages.filter((message) => !taken.includes(message));
      count += taken.length;
      for (const message of taken) {
        this.write(`${recipient.drop ? 'dropped: ' : ''}${describeMessage(message)}\n`);
        if (recipient.drop) continue;
        const report = this.node(message.to).step({ type: 'message', message });
        if (report?.refusal) this.write(`${report.refusal}\n`);
      }
    }
    return count;
  }

  /** Until a whole round finds nothing to do. */
  stabilize(nodes: readonly RaftNode[]): void {
    for (let done = false; !done; ) {
      done = true;
      for (const node of nodes.filter((each) => each.hasReady())) {
        done = false;
        this.write(`> ${node.id} handling Ready\n`);
        this.indented(() => this.processReady(node));
      }
      for (const node of nodes) {
        if (!this.hasMessagesFor(node.id)) continue;
        done = false;
        this.write(`> ${node.id} receiving messages\n`);
        this.indented(() => this.deliver([{ id: node.id, drop: false }]));
      }
      for (const node of nodes) {
        if (node.appendWork.length === 0) continue;
        done = false;
        this.write(`> ${node.id} processing append thread\n`);
        while (node.appendWork.length > 0) this.indented(() => this.processAppendThread(node));
      }
      for (const node of nodes) {
        if (node.applyWork.length === 0) continue;
        done = false;
        this.write(`> ${node.id} processing apply thread\n`);
        while (node.applyWork.length > 0) this.indented(() => this.processApplyThread(node));
      }
    }
  }
}
