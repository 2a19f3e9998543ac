/**
 * The commands of the interaction suite.
 *
 * Source: etcd-io/raft v3.7.0, rafttest/interaction_env_handler*.go; raftpb/confchange.go (ConfChangesFromString).
 */
import {
  describeEntries,
  describeMessage,
  describeProgressList,
  STATE_NAMES,
} from '../../models/etcd/raft/describe.ts';
import {
  type ConfChangeSingle,
  type ConfChangeTransition,
  confChangeEntry,
  normalEntry,
} from '../../models/etcd/raft/entries.ts';
import type { RaftEvent } from '../../models/etcd/raft/events.ts';
import { isVoter } from '../../models/etcd/raft/membership.ts';
import { newMessage } from '../../models/etcd/raft/messages.ts';
import { type RaftConfig, raftConfig } from '../../models/etcd/raft/raft.ts';
import {
  EMPTY_STORAGE,
  firstStored,
  lastStored,
  type RaftStorage,
  withSnapshot,
} from '../../models/etcd/raft/storage.ts';
import type { Program } from '../../sim/machine.ts';
import type { Argument, Directive } from './data-driven.ts';
import { DirectiveError, LEVELS, RaftEnvironment, type Recipient } from './raft-environment.ts';
import { NO_CONF_STATE, RaftNode } from './raft-node.ts';

/** Runs the directives of a file one after another; each call gives the result of one. */
export function interaction(program: Program): (directive: Directive) => string {
  const environment = new RaftEnvironment(program);
  return (directive) =>
    environment.run(() => {
      const command = COMMANDS[directive.command];
      if (command === undefined) throw new DirectiveError('unknown command');
      command(environment, directive);
    });
}

type Command = (environment: RaftEnvironment, directive: Directive) => void;

function whole(text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new DirectiveError(`not a number: ${text ?? ''}`);
  }
  return value;
}

/** Go's strconv.ParseBool. */
export function truth(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new DirectiveError(`strconv.ParseBool: parsing "${text}": invalid syntax`);
}

/** The ids among the arguments: those without `=`. */
function ids(args: readonly Argument[]): number[] {
  return args.filter(({ values }) => values.length === 0).map(({ key }) => whole(key));
}

function option(args: readonly Argument[], key: string): string | undefined {
  return args.find((argument) => argument.key === key)?.values[0];
}

function first(environment: RaftEnvironment, { arguments: args }: Directive): RaftNode {
  return environment.node(whole(args[0]?.key));
}

/** A request whose refusal is the directive's error. */
function must(node: RaftNode, event: RaftEvent): void {
  const report = node.step(event);
  if (report?.refusal) throw new DirectiveError(report.refusal);
}

/** One node without a header, several each with one and indented. */
function forEach(
  environment: RaftEnvironment,
  { arguments: args }: Directive,
  header: string,
  process: (node: RaftNode) => void,
): void {
  const nodes = ids(args).map((id) => environment.node(id));
  for (const node of nodes) {
    if (nodes.length === 1) {
      process(node);
      continue;
    }
    environment.write(`> ${node.id} ${header}\n`);
    environment.indented(() => process(node));
  }
}

function setLevel(environment: RaftEnvironment, name: string): void {
  const level = (LEVELS as readonly string[]).indexOf(name.toUpperCase());
  if (level < 0) throw new DirectiveError(`log levels must be either of [${LEVELS.join(' ')}]`);
  environment.level = level;
}

function mustStore(storage: RaftStorage | string): RaftStorage {
  if (typeof storage === 'string') throw new DirectiveError(storage);
  return storage;
}

