/** The worlds in which the command lines of the guides are typed. */
import type { ScenarioData } from '../../scenarios/schema.ts';

const session = (topology: string, more: Partial<ScenarioData> = {}): ScenarioData => ({
  scenario: 'guide',
  version: 1,
  topology,
  until: '900s',
  ...more,
});

const NO_TAINTS = { 'kubelet.register-with-taints': '', 'kube-proxy.enabled': true };

export const SESSIONS = {
  '000': session('guide-000', { start: { 'etcd-leader': 'master1' } }),
  '001': session('guide-001', {
    parameters: NO_TAINTS,
    workloads: [{ name: 'nginx', replicas: 13 }],
    start: { vip: 'm1' },
  }),
  '001 two off': session('guide-001', {
    parameters: NO_TAINTS,
    timeline: [{ at: '10s', do: 'shutdown', on: 'm1,m2' }],
  }),
  '001 three off': session('guide-001', { timeline: [{ at: '10s', do: 'shutdown', on: 'm1,m2,m3' }] }),
  '002': session('guide-002', { start: { vip: 'm1' } }),
  '003': session('guide-003', {
    start: { 'etcd-leader': 'k8sm2' },
    workloads: [{ name: 'nginx-deployment3', replicas: 5 }],
  }),
  '003 k8sm2 off': session('guide-003', {
    start: {
      'etcd-leader': 'k8sm2',
      leases: { 'kube-scheduler': 'k8sm2', 'kube-controller-manager': 'k8sm2' },
    },
    timeline: [{ at: '10s', do: 'shutdown', on: 'k8sm2' }],
  }),
  '003 two off': session('guide-003', { timeline: [{ at: '10s', do: 'power-off', on: 'k8sm2,k8sm3' }] }),
  '004': session('guide-004-stacked', {
    parameters: {
      'host.m1.joined': false,
      'host.m2.joined': false,
      'host.m3.joined': false,
      'host.w1.joined': false,
    },
  }),
} as const;

export type SessionName = keyof typeof SESSIONS;
