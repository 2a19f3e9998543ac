/** A scenario that is run and recorded, slice by slice: the record is what `run --json` prints a part of, and what the page draws. */
import type { Topology } from '../models/cluster/topology.ts';
import { SHELL } from '../models/console/shell-process.ts';
import { TraceHash } from '../sim/hash.ts';
import type { Process, Step } from '../sim/state.ts';
import { SECOND_US } from '../sim/time.ts';
import { type TraceRecord, toRecord, traceLine } from '../sim/trace.ts';
import type { World } from '../sim/world.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import type { Interpreter } from './console.ts';
import { judgeExpectation, takeMeasures } from './expectations.ts';
import type { Facts } from './facts.ts';
import { type JudgedOutage, judge } from './judge.ts';
import { LaneRecorder } from './lane-recorder.ts';
import { lanesOf } from './lanes.ts';
import type { Outage, Outcome, RunResult } from './result.ts';
import type { RunRecord } from './run-record.ts';
import type { ScenarioData } from './schema.ts';
import { serversOf } from './servers.ts';
import { Session } from './session.ts';
import type { Settled } from './settled.ts';
import { Storyteller, storyOf } from './story.ts';

export interface RecordOptions {
  /** Called with each line of the trace (without its newline) while the run goes on. */
  readonly trace?: (line: string) => void;
  /** Called with each step from the scenario's zero on. */
  readonly record?: (record: TraceRecord) => void;
  /** Scenario text to keep in the record. */
  readonly scenarioText?: string;
  /** The command that repeats the run, to keep in the record. */
  readonly command?: string;
  /** Keep snapshots for seeking. */
  readonly history?: boolean;
  /** The console, if something may be typed. */
  readonly commands?: Interpreter;
}

/** Scenario time between two looks at the outside. */
const SLICE_US = 5 * SECOND_US;

/** A scenario that is being run and recorded, slice by slice. */
export class ScenarioRun {
  readonly session: Session;
  private readonly hash = new TraceHash();
  private readonly storyteller = new Storyteller();
  private readonly lanes = new LaneRecorder();
  private readonly arp: { readonly at_ms: number; readonly host: string; readonly to: string }[] = [];
  private readonly options: RecordOptions;

  /** @param from what the world is made from, or one that was kept at the scenario's zero */
  constructor(
    scenario: ScenarioData,
    topology: Topology,
    from: WorldSpec | Settled,
    options: RecordOptions = {},
  ) {
    const { hash, storyteller, lanes } = this;
    this.options = options;
    let epochUs = -1;
    const early: Step[] = [];
    const record = (step: Step): void => {
      if (epochUs < 0) {
        early.push(step);
        return;
      }
      storyteller.observe(step);
      lanes.observe(step);
      if (step.kind === 'arp') this.heard(step, topology, epochUs);
      const kept = toRecord(step);
      options.record?.(kept);
      hash.add(kept, epochUs);
      options.trace?.(traceLine(kept, epochUs));
    };
    const history = options.history === true;
    this.session = new Session(scenario, topology, from, {
      record,
      history,
      ...(options.commands === undefined ? {} : { commands: options.commands }),
    });
    epochUs = this.session.epochUs;
    this.arp.push(...knownAtFirst(this.session.world, topology));
    for (const step of early) record(step);
    lanes.begin(this.session.world, epochUs);
  }

  private heard(step: Step, topology: Topology, epochUs: number): void {
    const { address, to } = step.detail as { readonly address: string; readonly to: string };
    if (address === topology.vip?.address)
      this.arp.push({ at_ms: ms(step.atUs - epochUs), host: step.who, to });
  }

  /** Runs on for a slice of scenario time, and gives the share that is done, 0 to 1. */
  advance(sliceUs = SLICE_US): number {
    const { session } = this;
    session.runUntil(session.nowUs + sliceUs);
    return (session.nowUs - session.epochUs) / (session.untilUs - session.epochUs);
  }

  /** What has happened so far; of a run that is not at its end `known_ms` says how far that is. */
  record(): RunRecord {
    const { session, options } = this;
    const { scenario, topology } = session;
    const outages = outagesOf(session.facts, session.epochUs);
    const result = resultOf(session, session.seed, this.hash.digest(), outages);
    return {
      format: 'quorate-run',
      version: 1,
      scenario: scenario.scenario,
      scenario_text: options.scenarioText ?? '',
      ...(scenario.about === undefined ? {} : { about: scenario.about.trim() }),
      ...(options.command === undefined ? {} : { command: options.command }),
      topology: topology.topology,
      seed: Number(session.seed),
      until_ms: ms(session.untilUs - session.epochUs),
      ...(session.done ? {} : { known_ms: ms(session.nowUs - session.epochUs) }),
      hosts: topology.hosts.map(({ name, address, zone, roles }) => ({
        name,
        address,
        zone: zone ?? '',
        role: roles[0] ?? '',
      })),
      processes: session.world.processes.filter(isShown).map((process) => {
        const host = session.world.hosts[process.host]?.name ?? '';
        return { path: `${host}/${process.spec.name}`, host, name: process.spec.name };
      }),
      servers: serversOf(topology),
      arp: [...this.arp],
      vip: topology.vip?.address ?? null,
      lanes: lanesOf(session, this.lanes, outages),
      story: storyOf(this.storyteller, session.told, session.facts, outages, session.epochUs),
      result,
    };
  }
}

