/**
 * The kernel alone: the hold model (Vaucher and Duval 1975). 100 processes, each fires and waits again for an
 * exponential time with mean 1 s. Ours goes through the world (queue, dispatch, program, port); the program is written
 * by hand, so that no executor is measured. Beside it SIM.js 2.0.3 with one timer request an entity.
 */
import type { AnyStateMachine } from 'xstate';
import { hostMachine } from '../models/host/machine.ts';
import type { Instance, Port, Program } from '../sim/machine.ts';
import { referenceProgram } from '../sim/reference.ts';
import { Streams } from '../sim/streams.ts';
import { World } from '../sim/world.ts';
import { sideBySide } from './cpu.ts';
import { simjsHold } from './simjs.ts';

const PROCESSES = 100;
const EVENTS = 1_000_000;

/** Exponential delays with mean 1 s, drawn beforehand: both simulators use the same ones. */
function delaysUs(): Float64Array {
  const streams = new Streams('hold');
  return Float64Array.from({ length: 1 << 16 }, () =>
    Math.max(1, Math.round(-Math.log(1 - streams.next('delays')) * 1e6)),
  );
}

const DELAYS = delaysUs();
let drawn = 0;
const nextDelayUs = (): number => DELAYS[drawn++ & 0xffff] as number;

const WAKE = { type: 'wake' };
const holder: Program = {
  id: 'holder',
  leaves: ['waiting'],
  timers: ['wake'],
  start(instance: Instance, _input: unknown, port: Port) {
    instance.leaf = 0;
    port.schedule(0, nextDelayUs(), WAKE, WAKE.type);
  },
  step(_instance: Instance, _event: unknown, port: Port) {
    port.schedule(0, nextDelayUs(), WAKE, WAKE.type);
    return true;
  },
};

export function holdWorld(): World {
  const lead = { id: 'holder' } as unknown as AnyStateMachine;
  const world = new World({
    seed: 1,
    hosts: [{ name: 'a', address: '10.0.0.1', bootUs: 0 }],
    processes: Array.from({ length: PROCESSES }, (_, i) => ({
      host: 'a',
      name: `p${i}`,
      type: { name: `p${i}`, lead },
      config: {},
      supervisor: { kind: 'none' as const },
      enabled: true,
      startDelayUs: [0, 0] as const,
    })),
    hostMachine,
    executor: (machine) => (machine === lead ? holder : referenceProgram(machine)),
  });
  world.act(0, { do: 'host', host: 'a', event: { type: 'power-on' } });
  world.runUntil(1);
  return world;
}

/** Events per CPU second, ours and SIM.js's, in one run. */
export async function measureHold(rounds = 5): Promise<{ ours: number; simjs: number }> {
  const world = holdWorld();
  const simjs = await simjsHold(PROCESSES, EVENTS, () => nextDelayUs() / 1e6);
  const seconds = sideBySide(rounds, {
    ours: () => {
      for (let i = 0; i < EVENTS; i++) world.step();
    },
    simjs,
  });
  return { ours: EVENTS / (seconds['ours'] as number), simjs: EVENTS / (seconds['simjs'] as number) };
}
