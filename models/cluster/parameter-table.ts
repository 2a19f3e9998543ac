/**
 * Every parameter that can be set, with the unit its daemon gives it and where its default stands.
 *
 * Sources: etcd server/embed/config.go; kube-controller-manager, kube-scheduler, kube-apiserver and kubelet
 * flags as in Kubernetes 1.20 to 1.35; haproxy doc/configuration.txt; keepalived.conf(5); systemd.service(5).
 */

import { INSTANCE_WORDS } from '../keepalived/read-instance.ts';

/**
 * What a value must look like. `time` is a text with a unit, `10s`; `milliseconds` and `seconds` are bare
 * numbers, where the daemon's own file or flag has them so.
 */
export type ValueKind =
  | 'time'
  | 'milliseconds'
  | 'seconds'
  | 'whole'
  | 'number'
  | 'flag'
  | 'text'
  | 'any'
  | 'version'
  | { readonly words: readonly string[] };

export interface Parameter {
  readonly component: string;
  /** `NAME` stands for a name that the configuration gives: `script.NAME`. */
  readonly key: string;
  readonly kind: ValueKind;
  readonly about: string;
}

type Row = readonly [key: string, kind: ValueKind, about: string];

const rows = (component: string, entries: readonly Row[]): Parameter[] =>
  entries.map(([key, kind, about]) => ({ component, key, kind, about }));

const leaderElection: readonly Row[] = [
  ['leader-elect-lease-duration', 'time', 'Default 15s'],
  ['leader-elect-renew-deadline', 'time', 'Default 10s'],
  ['leader-elect-retry-period', 'time', 'Default 2s'],
];

/** What a unit's file says; a static pod has no `enabled`. */
const unit: readonly Row[] = [
  ['enabled', 'flag', 'Started at boot; default true'],
  [
    'Restart',
    { words: ['no', 'on-failure', 'always'] },
    'systemd.service(5); default as the package ships it',
  ],
];

/** Words of an instance that have no row of their own; keepalived's reader judges their values. */
const keepalivedWords = Object.keys(INSTANCE_WORDS.modelled);

