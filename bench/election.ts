/**
 * A plain leader election, kept for measuring executors: five members that count ticks, ask for votes,
 * and beat. Not a model of anything (models/etcd has Raft): no log, no pre-vote, no lease.
 *
 * Unit of time: ticks. Everything is named in setup(), so that the measurement can wrap each function.
 */
import { and, assign, emit, not, setup } from 'xstate';
import { uniformInteger } from '../models/uniform.ts';
import type { Effect } from '../sim/effects.ts';
import type { Instance, MachineEvent, Port, Program } from '../sim/machine.ts';

export const MEMBERS = 5;
const QUORUM = 3;
/** As etcd's defaults: an election after 10 to 19 ticks, a heartbeat each tick. */
const ELECTION_TICKS = 10;

interface Context {
  readonly id: number;
  readonly term: number;
  readonly vote: number;
  readonly leader: number;
  readonly granted: readonly number[];
  readonly elapsed: number;
  readonly timeout: number;
}

type Message =
  | { readonly type: 'heartbeat'; readonly from: number; readonly term: number }
  | { readonly type: 'heartbeat-answer'; readonly from: number; readonly term: number }
  | { readonly type: 'vote-request'; readonly from: number; readonly term: number }
  | { readonly type: 'vote'; readonly from: number; readonly term: number; readonly granted: boolean };

export type ElectionEvent = { readonly type: 'tick' } | Message;

const toAll = (message: Message): Effect => ({
  type: 'datagram',
  protocol: 'election',
  to: 'multicast',
  message,
});
const toOne = (to: number, message: Message): Effect => ({
  type: 'datagram',
  protocol: 'election',
  to: String(to),
  message,
});
const termOf = (event: ElectionEvent) => (event.type === 'tick' ? -1 : event.term);
const senderOf = (event: ElectionEvent) => (event.type === 'tick' ? -1 : event.from);

/** The timeout of a member in a term, drawn anew for each. */
const timeoutOf = (id: number, term: number) =>
  uniformInteger(id, 'election', term, ELECTION_TICKS, 2 * ELECTION_TICKS - 1);