function addNodes(environment: RaftEnvironment, { arguments: args }: Directive): void {
  const options: { -readonly [K in keyof RaftConfig]?: RaftConfig[K] } = {};
  let index = 0;
  const voters: number[] = [];
  const learners: number[] = [];
  for (const { key, values } of args.slice(1)) {
    for (const value of values) {
      switch (key) {
        case 'voters':
          voters.push(whole(value));
          break;
        case 'learners':
          learners.push(whole(value));
          break;
        case 'index':
          index = whole(value);
          break;
        case 'inflight':
          options.maxInflightMessages = whole(value);
          break;
        case 'async-storage-writes':
          options.asyncStorageWrites = truth(value);
          break;
        case 'prevote':
          options.preVote = truth(value);
          break;
        case 'checkquorum':
          options.checkQuorum = truth(value);
          break;
        case 'max-committed-size-per-ready':
          options.maxCommittedSizePerReady = whole(value);
          break;
        case 'disable-conf-change-validation':
          options.disableConfChangeValidation = truth(value);
          break;
        case 'step-down-on-removal':
          options.stepDownOnRemoval = truth(value);
          break;
        case 'read-only':
          if (value !== 'safe' && value !== 'lease-based') {
            throw new DirectiveError(`invalid read-only option "${value}"`);
          }
          options.readOnly = value;
          break;
        default:
      }
    }
  }
  let storage = EMPTY_STORAGE;
  if (voters.length + learners.length + index > 0) {
    if (index <= 1) throw new DirectiveError('index must be specified as > 1 due to bootstrap');
    const confState = { ...NO_CONF_STATE, voters, learners };
    storage = mustStore(withSnapshot(storage, { index, term: 1, confState, data: '' }));
  }
  for (let n = whole(args[0]?.key); n > 0; n--) {
    const config = raftConfig({
      electionTick: 3,
      heartbeatTick: 1,
      maxInflightMessages: 2147483647,
      ...options,
      id: environment.nodes.length + 1,
      logging: true,
      delivery: 'pull',
    });
    const hear = environment.hear.bind(environment);
    environment.nodes.push(new RaftNode(environment.program, config, storage, index, hear));
  }
}

/** `v1 l2 r3 u4` as operations. */
export function parseOperations(input: string): ConfChangeSingle[] {
  const types: Readonly<Record<string, ConfChangeSingle['type']>> = {
    v: 'ConfChangeAddNode',
    l: 'ConfChangeAddLearnerNode',
    r: 'ConfChangeRemoveNode',
    u: 'ConfChangeUpdateNode',
  };
  const tokens = input.trim() === '' ? [] : input.trim().split(' ');
  return tokens.map((token) => {
    if (token.length < 2) throw new DirectiveError(`unknown token ${token}`);
    const type = types[token[0]!];
    if (type === undefined) throw new DirectiveError(`unknown input: ${token}`);
    return { type, nodeId: whole(token.slice(1)) };
  });
}

const TRANSITIONS: Readonly<Record<string, ConfChangeTransition>> = {
  auto: 'ConfChangeTransitionAuto',
  implicit: 'ConfChangeTransitionJointImplicit',
  explicit: 'ConfChangeTransitionJointExplicit',
};

function proposeConfChange(environment: RaftEnvironment, directive: Directive): void {
  const node = first(environment, directive);
  let v1 = false;
  let transition: ConfChangeTransition = 'ConfChangeTransitionAuto';
  for (const { key, values } of directive.arguments.slice(1)) {
    for (const value of values) {
      if (key === 'v1') v1 = truth(value);
      else if (key === 'transition') {
        const known = TRANSITIONS[value];
        if (known === undefined) throw new DirectiveError(`unknown transition ${value}`);
        transition = known;
      } else throw new DirectiveError(`unknown command ${key}`);
    }
  }
  const changes = parseOperations(directive.input);
  if (v1 && (changes.length !== 1 || transition !== 'ConfChangeTransitionAuto')) {
    throw new DirectiveError('v1 conf change can only have one operation and no transition');
  }
  const type = v1 ? 'EntryConfChange' : 'EntryConfChangeV2';
  const entry = confChangeEntry(type, { transition, changes, context: null });
  must(node, { type: 'propose', entries: [entry] });
}

function deliver(environment: RaftEnvironment, { arguments: args }: Directive): void {
  const recipients: Recipient[] = [];
  for (const { key, values } of args) {
    if (values.length === 0) recipients.push({ id: whole(key), drop: false });
    if (key !== 'drop') continue;
    for (const value of values) {
      const id = whole(value);
      if (recipients.some((known) => known.id === id)) {
        throw new DirectiveError(`can't both deliver and drop msgs to ${id}`);
      }
      recipients.push({ id, drop: true });
    }
  }
  if (environment.deliver(recipients, option(args, 'type')) === 0) environment.write('no messages\n');
}

