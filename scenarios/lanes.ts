/** The lanes of a run for the page: everything that has one state at a time, with a tone for colouring. */
import { stateWord } from '../models/keepalived/observe.ts';
import type { Changes } from './changes.ts';
import type { LaneRecorder } from './lane-recorder.ts';
import type { Lane } from './run-record.ts';
import type { RunOutage } from './scenario-run.ts';
import type { Session } from './session.ts';

type Segment = Lane['segments'][number];
type Tone = Segment['tone'];

const OFF = ['off', 'stopped', 'waiting'];
const CHANGING = [
  'booting',
  'stopping',
  'starting',
  'candidate',
  'pre-candidate',
  'backup',
  'init',
  'paused',
];

function toneOf(state: string): Tone {
  const words = state.toLowerCase().split('.');
  if (words.some((word) => OFF.includes(word))) return 'off';
  if (words.some((word) => CHANGING.includes(word))) return 'changing';
  return words.some((word) => word === 'fault' || word === 'failed') ? 'bad' : 'good';
}

/** To be BACKUP is as good as to be MASTER. */
function vrrpTone(state: string): Tone {
  const word = stateWord(state);
  if (word === 'stopped') return 'off';
  return word === 'FAULT' ? 'bad' : word === 'INIT' ? 'changing' : 'good';
}

export function lanesOf(session: Session, recorder: LaneRecorder, outages: readonly RunOutage[]): Lane[] {
  const { facts, epochUs, topology } = session;
  const segments = <T>(
    changes: Changes<T> | undefined,
    state: (value: T) => string,
    tone: (value: T) => Tone,
  ): Segment[] => {
    const list = changes?.list ?? [];
    const before = list.filter(({ atUs }) => atUs <= epochUs).at(-1);
    const after = list.filter(({ atUs }) => atUs > epochUs);
    return [...(before === undefined ? [] : [before]), ...after].map(({ atUs, step, value }) => ({
      from_ms: Math.max(0, (atUs - epochUs) / 1000),
      state: state(value),
      tone: tone(value),
      ...(atUs > epochUs ? { step } : {}),
    }));
  };
  const lanes: Lane[] = [];
  const hostLanes = (host: string): Lane[] => {
    const own: Lane[] = [];
    const power = recorder.states.get(host);
    own.push({
      id: `host:${host}`,
      label: host,
      group: host,
      kind: 'host',
      segments: segments(power, (state) => state, toneOf),
    });
    if (topology.vip !== undefined && facts.vip.list.some(({ value }) => value.includes(host))) {
      own.push({
        id: `vip:${host}`,
        label: 'VIP',
        group: host,
        kind: 'vip',
        segments: segments(
          facts.vip,
          (holders) => (holders.includes(host) ? 'has the VIP' : ''),
          (holders) => (!holders.includes(host) ? 'off' : holders.length > 1 ? 'bad' : 'good'),
        ),
      });
    }
    for (const [path, changes] of recorder.states) {
      if (!path.startsWith(`${host}/`)) continue;
      const name = path.slice(host.length + 1);
      if (name === 'etcd/raft')
        own.push({
          id: `etcd:${host}`,
          label: 'etcd role',
          group: host,
          kind: 'etcd',
          segments: segments(changes, (state) => state, toneOf),
        });
      else if (name.startsWith('keepalived/'))
        own.push({
          id: `vrrp:${host}/${name.slice('keepalived/'.length)}`,
          label: `VRRP ${name.slice('keepalived/'.length)}`,
          group: host,
          kind: 'vip',
          segments: segments(changes, stateWord, vrrpTone),
        });
      else
        own.push({
          id: `process:${path}`,
          label: name,
          group: host,
          kind: 'process',
          segments: segments(changes, (state) => state, toneOf),
        });
    }
    for (const [key, changes] of facts.backends) {
      const [balancer, server = ''] = key.split(' ');
      if (balancer !== host) continue;
      own.push({
        id: `backend:${key}`,
        label: server,
        group: host,
        kind: 'backend',
        segments: segments(
          changes,
          ({ state }) => state,
          ({ state }) => (state === 'UP' ? 'good' : state === 'DOWN' ? 'bad' : 'changing'),
        ),
      });
    }
    return own;
  };
  for (const service of new Set(facts.requests.list.map(({ client }) => client))) {
    lanes.push({
      id: `service:${service}`,
      label: service,
      group: 'cluster',
      kind: 'service',
      segments: serviceSegments(outages.filter((outage) => outage.service === service)),
    });
  }
  if (topology.vip !== undefined)
    lanes.push({
      id: 'vip',
      label: 'VIP',
      group: 'cluster',
      kind: 'vip',
      segments: segments(
        facts.vip,
        (holders) => holders.join(' + ') || 'nobody',
        (holders) => (holders.length === 1 ? 'good' : 'bad'),
      ),
    });
  lanes.push({
    id: 'etcd-leader',
    label: 'etcd leader',
    group: 'cluster',
    kind: 'etcd',
    segments: segments(
      facts.etcd.leader,
      ({ member, term }) => (member === null ? 'none' : `${member} (term ${term})`),
      ({ member }) => (member === null ? 'bad' : 'good'),
    ),
  });
  for (const [lease, changes] of facts.leases) {
    lanes.push({
      id: `lease:${lease}`,
      label: lease,
      group: 'cluster',
      kind: 'lease',
      segments: segments(
        changes,
        (holder) => holder ?? 'nobody',
        (holder) => (holder === null ? 'bad' : 'good'),
      ),
    });
  }
  for (const [node, changes] of facts.nodes) {
    lanes.push({
      id: `node:${node}`,
      label: `node ${node}`,
      group: 'cluster',
      kind: 'node',
      segments: segments(
        changes,
        (status) => status,
        (status) => (status.startsWith('Ready') ? 'good' : 'bad'),
      ),
    });
  }
  for (const { name } of topology.hosts) lanes.push(...hostLanes(name));
  return lanes;
}

function serviceSegments(outages: readonly RunOutage[]): Segment[] {
  const segments: Segment[] = [{ from_ms: 0, state: 'up', tone: 'good' }];
  for (const outage of outages) {
    segments.push({ from_ms: outage.from_ms, state: 'down', tone: 'bad' });
    if (outage.degraded_from_ms !== null)
      segments.push({
        from_ms: outage.degraded_from_ms,
        state: `degraded, ${Math.round(outage.share_ok * 100)} % good`,
        tone: 'changing',
      });
    if (outage.to_ms !== null) segments.push({ from_ms: outage.to_ms, state: 'up', tone: 'good' });
  }
  return segments;
}
