/** KEEPALIVED.md section 1: what 1.3 does otherwise. */
import { expect, test } from 'vitest';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';
import { behaviourOf, nearestModelled, parseVersion } from '../../../models/keepalived/version.ts';
import { cluster, confText, type Router, S, settled } from './harness.ts';

const OLD = { version: '1.3.5' };
const at = (router: Router, text: string): number | undefined =>
  router.bus.said.find((said) => said.host === router.name && said.line.includes(text))?.atUs;

test('versions are read, and those that are not modelled run as the nearest', () => {
  expect(parseVersion('v1.3.9')).toEqual([1, 3, 9]);
  expect(parseVersion('two')).toBe(undefined);
  expect(nearestModelled('2.2.7')).toEqual({ version: '2.2.7', same: true });
  expect(nearestModelled('1.3.9')).toEqual({ version: '1.3.9', same: true });
  expect(nearestModelled('1.2.19')).toEqual({ version: '1.3.5', same: false });
  expect(nearestModelled('2.4.3')).toEqual({ version: '2.3.4', same: false });
});

test('another version is said in a note', () => {
  const { findings } = readKeepalivedConf(confText(100), 'k', { version: '1.2.19' });
  expect(findings.map((finding) => finding.message)).toContain('keepalived 1.2.19 runs as 1.3.5');
});

test('down_timer_adverts is known from 2.2.3', () => {
  expect(behaviourOf('2.2.2').downTimerAdverts).toBe(false);
  expect(behaviourOf('2.2.3').downTimerAdverts).toBe(true);
  const { findings } = readKeepalivedConf(confText(100, { instance: 'down_timer_adverts 5' }), 'k', OLD);
  expect(findings.some((finding) => finding.message.startsWith("Unknown keyword 'down_timer_adverts'"))).toBe(
    true,
  );
});

test('the log prefix is VRRP_Instance(VI_1)', () => {
  const { bus, routers } = cluster([101], {}, OLD);
  bus.run(10 * S);
  expect(routers[0]!.lines()).toContain('VRRP_Instance(VI_1) Entering MASTER STATE');
});

test('the default priority is 100 with `state MASTER`, too; in 2.x it is 255', () => {
  const text = confText(100, { state: 'MASTER' }).replace(/ {2}priority 100\n/, '');
  expect(readKeepalivedConf(text, 'k', OLD).config.instances[0]!.priority).toBe(100);
  expect(readKeepalivedConf(text, 'k').config.instances[0]!.priority).toBe(255);
});

test('`state MASTER` goes to MASTER without waiting for silence: an interval for the election, one for the addresses', () => {
  const { bus, routers } = cluster(
    [101, 100],
    (i) => ({ state: i === 0 ? 'MASTER' : 'BACKUP', noScript: true }),
    OLD,
  );
  bus.run(10 * S);
  const m1 = routers[0]!;
  const beganAt = at(m1, 'Starting VRRP child')!;
  expect(at(m1, 'Transition to MASTER STATE')! - beganAt).toBe(S);
  expect(at(m1, 'Entering MASTER STATE')! - beganAt).toBe(2 * S);
  expect(bus.holders()).toEqual(['m1']);
});

test('a takeover has two steps: "Transition" with an advert, the addresses an interval later', () => {
  const { bus, routers } = settled([101, 100], { noScript: true }, OLD);
  const m2 = routers[1]!;
  routers[0]!.kill();
  bus.until(() => at(m2, 'Transition to MASTER STATE') !== undefined);
  const transitionAt = bus.nowUs;
  expect(m2.has(bus.vip)).toBe(false);
  bus.until(() => m2.has(bus.vip));
  expect(bus.nowUs - transitionAt).toBe(S);
});

test('a BACKUP that hears a lower advert forces an election at once', () => {
  const { bus, routers } = settled([101, 100], {}, OLD);
  const [m1, m2] = routers as [Router, Router];
  m1.processes.delete('haproxy');
  bus.until(() => m1.instance!.priority === 101);
  const loweredAt = bus.nowUs;
  bus.until(() => at(m2, 'forcing a new MASTER election') !== undefined);
  expect(bus.nowUs - loweredAt).toBeLessThan(1.01 * S);
  const forcedAt = bus.nowUs;
  bus.runFor(200);
  expect(m1.lines()).toContain('VRRP_Instance(VI_1) Received advert with higher priority 102, ours 101');
  bus.until(() => m2.has(bus.vip));
  // An interval later "Transition", which m1's last advert puts off no more than its way here; then the addresses.
  expect(bus.nowUs - forcedAt).toBe(2 * S + 200);
});

test('it leaves FAULT with `state MASTER` straight to MASTER', () => {
  const { bus, routers } = cluster([101], { state: 'MASTER', noScript: true }, OLD);
  bus.run(5 * S);
  const m1 = routers[0]!;
  m1.link(false);
  bus.runFor(5 * S);
  m1.link(true);
  bus.runFor(0);
  expect(m1.instance!.state).toBe('MASTER');
  bus.runFor(S);
  expect(m1.has(bus.vip)).toBe(true);
});

test('the effective priority is worked out once an interval', () => {
  const { bus, routers } = settled([101], { instance: 'advert_int 4' }, OLD);
  const m1 = routers[0]!;
  const changes = bus.said
    .filter((said) => said.line.includes('Changing effective priority'))
    .map((said) => said.atUs);
  const beganAt = at(m1, 'Starting VRRP child')!;
  expect(changes).toEqual([beganAt + 4 * S]);
});

test('the skew comes from the configured priority', () => {
  const { bus, routers } = cluster([101], {}, OLD);
  const m1 = routers[0]!;
  bus.run(10 * S);
  expect(at(m1, 'Transition')! - at(m1, 'Entering BACKUP STATE')!).toBe(3_605_468);
});

test('an advert that is dropped restarts the down timer all the same', () => {
  const { bus, routers } = settled(
    [101, 100],
    (i) => (i === 0 ? {} : { instance: 'authentication {\n auth_type PASS\n auth_pass 2222\n }' }),
    OLD,
  );
  bus.run(30 * S);
  // So that another password gives no second MASTER here.
  expect(bus.holders()).toEqual(['m1']);
  expect(routers[1]!.lines()).toContain('VRRP_Instance(VI_1) received an invalid passwd!');
});
