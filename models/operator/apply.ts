/**
 * An operator who creates what a scenario wants to be there from the start: one object after the other through the control
 * plane's endpoint, again after a pause for as long as it fails. Then nothing more.
 *
 * Unit: microseconds. The pause of 2 s is an assumption.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { ProcessType } from '../../sim/process-type.ts';
import type { Timed } from '../family.ts';
import { collectionPath } from '../kube-apiserver/api.ts';
import { type ApiServerAddress, askApi, REST_CLIENT, type RestAnswer } from '../kube-apiserver/rest-calls.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import type { Manifest } from './manifests.ts';

const PAUSE_US = 2_000_000;

export interface ApplyConfig {
  readonly server: ApiServerAddress;
  readonly manifests: readonly Manifest[];
}
interface Context extends ApplyConfig {
  readonly next: number;
}

function create({ manifests, next }: Context): Effect {
  const { plural, namespace, object } = manifests[next] as Manifest;
  const path = collectionPath(plural, namespace === '' ? undefined : namespace);
  return askApi('', 'POST', path, object);
}

const applyMachine = setup({
  types: {} as {
    context: Context;
    events: Timed<RestAnswer>;
    input: ProcessInput<ApplyConfig>;
    emitted: Effect;
  },
  guards: {
    done: ({ context }) => context.next >= context.manifests.length,
    made: ({ event }) => event.error === '' || event.status === 409,
  },
  delays: { pause: PAUSE_US },
}).createMachine({
  id: 'operator.apply',
  context: ({ input }) => ({ ...input.config, next: 0 }),
  initial: 'starting',
  states: {
    starting: {
      entry: emit(({ context }) => ({
        type: 'start',
        machine: 'rest-client',
        id: REST_CLIENT,
        input: context.server,
      })),
      always: 'pausing',
    },
    pausing: { after: { pause: 'creating' } },
    creating: {
      entry: emit(({ context }) => create(context)),
      on: {
        answer: [
          { guard: 'made', target: 'next', actions: assign({ next: ({ context }) => context.next + 1 }) },
          { target: 'pausing' },
        ],
      },
    },
    next: {
      always: [{ guard: 'done', target: 'finished' }, { target: 'creating' }],
    },
    finished: { entry: emit({ type: 'exit', code: 0 }) },
  },
});

/** Its config is an ApplyConfig. */
export const apply: ProcessType = {
  name: 'operator',
  lead: applyMachine,
  members: { 'rest-client': restClient },
};
