/**
 * Reads a run as `quorate run --save FILE` stores it. Files come from strangers: everything the page relies on is checked, and
 * what is wrong with the first bad place is said in a sentence.
 */
import { z } from '../../models/zod.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';

const time = z.number().min(0);
const text = z.string();
const tone = z.enum(['good', 'bad', 'changing', 'off']);
const count = z.number().min(0);
const outcomes = z.strictObject({
  ok: count,
  refused: count,
  timeout: count,
  eof: count,
  reset: count,
  error: count,
});

const lane = z.object({
  id: text,
  label: text,
  group: text,
  kind: z.enum(['host', 'process', 'vip', 'etcd', 'lease', 'backend', 'node', 'service', 'watch']),
  segments: z.array(z.object({ from_ms: time, state: text, tone, step: z.number().optional() })),
});

const storyLine = z.object({
  at_ms: time,
  since_fault_ms: z.number().nullable(),
  kind: z.enum([
    'fault',
    'vip',
    'election',
    'lease',
    'backend',
    'node',
    'client',
    'process',
    'host',
    'operator',
    'log',
  ]),
  who: text,
  text,
  step: z.number(),
});

const result = z.object({
  scenario: text,
  topology: text,
  seed: z.number(),
  until_ms: time,
  events: count,
  trace_hash: text,
  vip: z.array(z.object({ at_ms: time, holders: z.array(text) })),
  etcd_leader: z.array(z.object({ at_ms: time, member: text.nullable(), term: z.number() })),
  leases: z.array(z.object({ at_ms: time, lease: text, holder: text.nullable() })),
  backends: z.array(z.object({ at_ms: time, balancer: text, server: text, state: text, reason: text })),
  nodes: z.array(z.object({ at_ms: time, node: text, status: text })),
  outages: z.array(
    z.object({
      service: text,
      from_ms: time,
      to_ms: time.nullable(),
      degraded_from_ms: time.nullable(),
      share_ok: z.number(),
      outcomes: outcomes.partial(),
    }),
  ),
  requests: outcomes,
  expectations: z.array(z.object({ text, ok: z.boolean(), at_ms: time.nullable() })),
  measures: z.record(text, z.union([z.number(), text, z.null()])),
  operator: z
    .array(
      z.object({
        at_ms: time,
        name: text,
        host: text,
        command: text,
        exit_code: z.number().nullable(),
        hung_ms: time,
        text,
      }),
    )
    .optional(),
});

const Stored = z.object({
  format: z.literal('quorate-run'),
  version: z.literal(1),
  scenario: text,
  scenario_text: text,
  about: text.optional(),
  command: text.optional(),
  servers: z.array(z.object({ balancer: text, server: text, host: text })).optional(),
  topology: text,
  seed: z.number(),
  until_ms: z.number().positive(),
  hosts: z.array(z.object({ name: text, address: text, zone: text, role: text })),
  processes: z.array(z.object({ path: text, host: text, name: text })),
  arp: z.array(z.object({ at_ms: time, host: text, to: text })).optional(),
  vip: text.nullable(),
  lanes: z.array(lane),
  story: z.array(storyLine),
  result,
});

/** The run; throws an Error with a sentence for people. */
export function readStoredRun(name: string, content: string): RunRecord {
  const data = parsed(name, content);
  if (typeof data !== 'object' || data === null || !('format' in data) || data.format !== 'quorate-run') {
    throw new Error(`${name} is no stored run: quorate run --save FILE writes one.`);
  }
  if ('version' in data && data.version !== 1) {
    throw new Error(`${name} is a stored run of version ${String(data.version)}; this page reads version 1.`);
  }
  const checked = Stored.safeParse(data);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new Error(
      `${name} is a stored run, but ${where || 'something'} in it is wrong: ${issue?.message}.`,
    );
  }
  const record: RunRecord = checked.data as RunRecord;
  const unordered =
    record.lanes.find(({ segments }) => !inOrder(segments.map(({ from_ms }) => from_ms)))?.id ??
    (inOrder(record.story.map(({ at_ms }) => at_ms)) ? undefined : 'the story');
  if (unordered !== undefined)
    throw new Error(`${name} is a stored run, but ${unordered} is not in order of time.`);
  return record;
}

function parsed(name: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new Error(`${name} is no stored run: it is not JSON.`);
  }
}

function inOrder(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time >= times[index - 1]!);
}
