/** Commands that operators type, through the simulated network: what they print, their exit codes, how long they hang. */
import { beforeAll, describe, expect, test } from 'vitest';
import { advance } from '../../models/console/console.ts';
import { humanDuration } from '../../models/console/kubectl/print.ts';
import { RESOURCES } from '../../models/kube-apiserver/api.ts';
import { prepare } from '../../scenarios/prepare.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { composed } from './runs.ts';

const S = 1_000_000;

interface Ran {
  readonly text: string;
  readonly exitCode: number;
  readonly tookS: number;
}

function begin(data: ScenarioData): Session {
  const { data: whole, topology } = composed(data);
  const { spec } = prepare(whole, topology, { seed: 1, console: true, withoutProbers: true });
  return new Session(whole, topology, spec, { commands: advance });
}

/** Types a line at a second of the scenario (or now) and waits for its end. */
function ran(session: Session, line: string, host = 'm1', atS?: number): Ran {
  if (atS !== undefined) session.runUntil(session.epochUs + atS * S);
  const typed = session.type(host, line);
  while (typed.result === undefined && !session.done) session.runUntil(session.nowUs + S / 10);
  if (typed.result === undefined) throw new Error(`${line} has not ended`);
  const { text, exitCode, hungUs } = typed.result;
  return { text, exitCode, tookS: hungUs / S };
}

/** The words of a table, line by line. */
function cells(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
}