export const PARAMETERS: readonly Parameter[] = [
  ...rows('host', [
    ['nonlocal-bind', 'flag', 'net.ipv4.ip_nonlocal_bind; default false'],
    ['boot-time', 'time', 'From power-on to the first process; default 30s'],
    [
      'tcp_syn_linear_timeouts',
      'whole',
      'net.ipv4: SYNs sent again after 1 s each, before the back-off; 4 since Linux 6.5; default 0',
    ],
    [
      'wake-up',
      'time',
      'A host whose cores are busy: one in four of keepalived’s timers fires late, up to this',
    ],
    ['disk.latency', 'time', 'Least time of one fsync; default 500us'],
    ['disk.jitter', 'time', 'Up to this much more; default 500us'],
  ]),
  ...rows('network', [
    ['latency', 'time', 'One way, between any two hosts; default 100us'],
    ['jitter', 'time', 'Up to this much more, drawn for each packet; default 100us'],
    ['zone-latency', 'time', 'One way, between hosts of different zones; default as latency'],
  ]),
  ...rows('kubernetes', [
    ['version', 'version', 'Version of apiserver, controller-manager, scheduler, kubelet'],
  ]),
  ...rows('kubeadm', [
    [
      'certificateValidityPeriod',
      'time',
      'Of the certificates of a control plane, from the start of the world or their renewal on; default 8760h',
    ],
  ]),
  ...rows('etcd', [
    ...unit,
    [
      'version',
      'version',
      '3.4, 3.5 or 3.6, as its newest release; or a patch release of one, with its bugs',
    ],
    ['heartbeat-interval', 'milliseconds', 'One tick; default 100'],
    ['election-timeout', 'milliseconds', 'Default 1000'],
    ['initial-election-tick-advance', 'flag', 'Default true'],
    ['pre-vote', 'flag', 'Default false in 3.4, true from 3.5'],
    ['snapshot-count', 'whole', 'kubeadm writes 10000'],
    ['quota-backend-bytes', 'whole', 'Default 0, which is 2 GiB'],
    ['max-learners', 'whole', 'Default 1'],
    ['strict-reconfig-check', 'flag', 'Default true'],
    ['max-request-bytes', 'whole', 'Default 1572864'],
    ['database-bytes', 'whole', 'What the database holds from before the scenario; no flag; default 0'],
  ]),
  ...rows('kube-apiserver', [
    ['request-timeout', 'time', 'Default 1m'],
    ['max-requests-inflight', 'whole', 'Default 400'],
    ['max-mutating-requests-inflight', 'whole', 'Default 200'],
    ['etcd-healthcheck-timeout', 'time', 'Default 2s'],
    ['etcd-readycheck-timeout', 'time', 'Default 2s'],
    ['endpoint-reconciler-type', { words: ['lease', 'none'] }, 'Of Service kubernetes; default lease'],
    ['etcd-compaction-interval', 'time', 'Default 5m; 0s: etcd is never compacted'],
    ['default-not-ready-toleration-seconds', 'seconds', 'Default 300'],
    ['default-unreachable-toleration-seconds', 'seconds', 'Default 300'],
    ['anonymous-auth', 'flag', 'Default true; without it health checks get 401'],
  ]),
  ...rows('kube-controller-manager', [
    ...leaderElection,
    ['node-monitor-period', 'time', 'Default 5s'],
    ['node-monitor-grace-period', 'time', 'Default 40s, from 1.32 50s'],
    ['node-eviction-rate', 'number', 'Nodes a second; default 0.1'],
    ['secondary-node-eviction-rate', 'number', 'Default 0.01'],
    ['unhealthy-zone-threshold', 'number', 'Default 0.55'],
    ['large-cluster-size-threshold', 'whole', 'Default 50'],
  ]),
  ...rows('kube-scheduler', leaderElection),
  ...rows('kubelet', [
    ...unit,
    ['node-status-update-frequency', 'time', 'Default 10s'],
    ['node-status-report-frequency', 'time', 'Default 5m'],
    ['node-lease-duration-seconds', 'seconds', 'Default 40'],
    ['node-labels', 'any', 'KEY=VALUE,... of its node'],
    [
      'cni-configured',
      'flag',
      'There is a CNI configuration from the start; default true; false: once a network plugin has been applied',
    ],
    [
      'register-with-taints',
      'any',
      'KEY:EFFECT,... of its node, empty for none; default as kubeadm: control planes take no ordinary pods',
    ],
  ]),
  ...rows('kube-proxy', [
    ['enabled', 'flag', 'NodePorts lead to pods; default: where a workload of the scenario has a node-port'],
  ]),
  ...rows('haproxy', [
    ...unit,
    ['version', 'version', '2.6 or later; older ones run as 2.6'],
    ['inter', 'time', 'Between the checks of each server; default 2s'],
    ['fastinter', 'time', 'In transition; default as inter'],
    ['downinter', 'time', 'While DOWN; default as inter'],
    ['rise', 'whole', 'Default 2'],
    ['fall', 'whole', 'Default 3'],
    ['retries', 'whole', 'Default 3'],
    ['redispatch', 'flag', 'option redispatch; default off'],
    [
      'balance',
      { words: ['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'random'] },
      'Of each backend',
    ],
    ['timeout.connect', 'time', 'timeout connect'],
    ['timeout.check', 'time', 'timeout check'],
    ['timeout.client', 'time', 'timeout client'],
    ['timeout.server', 'time', 'timeout server'],
    ['timeout.queue', 'time', 'timeout queue'],
  ]),
  ...rows('docker', [
    [
      'socket',
      'flag',
      'docker.socket starts docker again when the kubelet next connects, within a second of its stop; default true',
    ],
  ]),
  ...rows('web', unit),
  ...rows('kube-vip', [
    ['vip_leaseduration', 'seconds', 'Default 5'],
    ['vip_renewdeadline', 'seconds', 'Default 3'],
    ['vip_retryperiod', 'seconds', 'Default 1'],
    ['vip_leasename', 'text', 'Default plndr-cp-lock'],
    ['vip_arpRate', 'milliseconds', 'Between gratuitous ARPs; default 3000'],
  ]),
  ...rows('cloud-balancer', [
    ['HealthCheckProtocol', { words: ['TCP', 'HTTPS'] }, 'Default TCP'],
    ['HealthCheckPath', 'text', 'Of HTTPS checks; default /'],
    ['HealthCheckIntervalSeconds', 'seconds', 'Default 30'],
    ['HealthCheckTimeoutSeconds', 'seconds', 'Default 10'],
    ['HealthyThresholdCount', 'whole', 'Good checks in a row; default 5'],
    ['UnhealthyThresholdCount', 'whole', 'Bad checks in a row; default 2'],
    ['preserve_client_ip.enabled', 'flag', 'Targets see clients’ addresses; default false'],
  ]),
  ...rows('dns', [
    ['ttl', 'time', 'How long a client goes by one answer; default 0s: it asks for each connection'],
    ['dial', { words: ['serial', 'first'] }, 'All addresses of an answer in turn (Go), or the first only'],
  ]),
  ...rows('keepalived', [
    ...unit,
    ['version', 'version', '1.3, or 2.0 to 2.3'],
    ['priority', 'whole', 'Of each instance; NAME.priority for one'],
    ['advert_int', 'number', 'Seconds; default 1'],
    ['nopreempt', 'flag', 'Default false'],
    ['preempt_delay', 'number', 'Seconds; default 0'],
    ['garp_master_refresh', 'number', 'Seconds; default 0, which is never'],
    ['script.NAME', 'text', 'What a check script tests: process:NAME, tcp:HOST:PORT or http:URL'],
    ['script.NAME.interval', 'number', 'Seconds; default 1'],
    ['script.NAME.timeout', 'number', 'Seconds; default the interval'],
    ['script.NAME.weight', 'number', 'Default 0, which is FAULT'],
    ['script.NAME.rise', 'whole', 'Default 1'],
    ['script.NAME.fall', 'whole', 'Default 1'],
    ...keepalivedWords.map((word): Row => [word, 'any', 'Of each instance, as in keepalived.conf(5)']),
    ...keepalivedWords.map((word): Row => [`NAME.${word}`, 'any', 'Of the instance of that name']),
  ]),
];

export const COMPONENTS: readonly string[] = [...new Set(PARAMETERS.map(({ component }) => component))];

/** A time with a unit, as scenarios write them. */
const TIME = /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/;
const VERSION = /^v?\d{1,3}(?:\.\d{1,4}){0,2}$/;

/** What is wrong with a value of this parameter, in words; undefined if it will do. */
export function valueMistake(parameter: Parameter, value: string | number | boolean): string | undefined {
  const { kind } = parameter;
  const shown = String(value).slice(0, 60);
  if (typeof kind === 'object') {
    return kind.words.includes(String(value)) ? undefined : `${shown} is none of ${kind.words.join(', ')}`;
  }
  const number = typeof value === 'number' ? value : Number.NaN;
  switch (kind) {
    case 'time':
      if (typeof value === 'number') return `${shown} has no unit: write ${shown}s or ${shown}ms`;
      return TIME.test(String(value)) ? undefined : `${shown} is not a time such as 10s, 250ms, 2m or 1h`;
    case 'milliseconds':
    case 'seconds':
      if (Number.isSafeInteger(number) && number >= 0) return undefined;
      return `${shown} is not a whole number of ${kind}, as the flag has it`;
    case 'whole':
      return Number.isSafeInteger(number) && number >= 0
        ? undefined
        : `${shown} is not a whole number of 0 or more`;
    case 'number':
      return Number.isFinite(number) ? undefined : `${shown} is not a number`;
    case 'flag':
      return typeof value === 'boolean' ? undefined : `${shown} is neither true nor false`;
    case 'version':
      return VERSION.test(String(value)) ? undefined : `${shown} is no version such as 3.4`;
    case 'any':
      return undefined;
    case 'text':
      return value === '' ? 'must not be empty' : undefined;
  }
}
