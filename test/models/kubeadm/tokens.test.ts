/** Bootstrap tokens and certificate keys: their forms and how long they count. */
import { expect, test } from 'vitest';
import { etcdPatience, joinsAsLearner } from '../../../models/kubeadm/behaviour.ts';
import {
  authorityHash,
  CERTIFICATE_KEY_TTL_US,
  isCertificateKey,
  isExpired,
  newCertificateKey,
  newToken,
  readToken,
  TOKEN_TTL_US,
  tokenText,
} from '../../../models/kubeadm/tokens.ts';

const HOUR_US = 3_600_000_000;

test('a token is six and sixteen letters or digits with a dot between', () => {
  expect(readToken('abcdef.0123456789abcdef')).toEqual({ id: 'abcdef', secret: '0123456789abcdef' });
  for (const text of ['', 'abcdef', 'ABCDEF.0123456789abcdef', 'abcdef.0123456789abcde'])
    expect(readToken(text)).toBeUndefined();
  const made = newToken('m1 5');
  expect(readToken(tokenText(made))).toEqual(made);
  expect(newToken('m1 6')).not.toEqual(made);
});

test('a certificate key is 32 bytes in hexadecimal', () => {
  expect(isCertificateKey(newCertificateKey('m1 5'))).toBe(true);
  expect(isCertificateKey('abc')).toBe(false);
  expect(authorityHash('stacked-3')).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('a token lives for 24 hours, the key of uploaded certificates for 2', () => {
  expect(TOKEN_TTL_US).toBe(24 * HOUR_US);
  expect(CERTIFICATE_KEY_TTL_US).toBe(2 * HOUR_US);
  expect(isExpired({ expirationUs: 2 * HOUR_US }, 2 * HOUR_US - 1)).toBe(false);
  expect(isExpired({ expirationUs: 2 * HOUR_US }, 2 * HOUR_US)).toBe(true);
  expect(isExpired({}, 1e15)).toBe(false);
});

test('learner mode is on from 1.29', () => {
  expect([27, 28, 29, 32].map(joinsAsLearner)).toEqual([false, false, true, true]);
});

test('etcd is asked eleven times with doubling pauses, from 1.31 on for two minutes', () => {
  const { pausesUs } = etcdPatience(30);
  expect(pausesUs.length).toBe(10);
  expect(pausesUs.reduce((sum, us) => sum + us, 0)).toBe(51_150_000);
  expect(etcdPatience(31).limitUs).toBe(120_000_000);
});
