/** kubeadm's rules about versions and dates, by themselves. */
import { expect, test } from 'vitest';
import { certificatesOf } from '../../../models/console/kubeadm/certificates.ts';
import { shortDuration } from '../../../models/console/kubeadm/certs.ts';
import { versionMistake } from '../../../models/console/kubeadm/upgrade.ts';

test('one minor version at a time, and none beyond that of kubeadm', () => {
  expect(versionMistake('1.30.0', '1.31.2', '1.31.2')).toBeUndefined();
  expect(versionMistake('1.30.0', '1.31.0', '1.30.4')).toContain('(31 > 30)');
  expect(versionMistake('1.30.0', '1.32.0', '1.32.0')).toContain('only 1 minor version at a time');
  expect(versionMistake('1.32.0', '1.30.0', '1.32.0')).toContain('too low');
});

test('a residual time has one unit, and none is left of what is over', () => {
  const texts = [-5, 0, 45, 600, 7200, 86_400 * 364, 86_400 * 366].map((s) => shortDuration(s * 1e6));
  expect(texts).toEqual(['<invalid>', '0s', '45s', '10m', '2h', '364d', '1y']);
});

test('ten certificates, eleven from 1.29 on; those of an external etcd are not kubeadm’s', () => {
  expect(certificatesOf(28, true).length).toBe(10);
  expect(certificatesOf(30, true).at(-1)?.name).toBe('super-admin.conf');
  expect(certificatesOf(30, false).some(({ name }) => name.startsWith('etcd'))).toBe(false);
});