function stabilize(environment: RaftEnvironment, { arguments: args }: Directive): void {
  const chosen = ids(args);
  const before = environment.level;
  const level = option(args, 'log-level');
  if (level !== undefined) setLevel(environment, level);
  try {
    environment.stabilize(
      chosen.length === 0 ? [...environment.nodes] : chosen.map((id) => environment.node(id)),
    );
  } finally {
    environment.level = before;
  }
}

function sendSnapshot(environment: RaftEnvironment, { arguments: args }: Directive): void {
  const [from, to] = ids(args).map((id) => environment.node(id));
  const message = newMessage('MsgSnap', from!.id, to!.id, from!.raft.term);
  message.snapshot = from!.history.at(-1)!;
  environment.messages.push(message);
  environment.write(describeMessage(message));
}

function printLog(environment: RaftEnvironment, node: RaftNode): void {
  const { storage } = node.raft.log;
  if (lastStored(storage) >= firstStored(storage)) {
    environment.write(describeEntries(storage.entries.toArray()));
  } else {
    environment.write(`log is empty: first index=${firstStored(storage)}, last index=${lastStored(storage)}`);
  }
}

function tick(node: RaftNode, count: number): void {
  for (let n = 0; n < count; n++) node.step({ type: 'tick' });
}

const COMMANDS: Readonly<Record<string, Command>> = {
  _breakpoint: () => {},
  'add-nodes': addNodes,
  campaign: (environment, directive) => must(first(environment, directive), { type: 'campaign' }),
  compact: (environment, directive) => {
    const node = first(environment, directive);
    must(node, { type: 'compact', index: whole(directive.arguments[1]?.key) });
    printLog(environment, node);
  },
  'deliver-msgs': deliver,
  'forget-leader': (environment, directive) => {
    first(environment, directive).step({ type: 'forget-leader' });
  },
  'log-level': (environment, { arguments: args }) => setLevel(environment, args[0]?.key ?? ''),
  'process-append-thread': (environment, directive) =>
    forEach(environment, directive, 'processing append thread', (node) =>
      environment.processAppendThread(node),
    ),
  'process-apply-thread': (environment, directive) =>
    forEach(environment, directive, 'processing apply thread', (node) =>
      environment.processApplyThread(node),
    ),
  'process-ready': (environment, directive) =>
    forEach(environment, directive, 'handling Ready', (node) => environment.processReady(node)),
  propose: (environment, directive) => {
    const data = directive.arguments[1]?.key ?? '';
    const entry = normalEntry(data, Buffer.byteLength(data));
    must(first(environment, directive), { type: 'propose', entries: [entry] });
  },
  'propose-conf-change': proposeConfChange,
  'raft-log': (environment, directive) => printLog(environment, first(environment, directive)),
  'raft-state': (environment) => {
    for (const { id, raft } of environment.nodes) {
      const voter = isVoter(raft) ? '(Voter)' : '(Non-Voter)';
      environment.write(`${id}: ${STATE_NAMES[raft.role]} ${voter} Term:${raft.term} Lead:${raft.lead}\n`);
    }
  },
  'report-unreachable': (environment, { arguments: args }) => {
    const [at, peer] = ids(args).map((id) => environment.node(id));
    at!.step({ type: 'report-unreachable', id: peer!.id });
  },
  'send-snapshot': sendSnapshot,
  'set-randomized-election-timeout': (environment, directive) =>
    first(environment, directive).setElectionTimeout(whole(option(directive.arguments, 'timeout'))),
  stabilize,
  status: (environment, directive) => {
    const { raft, config } = first(environment, directive);
    if (raft.role === 'leader') environment.write(describeProgressList(raft.progress, config));
  },
  'tick-election': (environment, directive) => {
    const node = first(environment, directive);
    tick(node, node.config.electionTick);
  },
  'tick-heartbeat': (environment, directive) => {
    const node = first(environment, directive);
    tick(node, node.config.heartbeatTick);
  },
  'transfer-leadership': (environment, { arguments: args }) => {
    const to = whole(option(args, 'to'));
    environment.node(whole(option(args, 'from'))).step({ type: 'transfer-leader', to });
  },
};