/** Whom each host takes for the VIP's owner at the scenario's zero. */
function knownAtFirst({ hosts }: World, { vip }: Topology) {
  return hosts.flatMap(({ name, arp }) => {
    const owner = vip === undefined ? undefined : hosts[arp.get(vip.address)?.host ?? -1];
    return owner === undefined ? [] : [{ at_ms: 0, host: name, to: owner.name }];
  });
}

/** Shells are no part of the cluster. */
const isShown = ({ spec }: Process): boolean => spec.name !== SHELL;

const ms = (us: number): number => us / 1000;

export type RunOutage = Outage & { readonly judged: JudgedOutage };

function outagesOf(facts: Facts, epochUs: number): RunOutage[] {
  const byClient = new Map<string, { startedAtUs: number; outcome: Outcome }[]>();
  for (const { client, startedAtUs, outcome } of facts.requests.list) {
    if (startedAtUs < epochUs) continue;
    const list = byClient.get(client) ?? [];
    list.push({ startedAtUs, outcome });
    byClient.set(client, list);
  }
  const found: RunOutage[] = [];
  for (const [service, requests] of byClient) {
    for (const judged of judge(requests)) {
      found.push({
        service,
        from_ms: ms(judged.fromUs - epochUs),
        to_ms: judged.toUs === undefined ? null : ms(judged.toUs - epochUs),
        degraded_from_ms: judged.degradedFromUs === undefined ? null : ms(judged.degradedFromUs - epochUs),
        share_ok: Math.round(judged.shareOk * 1000) / 1000,
        outcomes: judged.outcomes,
        judged,
      });
    }
  }
  return found.sort((a, b) => a.from_ms - b.from_ms || (a.service < b.service ? -1 : 1));
}

function resultOf(
  session: Session,
  seed: number | string,
  traceHash: string,
  outages: readonly RunOutage[],
): RunResult {
  const { facts, epochUs, scenario, topology, watchlist, moments } = session;
  const atMs = (atUs: number): number => Math.max(0, ms(atUs - epochUs));
  /** What was so at zero comes first, at 0; then the changes. */
  const since = <T, R>(
    list: readonly { readonly atUs: number; readonly value: T }[],
    row: (value: T, at_ms: number) => R,
  ): R[] => {
    const before = list.filter(({ atUs }) => atUs <= epochUs).at(-1);
    const after = list.filter(({ atUs }) => atUs > epochUs);
    return [
      ...(before === undefined ? [] : [row(before.value, 0)]),
      ...after.map(({ atUs, value }) => row(value, atMs(atUs))),
    ];
  };
  const byTime = <R extends { readonly at_ms: number }>(rows: R[]): R[] =>
    rows
      .map((row, i) => ({ row, i }))
      .sort((a, b) => a.row.at_ms - b.row.at_ms || a.i - b.i)
      .map(({ row }) => row);
  const requests: Record<Outcome, number> = { ok: 0, refused: 0, timeout: 0, eof: 0, reset: 0, error: 0 };
  for (const { outcome, startedAtUs } of facts.requests.list) if (startedAtUs >= epochUs) requests[outcome]++;
  const measures = takeMeasures(
    session.done ? (scenario.measure ?? []) : [],
    watchlist,
    moments,
    facts.requests.list,
  );
  return {
    scenario: scenario.scenario,
    topology: topology.topology,
    seed: Number(seed),
    until_ms: ms(session.untilUs - epochUs),
    events: session.world.steps - session.stepsBefore,
    trace_hash: traceHash,
    vip: since(facts.vip.list, (holders, at_ms) => ({ at_ms, holders: [...holders] })),
    etcd_leader: since(facts.etcd.leader.list, ({ member, term }, at_ms) => ({ at_ms, member, term })),
    leases: byTime(
      [...facts.leases].flatMap(([lease, { list }]) =>
        since(list, (holder, at_ms) => ({ at_ms, lease, holder })),
      ),
    ),
    backends: byTime(
      [...facts.backends].flatMap(([key, { list }]) => {
        const [balancer = '', server = ''] = key.split(' ');
        return since(list, ({ state, reason }, at_ms) => ({ at_ms, balancer, server, state, reason }));
      }),
    ),
    nodes: byTime(
      [...facts.nodes].flatMap(([node, { list }]) =>
        since(list, (status, at_ms) => ({ at_ms, node, status })),
      ),
    ),
    outages: outages.map(({ judged: _, ...outage }) => outage),
    requests,
    // Of a run that goes on nothing is decided yet.
    expectations: (session.done ? (scenario.expect ?? []) : []).map((expectation) => {
      const { text, ok, atUs } = judgeExpectation(expectation, watchlist, moments);
      return { text, ok, at_ms: atUs === undefined ? null : atMs(atUs) };
    }),
    measures,
    operator: session.console.typed.map(({ label, host, line, startedAtUs, text, result }) => ({
      at_ms: atMs(startedAtUs),
      name: label,
      host,
      command: line,
      exit_code: result?.exitCode ?? null,
      hung_ms: ms(result?.hungUs ?? session.nowUs - startedAtUs),
      text,
    })),
  };
}
