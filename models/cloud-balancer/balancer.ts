/**
 * A cloud's network balancer in front of the apiservers: a fixed address without a VIP, health checks, and connections that are
 * passed on by the network (effect `forward`). It does not speak for its targets: to a silent one a client's connect times out
 * until the checks have seen it. What comes on a connection whose target has become unhealthy is answered with RST.
 *
 * Source: Elastic Load Balancing, What is a Network Load Balancer (flow hash), Health checks for Network Load Balancer
 * target groups. Unit: microseconds.
 * Not modelled: zones and the addresses that DNS gives for them, TLS listeners, the time-out of idle flows (350 s), passive
 * health checks, deregistration, its own failures.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { Timed } from '../family.ts';
import { uniform } from '../uniform.ts';
import type { CloudBalancerConfig } from './config.ts';
import type { Checked, HealthCheckInput } from './health-check.ts';
import { BACKEND, stateWord } from './observe.ts';
import { afterCheck, inService, NEW_TARGET, type TargetHealth } from './target-health.ts';

export interface BalancerContext {
  readonly config: CloudBalancerConfig;
  readonly luck: number;
  readonly health: Readonly<Record<string, TargetHealth>>;
  /** What the last check has changed. */
  readonly news: readonly Effect[];
}

function forward(config: CloudBalancerConfig, health: BalancerContext['health']): Effect {
  const targets = inService(config.targets, health).map(({ address, port }) => ({ address, port }));
  return { type: 'forward', port: config.port, targets, masquerade: !config['preserve_client_ip.enabled'] };
}

function begin({ config, luck, health }: BalancerContext): Effect {
  const checks = config.targets.map((target): Effect => {
    const phaseUs = Math.floor(uniform(luck, target.name, 0) * config.HealthCheckIntervalSeconds);
    const input: HealthCheckInput = { config, target, phaseUs };
    return { type: 'start', machine: 'health-check', id: `health-check/${target.name}`, input };
  });
  return { type: 'batch', effects: [forward(config, health), ...checks] };
}

function checked(context: BalancerContext, { target, ok, reason }: Checked): Partial<BalancerContext> {
  const { config } = context;
  const before = context.health[target] ?? NEW_TARGET;
  const after = afterCheck(before, ok, reason, config);
  const health = { ...context.health, [target]: after };
  if (after.state === before.state) return { health, news: [] };
  const state = stateWord(after);
  const note = { backend: BACKEND, server: target, state, reason: after.reason };
  return {
    health,
    news: [
      forward(config, health),
      { type: 'note', name: 'server-state', ...note },
      { type: 'log', line: `target ${target} is ${after.state}${reason === '' ? '' : `: ${reason}`}` },
    ],
  };
}

export const balancer = setup({
  types: {} as {
    input: ProcessInput<CloudBalancerConfig>;
    context: BalancerContext;
    events: Timed<Checked>;
    emitted: Effect;
  },
}).createMachine({
  id: 'cloud-balancer',
  context: ({ input: { config, luck } }) => ({
    config,
    luck,
    health: Object.fromEntries(config.targets.map(({ name }) => [name, NEW_TARGET])),
    news: [],
  }),
  initial: 'active',
  states: {
    active: {
      entry: emit(({ context }) => begin(context)),
      on: {
        checked: {
          actions: [
            assign(({ context, event }) => checked(context, event)),
            emit(({ context }) => ({ type: 'batch', effects: context.news })),
          ],
        },
      },
    },
  },
});
