import { describe, expect, test } from 'vitest';
import { doorFiles } from '../../../models/cluster/reference-doors.ts';
import { findingText } from '../../../models/finding.ts';
import { arpRateUs } from '../../../models/kube-vip/config.ts';
import { readKubeVipManifest } from '../../../models/kube-vip/read-manifest.ts';

const SAMPLE =
  doorFiles('kube-vip', ['m1']).files.find(({ path }) => path.endsWith('kube-vip.yaml'))?.text ?? '';
const read = (text: string) => {
  const { manifest, findings } = readKubeVipManifest(text, 'kube-vip.yaml');
  return { manifest, said: findings.map(findingText) };
};
const changed = (from: string, to: string) => {
  expect(SAMPLE).toContain(from);
  return read(SAMPLE.replace(from, to));
};
const without = (name: string) => read(SAMPLE.replace(new RegExp(` +- name: ${name}\n +value: .*\n`), ''));

describe("kube-vip's manifest", () => {
  test('says the address and the times of the lease', () => {
    const { manifest, said } = read(SAMPLE);
    expect(said).toEqual([]);
    expect(manifest).toMatchObject({
      address: '10.0.0.100',
      vip_leasename: 'plndr-cp-lock',
      vip_leaseduration: 5_000_000,
      vip_renewdeadline: 3_000_000,
      vip_retryperiod: 1_000_000,
      vip_arpRate: 3_000_000,
    });
  });

  test('what it does not say has the default of the flag', () => {
    expect(without('vip_leaseduration').manifest?.vip_leaseduration).toBe(5_000_000);
    expect(without('vip_leasename').manifest?.vip_leasename).toBe('plndr-cp-lock');
  });

  test('vip_address is the older name of address', () => {
    expect(changed('- name: address', '- name: vip_address').manifest?.address).toBe('10.0.0.100');
  });

  test('an ARP rate below 500 ms becomes 3000 ms', () => {
    const at = (ms: string) => {
      const { manifest } = changed(
        '- name: vip_cidr\n          value: "32"',
        `- name: vip_arpRate\n          value: "${ms}"`,
      );
      return arpRateUs({ ...(manifest as NonNullable<typeof manifest>), server: { address: '', port: 0 } });
    };
    expect(at('499')).toBe(3_000_000);
    expect(at('500')).toBe(500_000);
  });

  test.each([
    ['value: "5"', 'value: five', 'kube-vip.yaml:29:18: vip_leaseduration: five is no whole number above 0'],
    [
      'value: 10.0.0.100',
      'value: api.example.com',
      'kube-vip.yaml:35:18: address: api.example.com is no IPv4 address; names are not modelled',
    ],
    [
      'name: vip_cidr\n          value: "32"',
      'name: bgp_enable\n          value: "true"',
      'kube-vip.yaml:19:18: bgp_enable: only ARP mode with leader election is modelled',
    ],
    [
      'name: vip_cidr\n          value: "32"',
      'name: lb_enable\n          value: "true"',
      "kube-vip.yaml:19:18: kube-vip's lb_enable is not modelled",
    ],
    ['kind: Pod', 'kind: DaemonSet', 'kube-vip.yaml:1:1: no Pod of kube-vip is in it'],
  ])('%j changed to %j', (from, to, said) => {
    expect(changed(from, to).said).toEqual([said]);
  });

  test('another mode than ARP with leader election for the control plane is refused', () => {
    expect(without('vip_arp').said[0]).toContain('vip_arp is not true');
    expect(without('address').said[0]).toContain('no variable says the address');
  });
});
