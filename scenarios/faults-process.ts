/** Faults of one process. A kill is subject to its supervisor, a stop is not. */
import { etcdPatch, etcdRunsAs } from '../models/cluster/versions.ts';
import type { EtcdConfig } from '../models/etcd/config.ts';
import { z } from '../models/zod.ts';
import type { Action } from '../sim/faults.ts';
import { type Aim, fault } from './fault.ts';

const none = z.strictObject({});

function etcdVersionOf(version: string): Pick<EtcdConfig, 'version'> & { patch: number | undefined } {
  return { version: etcdRunsAs(version)?.version ?? '3.5', patch: etcdPatch(version) };
}

type Verb = 'stop' | 'start' | 'restart' | 'kill' | 'pause' | 'resume';

const each = (aim: Aim, verb: Verb): Action[] => aim.processes.map((process) => ({ do: verb, process }));

/** keepalived's own processes are one to the kernel; its lead machine is told which of them was killed. */
const kept = (process: string, part: 'parent' | 'child'): Action => ({
  do: 'send',
  process,
  event: { type: `${part}-killed` },
});

const answers = (aim: Aim, status: number): Action[] =>
  aim.processes.map((process) => ({ do: 'send', process, event: { type: 'answer', status } }));

export const PROCESS_FAULTS = [
  fault({
    name: 'stop',
    about: 'SIGTERM, and nobody starts it again: systemctl stop, or the manifest moved away.',
    aim: 'process',
    parameters: none,
    begin: (aim) => each(aim, 'stop'),
    end: (aim) => each(aim, 'start'),
  }),
  fault({
    name: 'start',
    about: 'systemctl start, or the manifest moved back.',
    aim: 'process',
    parameters: none,
    begin: (aim) => each(aim, 'start'),
  }),
  fault({
    name: 'restart',
    about: 'systemctl restart: SIGTERM, then a new process.',
    aim: 'process',
    parameters: none,
    begin: (aim) => each(aim, 'restart'),
  }),
  fault({
    name: 'kill',
    about: 'SIGKILL; its supervisor may start it again.',
    aim: 'process',
    parameters: z.strictObject({
      restart: z
        .boolean()
        .optional()
        .describe('false: its supervisor leaves it dead; default true: the supervisor decides'),
      part: z
        .enum(['all', 'parent', 'child'])
        .optional()
        .describe('Of keepalived, which is two processes: the parent, or the VRRP child; default all'),
    }),
    begin: (aim, { restart, part = 'all' }) => {
      if (part !== 'all') return aim.processes.map((process) => kept(process, part));
      return restart === false ? [...each(aim, 'kill'), ...each(aim, 'stop')] : each(aim, 'kill');
    },
    end: (aim) => each(aim, 'start'),
  }),
  fault({
    name: 'kill-containers',
    about: "The containers of ordinary pods end with an error; the host's kubelet starts them again.",
    aim: 'host',
    parameters: z.strictObject({ pod: z.string().min(1).describe('How the names of the pods begin') }),
    begin: (aim, { pod }) =>
      aim.hosts.map((host) => ({
        do: 'send',
        process: `${host}/kubelet`,
        event: { type: 'containers-killed', pod } as { readonly type: string },
      })),
  }),
  fault({
    name: 'stop-runtime',
    about:
      'systemctl stop docker, which ends its containers, or containerd (Kubernetes 1.24 on), whose containers go on.',
    aim: 'host',
    parameters: none,
    begin: (aim) => aim.hosts.map((host) => ({ do: 'runtime', host, on: false })),
    end: (aim) => aim.hosts.map((host) => ({ do: 'runtime', host, on: true })),
  }),
  fault({
    name: 'pause',
    about: 'SIGSTOP: it does nothing and still has its ports and addresses.',
    aim: 'process',
    parameters: none,
    begin: (aim) => each(aim, 'pause'),
    end: (aim) => each(aim, 'resume'),
  }),
  fault({
    name: 'resume',
    about: 'SIGCONT: it goes on with what has piled up.',
    aim: 'process',
    parameters: none,
    begin: (aim) => each(aim, 'resume'),
  }),
  fault({
    name: 'set',
    about: 'A parameter of its file or manifest gets another value, and it is restarted.',
    aim: 'process',
    parameters: z.strictObject({
      parameter: z.string().min(1).max(100).describe('As behind --set, without the process: inter'),
      value: z.union([z.string().min(1).max(100), z.number(), z.boolean()]).describe('As behind --set: 1s'),
    }),
    begin: (aim, { parameter, value }, context) =>
      aim.processes.flatMap((process): Action[] => [
        {
          do: 'configure',
          process,
          config: context.reconfigured({ process, key: parameter, value }),
          what: `${parameter} ${value}`,
        },
        { do: 'restart', process },
      ]),
    end: (aim, _, context) =>
      aim.processes.flatMap((process): Action[] => [
        { do: 'configure', process, config: context.configOf(process), what: 'as it was' },
        { do: 'restart', process },
      ]),
  }),
  fault({
    name: 'upgrade',
    about: 'Of etcd: another version of the binary is put in place, and the member is restarted.',
    aim: 'process',
    parameters: z.strictObject({
      version: z
        .string()
        .regex(/^3\.[456](\.\d+)?$/)
        .describe('3.4, 3.5, 3.6, or a patch release of one'),
    }),
    begin: (aim, { version }, context) =>
      aim.processes.flatMap((process): Action[] => {
        if (!process.endsWith('/etcd')) return [];
        const config = { ...(context.configOf(process) as EtcdConfig), ...etcdVersionOf(version) };
        return [
          { do: 'configure', process, config },
          { do: 'restart', process },
        ];
      }),
  }),
  fault({
    name: 'answer',
    about: 'A plain web server answers every request with this status; with `for` well again afterwards.',
    aim: 'process',
    parameters: z.strictObject({ status: z.int().min(100).max(599) }),
    begin: (aim, { status }) => answers(aim, status),
    end: (aim) => answers(aim, 200),
  }),
];
