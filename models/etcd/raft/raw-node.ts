/**
 * The shell around Raft: what it hands to whoever runs it (Ready), in what order that must be done, and
 * what it is told when it has been (Advance).
 *
 * Source: etcd-io/raft v3.7.0, rawnode.go (readyWithoutAccept, acceptReady, HasReady, Advance, newStorage*Msg),
 * node.go (Ready, MustSync).
 *
 * Without asynchronous storage writes the owner saves hardState, entries and snapshot, applies
 * committedEntries, sends messages (a leader may send while it saves), and then tells `advance`. With them,
 * messages to the storage threads say what to do and what to answer, and there is no `advance`.
 */
import { type Entry, entriesBytes } from './entries.ts';
import { lastIndex, lastTerm } from './log.ts';
import {
  applyingAccepted,
  hasNextCommitted,
  hasNextUnstable,
  nextCommitted,
  nextSnapshot,
  nextUnstable,
  unstableAccepted,
} from './log-ready.ts';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type HardState,
  newMessage,
  type RaftMessage,
  type Snapshot,
} from './messages.ts';
import { chainToArray, type Draft, hardStateOf, type Raft, type ReadState, type Role } from './raft.ts';

export interface SoftState {
  readonly lead: number;
  readonly role: Role;
}

/** What has come up since the last one. Parts that have nothing are null or empty. */
export interface Ready {
  /** Who leads and what we are, if that changed. */
  readonly softState: SoftState | null;
  /** To be saved before any message is sent, if it changed. */
  readonly hardState: HardState | null;
  readonly readStates: readonly ReadState[];
  /** To be saved before any message is sent. */
  readonly entries: readonly Entry[];
  /** To be saved before any message is sent; replaces the log. */
  readonly snapshot: Snapshot | null;
  /** To be applied to the state machine. */
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly RaftMessage[];
  /** Whether what is to be saved must be on the disk itself (fsync). */
  readonly mustSync: boolean;
  /** Whether Raft waits for an `advance` before the next one. False if there is nothing to do but to send and to read. */
  readonly mustAdvance: boolean;
}

const NO_ENTRIES: readonly Entry[] = [];
const NO_STEPS: readonly RaftMessage[] = [];
const NO_READ_STATES: readonly ReadState[] = [];

function isEmptyHardState(state: HardState): boolean {
  return state.term === 0 && state.vote === 0 && state.commit === 0;
}

function hardStateChanged(raft: Raft): boolean {
  const { term, vote, log, previousHard } = raft;
  return term !== previousHard.term || vote !== previousHard.vote || log.committed !== previousHard.commit;
}

function softStateChanged(raft: Raft): boolean {
  return raft.lead !== raft.previousLead || raft.role !== raft.previousRole;
}

export function hasReady(raft: Raft): boolean {
  return (
    raft.messages !== null ||
    raft.messagesAfterAppend !== null ||
    softStateChanged(raft) ||
    (hardStateChanged(raft) && !isEmptyHardState(hardStateOf(raft))) ||
    nextSnapshot(raft.log) !== null ||
    hasNextUnstable(raft.log) ||
    hasNextCommitted(raft.log, !raft.config.asyncStorageWrites) ||
    raft.readStates.length > 0
  );
}

/** Whether there is nothing but messages to send: heartbeats and their answers, nearly all of what a cluster does. */
function hasOnlyMessages(raft: Raft): boolean {
  const { log } = raft;
  return (
    raft.messages !== null &&
    raft.messagesAfterAppend === null &&
    raft.readStates.length === 0 &&
    log.unstable.size === 0 &&
    !softStateChanged(raft) &&
    !hardStateChanged(raft) &&
    nextSnapshot(log) === null &&
    !hasNextCommitted(log, !raft.config.asyncStorageWrites)
  );
}

function takeMessages(raft: Draft): Ready {
  const messages = chainToArray(raft.messages);
  raft.messages = null;
  raft.stepsOnAdvance = NO_STEPS;
  raft.awaitsAdvance = false;
  return {
    softState: null,
    hardState: null,
    readStates: NO_READ_STATES,
    entries: NO_ENTRIES,
    snapshot: null,
    committedEntries: NO_ENTRIES,
    messages,
    mustSync: false,
    mustAdvance: false,
  };
}

