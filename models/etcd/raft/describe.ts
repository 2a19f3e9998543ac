/**
 * How Raft prints what it handles, byte for byte: for its log lines and for the data-driven suites.
 *
 * Source: etcd-io/raft v3.7.0, raftpb/confstate.go and confchange.go, util.go (Describe*), quorum/*.go,
 * tracker/*.go (String). Ids are hexadecimal in log lines, configurations and message addresses, decimal
 * in votes, leaders and ConfState lists.
 */
import type { MemberConfig } from './conf-change.ts';
import { type ConfChange, type ConfChangeSingle, confChangeOf, type Entry } from './entries.ts';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type ConfState,
  type HardState,
  NONE,
  type RaftMessage,
  type Snapshot,
} from './messages.ts';
import { isPaused, isWindowFull, type Progress, type WindowLimits } from './progress.ts';
import type { Role } from './raft.ts';
import type { Ready } from './raw-node.ts';

export function hex(id: number): string {
  return id.toString(16);
}

export const STATE_NAMES: Readonly<Record<Role, string>> = {
  follower: 'StateFollower',
  'pre-candidate': 'StatePreCandidate',
  candidate: 'StateCandidate',
  leader: 'StateLeader',
};

const OPERATIONS: Readonly<Record<ConfChangeSingle['type'], string>> = {
  ConfChangeAddNode: 'v',
  ConfChangeAddLearnerNode: 'l',
  ConfChangeRemoveNode: 'r',
  ConfChangeUpdateNode: 'u',
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A Go quoted string (strconv.Quote). */
export function quoted(text: string): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const short = ESCAPES[character];
    if (short !== undefined) out += short;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (character === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) out += character;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${out}"`;
}

/** The operations of a membership change in short: `v2 l3 r1`. */
function describeOperations(changes: readonly ConfChangeSingle[]): string {
  return changes.map(({ type, nodeId }) => OPERATIONS[type] + nodeId).join(' ');
}

export function describeEntry(entry: Entry): string {
  const change = confChangeOf(entry);
  const detail =
    change === null
      ? quoted(entry.data === null ? '' : String(entry.data))
      : describeOperations(change.changes);
  return `${entry.term}/${entry.index} ${entry.type}${detail === '' ? '' : ` ${detail}`}`;
}

export function describeConfState(state: ConfState): string {
  const list = (ids: readonly number[]): string => `[${ids.join(' ')}]`;
  return `Voters:${list(state.voters)} VotersOutgoing:${list(state.votersOutgoing)} Learners:${list(state.learners)} LearnersNext:${list(state.learnersNext)} AutoLeave:${state.autoLeave}`;
}

function describeSnapshot({ index, term, confState }: Snapshot): string {
  return `Index:${index} Term:${term} ConfState:${describeConfState(confState)}`;
}

function describeTarget(id: number): string {
  if (id === NONE) return 'None';
  if (id === APPEND_THREAD) return 'AppendThread';
  return id === APPLY_THREAD ? 'ApplyThread' : hex(id);
}

/** Several lines if there are several entries, a snapshot or responses; no newline at the end. */
export function describeMessage(m: RaftMessage, indent = ''): string {
  let text = `${indent}${describeTarget(m.from)}->${describeTarget(m.to)} ${m.type} Term:${m.term} Log:${m.logTerm}/${m.index}`;
  if (m.reject) text += ` Rejected (Hint: ${m.rejectHint})`;
  if (m.commit !== 0) text += ` Commit:${m.commit}`;
  if (m.vote !== 0) text += ` Vote:${m.vote}`;
  if (m.entries.length === 1) text += ` Entries:[${describeEntry(m.entries[0]!)}]`;
  else if (m.entries.length > 1) {
    const lines = m.entries.map((entry) => `\n${indent}  ${describeEntry(entry)}`);
    text += ` Entries:[${lines.join('')}\n${indent}]`;
  }
  if (m.snapshot !== null && m.snapshot.index !== 0) {
    text += `\n${indent}  Snapshot: ${describeSnapshot(m.snapshot)}`;
  }
  if (m.responses.length > 0) {
    const lines = m.responses.map((response) => `\n${describeMessage(response, `${indent}  `)}`);
    text += ` Responses:[${lines.join('')}\n${indent}]`;
  }
  return text;
}

function describeHardState({ term, vote, commit }: HardState): string {
  return `Term:${term}${vote === 0 ? '' : ` Vote:${vote}`} Commit:${commit}`;
}

/** The bytes of a read's context as Go prints a slice. */
function describeContext(context: unknown): string {
  return `[${new TextEncoder().encode(String(context ?? '')).join(' ')}]`;
}

export function describeReady(ready: Ready): string {
  let text = '';
  if (ready.softState !== null) {
    text += `Lead:${ready.softState.lead} State:${STATE_NAMES[ready.softState.role]}\n`;
  }
  if (ready.hardState !== null) text += `HardState ${describeHardState(ready.hardState)}\n`;
  if (ready.readStates.length > 0) {
    const states = ready.readStates.map(({ index, context }) => `{${index} ${describeContext(context)}}`);
    text += `ReadStates [${states.join(' ')}]\n`;
  }
  if (ready.entries.length > 0) text += `Entries:\n${describeEntries(ready.entries)}`;
  if (ready.snapshot !== null) text += `Snapshot ${describeSnapshot(ready.snapshot)}\n`;
  if (ready.committedEntries.length > 0) {
    text += `CommittedEntries:\n${describeEntries(ready.committedEntries)}`;
  }
  if (ready.messages.length > 0) {
    text += `Messages:\n${ready.messages.map((message) => `${describeMessage(message)}\n`).join('')}`;
  }
  return text === '' ? '<empty Ready>' : `Ready MustSync=${ready.mustSync}:\n${text}`;
}

/** One line each. */
export function describeEntries(entries: readonly Entry[]): string {
  return entries.map((entry) => `${describeEntry(entry)}\n`).join('');
}

/** `(1 2 3)` */
function describeMajority(ids: readonly number[]): string {
  return `(${ids.map(hex).join(' ')})`;
}

export function describeConfig(config: MemberConfig): string {
  let text = `voters=${describeMajority(config.voters)}`;
  if (config.outgoing.length > 0) text += `&&${describeMajority(config.outgoing)}`;
  if (config.learners.length > 0) text += ` learners=${describeMajority(config.learners)}`;
  if (config.learnersNext.length > 0) text += ` learners_next=${describeMajority(config.learnersNext)}`;
  return config.autoLeave ? `${text} autoleave` : text;
}

export function describeProgress(p: Progress, limits: WindowLimits): string {
  let text = `${p.state} match=${p.match} next=${p.next}`;
  if (p.isLearner) text += ' learner';
  if (isPaused(p)) text += ' paused';
  if (p.pendingSnapshot > 0) text += ` pendingSnap=${p.pendingSnapshot}`;
  if (!p.recentActive) text += ' inactive';
  if (p.inflights.size > 0) text += ` inflight=${p.inflights.size}${isWindowFull(p, limits) ? '[full]' : ''}`;
  return text;
}

/** A line for each member, by id. */
export function describeProgressList(progress: readonly Progress[], limits: WindowLimits): string {
  return progress.map((p) => `${p.id}: ${describeProgress(p, limits)}\n`).join('');
}

/** A membership change as it stands in log lines. */
export function describeConfChange({ transition, changes, context }: ConfChange): string {
  let text = `transition:${transition}`;
  for (const { type, nodeId } of changes) text += ` changes:{type:${type} node_id:${nodeId}}`;
  return context === null ? text : `${text} context:${quoted(String(context))}`;
}
