/**
 * The language of scenarios (docs: the scenario guide), as a schema: what a file may hold, before names are
 * looked up. JSON Schema for editors is made from it. Unknown keys are errors; times have units.
 */
import { Topology } from '../models/cluster/topology.ts';
import { z } from '../models/zod.ts';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { REQUEST_GIVES } from './request-measures.ts';
import { duration, entryName, kebabName, moment, parameterValue, rate } from './schema-parts.ts';

/** Of timeline, expect, measure and clients: more is no scenario that a person wrote, and a search shrinks to fewer. */
const MOST_ENTRIES = 1_000;

const expression = z.string().min(1).max(4_000);
const label = z.string().min(1);

const ImportedTopology = z.strictObject({
  import: z.array(label).min(1).describe('haproxy.cfg, keepalived.conf, kubeadm-config.yaml, check scripts'),
  set: z.record(z.string(), parameterValue).optional().describe('What the files do not say, as --set'),
  name: kebabName.optional(),
});

const VariedTopology = z.strictObject({
  like: label.describe('A shipped topology (quorate list)'),
  files: z
    .record(z.string(), z.string().nullable())
    .describe('Texts by the path of the file whose place they take; new ones are added, null leaves one out'),
  set: z.record(z.string(), parameterValue).optional().describe('What the files do not say, as --set'),
});

const Start = z.strictObject({
  from: z.enum(['settled', 'cold']).optional().describe('settled: everything has run for long; default'),
  vip: label.optional().describe('Host that holds the VIP at first'),
  'etcd-leader': label.optional().describe('Member that leads at first'),
  leases: z.record(z.string(), label).optional().describe('Lease to the host that holds it at first'),
});

const Client = z.strictObject({
  name: entryName,
  from: label.describe('A host, or outside'),
  to: label.describe('endpoint, vip, a host, or HOST:PORT'),
  rate,
  request: z
    .enum([
      'write',
      'read',
      'serializable-read',
      'connect',
      'http',
      'hold',
      'etcd-put',
      'etcd-get',
      'etcd-serializable-get',
      'etcd-status',
    ])
    .describe(
      'write: create, then compare-and-swap; read: linearizable; connect: TCP only; http: a plain GET; hold: a connection that is kept until somebody ends it; etcd-...: to a member of etcd',
    ),
  timeout: duration,
  'connect-timeout': duration
    .optional()
    .describe('Of http and hold: for connecting alone; default as timeout'),
  talk: duration.optional().describe('Of hold: a request over it at this distance; default none'),
  count: z.int().min(1).optional().describe('So many requests and no more; default without end'),
  key: kebabName.optional().describe('Of etcd-put and etcd-get: the key; default one of its own'),
  begin: duration
    .optional()
    .describe('Its first request comes after this; default: it runs from before the start'),
  connection: z
    .enum(['each', 'keep'])
    .optional()
    .describe('A connection for each request (default), or one kept'),
});

const Workload = z.strictObject({
  name: kebabName,
  kind: z.enum(['deployment', 'statefulset', 'daemonset']).optional().describe('Default deployment'),
  namespace: kebabName.optional().describe('Default default'),
  replicas: z.int().min(0).max(1_000).optional().describe('Default 1; a daemonset has one a node'),
  image: label.optional().describe('Default nginx'),
  toleration: duration
    .optional()
    .describe('Its pods stay this long on a node that is not ready; default what the apiserver says, 300s'),
  'on-control-planes': z.boolean().optional().describe('It tolerates the taint of control planes'),
  'runs-for': duration.optional().describe('Its program ends after this long, each time; default it serves'),
  port: z.int().min(1).max(65_535).optional().describe('A Service with this port is put in front of it'),
  'node-port': z.int().min(30_000).max(32_767).optional().describe('The Service has this port on every node'),
});

