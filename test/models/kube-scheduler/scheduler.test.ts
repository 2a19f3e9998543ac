import { describe, expect, test } from 'vitest';
import { cluster, S } from '../kube-cluster.ts';

describe('kube-scheduler', () => {
  test('leader-elect true: one of three holds Lease kube-system/kube-scheduler', () => {
    const c = cluster({ workers: 0 });
    c.run(30);
    const leading = ['m1', 'm2', 'm3'].filter((name) => {
      const lead = c.world.lead(c.world.process(`${name}/kube-scheduler`));
      return lead !== undefined && lead.program.leaves[lead.leaf] === 'leading';
    });
    expect(leading.length).toBe(1);
    expect(c.lease('kube-scheduler')?.spec.holderIdentity.startsWith(`${leading[0]}_`)).toBe(true);
  });

  test('before kubeadm 1.20 it asks the control plane endpoint: its own apiserver may be down', () => {
    const c = cluster({ workers: 0, electAt: { address: '10.0.0.3', port: 6443 } });
    c.run(30);
    c.world.act(30 * S, { do: 'stop', process: 'm1/kube-apiserver' });
    c.world.act(30 * S, { do: 'stop', process: 'm2/kube-apiserver' });
    c.run(90);
    expect(c.notes.filter(([, , note]) => note['name'] === 'lease-lost')).toEqual([]);
  });
});
