/** Named errors of the kernel. A modelled failure is an event and never one of these. */

export class SimulationError extends Error {
  override readonly name: string = 'SimulationError';
}

/** More entries wait in the event queue than its bound allows. */
export class QueueFull extends SimulationError {
  override readonly name = 'QueueFull';
  constructor(limit: number) {
    super(`the event queue is full (${limit} entries): something schedules faster than time passes`);
  }
}

/** More events wait for one paused or starved process than its bound allows. */
export class InboxFull extends SimulationError {
  override readonly name = 'InboxFull';
  constructor(process: string, limit: number) {
    super(`the inbox of ${process} is full (${limit} events wait)`);
  }
}

/** Members of a family kept telling each other things without time passing. */
export class FamilyLoop extends SimulationError {
  override readonly name = 'FamilyLoop';
  constructor(process: string, limit: number) {
    super(`${process}: ${limit} deliveries at one instant, its machines answer each other without end`);
  }
}

/** A run took more kernel events than its bound allows. */
export class RunTooLong extends SimulationError {
  override readonly name = 'RunTooLong';
  constructor(limit: number) {
    super(`the run took more than ${limit} kernel events`);
  }
}

/** An action names a host, process or connection that the world does not have. */
export class NoSuchThing extends SimulationError {
  override readonly name = 'NoSuchThing';
}
