/**
 * What a session and the proxy process tell each other (within one process, at once and in order).
 */
import type { ConnectFailure } from '../../sim/effects.ts';
import type { SessionSettings } from './plan.ts';
import type { Target } from './queue.ts';

/** The input of a session member. */
export interface SessionInput {
  readonly id: string;
  readonly settings: SessionSettings;
  readonly from: string;
  /** The port that the client connected to. */
  readonly port: number;
  readonly generation: number;
  readonly atUs: number;
  /** The server to connect to; undefined: waits in a queue, or (http) for a request first. */
  readonly target: Target | undefined;
  /** Waits in the queue of this server (a number), of the backend ('backend'), or in none. */
  readonly queue: number | 'backend' | undefined;
}

/** From the lead: connect there; the slot is taken. */
export interface ConnectTo extends Target {
  readonly type: 'connect-to';
}
/** From the lead: every server is full; wait in this queue. */
export interface WaitInQueue {
  readonly type: 'wait-in-queue';
  readonly queue: number | 'backend';
}
/** From the lead: wait, then ask again. */
export interface TurnAround {
  readonly type: 'turn-around';
  readonly delayUs: number;
  /** It will ask for another server; its slot is given back already. */
  readonly another: boolean;
}
/** From the lead: there is no server for you. */
export interface GiveUp {
  readonly type: 'give-up';
  /** Two letters for the log. */
  readonly state: string;
  /** It still holds a slot of the server it tried last. */
  readonly slot: boolean;
}
/** From the lead: the server that you wait for is gone. */
export interface ChooseAgain {
  readonly type: 'choose-again';
}
export interface Kill {
  readonly type: 'kill';
  readonly letter: 'D' | 'U' | 'K';
}
export interface StatsAnswer {
  readonly type: 'stats-answer';
  readonly body: string;
}

interface Told {
  readonly id: string;
  readonly generation: number;
  readonly backend: number;
}

/** To the lead: an attempt has failed. */
export interface AttemptFailed extends Told {
  readonly type: 'attempt-failed';
  readonly server: number;
  readonly how: ConnectFailure;
  /** Failed attempts so far, this one included. */
  readonly failures: number;
  readonly from: string;
}
/** To the lead: the turn-around is over, or the queue that it waited in is gone, or an HTTP request has come. */
export interface WantsServer extends Told {
  readonly type: 'wants-server';
  readonly from: string;
  /** The server to try again, or the one to avoid if `another`. */
  readonly server: number | undefined;
  readonly another: boolean;
  /** It has entered the backend only now (http). */
  readonly enters: boolean;
}
/** To the lead, where `observe` wants to know. */
export interface SessionConnected extends Told {
  readonly type: 'session-connected';
  readonly server: number;
}
/** To the lead, where `observe layer7` judges answers. */
export interface SessionAnswered extends Told {
  readonly type: 'session-answered';
  readonly server: number;
  readonly status: number;
}
export interface StatsRequest extends Told {
  readonly type: 'stats-request';
  readonly path: string;
}

/** To the lead: it is over. */
export interface SessionEnded extends Told {
  readonly type: 'session-ended';
  readonly frontend: number;
  readonly from: string;
  readonly port: number;
  readonly acceptedAtUs: number;
  /** The server of the last attempt; undefined: never had one. */
  readonly server: number | undefined;
  /** It has a slot of that server; its connection is being tried or open. */
  readonly slot: boolean;
  readonly connecting: boolean;
  readonly queue: number | 'backend' | undefined;
  readonly entered: boolean;
  readonly state: string;
  readonly queueUs: number;
  /** -1: never connected. */
  readonly connectUs: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly failures: number;
  readonly redispatched: boolean;
}

/** What the lead tells a session. */
export type SessionOrder = ConnectTo | WaitInQueue | TurnAround | GiveUp | ChooseAgain | Kill | StatsAnswer;

export type SessionReport =
  | AttemptFailed
  | WantsServer
  | SessionConnected
  | SessionAnswered
  | StatsRequest
  | SessionEnded;
