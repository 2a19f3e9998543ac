import { describe, expect, test } from 'vitest';
import { type ComponentStatus, collectionPath, type KubeList } from '../../../models/kube-apiserver/api.ts';
import { componentStatus } from '../../../models/kube-apiserver/component-status.ts';
import { lab } from './fixture.ts';

const wordsOf = ({ metadata, conditions: [one] }: ComponentStatus) =>
  [metadata.name, one?.status, one?.message, one?.error].join('|');

describe('componentstatuses', () => {
  test('scheduler and controller-manager are asked on the host of the apiserver that answers, whoever leads', () => {
    expect(wordsOf(componentStatus('scheduler', true, 30))).toBe('scheduler|True|ok|');
    expect(wordsOf(componentStatus('controller-manager', false, 30))).toBe(
      'controller-manager|False|Get "https://127.0.0.1:10257/healthz": dial tcp 127.0.0.1:10257: connect: connection refused|',
    );
  });

  test("kubeadm's --port=0 closed the ports that were asked", () => {
    expect(wordsOf(componentStatus('scheduler', true, 20))).toBe(
      'scheduler|False|Get "http://127.0.0.1:10251/healthz": dial tcp 127.0.0.1:10251: connect: connection refused|',
    );
    expect(wordsOf(componentStatus('scheduler', true, 12))).toBe('scheduler|True|ok|');
    expect(wordsOf(componentStatus('scheduler', false, 12))).toContain(
      '|Get http://127.0.0.1:10251/healthz: ',
    );
  });

  test('each etcd server is asked, and has 20 s', () => {
    const l = lab({ minor: 30 });
    l.ask(6, 'GET', collectionPath('componentstatuses'));
    l.ask(7, 'GET', `${collectionPath('componentstatuses')}/etcd-0`);
    l.ask(7, 'GET', `${collectionPath('componentstatuses')}/etcd-1`);
    l.quorum(8, false);
    l.ask(9, 'GET', `${collectionPath('componentstatuses')}/etcd-0`);
    l.run(40);
    const { items } = l.answer(1)!.body as KubeList;
    expect((items as readonly ComponentStatus[]).map(wordsOf)).toEqual([
      expect.stringMatching(/^scheduler\|False/),
      expect.stringMatching(/^controller-manager\|False/),
      'etcd-0|True|ok|',
    ]);
    expect(wordsOf(l.answer(2)?.body as ComponentStatus)).toBe('etcd-0|True|ok|');
    expect(l.answer(3)).toMatchObject({ status: 500, body: { message: 'Component not found: etcd-1' } });
    expect(wordsOf(l.answer(4)?.body as ComponentStatus)).toBe('etcd-0|False||context deadline exceeded');
    expect(l.answer(4)?.atMs).toBeGreaterThan(29_000);
  });

  test('before 1.28 by GET /health', () => {
    const l = lab({ minor: 20 });
    l.ask(6, 'GET', `${collectionPath('componentstatuses')}/etcd-0`);
    l.world.act(7_000_000, { do: 'stop', process: 'etcd1/etcd' });
    l.ask(8, 'GET', `${collectionPath('componentstatuses')}/etcd-0`);
    l.run(10);
    expect(wordsOf(l.answer(1)?.body as ComponentStatus)).toBe('etcd-0|True|{"health":"true"}|');
    expect(wordsOf(l.answer(2)?.body as ComponentStatus)).toBe(
      'etcd-0|False|Get "https://10.0.0.9:2379/health": dial tcp 10.0.0.9:2379: connect: connection refused|',
    );
  });
});