export const election = setup({
  types: {
    context: {} as Context,
    events: {} as ElectionEvent,
    emitted: {} as Effect,
    input: {} as { readonly id: number } | undefined,
  },
  guards: {
    isNewerTerm: ({ context, event }) => termOf(event) > context.term,
    isOlderTerm: ({ context, event }) => termOf(event) < context.term,
    isTimeUp: ({ context }) => context.elapsed + 1 >= context.timeout,
    mayVote: ({ context, event }) => context.vote < 0 || context.vote === senderOf(event),
    isGranted: ({ event }) => event.type === 'vote' && event.granted,
    isLastNeeded: ({ context }) => context.granted.length + 1 >= QUORUM,
  },
  actions: {
    countTick: assign({ elapsed: ({ context }) => context.elapsed + 1 }),
    follow: assign(({ context, event }) => {
      const term = termOf(event);
      return { term, vote: -1, leader: -1, elapsed: 0, timeout: timeoutOf(context.id, term) };
    }),
    acceptLeader: assign({ leader: ({ event }) => senderOf(event), elapsed: 0 }),
    giveVote: assign({ vote: ({ event }) => senderOf(event), elapsed: 0 }),
    campaign: assign(({ context: { id, term } }) => ({
      term: term + 1,
      vote: id,
      leader: -1,
      granted: [id],
      elapsed: 0,
      timeout: timeoutOf(id, term + 1),
    })),
    countVote: assign({ granted: ({ context, event }) => [...context.granted, senderOf(event)] }),
    lead: assign(({ context }) => ({ leader: context.id, elapsed: 0 })),
    askForVotes: emit(({ context: { id, term } }) => toAll({ type: 'vote-request', from: id, term })),
    answerYes: emit(({ context: { id, term }, event }) =>
      toOne(senderOf(event), { type: 'vote', from: id, term, granted: true }),
    ),
    answerNo: emit(({ context: { id, term }, event }) =>
      toOne(senderOf(event), { type: 'vote', from: id, term, granted: false }),
    ),
    beat: emit(({ context: { id, term } }) => toAll({ type: 'heartbeat', from: id, term })),
    answerBeat: emit(({ context: { id, term }, event }) =>
      toOne(senderOf(event), { type: 'heartbeat-answer', from: id, term }),
    ),
  },
}).createMachine({
  id: 'election',
  context: ({ input }) => {
    const id = input?.id ?? 0;
    return { id, term: 0, vote: -1, leader: -1, granted: [], elapsed: 0, timeout: timeoutOf(id, 0) };
  },
  initial: 'follower',
  on: {
    heartbeat: [
      { guard: 'isOlderTerm', actions: 'answerBeat' },
      { guard: 'isNewerTerm', target: '.follower', actions: ['follow', 'acceptLeader', 'answerBeat'] },
      { target: '.follower', actions: ['acceptLeader', 'answerBeat'] },
    ],
    'vote-request': [
      { guard: 'isNewerTerm', target: '.follower', actions: ['follow', 'giveVote', 'answerYes'] },
      { actions: 'answerNo' },
    ],
    vote: { guard: 'isNewerTerm', target: '.follower', actions: 'follow' },
    'heartbeat-answer': { guard: 'isNewerTerm', target: '.follower', actions: 'follow' },
  },
  states: {
    follower: {
      on: {
        tick: [{ guard: 'isTimeUp', target: 'candidate' }, { actions: 'countTick' }],
        'vote-request': {
          guard: and([not('isNewerTerm'), not('isOlderTerm'), 'mayVote']),
          actions: ['giveVote', 'answerYes'],
        },
      },
    },
    candidate: {
      entry: ['campaign', 'askForVotes'],
      on: {
        tick: [{ guard: 'isTimeUp', target: 'candidate', reenter: true }, { actions: 'countTick' }],
        vote: [
          { guard: and(['isGranted', not('isOlderTerm'), 'isLastNeeded']), target: 'leader' },
          { guard: and(['isGranted', not('isOlderTerm')]), actions: 'countVote' },
        ],
      },
    },
    leader: {
      entry: ['lead', 'beat'],
      on: { tick: { actions: 'beat' } },
    },
  },
});

/** What one member received, in the order of the run. */
export interface Received {
  readonly member: number;
  readonly event: MachineEvent;
}

/**
 * Runs five members with heartbeats, and every 200 rounds cuts the leader off for 40, so that there are elections.
 * @returns all that the members received
 */
export function recordElection(program: Program, rounds: number): Received[] {
  const received: Received[] = [];
  const queue: Received[] = [];
  let sender = 0;
  let cut = -1;
  const port: Port = {
    emit(effect) {
      if (effect.type !== 'datagram') return;
      for (let member = 0; member < MEMBERS; member++) {
        const addressed = effect.to === 'multicast' ? member !== sender : effect.to === String(member);
        if (addressed && member !== cut && sender !== cut) {
          queue.push({ member, event: effect.message as MachineEvent });
        }
      }
    },
    schedule() {},
    cancel() {},
  };
  const instances = startMembers(program, port);
  const leader = program.leaves.indexOf('leader');
  for (let round = 0; round < rounds; round++) {
    if (round % 200 === 100) cut = instances.findIndex((instance) => instance.leaf === leader);
    if (round % 200 === 140) cut = -1;
    for (let member = 0; member < MEMBERS; member++) queue.push({ member, event: { type: 'tick' } });
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      received.push(next);
      sender = next.member;
      program.step(instances[next.member]!, next.event, port);
    }
  }
  return received;
}

/** Feeds the members what they received. The world around them costs nothing: no queue, a deaf port. */
export function replayElection(program: Program, received: readonly Received[]): Instance[] {
  const instances = startMembers(program, DEAF);
  for (let i = 0; i < received.length; i++) {
    const { member, event } = received[i]!;
    program.step(instances[member]!, event, DEAF);
  }
  return instances;
}

const DEAF: Port = { emit() {}, schedule() {}, cancel() {} };

function startMembers(program: Program, port: Port): Instance[] {
  return Array.from({ length: MEMBERS }, (_, id) => {
    const instance: Instance = { leaf: -1, context: undefined };
    program.start(instance, { id }, port);
    return instance;
  });
}
