import { test } from 'vitest';
import { cluster, S } from '/tmp/wt-kube/test/models/kube-cluster.ts';
test('x', () => {
  const c = cluster({ masters: 1, workers: 1 });
  for (let s = 5; s <= 60; s += 5) {
    c.run(s);
    console.log(s, c.steps.length);
  }
  const counts = new Map<string, number>();
  for (const step of c.steps) { const k = step.who + ' ' + step.event?.type; counts.set(k, (counts.get(k) ?? 0) + 1); }
  console.log([...counts].sort((a, b) => b[1] - a[1]).slice(0, 25));
  console.log([...c.etcd().store.kvs.keys()]);
  console.log(JSON.stringify(c.etcd().store.kvs.get('/registry/pods/kube-system/kube-apiserver-m1')?.value, null, 1));
});
