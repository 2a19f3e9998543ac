/**
 * A search for failures that break what the design is meant to keep (quorate check), told run by run: every single fault of a
 * host's power, of a link, of a process first, then pairs and drawn schedules.
 */
import type { Topology } from '../../models/cluster/topology.ts';
import { Checker } from '../../properties/check-run.ts';
import { scenarioOfCounterexample } from '../../properties/counterexample.ts';
import { DEFAULT_CLASSES } from '../../properties/fault-classes.ts';
import { PROPERTIES } from '../../properties/library.ts';
import type { Property } from '../../properties/property.ts';
import { type Schedule, scheduleText } from '../../properties/schedule.ts';
import { Search } from '../../properties/search.ts';
import { shrink } from '../../properties/shrink.ts';
import type { Session } from '../../scenarios/session.ts';
import type { RunRequest } from '../run/request.ts';
import type { Put } from './held-runs.ts';
import { requestFor, topologyIn } from './made-run.ts';

/** What must always be so, what must come back in the end, what should happen now and then or nothing was tried. */
export type Tense = 'always' | 'eventually' | 'sometimes';

export interface CheckedProperty {
  readonly name: string;
  readonly tense: Tense;
  readonly sentence: string;
  /** Runs in which it held; of what should happen sometimes, those in which it did. */
  readonly held: number;
  readonly counterexample?: { readonly what: string; readonly faults: string; readonly request: RunRequest };
}

export interface DesignCheck {
  readonly runs: number;
  readonly of: number;
  readonly properties: readonly CheckedProperty[];
}

/** Without these a search has not put the design to the test. */
const SOMETIMES: readonly {
  readonly name: string;
  readonly sentence: string;
  readonly applies: (topology: Topology) => boolean;
  readonly happened: (session: Session) => boolean;
}[] = [
  {
    name: 'vip-moved',
    sentence: 'The VIP moves to another host.',
    applies: ({ vip }) => vip !== undefined,
    happened: ({ facts, epochUs }) =>
      facts.vip.list.some(({ atUs, value }) => atUs > epochUs && value.length > 0),
  },
  {
    name: 'leader-elected',
    sentence: 'etcd elects another leader.',
    applies: () => true,
    happened: ({ facts, epochUs }) =>
      facts.etcd.leader.list.some(({ atUs, value }) => atUs > epochUs && value.member !== null),
  },
  {
    name: 'requests-failed',
    sentence: 'A request of a client fails.',
    applies: () => true,
    happened: ({ facts, epochUs }) =>
      facts.requests.list.some(({ startedAtUs, outcome }) => startedAtUs > epochUs && outcome !== 'ok'),
  },
];

export async function checkDesign(
  request: RunRequest,
  put: Put,
  most: number,
  goesOn: () => boolean,
  breathe: () => Promise<void>,
  tell: (news: DesignCheck) => void,
): Promise<DesignCheck> {
  const { topology, data } = put.composed;
  const checked = { topology, ...(data.start === undefined ? {} : { start: data.start }) };
  const properties = PROPERTIES.filter(({ applies }) => applies?.(topology) ?? true);
  const checker = new Checker(checked, properties);
  const search = new Search(checked, properties, DEFAULT_CLASSES, request.seed);
  const sometimes = SOMETIMES.filter(({ applies }) => applies(topology));
  const held = new Map<string, number>();
  const found = new Map<string, NonNullable<CheckedProperty['counterexample']>>();
  const count = (name: string) => held.set(name, (held.get(name) ?? 0) + 1);
  const soFar = (runs: number): DesignCheck => ({
    runs,
    of: most,
    properties: [
      ...properties.map(({ name, sentence, judged }): CheckedProperty => {
        const counterexample = found.get(name);
        const tense = judged === 'settled' ? 'always' : 'eventually';
        const row = { name, sentence, tense, held: held.get(name) ?? 0 } as const;
        return counterexample === undefined ? row : { ...row, counterexample };
      }),
      ...sometimes.map(
        ({ name, sentence }): CheckedProperty => ({
          name,
          sentence,
          tense: 'sometimes',
          held: held.get(name) ?? 0,
        }),
      ),
    ],
  });
  const prove = async (property: Property, first: Schedule): Promise<void> => {
    const alone = checker.narrowedTo(property);
    const { schedule, what } = shrink(alone, first);
    const { session } = alone.run(schedule);
    const { topology: name, parameters } = topologyIn(request, put);
    const scenario = scenarioOfCounterexample(
      { property, schedule, what, phases: alone.phases, session },
      checked,
      name,
      parameters,
    );
    found.set(property.name, {
      what,
      faults: scheduleText(schedule),
      request: await requestFor(scenario, schedule.seed, put),
    });
  };
  tell(soFar(0));
  let runs = 0;
  for (; runs < most && goesOn(); runs++) {
    await breathe();
    const schedule = search.at(runs, request.seed);
    const { violations, session } = checker.run(schedule);
    for (const { name } of properties) if (!violations.some(({ property }) => property === name)) count(name);
    for (const { name, happened } of sometimes) if (happened(session)) count(name);
    tell(soFar(runs + 1));
    for (const { property } of violations) {
      if (found.has(property) || !goesOn()) continue;
      await breathe();
      await prove(properties.find(({ name }) => name === property)!, schedule);
      tell(soFar(runs + 1));
    }
  }
  return soFar(runs);
}
