/**
 * How long the API is away after a single fault of the kinds that hit hardest, for comparing two topologies under the same luck: a
 * stream that both have gives both the same draws, as streams are called after hosts and processes.
 *
 * Unit: milliseconds, as the standard prober of writes sees it (a request each 100 ms, judged as DESIGN section 6 says).
 */
import { hostsWith, outsideHost, type Topology } from '../models/cluster/topology.ts';
import { judge } from '../scenarios/judge.ts';
import { prepare } from '../scenarios/prepare.ts';
import type { FaultEntryData, ScenarioData } from '../scenarios/schema.ts';
import { Session } from '../scenarios/session.ts';
import { settle } from '../scenarios/settled.ts';
import { SECOND_US } from '../sim/time.ts';
import { ownHosts } from './fault-classes.ts';

const PROBER = 'api.write';
const FAULT_S = 10;
const WATCHED_S = 60;

export interface OutageKind {
  readonly name: string;
  readonly about: string;
  /** Undefined: a topology like this has nothing that could fail so. */
  entry(topology: Topology): FaultEntryData | undefined;
}

/** The host of the way in: that of the VIP, or the one whose address the endpoint is, unless a cloud provider runs it. */
function door(topology: Topology): string | undefined {
  if (topology.vip !== undefined) return 'vip-holder';
  return ownHosts(topology).find(({ address }) => address === topology.controlPlaneEndpoint.address)?.name;
}

export const OUTAGE_KINDS: readonly OutageKind[] = [
  {
    name: 'door-power',
    about: 'the host of the VIP (or of the endpoint) loses power',
    entry: (topology) => {
      const on = door(topology);
      return on === undefined ? undefined : { do: 'power-off', on };
    },
  },
  {
    name: 'door-proxy',
    about: 'the HAProxy of that host is stopped',
    entry: (topology) => {
      const on = door(topology);
      const isThere = on !== undefined && hostsWith(topology, 'haproxy').length > 0;
      return isThere ? { do: 'stop', on: `${on}/haproxy` } : undefined;
    },
  },
  {
    name: 'leader-power',
    about: "the host of etcd's leader loses power",
    entry: () => ({ do: 'power-off', on: 'etcd-leader' }),
  },
  {
    name: 'leader-etcd',
    about: "etcd's leader is stopped",
    entry: () => ({ do: 'stop', on: 'etcd-leader/etcd' }),
  },
];

/** Milliseconds in which writes were not all good within a minute of each fault, by the fault's name. */
export function outagesMs(topology: Topology, seed: number): Record<string, number> {
  const { address, port } = topology.controlPlaneEndpoint;
  const outside = outsideHost(topology).name;
  const base: ScenarioData = {
    scenario: 'outage',
    version: 1,
    topology: topology.topology,
    until: `${FAULT_S + WATCHED_S + 5}s`,
    clients: [
      {
        name: PROBER,
        from: outside,
        to: `${address}:${port}`,
        rate: '10/s',
        request: 'write',
        timeout: '5s',
      },
    ],
  };
  const { spec } = prepare(base, topology, { seed, withoutProbers: true });
  const processes = spec.processes.map((one) => (one.name === PROBER ? { ...one, enabled: false } : one));
  const settled = settle(topology, { ...spec, processes });
  const result: Record<string, number> = {};
  for (const { name, entry } of OUTAGE_KINDS) {
    const fault = entry(topology);
    if (fault === undefined) continue;
    const timeline = [{ at: `${FAULT_S}s`, ...fault }];
    const session = new Session({ ...base, timeline }, topology, settled);
    session.world.act(session.epochUs, { do: 'start', process: `${outside}/${PROBER}` });
    session.runUntil(session.untilUs);
    const fromUs = session.epochUs + FAULT_S * SECOND_US;
    const toUs = fromUs + WATCHED_S * SECOND_US;
    const requests = session.facts.requests.list.filter(
      ({ client, startedAtUs }) => client === PROBER && startedAtUs >= fromUs && startedAtUs < toUs,
    );
    const downUs = judge(requests).reduce(
      (sum, one) => sum + Math.min(one.toUs ?? toUs, toUs) - one.fromUs,
      0,
    );
    result[name] = Math.round(downUs / 1000);
  }
  return result;
}
