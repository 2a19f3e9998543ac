/**
 * From a Ready to the disk and back: what the raft member of etcd does with a Ready that has to be saved or advanced.
 *
 * Sources: etcd v3.6.14 server/etcdserver/raft.go (raftNode.start: a leader sends beside its write, the others after it;
 * Save, then Append to the memory storage, then Advance), server/storage/wal/wal.go (MustSync: entries, term or vote; a new
 * commit index alone is written without an fsync). Unit: microseconds.
 *
 * A Ready without fsync is done with at once, and so is the next one that it brings about: one step of the machine.
 * Not modelled: the size of writes.
 */
import type { Effect } from '../../sim/effects.ts';
import { RAFT_KEY } from './first-members.ts';
import type { RaftReport } from './raft/events.ts';
import type { Raft } from './raft/raft.ts';
import type { Ready } from './raft/raw-node.ts';
import { advanced, winsByOwnVote } from './raft/steps.ts';
import { type RaftStorage, withEntries, withHardState, withSnapshot } from './raft/storage.ts';
import {
  asking,
  draftOfNode,
  logLines,
  type Node,
  type RaftNodeContext,
  type Saving,
  send,
  tellLead,
  tellNews,
  tellSelf,
  type Written,
} from './raft-node-work.ts';
import { ticksBetween } from './raft-ticks.ts';

type Done = Pick<RaftNodeContext, 'raft' | 'node'>;

/** What the disk holds once this Ready is saved. */
function storageAfter(storage: RaftStorage, { hardState, snapshot, entries }: Ready): RaftStorage {
  const next = hardState === null ? storage : withHardState(storage, hardState);
  if (snapshot === null) return withEntries(next, entries);
  const replaced = withSnapshot(next, snapshot);
  return typeof replaced === 'string' ? next : replaced;
}

/** What a start finds: the newest snapshot that was made or received, and the log. */
function onDisk(storage: RaftStorage): RaftStorage {
  const { offered, snapshot } = storage;
  return offered !== null && offered.index > (snapshot?.index ?? 0)
    ? { ...storage, snapshot: offered }
    : storage;
}

function isSaved({ hardState, entries, snapshot }: Ready): boolean {
  return hardState !== null || entries.length > 0 || snapshot !== null;
}

/** The context after a step of Raft: a Ready that needs the disk or an `advance` is dealt with. */
export function saveReady(
  raft: Raft,
  report: RaftReport | null,
  node: Node,
  event: { readonly atUs: number },
): RaftNodeContext {
  const countedAtUs = event.atUs;
  if (report === null || report.ready === null || !report.ready.mustAdvance)
    return { raft, report, node, countedAtUs };
  const out: Effect[] = [];
  const next = deal(raft, asking(node, out), report, event.atUs, out);
  return { raft: next.raft, report, node: next.node, countedAtUs };
}

/**
 * Deals with a report and those that follow from it, until one waits for the disk or nothing is left to advance.
 * `out` takes what is to be done, in order.
 */
function deal(first: Raft, before: Node, begin: RaftReport | null, atUs: number, out: Effect[]): Done {
  let raft = first;
  let node = before;
  for (let report = begin; report !== null; ) {
    logLines(report, out);
    const { ready } = report;
    if (ready === null || !ready.mustAdvance) {
      if (ready !== null) send({ raft, node }, ready.messages, out);
      tellNews({ raft, node }, report, atUs, out);
      break;
    }
    const sync = ready.mustSync || ready.snapshot !== null;
    const leads = raft.role === 'leader';
    if (leads || !sync) send({ raft, node }, ready.messages, out);
    const held = raft.log.storage;
    const after = isSaved(ready) ? storageAfter(held, ready) : held;
    if (sync) {
      const writes = node.writes + 1;
      const id = String(writes);
      out.push({ type: 'write', id, key: RAFT_KEY, value: onDisk(after), sync });
      tellNews({ raft, node }, report, atUs, out);
      const messages = leads ? [] : ready.messages;
      const saving = draftOfNode(node);
      saving.writes = writes;
      saving.saving = { id, ready, messages, before: held, after, sinceUs: atUs };
      node = saving;
      break;
    }
    if (after !== held) out.push({ type: 'write', key: RAFT_KEY, value: onDisk(after), sync });
    tellNews({ raft, node }, report, atUs, out);
    if (winsByOwnVote(raft)) {
      changeRole(ready, out);
      break;
    }
    ({ raft, report } = advanced(raft, after));
  }
  return { raft, node };
}

/** The write is done: what waited for it goes out, Raft goes on, and the tick that came meanwhile is counted. */
export function written(
  { raft, node }: RaftNodeContext,
  { ok, atUs }: Written,
): Done & { countedAtUs: number } {
  const countedAtUs = atUs;
  if (!ok) {
    const line = 'failed to save Raft hard state and entries: no space left on device';
    return { raft, node: asking(node, [tellLead({ type: 'fatal', line })]), countedAtUs };
  }
  const saving = node.saving as Saving;
  const out: Effect[] = [];
  send({ raft, node }, saving.messages, out);
  const done = draftOfNode(node);
  done.out = out;
  done.saving = null;
  done.tickHeld = false;
  const next = goOn(raft, done, saving, atUs, out);
  if (node.tickHeld || ticksBetween(node, saving.sinceUs, atUs) > 0) out.push(tellSelf({ type: 'tick' }));
  return { raft: next.raft, node: next.node, countedAtUs };
}

function goOn(raft: Raft, node: Node, { ready, before, after }: Saving, atUs: number, out: Effect[]): Done {
  if (winsByOwnVote(raft)) {
    changeRole(ready, out);
    return { raft, node };
  }
  // If the log was cut meanwhile, what is saved has to be put to what is left.
  const { storage } = raft.log;
  const next = advanced(raft, storage === before ? after : storageAfter(storage, ready));
  return deal(next.raft, node, next.report, atUs, out);
}

/** The own vote decides the election: that is a transition of the machine. */
function changeRole({ hardState, entries, snapshot }: Ready, out: Effect[]): void {
  out.push(tellSelf({ type: 'save', hardState, entries, snapshot }), tellSelf({ type: 'advance' }));
}
