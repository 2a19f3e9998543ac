/**
 * What an entry of the fault palette is: a name, one line about it, what it may be aimed at, its own
 * parameters, and the actions of the kernel that begin it and that undo it when it lasts `for` a while.
 */
import type { ParameterChange } from '../models/cluster/reconfigure.ts';
import type { z } from '../models/zod.ts';
import type { Action } from '../sim/faults.ts';

/** What a fault hits, once roles are resolved. */
export interface Aim {
  readonly hosts: readonly string[];
  /** `m1/haproxy` */
  readonly processes: readonly string[];
  /** Directed groups: packets from one of `from` to one of `to`. */
  readonly links: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
}

/** What a fault has to know of the world in which it happens. */
export interface FaultContext {
  /** The entry's name: rules of the network are called after it, so that `heal` can find them. */
  readonly entry: string;
  /** Every host of the world. */
  readonly hosts: readonly string[];
  indexOf(host: string): number;
  /** Ids of the network's rules in force. */
  readonly rules: readonly string[];
  /** The disk as it is now. */
  diskOf(host: string): { readonly latencyUs: number; readonly jitterUs: number };
  driftPpmOf(host: string): number;
  /** What a process is started with. */
  configOf(process: string): unknown;
  /** The same with another value of a parameter. */
  reconfigured(change: ParameterChange): unknown;
}

export type AimKind = 'host' | 'process' | 'network' | 'none';

export interface Fault {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  readonly aim: AimKind;
  /** The strict schema of its own parameters. */
  readonly parameters: z.ZodObject;
  /** May it be given `for`? Then `end` undoes it. */
  readonly lasts: boolean;
  begin(aim: Aim, parameters: Record<string, unknown>, context: FaultContext): Action[];
  /** Actions that undo it; computed when it begins, so that what was before comes back. */
  end(aim: Aim, parameters: Record<string, unknown>, context: FaultContext): Action[];
}

/** A palette entry whose parameters are typed by their schema. */
export function fault<P extends z.ZodObject>(definition: {
  name: string;
  about: string;
  aim: AimKind;
  parameters: P;
  begin: (aim: Aim, parameters: z.infer<P>, context: FaultContext) => Action[];
  end?: (aim: Aim, parameters: z.infer<P>, context: FaultContext) => Action[];
}): Fault {
  const { end, begin } = definition;
  return {
    ...definition,
    lasts: end !== undefined,
    begin: (aim, parameters, context) => begin(aim, parameters as z.infer<P>, context),
    end: (aim, parameters, context) => end?.(aim, parameters as z.infer<P>, context) ?? [],
  };
}
