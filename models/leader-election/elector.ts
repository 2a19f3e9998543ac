/**
 * Leader election by a Lease, exactly as client-go does it: a member of kube-scheduler, kube-controller-manager and
 * whatever else elects so.
 *
 * Sources: client-go tools/leaderelection/leaderelection.go (Run, acquire 253-283, renew 285-331, release, tryAcquireOrRenew
 * 427-517), resourcelock/interface.go:142-150 (each call at most max(1 s, renewDeadline/2)). Unit: microseconds.
 *
 * Judged by the time since this candidate last saw the record change, on its own clock. A leader that cannot renew for
 * renewDeadline, or whose process is asked to end, is told so once and does nothing more; its process exits. With
 * ReleaseOnCancel it first tries to give the lease up, in both cases, for another renewDeadline at most: so a leader that
 * has lost its API learns of it that much later.
 * Not modelled: coordinated election, versions that read before each renewal (before the optimistic update), a release over
 * the record of a holder that came meanwhile, events `became leader`.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { collectionPath, type Lease, leasePath } from '../kube-apiserver/api.ts';
import type { Occurrence } from '../kube-apiserver/events.ts';
import {
  askApi,
  REST_CLIENT,
  type RestAnswer,
  type RestCall,
  type RestCancel,
} from '../kube-apiserver/rest-calls.ts';
import { nextTick } from '../ticker.ts';
import { uniform } from '../uniform.ts';
import type { LeaderElectionConfig } from './config.ts';
import {
  isHeldByMe,
  isHeldByOther,
  NOTHING_OBSERVED,
  nextRecord,
  type Observation,
  observe,
  releasedRecord,
  retryDelayUs,
} from './record.ts';

/** Id under which a family starts it. */
export const ELECTOR = 'leader-election';

export interface ElectorInput {
  readonly config: LeaderElectionConfig;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  readonly identity: string;
  readonly luck: number;
  /** Limit of one call where the lock's client is not resourcelock's own. */
  readonly callTimeoutUs?: number;
  /** Who says in events that it leads; absent: nobody does. */
  readonly recorder?: string;
}
/** From the lead: the process was asked to end (its context is cancelled). */
export interface StopLeading {
  readonly type: 'stop-leading';
}
/** To the lead: this process leads from now on. */
export interface StartedLeading {
  readonly type: 'started-leading';
}
/** To the lead: it no longer leads or stands, and has to exit. */
export interface StoppedLeading {
  readonly type: 'stopped-leading';
}

interface Context extends ElectorInput, Observation {
  /** Retries drawn so far. */
  readonly draws: number;
  /** Last tick of the present round of renewals. */
  readonly tickUs: number | undefined;
}
type Event = Timed<RestAnswer> | Timed<StopLeading>;
type Answer = Timed<RestAnswer>;

function lockName({ namespace, name }: ElectorInput): string {
  return `${namespace}/${name}`;
}

function log(line: string, level = 'info'): Effect {
  return { type: 'log', line, level };
}

function get({ namespace, name }: ElectorInput): Effect {
  return askApi(ELECTOR, 'GET', leasePath(namespace, name));
}

/** Writes the Lease; `news` is what the elector has to say of it: `became leader`. */
function write(context: Context, method: 'POST' | 'PUT', lease: Lease, news?: string): Effect {
  const { namespace, name, identity, recorder } = context;
  const path = method === 'POST' ? collectionPath('leases', namespace) : leasePath(namespace, name);
  const bare: RestCall = { type: 'call', from: ELECTOR, method, path, body: lease };
  if (news === undefined || recorder === undefined) return tell<RestCall>(REST_CLIENT, bare);
  const said: Occurrence = {
    type: 'Normal',
    reason: 'LeaderElection',
    message: `${identity} ${news}`,
    component: recorder,
  };
  return tell<RestCall>(REST_CLIENT, { ...bare, said: [said] });
}

function create(context: Context, atUs: number): Effect {
  const { namespace, name, identity, config } = context;
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: nextRecord(undefined, identity, config['leader-elect-lease-duration'], atUs),
  };
  return write(context, 'POST', lease, 'became leader');
}

function update(context: Context, atUs: number): Effect {
  const { identity, config } = context;
  const lease = context.lease as Lease;
  const spec = nextRecord(lease.spec, identity, config['leader-elect-lease-duration'], atUs);
  const isMine = lease.spec.holderIdentity === identity;
  return write(context, 'PUT', { ...lease, spec }, isMine ? undefined : 'became leader');
}