/** When an entry happens: exactly one of at, between, when. */
const timing = {
  name: entryName.optional().describe('Moments and streams are called by it'),
  at: duration.optional(),
  between: z.tuple([duration, duration]).optional().describe('A time drawn from this range'),
  when: expression.optional().describe('The first moment at which this holds'),
  within: duration.optional().describe('With when: the run ends with exit 2 if it has not held by then'),
  after: z
    .union([duration, z.tuple([duration, duration])])
    .optional()
    .describe('This much later, or a time drawn from this range'),
};

const target = label.describe('A host, HOST/PROCESS, a zone, A->B, or a role; several joined by commas');

const RunEntry = z.strictObject({
  ...timing,
  run: label.describe('A command of the console'),
  on: target,
});

/** The entry of one fault: its own parameters beside the timing. */
function faultEntry(fault: Fault) {
  const aims = {
    host: { on: target },
    process: { on: target },
    network: {
      on: target.optional(),
      links: z
        .tuple([label, label])
        .optional()
        .describe('Two groups of hosts or zones, each joined by commas'),
      direction: z.enum(['both', 'to', 'from']).optional().describe('Of links; default both'),
    },
    none: {},
  }[fault.aim];
  return z
    .strictObject({
      ...timing,
      do: z.literal(fault.name),
      ...aims,
      ...(fault.lasts ? { for: duration.optional().describe('It is undone after this long') } : {}),
      ...fault.parameters.shape,
    })
    .describe(fault.about);
}

const faultEntries = FAULTS.map(faultEntry);
const FaultEntry = z.discriminatedUnion('do', faultEntries as [(typeof faultEntries)[number]]);

interface Timing {
  name?: string | undefined;
  at?: string | undefined;
  between?: [string, string] | undefined;
  when?: string | undefined;
  within?: string | undefined;
  after?: string | [string, string] | undefined;
}
export interface FaultEntryData extends Timing {
  do: string;
  on?: string | undefined;
  links?: [string, string] | undefined;
  direction?: 'both' | 'to' | 'from' | undefined;
  for?: string | undefined;
  /** Parameters of the fault. */
  [parameter: string]: unknown;
}
export interface RunEntryData extends Timing {
  run: string;
  on: string;
}
export type TimelineEntryData = FaultEntryData | RunEntryData;

const TimelineEntry: z.ZodType<TimelineEntryData> = z.union([
  FaultEntry as unknown as z.ZodType<FaultEntryData>,
  RunEntry,
]);

const Expectation = z.strictObject({
  name: entryName.optional(),
  eventually: expression.optional().describe('Holds at some moment of the span'),
  always: expression.optional().describe('Holds throughout the span'),
  sometimes: expression.optional().describe('Holds at some moment: proves that the run was not empty'),
  never: expression.optional().describe('Holds at no moment of the span'),
  within: duration.optional().describe('Length of the span, instead of to'),
  after: moment.optional().describe('Start of the span, the same as from'),
  from: moment.optional().describe('Start of the span; default the start'),
  to: moment.optional().describe('End of the span; default the end'),
});

const Measure = z.strictObject({
  name: entryName,
  from: moment.optional(),
  to: moment.optional(),
  until: expression
    .optional()
    .describe('The measure is the time from `from` until this holds, if it does by `to`'),
  at: moment.optional().describe('With value: the moment at which it is taken'),
  value: expression.optional().describe('The measure is this value'),
  count: expression.optional().describe('The measure is how much this grew from `from` to `to`'),
  total: expression.optional().describe('The measure is for how long this held, in all, from `from` to `to`'),
  most: expression.optional().describe('The measure is the greatest value of this from `from` to `to`'),
  changes: expression.optional().describe('The measure is how often this changed from `from` to `to`'),
  last: expression
    .optional()
    .describe('The measure is the time from `from` to the last change of this, up to `to`'),
  requests: label
    .optional()
    .describe(
      'The measure is of requests of this client, or of several joined by commas, under way from `from` to `to`',
    ),
  where: expression
    .optional()
    .describe('With requests: which; over outcome, server, detail, started_ms, ended_ms, latency_ms'),
  give: z
    .enum(REQUEST_GIVES)
    .optional()
    .describe(
      'With requests: how many (default); the latency, end, outcome or server of each; the servers (or what happened instead) in order, as one text; when the first ended, when the last started or ended, from the first start to that of the request after the last; from the first start to the next request that is none of them; the longest time between two ends, of the worst client or of the best',
    ),
});

