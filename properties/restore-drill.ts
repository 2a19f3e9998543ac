/**
 * A restore as an operator does it when everything has healed: a snapshot of one member, some more puts, all members stopped, and
 * all of them restored from the snapshot (etcd op-guide/recovery.md). Nobody writes any more when the members are stopped.
 *
 * Unit: milliseconds.
 */
import { outsideHost, type Topology } from '../models/cluster/topology.ts';
import { durationText } from '../scenarios/durations.ts';
import type { ClientData, RunEntryData, TimelineEntryData } from '../scenarios/schema.ts';
import type { Phases } from './schedule.ts';

export const DRILL = 'drill-';
export const SNAPSHOT = `${DRILL}snapshot`;

/** After everything has healed: hosts need 30 s to boot. */
const SNAPSHOT_AFTER_MS = 45_000;
const STOP_AFTER_MS = 65_000;
const RESTORE_AFTER_MS = 75_000;
/** From the healing to a cluster that has been restored. */
export const DRILL_MS = 110_000;
/** Puts end so long before the members are stopped. */
const QUIET_MS = 8_000;
/** Keys that are put, and the distance of each one's puts. */
const RATES_MS = [400, 900, 2_300];

function clients(topology: Topology, { settledMs }: Phases): ClientData[] {
  const hosts = topology.etcd.members.map(({ host }) => host);
  const lastMs = settledMs + STOP_AFTER_MS - QUIET_MS;
  return RATES_MS.map((everyMs, index): ClientData => {
    const perMinute = Math.round(60_000 / everyMs);
    return {
      name: `put-${index + 1}`,
      from: outsideHost(topology).name,
      to: hosts[index % hosts.length] ?? '',
      rate: `${perMinute}/m`,
      request: 'etcd-put',
      timeout: '5s',
      begin: '1s',
      count: Math.floor((lastMs * perMinute) / 60_000),
    };
  });
}

function entries(topology: Topology, { settledMs }: Phases): TimelineEntryData[] {
  const members = topology.etcd.members.map(({ name, host }) => ({
    name,
    host,
    address: topology.hosts.find((one) => one.name === host)?.address ?? '',
  }));
  const [first, ...others] = members;
  if (first === undefined) return [];
  const initial = members.map(({ name, address }) => `${name}=https://${address}:2380`).join(',');
  const entry = (name: string, afterMs: number, on: string, run: string): RunEntryData => ({
    name: `${DRILL}${name}`,
    at: durationText((settledMs + afterMs) * 1000),
    run,
    on,
  });
  const copies = others.map(({ host }) => `; scp /b.db ${host}:/b.db`).join('');
  return [
    entry('snapshot', SNAPSHOT_AFTER_MS, first.host, `etcdctl snapshot save /b.db${copies}`),
    {
      name: `${DRILL}stop`,
      at: durationText((settledMs + STOP_AFTER_MS) * 1000),
      do: 'stop',
      on: members.map(({ host }) => `${host}/etcd`).join(','),
    },
    ...members.map(({ name, host }) =>
      entry(
        `restore-${name}`,
        RESTORE_AFTER_MS,
        host,
        `etcdutl snapshot restore /b.db --name ${name} --initial-cluster ${initial} --initial-cluster-token again --data-dir /restored; etcd --data-dir /restored`,
      ),
    ),
  ];
}

export const RESTORE_DRILL = { clients, entries };