function release(context: Context, atUs: number): Effect {
  const lease = context.lease as Lease;
  return write(context, 'PUT', { ...lease, spec: releasedRecord(lease.spec, atUs) }, 'stopped leading');
}

const cancel = tell<RestCancel>(REST_CLIENT, { type: 'cancel', from: ELECTOR });

/** What the Lease looks like after this answer. */
function seen(context: Context, event: Event): Observation {
  return observe(context, (event as Answer).body as Lease, event.atUs);
}

function errorOf(event: Event): string {
  return (event as Answer).error;
}

const electorSetup = setup({
  types: {} as { context: Context; events: Event; input: ElectorInput; emitted: Effect },
  actions: {
    observe: assign(({ context, event }) => seen(context, event)),
    get: emit(({ context }) => get(context)),
    create: emit(({ context, event }) => create(context, event.atUs)),
    update: emit(({ context, event }) => update(context, event.atUs)),
    logGetFailed: emit(({ context, event }) =>
      log(`error retrieving resource lock ${lockName(context)}: ${errorOf(event)}`, 'error'),
    ),
    logCreateFailed: emit(({ event }) =>
      log(`error initially creating leader election record: ${errorOf(event)}`, 'error'),
    ),
    logUpdateFailed: emit(({ event }) => log(`Failed to update lock: ${errorOf(event)}`, 'error')),
    giveUpCall: emit(({ context }) => ({
      type: 'batch',
      effects: [
        cancel,
        log(`error retrieving resource lock ${lockName(context)}: context deadline exceeded`, 'error'),
      ],
    })),
    cancelCall: emit(cancel),
    lose: emit(({ context }) => ({
      type: 'batch',
      effects: [
        cancel,
        log(`failed to renew lease ${lockName(context)}: timed out waiting for the condition`),
        { type: 'note', name: 'lease-lost', lease: context.name, holder: context.identity },
      ],
    })),
    release: emit(({ context, event }) => release(context, event.atUs)),
    logReleaseFailed: emit(({ event }) => log(`Failed to release lease: ${errorOf(event)}`, 'error')),
    released: emit(({ context }) => ({
      ...{ type: 'note', name: 'lease-released', lease: context.name, holder: context.identity },
    })),
    becomeLeader: emit(({ context }) => ({
      type: 'batch',
      effects: [
        log(`successfully acquired lease ${lockName(context)}`),
        { type: 'note', name: 'lease-acquired', lease: context.name, holder: context.identity },
        tell<StartedLeading>('', { type: 'started-leading' }),
      ],
    })),
  },
  guards: {
    notFound: ({ event }) => (event as Answer).status === 404,
    failed: ({ event }) => errorOf(event) !== '',
    releases: ({ context }) => context.config.releaseOnCancel,
    isMine: ({ context, event }) => seen(context, event).lease?.spec.holderIdentity === context.identity,
    heldByOther: ({ context, event }) =>
      isHeldByOther(
        seen(context, event),
        context.identity,
        context.config['leader-elect-lease-duration'],
        event.atUs,
      ),
    heldByMe: ({ context, event }) =>
      isHeldByMe(context, context.identity, context.config['leader-elect-lease-duration'], event.atUs),
  },
  delays: {
    callTimeout: ({ context }) =>
      context.callTimeoutUs ?? Math.max(1_000_000, context.config['leader-elect-renew-deadline'] / 2),
    retryJitter: ({ context }) =>
      retryDelayUs(
        context.config['leader-elect-retry-period'],
        uniform(context.luck, context.name, context.draws),
      ),
    retryPeriod: ({ context }) => context.config['leader-elect-retry-period'],
    renewDeadline: ({ context }) => context.config['leader-elect-renew-deadline'],
    nextTick: ({ context, event }) => Math.max(0, (context.tickUs ?? 0) - event.atUs),
  },
});