const Switch = z
  .strictObject({
    about: z.string().optional().describe('What is switched off'),
    set: z.record(z.string(), parameterValue).optional().describe('Parameters, as --set'),
    topology: label.optional().describe('A shipped topology instead, as --topology'),
    without: z
      .array(entryName)
      .min(1)
      .optional()
      .describe('Entries of the timeline that do nothing; their moments remain'),
    also: z.array(TimelineEntry).min(1).optional().describe('What happens as well'),
    start: Start.optional().describe('Instead of the start'),
    workloads: z.array(Workload).max(MOST_ENTRIES).optional().describe('Instead of the workloads'),
    clients: z.array(Client).max(MOST_ENTRIES).optional().describe('Instead of the clients'),
    seed: z.int().min(0).optional().describe('The seed with which it is tried; default 1'),
  })
  .describe('A change with which some of the expectations must fail');

const Vary = z.strictObject({
  seed: z.int().min(0).optional().describe('The seed unless --seed says another'),
  draws: z
    .record(z.string(), z.array(z.number().min(0).lt(1)))
    .optional()
    .describe('Stream to what is drawn from it first, each from 0 to 1'),
});

export const Scenario = z.strictObject({
  scenario: kebabName.describe("The file's name"),
  version: z.literal(1),
  about: z.string().optional(),
  topology: z
    .union([label, ImportedTopology, VariedTopology, Topology])
    .describe('A name, a file or folder, a map, {import: [...]}, or {like: NAME, files: {...}}'),
  parameters: z.record(z.string(), parameterValue).optional().describe('COMPONENT[.HOST].KEY, as --set'),
  start: Start.optional(),
  until: duration,
  clients: z.array(Client).max(MOST_ENTRIES).optional(),
  workloads: z
    .array(Workload)
    .max(MOST_ENTRIES)
    .optional()
    .describe('What an operator has created before the start, and runs then'),
  timeline: z.array(TimelineEntry).max(MOST_ENTRIES).optional(),
  expect: z.array(Expectation).max(MOST_ENTRIES).optional(),
  measure: z.array(Measure).max(MOST_ENTRIES).optional(),
  vary: Vary.optional(),
  switches: z
    .array(Switch)
    .max(MOST_ENTRIES)
    .optional()
    .describe('What is switched off to prove that no expectation is empty: each fails with one of them'),
});

/** A scenario as its file says it: times and expressions are still texts. */
export type ScenarioData = z.infer<typeof Scenario>;
export type ExpectationData = z.infer<typeof Expectation>;
export type MeasureData = z.infer<typeof Measure>;
export type ClientData = z.infer<typeof Client>;
export type WorkloadData = z.infer<typeof Workload>;
export type StartData = z.infer<typeof Start>;
export type SwitchData = z.infer<typeof Switch>;

/** Which branch of a union a file means: for complaints about that branch only. */
export function branchMeant(path: readonly PropertyKey[], value: unknown): number | undefined {
  const isMap = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (path[0] === 'topology' && path.length === 1)
    return isMap ? ('import' in value ? 1 : 'like' in value ? 2 : 3) : undefined;
  if (path[0] === 'timeline' && path.length === 2 && isMap) return 'run' in value && !('do' in value) ? 1 : 0;
  return undefined;
}

/** JSON Schema (draft 2020-12) for editors, of scenarios or of topologies. */
export function jsonSchema(of: 'scenario' | 'topology'): object {
  const schema = z.toJSONSchema(of === 'scenario' ? Scenario : Topology, { io: 'input' });
  return { title: `Quorate ${of}`, ...schema };
}