describe('a healthy cluster', () => {
  let session: Session;
  beforeAll(() => {
    session = begin({
      scenario: 'healthy',
      version: 1,
      topology: 'stacked-3',
      until: '900s',
      workloads: [{ name: 'web', replicas: 2, port: 80, 'node-port': 30080 }],
    });
  }, 120_000);

  test.each(Object.keys(RESOURCES))(
    'get %s -A -o wide --show-labels prints a table, or that there are none',
    (plural) => {
      const { text, exitCode } = ran(session, `kubectl get ${plural} -A -o wide --show-labels`);
      expect(text).toMatch(
        /^(Warning: .*deprecated.*\n)?((NAMESPACE +)?(NAME|LAST SEEN) .*LABELS|No resources found)\n/,
      );
      expect(exitCode).toBe(0);
    },
  );

  test('get --sort-by, get --raw', () => {
    const { text } = ran(session, 'kubectl get events --sort-by=.lastTimestamp --no-headers');
    const reasons = cells(text).map(([, , reason]) => reason);
    expect(reasons.indexOf('Starting')).toBeLessThan(reasons.indexOf('Scheduled'));
    expect(reasons.lastIndexOf('Starting')).toBeLessThan(reasons.indexOf('Started'));
    const names = cells(ran(session, 'kubectl get nodes --sort-by={.metadata.name} --no-headers').text);
    expect(names.map(([name]) => name)).toEqual(['m1', 'm2', 'm3', 'w1']);
    expect(ran(session, 'kubectl get nodes --sort-by=.nothing')).toMatchObject({
      text: 'error: couldn\'t find any field with path "{.nothing}" in the list of objects\n',
      exitCode: 1,
    });
    expect(ran(session, 'kubectl get --raw /healthz').text).toBe('ok');
    expect(ran(session, "kubectl get --raw '/livez?verbose'").text).toMatch(/\[\+\]etcd ok/);
    expect(ran(session, 'kubectl get ep kubernetes').text).toMatch(
      /kubernetes +10\.0\.0\.11:6443,10\.0\.0\.12:6443/,
    );
  });

  test('get events: who said what of which object, and when', () => {
    const [header, ...rows] = cells(ran(session, 'kubectl get events').text);
    expect(header).toEqual(['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']);
    const said = rows.map(([, type, reason, object, message]) => [type, reason, object, message].join(' '));
    expect(said).toContain('Normal Starting node/m1 Starting kubelet.');
    const pod = said
      .map((line) => /assigned default\/(\S+) to (\S+)/.exec(line))
      .find((found) => found !== null);
    const [, name = '', node = ''] = pod ?? [];
    const [set] = name.match(/^web-[^-]+/) ?? [];
    expect(said).toContain(`Normal ScalingReplicaSet deployment/web Scaled up replica set ${set} to 2`);
    expect(said).toContain(`Normal SuccessfulCreate replicaset/${set} Created pod: ${name}`);
    expect(said).toContain(`Normal Started pod/${name} Started container nginx`);
    const elected = ran(session, 'kubectl get events -n kube-system -o wide').text;
    expect(elected).toMatch(
      /LeaderElection +lease\/kube-scheduler +default-scheduler +m\d_\S+ became leader/,
    );
    const described = ran(session, `kubectl describe pod ${name}`).text;
    expect(described).toMatch(
      new RegExp(
        `Events:\n  Type +Reason +Age +From +Message\n[^]*Scheduled +\\S+ +default-scheduler +Successfully assigned default/${name} to ${node}`,
      ),
    );
  });

  test('get nodes: NAME STATUS ROLES AGE VERSION', () => {
    const { text, exitCode } = ran(session, 'kubectl get nodes');
    const [header, first] = cells(text);
    expect(header).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
    expect(first?.slice(0, 3)).toEqual(['m1', 'Ready', 'control-plane']);
    expect(first?.[4]).toBe('v1.30.0');
    expect(exitCode).toBe(0);
    expect(cells(ran(session, 'k get no -o wide').text)[0]?.slice(5)).toEqual([
      'INTERNAL-IP',
      'EXTERNAL-IP',
      'OS-IMAGE',
      'KERNEL-VERSION',
      'CONTAINER-RUNTIME',
    ]);
  });

  test('get pods, with namespaces, labels, without headers, in a pipe', () => {
    expect(ran(session, 'k get po --no-headers | wc -l').text).toBe('2\n');
    expect(ran(session, 'k get po -l app=web --no-headers | wc -l').text).toBe('2\n');
    expect(ran(session, 'k get po -l app=other').text).toBe('No resources found in default namespace.\n');
    expect(cells(ran(session, 'kubectl get pods -A').text)[0]?.[0]).toBe('NAMESPACE');
    expect(ran(session, 'kubectl get pods -n kube-system | grep -c etcd').text).toBe('3\n');
    expect(ran(session, 'kubectl get pods -n=kube-system --no-headers | wc -l').text).toBe('12\n');
  });

  test('get all prefixes names with their kind', () => {
    const { text } = ran(session, 'kubectl get all');
    expect(text).toContain('pod/web-');
    expect(text).toContain('service/web');
    expect(text).toMatch(/deployment.apps\/web +2\/2 +2 +2/);
    expect(text).toContain('replicaset.apps/web-');
  });

  test('what does not exist is said as kubectl says it', () => {
    expect(ran(session, 'kubectl get po nosuch')).toMatchObject({
      text: 'Error from server (NotFound): pods "nosuch" not found\n',
      exitCode: 1,
    });
    expect(ran(session, 'kubectl get deploy nosuch').text).toBe(
      'Error from server (NotFound): deployments.apps "nosuch" not found\n',
    );
    expect(ran(session, 'kubectl get foos').text).toContain(`the server doesn't have a resource type "foos"`);
    expect(ran(session, 'kubectl gett nodes').text).toContain('unknown command "gett" for "kubectl"');
    expect(ran(session, 'kubectl get nodes --colour').text).toContain('unknown flag: --colour');
    for (const line of [
      'kubectl',
      'kubectl get',
      'kubectl logs',
      'kubectl drain',
      'kubectl delete',
      'kubectl scale',
      'nc',
      'curl',
      'ping',
      'ip',
      'systemctl',
      'watch',
      'sudo',
      'docker',
      'crictl',
    ])
      expect(typeof ran(session, line).exitCode).toBe('number');
  });

  test('create, scale, expose, delete', () => {
    expect(ran(session, 'kubectl create deployment nginx-lab --image=nginx').text).toBe(
      'deployment.apps/nginx-lab created\n',
    );
    expect(ran(session, 'kubectl create deployment nginx-lab --image=nginx')).toMatchObject({
      text: 'error: failed to create deployment: deployments.apps "nginx-lab" already exists\n',
      exitCode: 1,
    });
    expect(ran(session, 'kubectl scale deployment nginx-lab --replicas=4').text).toBe(
      'deployment.apps/nginx-lab scaled\n',
    );
    ran(session, 'sleep 8');
    expect(cells(ran(session, 'kubectl get deployments.apps nginx-lab').text)[1]?.slice(0, 4)).toEqual([
      'nginx-lab',
      '4/4',
      '4',
      '4',
    ]);
    expect(
      ran(
        session,
        'kubectl expose deployment nginx-lab --name=nginx-lab --type=NodePort --port=80 --target-port=80',
      ).text,
    ).toBe('service/nginx-lab exposed\n');
    expect(cells(ran(session, 'kubectl get svc nginx-lab').text)[1]?.[4]).toMatch(/^80:3\d{4}\/TCP$/);
    expect(ran(session, 'kubectl delete deploy nginx-lab').text).toBe(
      'deployment.apps "nginx-lab" deleted\n',
    );
    ran(session, 'sleep 5');
    expect(ran(session, 'kubectl get po -l app=nginx-lab').text).toBe(
      'No resources found in default namespace.\n',
    );
  });

  test('cordon, drain, uncordon', () => {
    expect(ran(session, 'kubectl drain w1 --ignore-daemonsets').text).toMatch(
      /^node\/w1 cordoned\nevicting pod default\/web-.*\nevicting pod default\/web-.*\npod\/web-.* evicted\npod\/web-.* evicted\nnode\/w1 drained\n$/,
    );
    expect(cells(ran(session, 'kubectl get node w1').text)[1]?.[1]).toBe('Ready,SchedulingDisabled');
    expect(session.observations.nodes['w1']?.status).toBe('Ready,SchedulingDisabled');
    expect(cells(ran(session, 'k get po').text)[1]?.[2]).toBe('Pending');
    expect(ran(session, 'kubectl uncordon w1').text).toBe('node/w1 uncordoned\n');
    expect(ran(session, 'kubectl uncordon w1').text).toBe('node/w1 already uncordoned\n');
    ran(session, 'sleep 5');
    expect(cells(ran(session, 'k get deploy web').text)[1]?.[1]).toBe('2/2');
  });

  test('logs of an elector, and etcdctl in its pod', () => {
    const holder = session.observations.leases['kube-scheduler']?.holder ?? '';
    const { text } = ran(session, `kubectl logs kube-scheduler-${holder} -n kube-system | grep leader`);
    expect(text).toMatch(
      /^I0105 \d\d:\d\d:\d\d\.\d{6} +1 leaderelection.go:243\] attempting to acquire leader lease kube-system\/kube-scheduler\.\.\.\n/,
    );
    expect(text).toContain('successfully acquired lease kube-system/kube-scheduler');
    const members = ran(session, 'kubectl -n kube-system exec etcd-m2 -- etcdctl member list').text;
    expect(members.trim().split('\n').length).toBe(3);
  });

  test('describe node, leases, crictl, systemctl, journalctl, ip, arp, ping, nc, curl', () => {
    expect(ran(session, 'kubectl describe node w1').text).toMatch(
      /Ready +True .*KubeletReady +kubelet is posting ready status/,
    );
    expect(ran(session, 'kubectl get leases -n kube-system').text).toMatch(
      /kube-scheduler +m\d_[0-9a-f-]{36}/,
    );
    expect(ran(session, 'crictl ps | grep -c kube-apiserver').text).toBe('1\n');
    expect(ran(session, 'docker ps')).toMatchObject({ exitCode: 1 });
    expect(ran(session, 'systemctl is-active haproxy')).toMatchObject({ text: 'active\n', exitCode: 0 });
    expect(ran(session, 'systemctl status nosuch')).toMatchObject({ exitCode: 4 });
    expect(ran(session, 'journalctl -u haproxy -n 1 --no-pager').text).toContain(' haproxy[');
    expect(ran(session, 'ip -br a').text).toContain('10.0.0.11/24');
    expect(ran(session, 'arp -a').exitCode).toBe(0);
    expect(ran(session, 'ping -c 1 m2').text).toContain('1 packets transmitted, 1 received, 0% packet loss');
    expect(ran(session, 'nc -zv 10.0.0.100 8443')).toMatchObject({
      text: 'Connection to 10.0.0.100 8443 port [tcp/*] succeeded!\n',
      exitCode: 0,
    });
    expect(ran(session, 'curl -sk https://10.0.0.11:6443/readyz').text).toBe('ok');
    expect(ran(session, 'curl https://10.0.0.11:6443/readyz')).toMatchObject({ exitCode: 60 });
    expect(ran(session, "curl -sk -o /dev/null -w '%{http_code}\\n' https://10.0.0.11:6443/livez").text).toBe(
      '200\n',
    );
    expect(ran(session, 'watch "echo x | grep x"').text).toContain('\n\nx\n');
  });

  test('ss and netstat: who listens', () => {
    const { text } = ran(session, 'ss -ltnp');
    const [header, ...rows] = cells(text);
    expect(header).toEqual([
      'State',
      'Recv-Q',
      'Send-Q',
      'Local Address:Port',
      'Peer Address:Port',
      'Process',
    ]);
    const ports = rows.map((row) => [row[3], /\("([^"]+)"/.exec(row[5] ?? '')?.[1]]);
    expect(ports).toContainEqual(['0.0.0.0:8443', 'haproxy']);
    expect(ports).toContainEqual(['*:6443', 'kube-apiserver']);
    expect(ran(session, 'netstat -tlnp | grep 6443').text).toMatch(
      /^tcp6 +0 +0 :::6443 +:::\* +LISTEN +\d+\/kube-apiserver\n$/,
    );
    expect(ran(session, 'ss -t')).toMatchObject({ exitCode: 1 });
  });

  test('systemctl stop haproxy: the front door is refused, a start opens it again', () => {
    const [holder = ''] = session.observations.vip.holders;
    expect(ran(session, 'systemctl stop haproxy && systemctl is-active haproxy', holder)).toMatchObject({
      text: 'inactive\n',
      exitCode: 3,
    });
    expect(ran(session, 'kubectl get nodes', holder)).toMatchObject({
      text: 'The connection to the server 10.0.0.100:8443 was refused - did you specify the right host or port?\n',
      exitCode: 1,
    });
    expect(ran(session, 'sudo systemctl start haproxy; systemctl is-active haproxy', holder).text).toBe(
      'active\n',
    );
  });
});

