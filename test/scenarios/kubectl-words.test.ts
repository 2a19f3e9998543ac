/** What students of a course type first at a cluster's prompt: each answer as kubectl gives it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { daemonSetStanding, deploymentStanding } from '../../models/console/kubectl/rollout.ts';
import { type Shell, typeAt } from '../guides/typing.ts';

let shell: Shell;
const typed = (line: string) => shell('m1', line);
/** The words of a table, line by line. */
const cells = (line: string): string[][] =>
  typed(line)
    .text.trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/).map((cell) => cell.trim()));

beforeAll(() => {
  shell = typeAt({
    scenario: 'first-words',
    version: 1,
    topology: 'stacked-3',
    until: '900s',
    workloads: [{ name: 'web', replicas: 2, port: 80, 'node-port': 30080, namespace: 'shop' }],
    timeline: [{ at: '1s', do: 'power-off', on: 'm3' }],
  });
}, 120_000);

describe('what is there from the start', () => {
  test('the Service kubernetes has the first address of the range and port 443', () => {
    const [header, row] = cells('kubectl get svc');
    expect(header).toEqual(['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE']);
    expect(row?.slice(0, 5)).toEqual(['kubernetes', 'ClusterIP', '10.96.0.1', '<none>', '443/TCP']);
    expect(row?.[5]).toMatch(/^\d+[sm]/);
    expect(typed('kubectl get svc kubernetes -o name').text).toBe('service/kubernetes\n');
    expect(typed('kubectl get all').text).toMatch(/^NAME .*\nservice\/kubernetes +ClusterIP +10\.96\.0\.1 /);
    expect(cells('kubectl get svc -A').map((row) => row.slice(0, 2).join('/'))).toEqual([
      'NAMESPACE/NAME',
      'default/kubernetes',
      'shop/web',
    ]);
    expect(typed('kubectl get svc -n shop kubernetes').text).toContain('services "kubernetes" not found');
  });

  test('its endpoints are as old as it is', () => {
    expect(cells('kubectl get ep kubernetes')[1]?.[2]).toBe(cells('kubectl get svc kubernetes')[1]?.[5]);
  });

  test("get -o: what is there as the API has it, paths in it, and columns of one's own", () => {
    const LEASE = 'kubectl get lease kube-scheduler -n kube-system';
    expect(
      typed(`${LEASE} -o jsonpath='{.spec.leaseDurationSeconds} {.spec.renewTime}{"\\n"}'`).text,
    ).toMatch(/^15 2026-01-05T\d\d:\d\d:\d\d\.\d{6}Z\n$/);
    const holder = typed(`${LEASE} -o=jsonpath={.spec.holderIdentity}`).text;
    expect(holder).toMatch(/^m\d_[0-9a-f-]{36}$/);
    expect(
      typed(`${LEASE} -o custom-columns=NAME:.metadata.name,HOLDER:.spec.holderIdentity,NONE:.spec.none`)
        .text,
    ).toBe(
      `NAME             HOLDER${' '.repeat(holder.length - 3)}NONE\nkube-scheduler   ${holder}   <none>\n`,
    );
    expect(typed('kubectl get nodes -o custom-columns=N:metadata.name --no-headers').text).toBe(
      'm1\nm2\nm3\nw1\n',
    );
    const READY = `{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}`;
    expect(typed(`kubectl get nodes -o jsonpath='${READY}'`).text).toMatch(
      /^m1=True m2=True m3=\w+ w1=True $/,
    );
    const pod = JSON.parse(typed('kubectl get pod etcd-m1 -n kube-system -o json').text);
    expect(pod.spec.containers).toEqual([{ image: 'etcd', name: 'etcd' }]);
    expect(pod.status.containerStatuses[0]).toMatchObject({ name: 'etcd', ready: true, restartCount: 0 });
    expect(pod.metadata.creationTimestamp).toMatch(/^2026-01-05T\d\d:\d\d:\d\dZ$/);
    expect(typed('kubectl get deploy -n shop web -o yaml').text).toMatch(
      /\n {2}selector:\n {4}matchLabels:\n {6}app: web\n {2}template:\n {4}metadata:\n {6}labels:\n {8}app: web\n {4}spec:\n {6}containers:\n {6}- image: /,
    );
    expect(typed('kubectl get deploy -n shop web -o yaml').text).toMatch(
      /\n {2}creationTimestamp: "2026-01-05T/,
    );
    expect(JSON.parse(typed('kubectl get pods -n kube-public -o json').text)).toEqual({
      apiVersion: 'v1',
      items: [],
      kind: 'List',
      metadata: { resourceVersion: '' },
    });
    expect(typed('kubectl get nodes,svc -o name').text).toBe(
      'node/m1\nnode/m2\nnode/m3\nnode/w1\nservice/kubernetes\n',
    );
    expect(JSON.parse(typed('kubectl get --raw /api/v1/nodes').text).items).toHaveLength(4);
  });

  test.each([
    [
      'go-template={{.kind}}',
      /^error: unable to match a printer .* "go-template=.*allowed formats are: custom-columns,json,/,
    ],
    ['jsonpath', /^error: template format specified but no template given\n$/],
    ['jsonpath={.items', /^error: error parsing jsonpath \{\.items, unclosed action\n$/],
    ['jsonpath-as-json={.items', /^error: error parsing jsonpath \{\.items, unclosed action\n$/],
    [
      'jsonpath={.items[9].kind}',
      /^error: error executing jsonpath "\{\.items\[9\]\.kind\}": .*index 9, length 4\n$/,
    ],
    [
      'custom-columns=NAME',
      /^error: unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>\n$/,
    ],
    ['json=x', /^error: unable to match a printer/],
  ])('get -o %s is refused', (output, words) => {
    const { text, exitCode } = typed(`kubectl get nodes -o '${output}'`);
    expect(text).toMatch(words);
    expect(exitCode).toBe(1);
  });

  test('four namespaces, and those that somebody made', () => {
    const rows = cells('kubectl get ns');
    expect(rows.map((row) => row.slice(0, 2).join(' '))).toEqual([
      'NAME STATUS',
      'default Active',
      'kube-node-lease Active',
      'kube-public Active',
      'kube-system Active',
      'shop Active',
    ]);
    expect(typed('kubectl get namespace kube-public -o name').text).toBe('namespace/kube-public\n');
    expect(typed('kubectl get ns nosuch')).toEqual({
      text: 'Error from server (NotFound): namespaces "nosuch" not found\n',
      exitCode: 1,
    });
  });

  test('of kinds that nobody has made there are none', () => {
    expect(typed('kubectl get pdb')).toEqual({
      text: 'No resources found in default namespace.\n',
      exitCode: 0,
    });
    expect(typed('kubectl get pv').text).toBe('No resources found\n');
  });
});

test('a watch goes on from where the list was', () => {
  const { text, exitCode } = typed('kubectl -s https://10.0.0.11:6443 get ns -w --request-timeout=2s');
  expect(text).toMatch(/^NAME +STATUS +AGE\ndefault +Active .*\n(.*Active.*\n)*$/);
  expect(exitCode).toBe(0);
});

describe('componentstatuses', () => {
  const WARNING = 'Warning: v1 ComponentStatus is deprecated in v1.19+\n';
  test('stacked: the apiserver that answers knows one etcd server', () => {
    const { text, exitCode } = typed('kubectl get cs');
    expect(text.startsWith(`${WARNING}NAME                 STATUS    MESSAGE   ERROR\n`)).toBe(true);
    for (const name of ['scheduler', 'controller-manager', 'etcd-0'])
      expect(text).toMatch(new RegExp(`\n${name} +Healthy +ok +\n`));
    expect(text).not.toContain('etcd-1');
    expect(exitCode).toBe(0);
  });

  test('a component that is down beside it is unhealthy, though another one leads', () => {
    shell('m2', 'mv /etc/kubernetes/manifests/kube-scheduler.yaml /tmp; sleep 30');
    expect(typed('kubectl -s https://10.0.0.12:6443 get componentstatus scheduler').text).toMatch(
      /\nscheduler +Unhealthy +Get "https:\/\/127\.0\.0\.1:10259\/healthz": dial tcp .*: connect: connection refused +\n$/,
    );
    expect(typed('kubectl -s https://10.0.0.11:6443 get cs scheduler').text).toMatch(/\nscheduler +Healthy/);
    shell('m2', 'mv /tmp/kube-scheduler.yaml /etc/kubernetes/manifests/');
  });
});

describe('a namespace that does not exist', () => {
  test('reads find nothing in it', () => {
    expect(typed('kubectl get pods -n nosuch')).toEqual({
      text: 'No resources found in nosuch namespace.\n',
      exitCode: 0,
    });
  });

  test('nothing can be created in it until it has been created', () => {
    expect(typed('kubectl create deployment x --image=nginx -n dev')).toEqual({
      text: 'error: failed to create deployment: namespaces "dev" not found\n',
      exitCode: 1,
    });
    expect(typed('kubectl create ns dev').text).toBe('namespace/dev created\n');
    expect(typed('kubectl create namespace dev')).toEqual({
      text: 'Error from server (AlreadyExists): namespaces "dev" already exists\n',
      exitCode: 1,
    });
    expect(typed('kubectl create deployment x --image=nginx -n dev').exitCode).toBe(0);
  });
});

describe('kubectl config, api-resources, top', () => {
  test('the server is the endpoint of the control plane, whatever master one is on', () => {
    const { text } = typed('kubectl config view');
    expect(text).toContain('\n    server: https://10.0.0.100:8443\n  name: kubernetes\n');
    expect(text).toContain('\n    client-key-data: DATA+OMITTED\n');
    expect(shell('m2', 'kubectl config view').text).toBe(text);
    expect(typed('kubectl config current-context').text).toBe('kubernetes-admin@kubernetes\n');
    expect(cells('kubectl config get-contexts')[1]).toEqual([
      ...['*', 'kubernetes-admin@kubernetes', 'kubernetes', 'kubernetes-admin'],
    ]);
  });

  test('without a kubeconfig there is no context', () => {
    expect(shell('w1', 'kubectl config current-context')).toEqual({
      text: 'error: current-context is not set\n',
      exitCode: 1,
    });
    expect(shell('w1', 'kubectl config view').text).toContain('clusters: null\n');
  });

  test('api-resources: NAME SHORTNAMES APIVERSION NAMESPACED KIND', () => {
    const { text } = typed('kubectl api-resources');
    expect(text).toMatch(/^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\n/);
    expect(text).toMatch(/\ndeployments +deploy +apps\/v1 +true +Deployment\n/);
    expect(typed('kubectl api-resources --namespaced=false -o name').text).toContain('\nnodes\n');
  });

  test('version: client, kustomize and server', () => {
    const client = 'Client Version: v1.30.0\nKustomize Version: v5.0.4-0.20230601165947-6ce0bf390ce3\n';
    expect(typed('kubectl version').text).toBe(`${client}Server Version: v1.30.0\n`);
    expect(typed('kubectl version --client').text).toBe(client);
    expect(typed('kubectl version --short').exitCode).toBe(1);
  });

  test('cluster-info names the endpoint', () => {
    expect(typed('kubectl cluster-info').text).toBe(
      "Kubernetes control plane is running at https://10.0.0.100:8443\n\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
    );
  });

  test('top needs a metrics server', () => {
    for (const line of ['kubectl top nodes', 'kubectl top pod'])
      expect(typed(line)).toEqual({ text: 'error: Metrics API not available\n', exitCode: 1 });
  });
});

describe('label and annotate', () => {
  test('a value that differs needs --overwrite', () => {
    expect(typed('kubectl label node w1 disk=ssd').text).toBe('node/w1 labeled\n');
    expect(typed('kubectl label node w1 disk=hdd')).toEqual({
      text: "error: 'disk' already has a value (ssd), and --overwrite is false\n",
      exitCode: 1,
    });
    expect(typed('kubectl label node w1 disk=hdd --overwrite').text).toBe('node/w1 labeled\n');
    expect(typed('kubectl label node w1 disk=hdd').text).toBe('node/w1 not labeled\n');
    expect(typed('kubectl get nodes -l disk=hdd -o name').text).toBe('node/w1\n');
    expect(typed('kubectl label node w1 disk-').text).toBe('node/w1 unlabeled\n');
    expect(typed('kubectl label node w1 disk-').text).toBe('label "disk" not found.\nnode/w1 not labeled\n');
    expect(typed('kubectl annotate deploy web -n shop why=because').text).toBe(
      'deployment.apps/web annotated\n',
    );
    expect(typed('kubectl label node w1').text).toBe('error: at least one label update is required\n');
  });
});

describe('taint', () => {
  test('one with the same key and effect needs --overwrite', () => {
    expect(typed('kubectl taint nodes w1 team=a:NoSchedule').text).toBe('node/w1 tainted\n');
    expect(typed('kubectl taint nodes w1 team=b:NoSchedule')).toEqual({
      text: 'error: node w1 already has team taint(s) with same effect(s) and --overwrite is false\n',
      exitCode: 1,
    });
    expect(typed('kubectl taint nodes w1 team=b:NoSchedule --overwrite').text).toBe('node/w1 modified\n');
    expect(typed('kubectl taint nodes w1 team:NoSchedule-').text).toBe('node/w1 untainted\n');
  });
});

describe('wait and rollout status', () => {
  test('a condition that holds is met at once', () => {
    expect(typed('kubectl wait --for=condition=Ready node/w1 --timeout=60s')).toEqual({
      text: 'node/w1 condition met\n',
      exitCode: 0,
    });
    expect(typed('kubectl wait --for=condition=Available deploy/web -n shop').text).toBe(
      'deployment.apps/web condition met\n',
    );
    expect(typed('kubectl wait --for=condition=Ready=Unknown node m3 --timeout=90s').text).toBe(
      'node/m3 condition met\n',
    );
  });

  test('one that does not is waited for until the time is over', () => {
    expect(typed('kubectl wait --for=condition=Ready node/m3 --timeout=3s')).toEqual({
      text: 'error: timed out waiting for the condition on nodes/m3\n',
      exitCode: 1,
    });
    expect(typed('kubectl wait --for=nonsense node/m3').text).toBe(
      'error: unrecognized condition: "nonsense"\n',
    );
  });

  test('rollout status: how many replicas are still awaited', () => {
    typed('kubectl scale deploy web -n shop --replicas=3');
    const { text, exitCode } = typed('kubectl rollout status deploy/web -n shop');
    expect(text).toMatch(
      /^(Waiting for deployment "web" rollout to finish: .*\.\.\.\n)*deployment "web" successfully rolled out\n$/,
    );
    expect(exitCode).toBe(0);
    expect(typed('kubectl rollout restart deploy/web').text).toContain(
      `error: unknown command "restart"\nSee 'kubectl rollout -h' for help and examples\n`,
    );
  });

  test('the texts come in the order of the source', () => {
    const web = (replicas: number, updatedReplicas: number, availableReplicas: number) =>
      deploymentStanding({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { replicas: 3, selector: {}, template: { labels: {}, spec: { image: 'nginx' } } },
        status: { replicas, updatedReplicas, availableReplicas, readyReplicas: availableReplicas },
      });
    const begins = 'Waiting for deployment "web" rollout to finish:';
    expect(web(1, 1, 0).text).toBe(`${begins} 1 out of 3 new replicas have been updated...\n`);
    expect(web(4, 3, 3).text).toBe(`${begins} 1 old replicas are pending termination...\n`);
    expect(web(3, 3, 2).text).toBe(`${begins} 2 of 3 updated replicas are available...\n`);
    expect(web(3, 3, 3)).toEqual({ text: 'deployment "web" successfully rolled out\n', done: true });
    const status = { desiredNumberScheduled: 3, currentNumberScheduled: 3, numberReady: 1 };
    const metadata = { name: 'net' };
    expect(daemonSetStanding({ metadata, status } as never).text).toBe(
      'Waiting for daemon set "net" rollout to finish: 1 of 3 updated pods are available...\n',
    );
  });
});

describe('what kubectl does not know', () => {
  test('an unknown command wins over an unknown flag behind it', () => {
    expect(typed('kubectl gett --nosuch=1 nodes').text).toMatch(
      /^error: unknown command "gett" for "kubectl"\n\nDid you mean this\?\n\tget\n/,
    );
  });

  test('a flag before it is said to be no place for a plugin', () => {
    expect(typed('kubectl -n kube-system gett pods')).toEqual({
      text: 'Error: flags cannot be placed before plugin name: -n\n',
      exitCode: 1,
    });
    expect(typed('kubectl -n kube-system get pods -o name').exitCode).toBe(0);
    // -w takes no value where get knows it, but kubectl itself does not.
    expect(typed('kubectl -w get pods').text).toBe('Error: flags cannot be placed before plugin name: -w\n');
  });

  test('each command has its own flags, and says how to see them', () => {
    expect(typed('kubectl get nodes --replicas=3')).toEqual({
      text: "error: unknown flag: --replicas\nSee 'kubectl get --help' for usage.\n",
      exitCode: 1,
    });
    expect(typed('kubectl drain w1 -A').text).toBe(
      "error: unknown shorthand flag: 'A' in -A\nSee 'kubectl drain --help' for usage.\n",
    );
    expect(typed('kubectl get --help').exitCode).toBe(0);
  });

  test('--ignore-not-found keeps quiet about what is not there', () => {
    expect(typed('kubectl get pod nosuch --ignore-not-found')).toEqual({ text: '', exitCode: 0 });
    expect(typed('kubectl delete pod nosuch --ignore-not-found')).toEqual({ text: '', exitCode: 0 });
  });
});