/** Takes everything that has come up; Raft counts it as handed out from then on. */
export function takeReady(raft: Draft): Ready {
  if (raft.awaitsAdvance) throw new Error('two accepted Ready structs without call to Advance');
  if (hasOnlyMessages(raft)) return takeMessages(raft);
  const { asyncStorageWrites: async, maxCommittedSizePerReady: maxBytes, id } = raft.config;
  const { log } = raft;
  const hard = hardStateChanged(raft) ? hardStateOf(raft) : null;
  const hardState = hard === null || isEmptyHardState(hard) ? null : hard;
  const entries = hasNextUnstable(log) ? nextUnstable(log) : NO_ENTRIES;
  const snapshot = nextSnapshot(log);
  const committedEntries = nextCommitted(log, !async, maxBytes);
  const messages = chainToArray(raft.messages);
  const afterAppend = raft.messagesAfterAppend === null ? [] : chainToArray(raft.messagesAfterAppend);

  const steps: RaftMessage[] = [];
  if (async) {
    if (entries.length > 0 || hardState !== null || snapshot !== null || afterAppend.length > 0) {
      messages.push(storageAppend(raft, entries, hardState, snapshot, afterAppend));
    }
    if (committedEntries.length > 0) messages.push(storageApply(raft, committedEntries));
  } else {
    for (const message of afterAppend) (message.to === id ? steps : messages).push(message);
    if (log.unstable.size > 0 || snapshot !== null) steps.push(storageAppendResponse(raft, snapshot));
    if (committedEntries.length > 0) steps.push(storageApplyResponse(raft, committedEntries));
  }
  const saves = hardState !== null || entries.length > 0 || snapshot !== null;
  const ready: Ready = {
    softState: softStateChanged(raft) ? { lead: raft.lead, role: raft.role } : null,
    hardState,
    readStates: raft.readStates,
    entries,
    snapshot,
    committedEntries,
    messages,
    mustSync:
      entries.length > 0 || raft.term !== raft.previousHard.term || raft.vote !== raft.previousHard.vote,
    mustAdvance: !async && (saves || steps.length > 0),
  };
  accept(raft, ready, steps);
  return ready;
}

function accept(raft: Draft, ready: Ready, steps: readonly RaftMessage[]): void {
  if (ready.softState !== null) {
    raft.previousLead = raft.lead;
    raft.previousRole = raft.role;
  }
  if (ready.hardState !== null) raft.previousHard = ready.hardState;
  if (raft.readStates.length > 0) raft.readStates = [];
  raft.messages = null;
  raft.messagesAfterAppend = null;
  raft.stepsOnAdvance = steps;
  raft.awaitsAdvance = ready.mustAdvance;
  raft.log = unstableAccepted(raft.log);
  const { committedEntries } = ready;
  if (committedEntries.length > 0) {
    raft.log = applyingAccepted(
      raft.log,
      committedEntries[committedEntries.length - 1]!.index,
      entriesBytes(committedEntries),
      !raft.config.asyncStorageWrites,
      raft.config.maxCommittedSizePerReady,
    );
  }
}

function storageAppend(
  raft: Raft,
  entries: readonly Entry[],
  hardState: HardState | null,
  snapshot: Snapshot | null,
  afterAppend: readonly RaftMessage[],
): RaftMessage {
  const message = newMessage('MsgStorageAppend', raft.config.id, APPEND_THREAD, 0);
  message.entries = entries;
  message.snapshot = snapshot;
  if (hardState !== null) {
    message.term = hardState.term;
    message.vote = hardState.vote;
    message.commit = hardState.commit;
  }
  message.responses =
    raft.log.unstable.size > 0 || snapshot !== null
      ? [...afterAppend, storageAppendResponse(raft, snapshot)]
      : afterAppend;
  return message;
}

/** Attests everything up to the end of the log, and carries the term so that it cannot attest what was overwritten since. */
function storageAppendResponse(raft: Raft, snapshot: Snapshot | null): RaftMessage {
  const message = newMessage('MsgStorageAppendResp', APPEND_THREAD, raft.config.id, raft.term);
  if (raft.log.unstable.size > 0) {
    message.index = lastIndex(raft.log);
    message.logTerm = lastTerm(raft.log);
  }
  message.snapshot = snapshot;
  return message;
}

function storageApply(raft: Raft, entries: readonly Entry[]): RaftMessage {
  const message = newMessage('MsgStorageApply', raft.config.id, APPLY_THREAD, 0);
  message.entries = entries;
  message.responses = [storageApplyResponse(raft, entries)];
  return message;
}

function storageApplyResponse(raft: Raft, entries: readonly Entry[]): RaftMessage {
  const message = newMessage('MsgStorageApplyResp', APPLY_THREAD, raft.config.id, 0);
  message.entries = entries;
  return message;
}
