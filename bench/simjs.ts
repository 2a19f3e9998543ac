/**
 * SIM.js (npm simjs 2.0.3) as a peer of the hold model. Its package is a browser bundle that leaves its classes in
 * window.Sim, so one is lent to it.
 */

interface Timer {
  done(callback: () => void): void;
}
interface SimEntity {
  setTimer(seconds: number): Timer;
  start(): void;
}
interface SimJs {
  readonly Entity: new (sim: unknown, name: string) => SimEntity;
  readonly Sim: new () => {
    addEntity(kind: new (sim: unknown, name: string) => SimEntity, name: string): void;
    simulate(untilSeconds: number, maxEvents: number): boolean;
  };
}

const lent = globalThis as unknown as { window?: { Sim?: SimJs } };

/** Runs the hold model: this many entities, each waiting delay() seconds again and again, for this many events. */
export async function simjsHold(
  entities: number,
  events: number,
  delaySeconds: () => number,
): Promise<() => void> {
  lent.window ??= {};
  // @ts-expect-error the package has no types and exports nothing
  await import('simjs');
  const { Sim, Entity } = lent.window.Sim as SimJs;
  class Holder extends Entity {
    override start(): void {
      this.setTimer(delaySeconds()).done(this.start);
    }
  }
  return () => {
    const sim = new Sim();
    for (let i = 0; i < entities; i++) sim.addEntity(Holder, `p${i}`);
    sim.simulate(Number.MAX_SAFE_INTEGER, events);
  };
}
