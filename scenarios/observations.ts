/**
 * Everything that conditions, expectations and measures may look at: one documented map. It is looked at
 * only after a step that changed it. Numbers are plain; times are milliseconds; an empty text means nobody.
 *
 * Sources of the words: keepalived's states as it logs them, HAProxy's as its stats page shows them, etcd's
 * roles as Raft names them, kubectl's STATUS column.
 */
import { z } from '../models/zod.ts';

const hostName = z.string();

const Router = z.object({
  state: z.enum(['INIT', 'BACKUP', 'MASTER', 'FAULT', 'STOP']).describe('State of the VRRP instance'),
  priority: z.number().describe('Effective priority'),
});

const Backend = z.object({
  state: z.enum(['UP', 'DOWN', 'DRAIN', 'NOLB', 'MAINT', 'no check']).describe('Is it given connections'),
  status: z.string().describe('As the stats page shows it, `UP 2/3`'),
  check: z
    .string()
    .describe('Result of the last check that brought something new, `L4OK`, `L4TOUT`; empty without check'),
  check_ms: z.number().describe('How long that check took, as it is logged'),
  reason: z
    .string()
    .describe('Why it came into its state, as it is logged: `Layer4 timeout`; empty at first'),
});

const Member = z.object({
  role: z.enum(['follower', 'pre-candidate', 'candidate', 'leader', 'learner']).describe('Its own view'),
  term: z.number(),
  applied: z.number().describe('Index of the last entry it applied'),
  alive: z.boolean().describe('Its process runs on a host that is up'),
});

const Client = z.object({
  ok: z.number().describe('Requests answered well so far'),
  failed: z.number().describe('Requests that were not, of whatever kind'),
  refused: z.number(),
  timeout: z.number(),
  eof: z.number(),
  reset: z.number(),
  error: z.number().describe('Answered, but with an error'),
});

export const Observations = z.object({
  now_ms: z.number().describe('Time since the start of the scenario'),
  vip: z.object({
    holders: z
      .array(hostName)
      .describe('Hosts that have the VIP on their interface and are up, sorted by name'),
    routers: z.record(hostName, Router).describe('keepalived of each host'),
  }),
  hosts: z.record(
    hostName,
    z.object({
      power: z.enum(['off', 'booting', 'up']),
      link: z
        .enum(['up', 'down', 'detached'])
        .describe('down: it sees the carrier lost; detached: it does not'),
      skew_ms: z.number().describe('Its wall clock minus the time of the world'),
    }),
  ),
  processes: z.record(
    z.string().describe('HOST/PROCESS'),
    z.object({
      state: z.string().describe("Path of the lead machine's state; empty while the process does not run"),
      up: z.boolean().describe('It runs and is not paused'),
    }),
  ),
  backends: z
    .record(hostName, z.record(z.string(), Backend))
    .describe("Of each balancer's host: BACKEND/SERVER as in its haproxy.cfg"),
  web: z
    .record(hostName, z.object({ connections: z.number().describe('Taken since its process began') }))
    .describe('Plain web servers'),
  etcd: z.object({
    leader: z.string().describe('Member that leads with the highest term and is alive; empty if none'),
    term: z.number().describe('Highest term of a live member'),
    leaders_in_term: z.number().describe('How many members have led in that term; more than 1 breaks Raft'),
    elections: z.number().describe('How often a member has come into office so far'),
    candidacies: z
      .number()
      .describe('How often a member has become candidate so far; pre-candidates do not count'),
    quorum: z.boolean().describe('A majority of the voting members is alive and hears one leader'),
    members: z.record(z.string(), Member),
  }),
  leases: z.record(
    z.string(),
    z.object({
      holder: z.string().describe('Host of the holder; empty if never held or released'),
      transitions: z.number().describe('Times the holder changed'),
    }),
  ),
  nodes: z.record(
    hostName,
    z.object({
      status: z.enum(['Ready', 'NotReady', 'Ready,SchedulingDisabled', 'NotReady,SchedulingDisabled']),
    }),
  ),
  pods: z.record(
    z.string().describe('NAMESPACE/NAME'),
    z.object({
      node: z.string(),
      phase: z.string().describe("kubectl's STATUS"),
      ready: z.boolean(),
    }),
  ),
  workloads: z
    .record(
      z.string(),
      z.object({
        ready: z.number().describe('Pods that the API calls ready'),
        desired: z.number(),
        terminating: z.number().describe('Pods that were asked to end and are still listed'),
        running: z.number().describe('Containers that really run, whatever the API says'),
        on: z.record(hostName, z.number()).describe('Containers that really run, by host'),
      }),
    )
    .describe(
      'Deployments, StatefulSets and DaemonSets by name; their pods are those with the label app=NAME',
    ),
  endpoints: z
    .record(z.string(), z.array(hostName))
    .describe('Of Service `kubernetes`: hosts whose apiservers in-cluster clients are sent to, by name'),
  services: z
    .record(
      z.string(),
      z.object({
        state: z.enum(['up', 'degraded', 'down']),
        share_ok: z
          .number()
          .describe('Share of good requests while degraded, 0 to 1; 1 while up, 0 while down'),
      }),
    )
    .describe('Judged by the standard probers: api.write, api.read, vip'),
  clients: z.record(z.string(), Client).describe("The scenario's own clients"),
  steps: z
    .record(
      z.string().describe('Name of the `run` entry'),
      z.object({
        done: z.boolean().describe('The command has ended'),
        exit_code: z.number().describe('-1 while it runs'),
        took_ms: z.number().describe('How long it took; 0 while it runs'),
        text: z.string().describe('What it printed, errors included'),
      }),
    )
    .describe('What came of the commands that the timeline types'),
  alarms: z.array(z.string()).describe('Active alarms, `NOSPACE m1`'),
});

export type Observations = z.infer<typeof Observations>;

/** The services that are always probed. */
export const STANDARD_SERVICES = ['api.write', 'api.read', 'vip'] as const;
