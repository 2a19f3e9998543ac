/** KEEPALIVED.md section 10. */
import { describe, expect, test } from 'vitest';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';
import { Bus, configOf, MS, type Router, S } from './harness.ts';

function grouped(
  priority: number,
  options: { state?: string; script?: string; group?: string } = {},
): string {
  const instance = (
    name: string,
    vrid: number,
    address: string,
    track = '',
  ): string => `vrrp_instance ${name} {
    state ${options.state ?? 'BACKUP'}
    interface eth0
    virtual_router_id ${vrid}
    priority ${priority}
    virtual_ipaddress { ${address} }
    ${track}
  }\n`;
  const script = options.script ?? '';
  const track = script === '' ? '' : 'track_script {\n chk\n }';
  return `${script}
  vrrp_sync_group VG_1 {
    group {
      VI_1
      VI_2
    }
    ${options.group ?? ''}
  }
  ${instance('VI_1', 51, '192.0.2.10', track)}${instance('VI_2', 52, '192.0.2.20')}`;
}

function pair(options: Parameters<typeof grouped>[1] = {}): { bus: Bus; m1: Router; m2: Router } {
  const bus = new Bus();
  const m1 = bus.add('m1', '192.0.2.11', configOf(grouped(101, options)));
  const m2 = bus.add('m2', '192.0.2.12', configOf(grouped(100, { ...options, state: 'BACKUP' })));
  m1.start(1);
  bus.runFor(200 * MS);
  m2.start(2);
  bus.run(15 * S);
  return { bus, m1, m2 };
}

const states = (router: Router): string[] =>
  ['VI_1', 'VI_2'].map((name) => router.observe(name)?.state ?? '');

test('members become MASTER together, and the group says so', () => {
  const { m1, m2 } = pair();
  expect(states(m1)).toEqual(['MASTER', 'MASTER']);
  expect(states(m2)).toEqual(['BACKUP', 'BACKUP']);
  const lines = m1.lines().filter((line) => /Entering MASTER|Syncing/.test(line));
  expect(lines).toEqual([
    '(VI_2) Entering MASTER STATE',
    'VRRP_Group(VG_1) Syncing instances to MASTER state',
    '(VI_1) Entering MASTER STATE',
  ]);
});

test('members that begin with `state MASTER` wait one interval and the least skew', () => {
  const bus = new Bus();
  const m1 = bus.add('m1', '192.0.2.11', configOf(grouped(101, { state: 'MASTER' })));
  m1.start();
  bus.until(() => states(m1)[0] === 'MASTER', 5 * S);
  expect(bus.nowUs).toBeLessThan(1.07 * S);
});

test('one that hears a higher advert drags the other to BACKUP', () => {
  const { bus, m1 } = pair();
  const message = {
    ...m1.sent.at(-1)!.advert,
    vrid: 51,
    priority: 200,
    source: '192.0.2.99',
    addresses: ['192.0.2.10'],
  };
  m1.send({ type: 'datagram', protocol: 'vrrp', from: '192.0.2.99', multicast: true, message });
  bus.runFor(0);
  expect(states(m1)).toEqual(['BACKUP', 'BACKUP']);
  expect(m1.lines()).toContain('VRRP_Group(VG_1) Syncing instances to BACKUP state');
});

describe('one in FAULT', () => {
  const script = 'vrrp_script chk {\n script "killall -0 haproxy"\n interval 1\n}';

  test('drags all to FAULT, and the peer takes both addresses', () => {
    const { bus, m1, m2 } = pair({ script });
    m1.processes.delete('haproxy');
    bus.runFor(3 * S);
    expect(states(m1)).toEqual(['FAULT', 'FAULT']);
    expect(states(m2)).toEqual(['MASTER', 'MASTER']);
    expect(m1.lines()).toContain('VRRP_Group(VG_1) Syncing instances to FAULT state');
  });

  test('all come back when it does', () => {
    const { bus, m1, m2 } = pair({ script });
    m1.processes.delete('haproxy');
    bus.runFor(5 * S);
    m1.processes.add('haproxy');
    bus.runFor(15 * S);
    expect(states(m1)).toEqual(['MASTER', 'MASTER']);
    expect(states(m2)).toEqual(['BACKUP', 'BACKUP']);
  });
});

test('a lost carrier and its return move the whole group', () => {
  const { bus, m1, m2 } = pair();
  m1.link(false);
  bus.runFor(8 * S);
  expect(states(m1)).toEqual(['FAULT', 'FAULT']);
  expect(states(m2)).toEqual(['MASTER', 'MASTER']);
  m1.link(true);
  bus.runFor(12 * S);
  expect(states(m1)).toEqual(['MASTER', 'MASTER']);
});

test('weighted scripts of members are ignored, unless sync_group_tracking_weight says otherwise', () => {
  const script = 'vrrp_script chk {\n script "killall -0 haproxy"\n interval 1\n weight 10\n}';
  expect(pair({ script }).m1.observe('VI_1')!.priority).toBe(101);
  expect(pair({ script, group: 'sync_group_tracking_weight' }).m1.observe('VI_1')!.priority).toBe(111);
});

test('a group of one is said to be no group', () => {
  const text =
    'vrrp_sync_group VG_1 {\n group {\n VI_1\n }\n}\nvrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.10\n }\n}';
  const { findings } = readKeepalivedConf(text, 'k');
  expect(findings.map((finding) => finding.message)).toContain(
    "Sync group VG_1 has only 1 virtual router(s) - this probably isn't what you want",
  );
});
