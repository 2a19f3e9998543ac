/** What a change would hit, before it is made: asked of the world at that moment, which is thrown away again. */
import { entryWords } from '../../scenarios/fault-words.ts';
import { aimAt, faultActions, faultContext, faultNamed } from '../../scenarios/faults.ts';
import { hostsOfGroup, readTargets } from '../../scenarios/targets.ts';
import { changeMs, type FaultChange } from '../run/request.ts';
import type { Held } from './held-runs.ts';
import { composeRequest } from './run-request.ts';

export interface Preview {
  /** In words, one sentence each. */
  readonly sentences: readonly string[];
  readonly hosts: readonly string[];
  /** `m1/haproxy` */
  readonly processes: readonly string[];
  readonly links: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
}

const NOT_PARAMETERS = ['at', 'do', 'on', 'links', 'direction', 'for'];

/** Throws an Error with words for people if it cannot be done. */
export function previewOf({ request, composed, library, run }: Held, change: FaultChange): Preview {
  // Checked as it would be when it is run.
  composeRequest({ ...request, changes: [...(request.changes ?? []), change] }, library, composed.bundle);
  const { session } = run;
  const { topology } = composed;
  const atUs = session.epochUs + Math.round(changeMs(change) * 1_000);
  const world = session.history!.at(Math.min(atUs, session.nowUs));
  const fault = faultNamed(change.do)!;
  const targets = change.on === undefined ? [] : readTargets(change.on, topology);
  const direction = change['direction'] as 'both' | 'to' | 'from' | undefined;
  const sides = change.links?.map((side) => hostsOfGroup(side, topology));
  const aim = aimAt(
    (Array.isArray(targets) ? targets : []).filter((target) => target.kind !== 'role'),
    sides && { from: sides[0] as string[], to: sides[1] as string[], direction: direction ?? 'both' },
    topology,
  );
  const parameters = Object.fromEntries(
    Object.entries(change).filter(([key]) => !NOT_PARAMETERS.includes(key)),
  );
  const { begin } = faultActions(fault, aim, parameters, faultContext(world, topology, change.do));
  const hosts = world.hosts.map(({ name }) => name);
  const told = entryWords(begin, { hosts, name: change.do, untilUs: undefined, role: undefined });
  const sentences = [...told.values()].filter((text) => text !== '');
  return {
    sentences,
    hosts: fault.aim === 'host' ? aim.hosts : [],
    processes: aim.processes,
    links: fault.aim === 'network' ? aim.links : [],
  };
}
