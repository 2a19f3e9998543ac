import { describe, expect, it } from 'vitest';
import { viewOf } from '../../ui/run/run-view.ts';
import { type SceneHost, sceneAt } from '../../ui/run/scene-at.ts';
import { fixtureRun } from './fixture.ts';

const view = viewOf(fixtureRun);

function hostAt(name: string, atMs: number): SceneHost {
  const host = sceneAt(view, atMs).hosts.find((each) => each.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

function stateOf(path: string, atMs: number): { state: string; active: boolean } {
  const [host = '', name] = path.split('/');
  const found = hostAt(host, atMs).processes.find((process) => process.name === name);
  return { state: found?.state ?? '', active: found?.active ?? false };
}

describe('the scene at a moment', () => {
  it('has the VIP where the result says it is: one host, none, another', () => {
    expect(sceneAt(view, 9_999).vipHolders).toEqual(['m1']);
    expect(sceneAt(view, 10_000).vipHolders).toEqual([]);
    expect(sceneAt(view, 12_561).vipHolders).toEqual(['m2']);
    expect(hostAt('m2', 12_561).holdsVip).toBe(true);
  });

  it('shows a member of etcd by its role', () => {
    expect(stateOf('m1/etcd', 0)).toEqual({ state: 'leader', active: true });
    expect(stateOf('m3/etcd', 0)).toEqual({ state: 'follower', active: false });
    expect(stateOf('m3/etcd', 12_000)).toEqual({ state: 'leader', active: true });
    expect(stateOf('m1/etcd', 12_000)).toEqual({ state: 'off', active: false });
  });

  it('shows who holds a lease as leading, the others as standing by', () => {
    expect(stateOf('m1/kube-scheduler', 0)).toEqual({ state: 'leading', active: true });
    expect(stateOf('m2/kube-scheduler', 0)).toEqual({ state: 'standby', active: false });
    expect(stateOf('m2/kube-scheduler', 30_000)).toEqual({ state: 'leading', active: true });
  });

  it('does not call a dead holder of a lease leading', () => {
    expect(stateOf('m1/kube-scheduler', 11_000)).toEqual({ state: 'off', active: false });
  });

  it('tells a server that a balancer believes in from one that answers', () => {
    const [m1, m2] = hostAt('m2', 15_000).backends;
    expect(m1).toMatchObject({ server: 'apiserver/k8s-1', host: 'm1', state: 'UP', reachable: false });
    expect(m2).toMatchObject({ host: 'm2', state: 'UP', reachable: true });
    expect(hostAt('m2', 21_000).backends[0]).toMatchObject({ state: 'DOWN', tone: 'bad' });
  });

  it('changes at the moments of the view and nowhere else', () => {
    for (const [index, moment] of view.moments.entries()) {
      const next = view.moments[index + 1] ?? fixtureRun.until_ms;
      expect(sceneAt(view, (moment + next) / 2)).toEqual(sceneAt(view, moment));
    }
  });
});
