/** Worlds for the kernel's tests: hosts that are up at once, and every note as [ms, who, note]. */
import { hostMachine } from '../../models/host/machine.ts';
import type { ProcessType } from '../../sim/process-type.ts';
import { referenceProgram } from '../../sim/reference.ts';
import type { ProcessSpec, Step, Supervisor } from '../../sim/state.ts';
import { World } from '../../sim/world.ts';
import type { HostSpec, WorldSpec } from '../../sim/world-spec.ts';

export const SECOND = 1_000_000;

export function host(name: string, number: number, more: Partial<HostSpec> = {}): HostSpec {
  return { name, address: `10.0.0.${number}`, bootUs: 0, ...more };
}

export function process(
  on: string,
  type: ProcessType,
  config: unknown = {},
  supervisor: Supervisor = { kind: 'none' },
): ProcessSpec & { host: string } {
  return { host: on, name: type.name, type, config, supervisor, enabled: true, startDelayUs: [0, 0] };
}

export interface Story {
  readonly world: World;
  readonly notes: [number, string, Record<string, unknown>][];
  readonly steps: Step[];
}

export function story(spec: Pick<WorldSpec, 'hosts' | 'processes'> & Partial<WorldSpec>): Story {
  const world = new World({ seed: 1, hostMachine, executor: referenceProgram, ...spec });
  const notes: Story['notes'] = [];
  const steps: Step[] = [];
  world.observer = (step) => {
    steps.push(step);
    for (const effect of step.effects) {
      for (const part of effect.type === 'batch' ? effect.effects : [effect]) {
        if (part.type === 'note') notes.push([step.atUs / 1000, step.who, part as never]);
      }
    }
  };
  for (const { name } of world.hosts) world.act(0, { do: 'host', host: name, event: { type: 'power-on' } });
  return { world, notes, steps };
}