describe('two of three masters are off', () => {
  let session: Session;
  beforeAll(() => {
    session = begin({
      scenario: 'two-off',
      version: 1,
      topology: 'guide-001',
      until: '900s',
      timeline: [{ at: '10s', do: 'power-off', on: 'm1,m2' }],
    });
  }, 120_000);

  test('reads hang first, and from about 90 s on there is EOF', () => {
    const early = ran(session, 'kubectl get nodes', 'm3', 30);
    expect(early.exitCode).toBe(1);
    expect(early.tookS).toBeGreaterThan(20);
    const late = ran(session, 'kubectl get nodes', 'm3', 110);
    expect(late).toMatchObject({ text: 'Unable to connect to the server: EOF\n', exitCode: 1 });
    expect(late.tookS).toBeCloseTo(10, 0);
  });

  test('the VIP is on m3, and netcat succeeds', () => {
    expect(ran(session, 'ip a s | grep 10.0.0.162', 'm3').text).toContain('inet 10.0.0.162/24');
    expect(ran(session, 'nc -v 10.0.0.162 8443', 'm3').exitCode).toBe(0);
  });

  test('a limit ends the attempts; the apiserver itself refuses by then', () => {
    expect(ran(session, 'kubectl get nodes --request-timeout=5s', 'm3').tookS).toBeLessThanOrEqual(6);
    expect(ran(session, 'kubectl -s https://10.0.0.165:6443 get no', 'm3', 200).text).toContain(
      'was refused',
    );
  });

  test('a host without power has no shell, and cannot be pinged', () => {
    expect(ran(session, 'ip a', 'm1')).toMatchObject({ exitCode: 255 });
    expect(ran(session, 'ping -c 1 10.0.0.163', 'w1').text).toContain('Destination Host Unreachable');
    expect(ran(session, 'nc -v 10.0.0.163 6443', 'w1').text).toContain('No route to host');
  });

  test('a worker has no kubeconfig', () => {
    expect(ran(session, 'kubectl get no', 'w1').text).toContain('localhost:8080 was refused');
  });
});

test('ages are those of apimachinery', () => {
  const text = (seconds: number) => humanDuration(seconds * S);
  expect([95, 200, 2700, 18_720, 108_000, 273_600, 3_456_000, 65_664_000].map(text)).toEqual([
    '95s',
    '3m20s',
    '45m',
    '5h12m',
    '30h',
    '3d4h',
    '40d',
    '2y30d',
  ]);
});
