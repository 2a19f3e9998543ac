/** KEEPALIVED.md section 6: track scripts as they run. */
import { describe, expect, test } from 'vitest';
import { cluster, MS, type Router, S, settled } from './harness.ts';

const times = (router: Router, text: string): number[] =>
  router.bus.said
    .filter((said) => said.host === router.name && said.line.includes(text))
    .map((said) => said.atUs);

test('the first run is at start; then one starts every interval, counted from start to start', () => {
  const { bus, routers } = cluster([101], { script: 'interval 3\n fall 1' });
  const m1 = routers[0]!;
  bus.run(S);
  const beganAt = times(m1, 'Starting VRRP child')[0]!;
  m1.processes.delete('haproxy');
  bus.run(30 * S);
  const failedAt = times(m1, 'failed')[0]!;
  expect(failedAt - beganAt).toBeGreaterThan(3 * S);
  expect(failedAt - beganAt).toBeLessThan(3 * S + 7 * MS);
});

test('a script that looks for a process sees a stopped one, too', () => {
  const { bus, routers } = settled([101]);
  expect(routers[0]!.instance!.priority).toBe(103);
  bus.runFor(10 * S);
  expect(routers[0]!.lines().filter((line) => line.includes('failed'))).toEqual([]);
});

describe('a run that hangs', () => {
  const hanging = { script: 'script "curl -sk https://localhost:8443/"\n interval 2\n weight 2' };

  test('is ended after the interval when there is no timeout, counts as one failure, and the next run is skipped', () => {
    const { bus, routers } = cluster([101], hanging);
    const m1 = routers[0]!;
    m1.ports.set('192.0.2.11:8443', { tls: true, status: 200 });
    bus.run(10 * S);
    expect(m1.instance!.priority).toBe(103);
    m1.ports.set('192.0.2.11:8443', { silent: true });
    const hangsAt = bus.nowUs;
    bus.until(() => m1.instance!.priority === 101);
    expect(bus.nowUs - hangsAt).toBeGreaterThanOrEqual(2 * S);
    expect(bus.nowUs - hangsAt).toBeLessThanOrEqual(4 * S);
    const lines = m1.lines().slice(-3);
    expect(lines).toEqual([
      'Track script chk_haproxy is already running, expect idle - skipping run',
      'VRRP_Script(chk_haproxy) timed_out',
      '(VI_1) Changing effective priority from 103 to 101',
    ]);
  });

  test('is ended after the timeout when there is one', () => {
    const { bus, routers } = cluster([101], { script: `${hanging.script}\n timeout 1` });
    const m1 = routers[0]!;
    m1.ports.set('192.0.2.11:8443', { silent: true });
    bus.run(1.2 * S);
    expect(m1.lines()).toContain('VRRP_Script(chk_haproxy) timed_out');
    expect(m1.lines().some((line) => line.includes('skipping'))).toBe(false);
  });

  test("ends by itself at curl's --max-time, with status 28", () => {
    const { bus, routers } = cluster([101], {
      script: 'script "curl -sk --max-time 1 https://localhost:8443/"\n interval 3',
    });
    const m1 = routers[0]!;
    m1.ports.set('192.0.2.11:8443', { silent: true });
    bus.run(3 * S);
    expect(m1.lines()).toContain('VRRP_Script(chk_haproxy) failed (exited with status 28)');
  });
});

describe('a request over HTTP', () => {
  const asked = (
    line: string,
    port: Parameters<Router['ports']['set']>[1] | undefined,
  ): readonly string[] => {
    const { bus, routers } = cluster([101], { script: `script "${line}"` });
    const m1 = routers[0]!;
    if (port !== undefined) m1.ports.set('192.0.2.11:8443', port);
    bus.run(S);
    return m1.lines().filter((line) => line.startsWith('VRRP_Script'));
  };

  test('without --fail passes on any answer', () => {
    expect(asked('curl -sk https://localhost:8443/', { tls: true, status: 403 })).toEqual([
      'VRRP_Script(chk_haproxy) succeeded',
    ]);
  });

  test('with --fail takes 400 and more for a failure, with status 22', () => {
    expect(asked('curl -sfk https://localhost:8443/', { tls: true, status: 403 })).toEqual([
      'VRRP_Script(chk_haproxy) failed (exited with status 22)',
    ]);
    expect(asked('curl -sfk https://localhost:8443/', { tls: true, status: 302 })).toEqual([
      'VRRP_Script(chk_haproxy) succeeded',
    ]);
  });

  test('to a closed port fails with status 7', () => {
    expect(asked('curl -s http://localhost:8443/', undefined)).toEqual([
      'VRRP_Script(chk_haproxy) failed (exited with status 7)',
    ]);
  });

  test('in TLS to a port without it fails with status 35', () => {
    expect(asked('curl -sk https://localhost:8443/', {})).toEqual([
      'VRRP_Script(chk_haproxy) failed (exited with status 35)',
    ]);
  });

  test('a connection that opens is enough for nc -z', () => {
    expect(asked('nc -z 127.0.0.1 8443', { silent: true })).toEqual(['VRRP_Script(chk_haproxy) succeeded']);
    expect(asked('nc -z 127.0.0.1 8443', undefined)).toEqual([
      'VRRP_Script(chk_haproxy) failed (exited with status 1)',
    ]);
  });
});

test('a script that asks for the address only where it is, as check_apiserver.sh does', () => {
  const text = `#!/bin/sh
VIP=192.0.2.10
errorExit() {
  echo "*** $*" 1>&2
  exit 1
}
curl -sk https://localhost:8443/ -o /dev/null || errorExit "no answer"
if ip addr | grep -q \${VIP}; then
  curl -sk https://\${VIP}:8443/ -o /dev/null || errorExit "no answer from \${VIP}"
fi
`;
  const { bus, routers } = cluster(
    [101, 100],
    { script: 'script "/etc/keepalived/check_apiserver.sh"' },
    { readScript: () => ({ file: 'check_apiserver.sh', text }) },
  );
  for (const router of routers) router.ports.set(`${router.address}:8443`, { tls: true, status: 403 });
  // The address is there and its port is not: only the holder's script notices.
  const failed = (router: Router): boolean =>
    router.lines().some((line) => line.includes('failed (exited with status 1)'));
  bus.until(() => routers.some(failed));
  expect(routers.filter(failed).map((router) => router.name)).toEqual(bus.holders());
});

test('two instances may track one script, each with its own weight', () => {
  const two = `virtual_ipaddress_excluded {\n }\n}\nvrrp_instance VI_2 {\n interface eth0\n virtual_router_id 52\n priority 50\n virtual_ipaddress {\n 192.0.2.20\n }\n track_script {\n chk_haproxy weight 0\n }`;
  const { bus, routers } = cluster([101], { instance: two });
  const m1 = routers[0]!;
  bus.run(10 * S);
  m1.processes.delete('haproxy');
  bus.run(14 * S);
  expect(m1.observe('VI_1')).toEqual({ state: 'MASTER', priority: 101 });
  expect(m1.observe('VI_2')).toEqual({ state: 'FAULT', priority: 50 });
});

test('a reverse script of weight 0 is in FAULT while it succeeds', () => {
  const { bus, routers } = cluster([101], { script: 'weight 0 reverse' });
  bus.run(10 * S);
  expect(routers[0]!.instance!.state).toBe('FAULT');
  routers[0]!.processes.delete('haproxy');
  bus.run(20 * S);
  expect(routers[0]!.instance!.state).toBe('MASTER');
});