export const elector = electorSetup.createMachine({
  id: 'leader-election',
  context: ({ input }) => ({ ...input, ...NOTHING_OBSERVED, draws: 0, tickUs: undefined }),
  initial: 'acquire',
  states: {
    acquire: {
      entry: emit(({ context }) => log(`attempting to acquire leader lease ${lockName(context)}...`)),
      initial: 'get',
      on: { 'stop-leading': { target: 'stopped', actions: 'cancelCall' } },
      states: {
        get: {
          entry: 'get',
          on: {
            answer: [
              { guard: 'notFound', target: 'create' },
              { guard: 'failed', target: 'wait', actions: 'logGetFailed' },
              { guard: 'heldByOther', target: 'wait', actions: 'observe' },
              { target: 'update', actions: 'observe' },
            ],
          },
          after: { callTimeout: { target: 'wait', actions: 'giveUpCall' } },
        },
        create: {
          entry: 'create',
          on: {
            answer: [
              { guard: 'failed', target: 'wait', actions: 'logCreateFailed' },
              { target: '#renew', actions: ['observe', 'becomeLeader'] },
            ],
          },
          after: { callTimeout: { target: 'wait', actions: 'giveUpCall' } },
        },
        update: {
          entry: 'update',
          on: {
            answer: [
              { guard: 'failed', target: 'wait', actions: 'logUpdateFailed' },
              { target: '#renew', actions: ['observe', 'becomeLeader'] },
            ],
          },
          after: { callTimeout: { target: 'wait', actions: 'giveUpCall' } },
        },
        wait: {
          entry: assign({ draws: ({ context }) => context.draws + 1 }),
          after: { retryJitter: 'get' },
        },
      },
    },
    renew: {
      id: 'renew',
      initial: 'round',
      on: {
        'stop-leading': [
          { guard: 'releases', target: 'releasing', actions: 'cancelCall' },
          { target: 'stopped', actions: 'cancelCall' },
        ],
      },
      states: {
        round: {
          entry: assign({ tickUs: undefined }),
          initial: 'try',
          states: {
            try: {
              always: [{ guard: 'heldByMe', target: 'update-cached' }, { target: 'get' }],
            },
            'update-cached': {
              entry: 'update',
              on: {
                answer: [
                  { guard: 'failed', target: 'get' },
                  { target: '#rest', actions: 'observe' },
                ],
              },
              after: { callTimeout: { target: 'get', actions: 'giveUpCall' } },
            },
            get: {
              entry: 'get',
              on: {
                answer: [
                  { guard: 'notFound', target: 'create' },
                  { guard: 'failed', target: 'poll', actions: 'logGetFailed' },
                  { guard: 'heldByOther', target: 'poll', actions: 'observe' },
                  { target: 'update', actions: 'observe' },
                ],
              },
              after: { callTimeout: { target: 'poll', actions: 'giveUpCall' } },
            },
            create: {
              entry: 'create',
              on: {
                answer: [
                  { guard: 'failed', target: 'poll', actions: 'logCreateFailed' },
                  { target: '#rest', actions: 'observe' },
                ],
              },
              after: { callTimeout: { target: 'poll', actions: 'giveUpCall' } },
            },
            update: {
              entry: 'update',
              on: {
                answer: [
                  { guard: 'failed', target: 'poll', actions: 'logUpdateFailed' },
                  { target: '#rest', actions: 'observe' },
                ],
              },
              after: { callTimeout: { target: 'poll', actions: 'giveUpCall' } },
            },
            poll: {
              entry: assign({
                tickUs: ({ context, event }) =>
                  nextTick(context.tickUs, context.config['leader-elect-retry-period'], event.atUs),
              }),
              after: { nextTick: 'try' },
            },
          },
          after: {
            renewDeadline: [
              { guard: 'releases', target: '#releasing', actions: 'lose' },
              { target: '#stopped', actions: 'lose' },
            ],
          },
        },
        rest: { id: 'rest', after: { retryPeriod: 'round' } },
      },
    },
    releasing: {
      id: 'releasing',
      initial: 'get',
      states: {
        get: {
          entry: 'get',
          on: {
            answer: [
              { guard: 'failed', target: '#stopped', actions: 'logGetFailed' },
              { guard: 'isMine', target: 'update', actions: 'observe' },
              { target: '#stopped' },
            ],
          },
        },
        update: {
          entry: 'release',
          on: {
            answer: [
              { guard: 'failed', target: '#stopped', actions: 'logReleaseFailed' },
              { target: '#stopped', actions: 'released' },
            ],
          },
        },
      },
      after: { renewDeadline: { target: 'stopped', actions: 'giveUpCall' } },
    },
    stopped: {
      id: 'stopped',
      entry: emit(tell<StoppedLeading>('', { type: 'stopped-leading' })),
    },
  },
});
