/**
 * What lets a host join: bootstrap tokens, the key of the uploaded certificates, the hash of the cluster's authority.
 *
 * Sources: k/k cmd/kubeadm/app/constants (DefaultTokenDuration 24 h, DefaultCertTokenDuration 2 h), cluster-bootstrap
 * token/api (Secrets bootstrap-token-ID in kube-system; `abcdef.0123456789abcdef`), phases/copycerts (Secret kubeadm-certs,
 * owned by a token of its own and gone with it; a key of 32 bytes in hexadecimal).
 * Unit: microseconds by the clock of the host where kubeadm runs.
 *
 * What a real kubeadm draws at random is a hash of the cluster, the host and the moment. Not modelled: the token cleaner and
 * the bootstrap signer of the controller manager (an expired Secret stays, and counts for nothing), bytes of certificates.
 */
import { uniform } from '../uniform.ts';

const HOUR_US = 3_600_000_000;
export const TOKEN_TTL_US = 24 * HOUR_US;
export const CERTIFICATE_KEY_TTL_US = 2 * HOUR_US;
export const CERTS_SECRET = 'kubeadm-certs';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const CERTIFICATE_KEY = /^[0-9a-f]{64}$/;
const TOKEN_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';

export interface Token {
  readonly id: string;
  readonly secret: string;
}

/** Undefined: it is none. */
export function readToken(text: string): Token | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function tokenText({ id, secret }: Token): string {
  return `${id}.${secret}`;
}

export function isCertificateKey(text: string): boolean {
  return CERTIFICATE_KEY.test(text);
}

function letters(purpose: string, count: number, from: string): string {
  let text = '';
  for (let i = 0; i < count; i++) text += from.charAt(Math.floor(uniform(0, purpose, i) * from.length));
  return text;
}

/** @param purpose names the cluster, the host and the moment */
export function newToken(purpose: string): Token {
  return {
    id: letters(`token id ${purpose}`, 6, TOKEN_LETTERS),
    secret: letters(`token secret ${purpose}`, 16, TOKEN_LETTERS),
  };
}

export function newCertificateKey(purpose: string): string {
  return letters(`certificate key ${purpose}`, 64, HEX);
}

/** Of the public key of the cluster's authority, which never changes. */
export function authorityHash(cluster: string): string {
  return `sha256:${letters(`authority ${cluster}`, 64, HEX)}`;
}

/** A Secret of kubeadm's; `expirationUs` undefined: it lasts for ever. */
export interface SecretData {
  readonly value: string;
  readonly expirationUs?: number;
  readonly description?: string;
  readonly usages?: readonly string[];
  readonly groups?: readonly string[];
}

export function isExpired({ expirationUs }: Pick<SecretData, 'expirationUs'>, wallUs: number): boolean {
  return expirationUs !== undefined && expirationUs <= wallUs;
}
